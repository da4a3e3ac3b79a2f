//! The beam search: at each step the most likely prefixes so far, each with its probability.
//!
//! Takes [`Probs`], gives [`Decoded`]. Nothing is lost but what falls out of the beam and what
//! [`CUT`] leaves out: prefixes that are reached in several ways are always merged, also those
//! that left the beam and came back.

use heapless::Vec;

use super::align::Aligner;
use super::prior::{Free, Prior};
use super::probs::{LiveStep, Probs, Scale};
use super::top::TopClasses;
use super::tree::{NodeId, PrefixTree, ROOT};
use super::{CUT, Decoded, Flags, Hypothesis, WIDE};

/// A prefix in the beam.
#[derive(Clone, Copy, Debug)]
struct Entry {
    node: NodeId,
    /// The probability of the alignments so far that end in a blank, in units of the best prefix.
    blank: f32,
    /// The same for those that end in the prefix's last class.
    label: f32,
}

impl Entry {
    fn total(&self) -> f32 {
        self.blank + self.label
    }
}

/// A prefix that may be in the next beam.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    /// The place in the beam of the prefix that it is, or that it extends.
    from: usize,
    /// The class it is extended by, if it is.
    class: Option<u16>,
    blank: f32,
    label: f32,
}

impl Candidate {
    fn total(&self) -> f32 {
        self.blank + self.label
    }
}

/// A decoder that keeps `BEAM` prefixes at each step, has room for `NODES` prefixes in all
/// (at most 65,535) and for `STEPS` time steps (at most 65,535). It is large (see
/// [`LineDecoder`](super::LineDecoder)) and can be used again without end.
pub struct Decoder<const BEAM: usize, const NODES: usize, const STEPS: usize, S = ()> {
    cut: f32,
    tree: PrefixTree<NODES, S>,
    /// Most probable first, the total of the first being 1; never empty, and no prefix twice.
    beam: Vec<Entry, BEAM>,
    next: Vec<Entry, BEAM>,
    candidates: Vec<Candidate, BEAM>,
    /// The steps that were searched, in order: those with probabilities.
    live: Vec<LiveStep, STEPS>,
    /// The logarithm of the unit in which the beam's probabilities are.
    ln_unit: f64,
    aligner: Aligner<STEPS>,
    decoded: Decoded<BEAM, STEPS>,
}

impl<const BEAM: usize, const NODES: usize, const STEPS: usize, S: Copy + Default>
    Decoder<BEAM, NODES, STEPS, S>
{
    /// A decoder that leaves out classes below [`CUT`].
    pub const fn new() -> Self {
        const {
            assert!(BEAM >= 1, "the beam needs at least one prefix");
            assert!(
                BEAM <= u16::MAX as usize,
                "places in the beam are numbered in 16 bits"
            );
            assert!(
                STEPS >= 1 && STEPS <= u16::MAX as usize,
                "steps are numbered in 16 bits"
            );
        }
        Decoder {
            cut: CUT,
            tree: PrefixTree::new(),
            beam: Vec::new(),
            next: Vec::new(),
            candidates: Vec::new(),
            live: Vec::new(),
            ln_unit: 0.0,
            aligner: Aligner::new(),
            decoded: Decoded::new(),
        }
    }

    /// A new decoder on the heap. This is the only allocation there is; it may pass over the
    /// stack, which must have room for it.
    pub fn boxed() -> Box<Self> {
        Box::new(Self::new())
    }

    /// Sets the probability below which a class does not begin a character at a step, instead of
    /// [`CUT`]. 0 leaves nothing out, and so does anything that is not a number above 0.
    pub fn set_cut(&mut self, cut: f32) {
        self.cut = cut.max(0.0);
    }

    /// Decodes a line. The result stays until the next call.
    ///
    /// Defined on whatever comes, and [`Decoded::flags`] tells what had to be put right: steps
    /// past `STEPS` are left out; values that are no probabilities are zero (infinite ones share
    /// the row); steps without any probability are passed over; prefixes that find no room are
    /// dropped. No steps, or no class but the blank, decode to the empty labelling.
    pub fn decode(&mut self, probs: &Probs<'_>) -> &Decoded<BEAM, STEPS> {
        self.search(probs, &Free::new());
        &self.decoded
    }

    /// The most likely hypothesis of the line decoded last, if there was one.
    pub fn best(&self) -> &Hypothesis<STEPS> {
        self.decoded.best()
    }

    /// Decodes a line with what is known of it. None when the search came to nothing that the prior allows.
    ///
    /// The hypotheses are in the order of `ln_probability + ln_prior`. At each step the [`WIDE`] most probable classes
    /// are tried.
    pub fn decode_with<P: Prior<State = S>>(
        &mut self,
        probs: &Probs<'_>,
        prior: &P,
    ) -> Option<&Decoded<BEAM, STEPS>> {
        self.search(probs, prior).then_some(&self.decoded)
    }

    /// Decodes; false when nothing was found that the prior allows.
    fn search<P: Prior<State = S>>(&mut self, probs: &Probs<'_>, prior: &P) -> bool {
        self.start(prior.start());
        let mut flags = Flags {
            steps_cut: probs.steps() > STEPS,
            ..Flags::default()
        };
        for step in 0..probs.steps().min(STEPS) {
            let row = probs.row(step);
            let (scale, bad) = Scale::of(row);
            flags.bad_values |= bad;
            let Some(scale) = scale else {
                flags.silent_steps = true;
                continue;
            };
            self.propose(row, &scale, probs.blank(), prior);
            if !P::FREE && self.candidates.is_empty() {
                return false;
            }
            if self.advance(&mut flags, prior) {
                let _ = self.live.push(LiveStep {
                    step: step as u16,
                    scale,
                });
            }
        }
        self.decoded.flags = flags;
        self.finish(probs, prior)
    }

    fn start(&mut self, state: S) {
        self.tree.clear(state);
        self.beam.clear();
        let _ = self.beam.push(Entry {
            node: ROOT,
            blank: 1.0,
            label: 0.0,
        });
        self.live.clear();
        self.ln_unit = 0.0;
    }

    /// The place in the beam of the prefix without its last class, if it is there.
    fn parent_slot(&self, node: NodeId) -> Option<usize> {
        let parent = self.tree.parent(node)?;
        let slot = usize::from(self.tree.node(parent).slot);
        // `slot` may be from a step long past: it counts only when the beam agrees.
        (self.beam.get(slot)?.node == parent).then_some(slot)
    }

    /// Fills `candidates` with the best that can follow from the beam at one step.
    fn propose<P: Prior<State = S>>(&mut self, row: &[f32], scale: &Scale, blank: u16, prior: &P) {
        let probability = |class: u16| {
            row.get(usize::from(class))
                .map_or(0.0, |&value| scale.probability(value))
        };
        self.candidates.clear();
        let p_blank = probability(blank);

        // Prefixes that stay as they are, with what their parents in the beam bring them.
        let mut parents: Vec<(usize, u16), BEAM> = Vec::new();
        for from in 0..self.beam.len() {
            let entry = self.beam[from];
            let mut label = 0.0;
            if let Some(class) = self.tree.label(entry.node) {
                let mut before = entry.label;
                if let Some(slot) = self.parent_slot(entry.node) {
                    let parent = self.beam[slot];
                    let doubled = self.tree.label(parent.node) == Some(class);
                    let brought = if doubled {
                        parent.blank
                    } else {
                        parent.total()
                    };
                    before += brought * self.tree.node(entry.node).weight;
                    let _ = parents.push((slot, class));
                }
                label = before * probability(class);
            }
            let blank = entry.total() * p_blank;
            offer(
                &mut self.candidates,
                Candidate {
                    from,
                    class: None,
                    blank,
                    label,
                },
            );
        }

        // Prefixes that are new to the beam.
        if P::FREE {
            let top = TopClasses::<BEAM>::of(row, scale, blank, self.cut, |_| true);
            self.extend(top.iter(), &parents, prior);
        } else {
            let top = TopClasses::<WIDE>::of(row, scale, blank, self.cut, |class| prior.may(class));
            self.extend(top.iter(), &parents, prior);
        }
    }

    /// Offers each prefix of the beam with each class of `top` (most probable first) after it, but for the places in the
    /// beam and classes in `known`, which are in the beam already.
    fn extend<P: Prior<State = S>>(
        &mut self,
        top: impl Iterator<Item = (u16, f32)> + Clone,
        known: &[(usize, u16)],
        prior: &P,
    ) {
        for (from, entry) in self.beam.iter().enumerate() {
            let last = self.tree.label(entry.node);
            for (class, p) in top.clone() {
                if self.candidates.is_full()
                    && self
                        .candidates
                        .last()
                        .is_some_and(|least| entry.total() * p * prior.most() <= least.total())
                {
                    break;
                }
                if known.contains(&(from, class)) {
                    continue;
                }
                // A class after itself is a new character only with a blank between.
                let before = if last == Some(class) {
                    entry.blank
                } else {
                    entry.total()
                };
                let state = &self.tree.node(entry.node).state;
                let Some((weight, _)) = prior.extend(state, class) else {
                    continue;
                };
                let candidate = Candidate {
                    from,
                    class: Some(class),
                    blank: 0.0,
                    label: before * p * weight,
                };
                offer(&mut self.candidates, candidate);
            }
        }
    }

    /// Makes the candidates the beam. False, and the beam left as it was, when none finds room.
    fn advance<P: Prior<State = S>>(&mut self, flags: &mut Flags, prior: &P) -> bool {
        let step = self.live.len() as u16;
        let extensions = self
            .candidates
            .iter()
            .filter(|new| new.class.is_some())
            .count();
        if self.tree.room() < extensions {
            self.tree.collect(self.beam.iter().map(|entry| entry.node));
        }
        self.next.clear();
        for new in &self.candidates {
            let from = self.beam[new.from].node;
            let node = match new.class {
                None => Some(from),
                // The prefix may have been in the beam before, and its children may still be.
                Some(class) => self.tree.child(from, class).or_else(|| {
                    let given = prior.extend(&self.tree.node(from).state, class)?;
                    self.tree.add(from, class, step, given)
                }),
            };
            match node {
                Some(node) => {
                    let _ = self.next.push(Entry {
                        node,
                        blank: new.blank,
                        label: new.label,
                    });
                }
                None => flags.truncated = true,
            }
        }
        let Some(unit) = self.next.first().map(Entry::total) else {
            flags.truncated = true;
            return false;
        };
        for (slot, entry) in self.next.iter_mut().enumerate() {
            entry.blank /= unit;
            entry.label /= unit;
            self.tree.enter(entry.node, slot, step);
        }
        self.ln_unit += f64::from(unit).ln();
        #[cfg(test)]
        self.tree.check();
        std::mem::swap(&mut self.beam, &mut self.next);
        true
    }

    /// Writes down what the beam has come to; false when that is nothing.
    fn finish<P: Prior<State = S>>(&mut self, probs: &Probs<'_>, prior: &P) -> bool {
        let mut found = 0;
        for entry in &self.beam {
            let end = prior.end(&self.tree.node(entry.node).state);
            let Some(hypothesis) = self.decoded.hypotheses.get_mut(found) else {
                break;
            };
            if end <= 0.0 {
                continue;
            }
            let whole = self.aligner.align(
                self.tree.way_up(entry.node),
                self.tree.node(ROOT).last,
                probs,
                &self.live,
                &mut hypothesis.chars,
            );
            let weights = self.tree.way_up(entry.node).map(|node| node.weight);
            let ln_weight: f64 = weights.map(|weight| f64::from(weight).ln()).sum();
            // Both sum over some of the alignments: the larger one has missed fewer.
            let searched = f64::from(entry.total()).ln() + self.ln_unit - ln_weight;
            hypothesis.set_probability(whole.max(searched));
            hypothesis.ln_prior = (ln_weight + f64::from(end).ln()) as f32;
            found += 1;
        }
        self.decoded.len = found;
        let found = self.decoded.hypotheses.get_mut(..found).unwrap_or_default();
        found.sort_unstable_by(|a, b| b.ln_score().total_cmp(&a.ln_score()));
        !found.is_empty()
    }
}

impl<const BEAM: usize, const NODES: usize, const STEPS: usize, S: Copy + Default> Default
    for Decoder<BEAM, NODES, STEPS, S>
{
    fn default() -> Self {
        Self::new()
    }
}

/// Takes a candidate in its place in the order, most likely first, if it is likely enough to have
/// one. Of equals the first stays ahead; what cannot happen has no place.
fn offer<const BEAM: usize>(candidates: &mut Vec<Candidate, BEAM>, new: Candidate) {
    let total = new.total();
    if total <= 0.0 {
        return;
    }
    if candidates.is_full() {
        if candidates
            .last()
            .is_some_and(|least| total <= least.total())
        {
            return;
        }
        candidates.pop();
    }
    let at = candidates.partition_point(|other| other.total() >= total);
    let _ = candidates.insert(at, new);
}
