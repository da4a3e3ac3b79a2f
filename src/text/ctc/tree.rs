//! The prefixes that a search has in play, as a tree: each is its parent and one class more.
//!
//! Children are found by walking a chain of siblings, which are few, as only prefixes that enter
//! the beam get a node: no table of classes for each node is needed.

use heapless::Vec;

/// The place of a node. 16 bits keep a node small.
pub(super) type NodeId = u16;

/// The empty prefix.
pub(super) const ROOT: NodeId = 0;

/// No node.
const NONE: NodeId = NodeId::MAX;

#[derive(Clone, Copy, Debug)]
pub(super) struct Node<S> {
    /// The prefix without its last class; `NONE` for the root.
    parent: NodeId,
    /// The last class of the prefix; of no meaning for the root.
    pub(super) label: u16,
    /// The newest child, or `NONE`.
    first_child: NodeId,
    /// The next older child of the same parent, or `NONE`; of a free node, the next free one.
    next_sibling: NodeId,
    /// The live step at which the prefix first entered the beam.
    pub(super) born: u16,
    /// The live step at which the prefix was last in the beam.
    pub(super) last: u16,
    /// The place in the beam that the prefix took at `last`.
    pub(super) slot: u16,
    /// The weight that the prior gives to the prefix's last class.
    pub(super) weight: f32,
    /// What the prior keeps of the prefix.
    pub(super) state: S,
    /// Used while collecting only: whether a prefix in the beam ends in or goes through this one.
    reached: bool,
}

/// A tree of at most `NODES` prefixes, the empty one included.
///
/// Invariants, checked by `check` in tests:
///
/// 1. `nodes[ROOT]` is the empty prefix, and is always there.
/// 2. Every node is either in use or free. The free ones, `free_count` of them, form a chain from
///    `free` through `next_sibling`.
/// 3. The parent of a node in use is in use and was born before it: ways to the root end.
/// 4. A node in use other than the root stands exactly once in its parent's chain (`first_child`,
///    then `next_sibling`), and chains hold nothing else.
/// 5. No two nodes of a chain have the same label: two nodes never stand for the same prefix.
pub(super) struct PrefixTree<const NODES: usize, S = ()> {
    nodes: Vec<Node<S>, NODES>,
    free: NodeId,
    free_count: usize,
}

impl<const NODES: usize, S: Copy> PrefixTree<NODES, S> {
    /// A tree without even a root; `clear` makes it one.
    pub(super) const fn new() -> Self {
        const {
            assert!(NODES >= 1, "the empty prefix needs a node");
            assert!(NODES <= NONE as usize, "nodes are numbered in 16 bits");
        }
        PrefixTree {
            nodes: Vec::new(),
            free: NONE,
            free_count: 0,
        }
    }

    /// Leaves the empty prefix only, in the first place of the beam, with its state.
    pub(super) fn clear(&mut self, state: S) {
        self.nodes.clear();
        self.free = NONE;
        self.free_count = 0;
        self.put(Node {
            parent: NONE,
            label: 0,
            first_child: NONE,
            next_sibling: NONE,
            born: 0,
            last: 0,
            slot: 0,
            weight: 1.0,
            state,
            reached: false,
        });
    }

    /// How many nodes can be added.
    pub(super) fn room(&self) -> usize {
        NODES - self.nodes.len() + self.free_count
    }

    pub(super) fn node(&self, id: NodeId) -> &Node<S> {
        &self.nodes[usize::from(id)]
    }

    /// The node of the prefix without its last class, unless that is the empty prefix itself.
    pub(super) fn parent(&self, id: NodeId) -> Option<NodeId> {
        let parent = self.node(id).parent;
        (parent != NONE).then_some(parent)
    }

    /// The last class of a prefix.
    pub(super) fn label(&self, id: NodeId) -> Option<u16> {
        (id != ROOT).then(|| self.node(id).label)
    }

    /// The node of `parent` and one class more, if there is one.
    pub(super) fn child(&self, parent: NodeId, label: u16) -> Option<NodeId> {
        self.children(parent)
            .find(|&id| self.node(id).label == label)
    }

    fn children(&self, parent: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let some = |id: NodeId| (id != NONE).then_some(id);
        std::iter::successors(some(self.node(parent).first_child), move |&id| {
            some(self.node(id).next_sibling)
        })
    }

    /// The nodes from a prefix up to the first class of it, the root left out.
    pub(super) fn way_up(&self, id: NodeId) -> impl Iterator<Item = &Node<S>> + '_ {
        let some = |id: NodeId| (id != ROOT).then_some(id);
        std::iter::successors(some(id), move |&id| self.parent(id).and_then(some))
            .map(|id| self.node(id))
    }

    /// Adds the prefix of `parent` and one class more, which is not there yet (see `child`), with what the prior gives:
    /// its weight and the state then. None when the tree is full.
    pub(super) fn add(
        &mut self,
        parent: NodeId,
        label: u16,
        born: u16,
        (weight, state): (f32, S),
    ) -> Option<NodeId> {
        let node = Node {
            parent,
            label,
            first_child: NONE,
            next_sibling: self.node(parent).first_child,
            born,
            last: born,
            slot: 0,
            weight,
            state,
            reached: false,
        };
        let id = self.put(node)?;
        self.nodes[usize::from(parent)].first_child = id;
        Some(id)
    }

    /// Puts a node into a free place.
    fn put(&mut self, node: Node<S>) -> Option<NodeId> {
        if self.free != NONE {
            let id = self.free;
            self.free = self.node(id).next_sibling;
            self.free_count -= 1;
            self.nodes[usize::from(id)] = node;
            return Some(id);
        }
        let id = self.nodes.len() as NodeId;
        self.nodes.push(node).ok().map(|()| id)
    }

    /// Notes that a prefix is in the beam at a live step, and where.
    pub(super) fn enter(&mut self, id: NodeId, slot: usize, step: u16) {
        let node = &mut self.nodes[usize::from(id)];
        node.slot = slot as u16;
        node.last = step;
    }

    /// Frees every node that is neither one of `kept` nor on the way up from one.
    pub(super) fn collect(&mut self, kept: impl Iterator<Item = NodeId>) {
        for node in &mut self.nodes {
            node.reached = false;
            node.first_child = NONE;
        }
        self.nodes[usize::from(ROOT)].reached = true;
        for mut id in kept {
            while !self.node(id).reached {
                self.nodes[usize::from(id)].reached = true;
                id = self.node(id).parent;
            }
        }
        self.free = NONE;
        self.free_count = 0;
        for at in 0..self.nodes.len() {
            let id = at as NodeId;
            let Node {
                parent, reached, ..
            } = self.nodes[at];
            if !reached {
                self.nodes[at].next_sibling = self.free;
                self.free = id;
                self.free_count += 1;
            } else if id != ROOT {
                self.nodes[at].next_sibling = self.node(parent).first_child;
                self.nodes[usize::from(parent)].first_child = id;
            }
        }
    }
}

#[cfg(test)]
impl<const NODES: usize, S: Copy> PrefixTree<NODES, S> {
    /// Fails where an invariant does not hold.
    pub(super) fn check(&self) {
        let mut seen = vec![false; self.nodes.len()];
        let mut mark = |id: NodeId| {
            assert!(
                !std::mem::replace(&mut seen[usize::from(id)], true),
                "{id} stands twice"
            );
        };
        let mut open = vec![ROOT];
        mark(ROOT);
        while let Some(parent) = open.pop() {
            let mut labels = std::collections::BTreeSet::new();
            for child in self.children(parent) {
                mark(child);
                assert_eq!(self.parent(child), Some(parent));
                assert!(
                    labels.insert(self.node(child).label),
                    "two nodes for one prefix"
                );
                assert!(parent == ROOT || self.node(parent).born < self.node(child).born);
                open.push(child);
            }
        }
        let mut free = 0;
        let mut id = self.free;
        while id != NONE {
            mark(id);
            free += 1;
            id = self.node(id).next_sibling;
        }
        assert_eq!(free, self.free_count);
        assert!(
            seen.into_iter().all(|seen| seen),
            "a node is neither in use nor free"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: (f32, ()) = (1.0, ());

    fn prefix<const NODES: usize>(tree: &PrefixTree<NODES>, id: NodeId) -> std::vec::Vec<u16> {
        let mut labels: std::vec::Vec<u16> = tree.way_up(id).map(|node| node.label).collect();
        labels.reverse();
        labels
    }

    #[test]
    fn prefixes_are_found_again() {
        let mut tree = PrefixTree::<8>::new();
        tree.clear(());
        let a = tree.add(ROOT, 7, 0, PLAIN).unwrap();
        let ab = tree.add(a, 9, 1, PLAIN).unwrap();
        let aa = tree.add(a, 7, 2, PLAIN).unwrap();
        tree.check();
        assert_eq!(tree.child(ROOT, 7), Some(a));
        assert_eq!(tree.child(a, 9), Some(ab));
        assert_eq!(tree.child(a, 7), Some(aa));
        assert_eq!(tree.child(a, 8), None);
        assert_eq!(tree.child(ab, 7), None);
        assert_eq!(prefix(&tree, ab), [7, 9]);
        assert!(prefix(&tree, ROOT).is_empty());
        assert_eq!((tree.parent(ROOT), tree.label(ROOT)), (None, None));
    }

    #[test]
    fn a_full_tree_refuses_until_it_is_collected() {
        let mut tree = PrefixTree::<4>::new();
        tree.clear(());
        let a = tree.add(ROOT, 1, 0, PLAIN).unwrap();
        let b = tree.add(ROOT, 2, 0, PLAIN).unwrap();
        let bc = tree.add(b, 3, 1, PLAIN).unwrap();
        assert_eq!((tree.room(), tree.add(a, 5, 2, PLAIN)), (0, None));
        tree.check();

        tree.collect([bc].into_iter());
        tree.check();
        assert_eq!(tree.room(), 1);
        assert_eq!(tree.child(ROOT, 1), None);
        let bcd = tree.add(bc, 4, 2, PLAIN).unwrap();
        assert_eq!(prefix(&tree, bcd), [2, 3, 4]);
        tree.check();

        tree.collect([bcd].into_iter());
        assert_eq!(tree.room(), 0);
        tree.collect(std::iter::empty());
        tree.check();
        assert_eq!(tree.room(), 3);
    }
}
