//! Where each character of a labelling stands: its best alignment to the time steps.
//!
//! Viterbi's algorithm over the states "in the last class of a prefix" and "in a blank after it",
//! for each prefix of the labelling and each step at which the search had that prefix in play:
//! outside of those the search found no way, so the alignment is the best of those that it kept,
//! and its cost grows with the length of the line, not with its square.

use heapless::Vec;

use super::Char;
use super::probs::{LiveStep, Probs};
use super::tree::Node;

/// The best way into a state, as it stands in a cell of the way back: bits.
mod came {
    /// Into the class: from the class itself when neither of the two is set.
    pub(super) const LABEL_FROM_PARENT_BLANK: u8 = 1;
    pub(super) const LABEL_FROM_PARENT_LABEL: u8 = 2;
    /// Into the blank: from the blank itself when not set.
    pub(super) const BLANK_FROM_LABEL: u8 = 4;
}

/// Scores are brought back to 1 when the best falls below this, far from where f64 loses digits.
const RESCALE_BELOW: f64 = 1e-100;

/// A prefix of the labelling, and the score of the best way that ends in it.
#[derive(Clone, Copy, Debug)]
struct Prefix {
    label: u16,
    /// Whether the class is the same as that of the prefix before, so that a blank must part them.
    doubled: bool,
    /// The live steps at which it is in play, both included.
    born: u16,
    last: u16,
    /// The score of the best way that ends in the class.
    in_label: f64,
    /// The score of the best way that ends in a blank after the class.
    in_blank: f64,
}

/// Room to align labellings of at most `STEPS` characters to at most `STEPS` steps.
pub(super) struct Aligner<const STEPS: usize> {
    /// Without the empty prefix. Each is born after the one before.
    prefixes: Vec<Prefix, STEPS>,
    /// For each live step and prefix in play, how the best way came there (see [`came`]).
    back: [[u8; STEPS]; STEPS],
}

impl<const STEPS: usize> Aligner<STEPS> {
    pub(super) const fn new() -> Self {
        Aligner { prefixes: Vec::new(), back: [[0; STEPS]; STEPS] }
    }

    /// Aligns the labelling whose nodes, last first, are `way_up`; `root_last` is the live step at
    /// which the empty prefix was last in play. Replaces what is in `chars`.
    pub(super) fn align<'a>(
        &mut self,
        way_up: impl Iterator<Item = &'a Node>,
        root_last: u16,
        probs: &Probs<'_>,
        live: &[LiveStep],
        chars: &mut Vec<Char, STEPS>,
    ) {
        self.start(way_up);
        self.forward(root_last, probs, live);
        self.trace(probs, live, chars);
    }

    fn start<'a>(&mut self, way_up: impl Iterator<Item = &'a Node>) {
        self.prefixes.clear();
        for node in way_up {
            let Node { label, born, last, .. } = *node;
            let prefix =
                Prefix { label, doubled: false, born, last, in_label: 0.0, in_blank: 0.0 };
            // Each step of the search adds at most one class, so all find room.
            let _ = self.prefixes.push(prefix);
        }
        self.prefixes.reverse();
        let mut before: Option<Prefix> = None;
        for prefix in &mut self.prefixes {
            prefix.doubled = before.is_some_and(|before| before.label == prefix.label);
            before = Some(*prefix);
        }
    }

    fn forward(&mut self, root_last: u16, probs: &Probs<'_>, live: &[LiveStep]) {
        let mut root = 1.0f64;
        // Prefixes in play are those of `low..high`, and such as left the beam before a shorter one.
        let (mut low, mut high) = (0, 0);
        for (at, (step, back)) in live.iter().zip(&mut self.back).enumerate() {
            let in_play_before = low;
            while self.prefixes.get(high).is_some_and(|prefix| usize::from(prefix.born) <= at) {
                high += 1;
            }
            while low < high && usize::from(self.prefixes[low].last) < at {
                low += 1;
            }
            let p_blank = f64::from(step.probability(probs, probs.blank()));
            let mut best = 0.0f64;
            // From the last to the first, as each is made from the one before as it was.
            for at in (low..high).rev() {
                let before = match at.checked_sub(1) {
                    Some(before) => (self.prefixes[before].in_label, self.prefixes[before].in_blank),
                    None => (0.0, root),
                };
                let prefix = &mut self.prefixes[at];
                let p_label = f64::from(step.probability(probs, prefix.label));
                back[at] = prefix.step(before, p_label, p_blank);
                best = best.max(prefix.in_label).max(prefix.in_blank);
            }
            for prefix in &mut self.prefixes[in_play_before..low] {
                prefix.in_label = 0.0;
                prefix.in_blank = 0.0;
            }
            root = if at <= usize::from(root_last) { root * p_blank } else { 0.0 };
            best = best.max(root);
            if best < RESCALE_BELOW && best > 0.0 {
                root /= best;
                for prefix in &mut self.prefixes[low..high] {
                    prefix.in_label /= best;
                    prefix.in_blank /= best;
                }
            }
        }
    }

    fn trace(&self, probs: &Probs<'_>, live: &[LiveStep], chars: &mut Vec<Char, STEPS>) {
        chars.clear();
        let Some(last) = self.prefixes.last() else {
            return;
        };
        let mut in_label = last.in_label >= last.in_blank;
        let mut left = self.prefixes.len();
        let mut open: Option<Char> = None;
        for (steps_before, (step, back)) in live.iter().zip(&self.back).enumerate().rev() {
            let Some(at) = left.checked_sub(1) else {
                break;
            };
            // No best way leaves fewer steps than characters; should all scores have vanished,
            // this still gives each character a step.
            let hurry = left > steps_before;
            if !in_label && !hurry {
                in_label = back[at] & came::BLANK_FROM_LABEL != 0;
                continue;
            }
            let class = self.prefixes[at].label;
            let mut char = open.take().unwrap_or(Char {
                class,
                start: step.step,
                end: step.step + 1,
                confidence: 0.0,
            });
            char.start = step.step;
            char.confidence = char.confidence.max(step.probability(probs, class));
            let from_label = hurry || back[at] & came::LABEL_FROM_PARENT_LABEL != 0;
            let from_blank = back[at] & came::LABEL_FROM_PARENT_BLANK != 0;
            in_label = from_label || !from_blank;
            if from_label || from_blank {
                let _ = chars.push(char);
                left = at;
            } else {
                open = Some(char);
            }
        }
        chars.reverse();
    }
}

impl Prefix {
    /// Takes one step; `before` are the scores of the prefix before, in its class and in a blank.
    /// Gives how the best ways came.
    fn step(&mut self, before: (f64, f64), p_label: f64, p_blank: f64) -> u8 {
        let mut back = 0;
        let (parent_label, parent_blank) = before;
        let mut label = self.in_label;
        if parent_blank > label {
            label = parent_blank;
            back = came::LABEL_FROM_PARENT_BLANK;
        }
        if !self.doubled && parent_label > label {
            label = parent_label;
            back = came::LABEL_FROM_PARENT_LABEL;
        }
        let mut blank = self.in_blank;
        if self.in_label > blank {
            blank = self.in_label;
            back |= came::BLANK_FROM_LABEL;
        }
        self.in_label = label * p_label;
        self.in_blank = blank * p_blank;
        back
    }
}

#[cfg(test)]
mod tests {
    use super::super::probs::Scale;
    use super::super::tree::{PrefixTree, ROOT};
    use super::*;

    #[test]
    fn characters_without_any_way_still_get_a_step_each() {
        let mut tree = PrefixTree::<4>::new();
        tree.clear();
        let a = tree.add(ROOT, 1, 0).unwrap();
        let ab = tree.add(a, 2, 1).unwrap();
        tree.enter(a, 0, 2);
        tree.enter(ab, 0, 2);
        let data = [1.0, 0.0, 0.0].repeat(3);
        let probs = Probs::new(&data, 3, 3, 0).unwrap();
        let live: std::vec::Vec<LiveStep> = (0..3)
            .map(|step| LiveStep { step, scale: Scale::of(&[1.0]).0.unwrap() })
            .collect();
        let mut chars = Vec::<Char, 3>::new();
        Aligner::new().align(tree.way_up(ab), 0, &probs, &live, &mut chars);
        let spans: std::vec::Vec<_> = chars.iter().map(|c| (c.class, c.start, c.end)).collect();
        assert_eq!(spans.len(), 2);
        assert_eq!((spans[0].0, spans[1].0), (1, 2));
        assert!(spans[0].1 < spans[0].2 && spans[0].2 <= spans[1].1 && spans[1].1 < spans[1].2);
    }
}
