//! Where each character of a labelling stands, and how probable the labelling is.
//!
//! Viterbi's algorithm (for the best alignment) and the forward algorithm (for the sum of all)
//! over the states "in the last class of a prefix" and "in a blank after it", for each prefix of
//! the labelling. A prefix is followed from [`SLACK`] steps before the search first had it in its
//! beam to as many after it last had: so the cost grows with the length of the line, not with its
//! square, and what the search lost to a beam full of rivals is counted again.

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

/// How many steps longer than in the beam a prefix is followed, to either side. Two characters of
/// usual width: alignments that are farther off the best have no probability worth counting.
const SLACK: u16 = 8;

/// Scores are brought back to 1 when the best falls below this, far from where f64 loses digits.
const RESCALE_BELOW: f64 = 1e-100;

/// How probable the ways are that end in one of the two states of a prefix.
#[derive(Clone, Copy, Debug, Default)]
struct Ways {
    /// In the last class of the prefix.
    in_label: f64,
    /// In a blank after it.
    in_blank: f64,
}

impl Ways {
    fn divide(&mut self, unit: f64) {
        self.in_label /= unit;
        self.in_blank /= unit;
    }

    fn highest(&self) -> f64 {
        self.in_label.max(self.in_blank)
    }
}

/// A prefix of the labelling, and the ways that end in it.
#[derive(Clone, Copy, Debug)]
struct Prefix {
    label: u16,
    /// Whether the class is the same as that of the prefix before, so that a blank must part them.
    doubled: bool,
    /// The live steps at which it is followed, both included.
    born: u16,
    last: u16,
    /// The best way alone.
    best: Ways,
    /// All ways together.
    sum: Ways,
}

/// Room to align labellings of at most `STEPS` characters to at most `STEPS` steps.
pub(super) struct Aligner<const STEPS: usize> {
    /// Without the empty prefix. None is born before the one before it.
    prefixes: Vec<Prefix, STEPS>,
    /// For each live step and prefix in play, how the best way came there (see [`came`]).
    back: [[u8; STEPS]; STEPS],
}

impl<const STEPS: usize> Aligner<STEPS> {
    pub(super) const fn new() -> Self {
        Aligner {
            prefixes: Vec::new(),
            back: [[0; STEPS]; STEPS],
        }
    }

    /// Aligns the labelling whose nodes, last first, are `way_up`; `root_last` is the live step at
    /// which the empty prefix was last in the beam. Replaces what is in `chars`, and gives the
    /// logarithm of the probability of the labelling.
    pub(super) fn align<'a, S: 'a>(
        &mut self,
        way_up: impl Iterator<Item = &'a Node<S>>,
        root_last: u16,
        probs: &Probs<'_>,
        live: &[LiveStep],
        chars: &mut Vec<Char, STEPS>,
    ) -> f64 {
        self.start(way_up);
        let ln_probability = self.forward(root_last.saturating_add(SLACK), probs, live);
        self.trace(probs, live, chars);
        ln_probability
    }

    fn start<'a, S: 'a>(&mut self, way_up: impl Iterator<Item = &'a Node<S>>) {
        self.prefixes.clear();
        for node in way_up {
            let Node {
                label, born, last, ..
            } = node;
            let prefix = Prefix {
                label: *label,
                doubled: false,
                born: born.saturating_sub(SLACK),
                last: last.saturating_add(SLACK),
                best: Ways::default(),
                sum: Ways::default(),
            };
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

    /// Fills `back`, and gives the logarithm of the probability.
    fn forward(&mut self, root_last: u16, probs: &Probs<'_>, live: &[LiveStep]) -> f64 {
        // The empty prefix has no class to be in, and one way only: but for the unit the two are
        // the same.
        let (mut root_best, mut root_sum) = (1.0f64, 1.0f64);
        let mut ln_unit = 0.0;
        // Prefixes followed are those of `low..high`, and such as end before a shorter one.
        let (mut low, mut high) = (0, 0);
        for (now, (step, back)) in live.iter().zip(&mut self.back).enumerate() {
            let low_before = low;
            while self
                .prefixes
                .get(high)
                .is_some_and(|prefix| usize::from(prefix.born) <= now)
            {
                high += 1;
            }
            while low < high && usize::from(self.prefixes[low].last) < now {
                low += 1;
            }
            let p_blank = f64::from(step.probability(probs, probs.blank()));
            let (mut best, mut sum) = (0.0f64, 0.0f64);
            // From the last to the first, as each is made from the one before as it was.
            for at in (low..high).rev() {
                let (before_best, before_sum) = match at.checked_sub(1) {
                    Some(before) => (self.prefixes[before].best, self.prefixes[before].sum),
                    None => (
                        Ways {
                            in_label: 0.0,
                            in_blank: root_best,
                        },
                        Ways {
                            in_label: 0.0,
                            in_blank: root_sum,
                        },
                    ),
                };
                let prefix = &mut self.prefixes[at];
                let p_label = f64::from(step.probability(probs, prefix.label));
                back[at] = prefix.follow_best(before_best, p_label, p_blank);
                prefix.follow_all(before_sum, p_label, p_blank);
                best = best.max(prefix.best.highest());
                sum = sum.max(prefix.sum.highest());
            }
            for prefix in &mut self.prefixes[low_before..low] {
                prefix.best = Ways::default();
                prefix.sum = Ways::default();
            }
            let p_root = if now <= usize::from(root_last) {
                p_blank
            } else {
                0.0
            };
            root_best *= p_root;
            root_sum *= p_root;
            best = best.max(root_best);
            sum = sum.max(root_sum);
            if best < RESCALE_BELOW && best > 0.0 {
                root_best /= best;
                self.prefixes[low..high]
                    .iter_mut()
                    .for_each(|prefix| prefix.best.divide(best));
            }
            if sum < RESCALE_BELOW && sum > 0.0 {
                root_sum /= sum;
                self.prefixes[low..high]
                    .iter_mut()
                    .for_each(|prefix| prefix.sum.divide(sum));
                ln_unit += sum.ln();
            }
        }
        let sum = self
            .prefixes
            .last()
            .map_or(root_sum, |prefix| prefix.sum.in_label + prefix.sum.in_blank);
        sum.ln() + ln_unit
    }

    fn trace(&self, probs: &Probs<'_>, live: &[LiveStep], chars: &mut Vec<Char, STEPS>) {
        chars.clear();
        let Some(last) = self.prefixes.last() else {
            return;
        };
        let mut in_label = last.best.in_label >= last.best.in_blank;
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
    /// Takes one step; `before` is the best of the prefix before. Gives how the best ways came.
    fn follow_best(&mut self, before: Ways, p_label: f64, p_blank: f64) -> u8 {
        let mut back = 0;
        let Ways {
            mut in_label,
            mut in_blank,
        } = self.best;
        if self.best.in_label > in_blank {
            in_blank = self.best.in_label;
            back = came::BLANK_FROM_LABEL;
        }
        if !self.doubled && before.in_label > in_label && before.in_label >= before.in_blank {
            in_label = before.in_label;
            back |= came::LABEL_FROM_PARENT_LABEL;
        } else if before.in_blank > in_label {
            in_label = before.in_blank;
            back |= came::LABEL_FROM_PARENT_BLANK;
        }
        self.best = Ways {
            in_label: in_label * p_label,
            in_blank: in_blank * p_blank,
        };
        back
    }

    /// The same for all ways together.
    fn follow_all(&mut self, before: Ways, p_label: f64, p_blank: f64) {
        let Ways { in_label, in_blank } = self.sum;
        let from_label = if self.doubled { 0.0 } else { before.in_label };
        self.sum = Ways {
            in_label: (in_label + from_label + before.in_blank) * p_label,
            in_blank: (in_label + in_blank) * p_blank,
        };
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
        tree.clear(());
        let a = tree.add(ROOT, 1, 0, (1.0, ())).unwrap();
        let ab = tree.add(a, 2, 1, (1.0, ())).unwrap();
        tree.enter(a, 0, 2);
        tree.enter(ab, 0, 2);
        let data = [1.0, 0.0, 0.0].repeat(3);
        let probs = Probs::new(&data, 3, 3, 0).unwrap();
        let live: std::vec::Vec<LiveStep> = (0..3)
            .map(|step| LiveStep {
                step,
                scale: Scale::of(&[1.0]).0.unwrap(),
            })
            .collect();
        let mut chars = Vec::<Char, 3>::new();
        Aligner::new().align(tree.way_up(ab), 0, &probs, &live, &mut chars);
        let spans: std::vec::Vec<_> = chars.iter().map(|c| (c.class, c.start, c.end)).collect();
        assert_eq!(spans.len(), 2);
        assert_eq!((spans[0].0, spans[1].0), (1, 2));
        assert!(spans[0].1 < spans[0].2 && spans[0].2 <= spans[1].1 && spans[1].1 < spans[1].2);
    }
}
