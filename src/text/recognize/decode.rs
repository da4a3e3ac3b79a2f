//! From class probabilities and knowledge to one reading, or to a rejection.
//!
//! Takes the rows of one line; gives a [`Verdict`]. The line is decoded freely first. What must fit is decoded again, held
//! to what fits, and is taken only where that costs little for its length and for each character that it changes: so text
//! that is something else is rejected, never bent. Allocates nothing after it was made.

use std::ops::Range;

use super::figures::{self, Sense};
use crate::text::ctc::{CUT, Hypothesis, LINE_STEPS, LineDecoder, Probs};
use crate::text::knowledge::{Knowledge, Known, Mode, State};

/// Classes that may begin a character while the search is held to what fits: a 0 that was read as an O for certain has
/// 1e-5 left.
const HELD_CUT: f32 = CUT / 100.0;

/// How many nats less likely a reading that fits may be for each character in which it differs from the likeliest one: the
/// right one of two that are alike still has a 300th of the probability; one that is plainly another has less.
const LN_CHANGE: f32 = 5.7;

/// The decoder and its memory.
pub struct LineReader {
    decoder: Box<LineDecoder<State>>,
    /// The best free readings of the line in work: they stand while it is decoded again.
    free: Box<[Hypothesis<LINE_STEPS>]>,
    count: usize,
    /// What each class says of a line.
    senses: Vec<Sense>,
}

/// What became of a line.
pub enum Verdict<'a> {
    /// The characters of the hypothesis in `part`, with this confidence.
    Reads {
        /// The reading.
        hypothesis: &'a Hypothesis<LINE_STEPS>,
        /// Which of its characters count.
        part: Range<usize>,
        /// How sure the line is, 0 to 1; see [`held_confidence`].
        confidence: f32,
        /// How sure its figures and signs are, 0 to 1; see [`figures`].
        figures: f32,
    },
    /// It fits nothing that was asked for; this is its most likely text.
    Rejected(&'a Hypothesis<LINE_STEPS>),
}

impl LineReader {
    /// A decoder that has read nothing; `senses` has what each class says of a line.
    pub fn new(senses: Vec<Sense>) -> Self {
        LineReader {
            decoder: LineDecoder::boxed(),
            free: vec![Hypothesis::new(); crate::text::ctc::LINE_BEAM].into_boxed_slice(),
            count: 0,
            senses,
        }
    }

    /// Reads one line with what is known about it.
    pub fn read(&mut self, probs: &Probs<'_>, knowledge: &Knowledge) -> Verdict<'_> {
        let LineReader {
            decoder,
            free,
            count,
            senses,
        } = self;
        decoder.set_cut(CUT);
        let free_readings = if knowledge.is_usual() {
            decoder
                .decode_with(probs, &knowledge.leaning())
                .map(|decoded| decoded.hypotheses())
        } else {
            Some(decoder.decode(probs).hypotheses())
        };
        *count = 0;
        for (kept, found) in free.iter_mut().zip(free_readings.unwrap_or_default()) {
            kept.clone_from(found);
            *count += 1;
        }
        let free: &[Hypothesis<LINE_STEPS>] = free.get(..*count).unwrap_or_default();
        let Some(best) = free.first() else {
            // Steps there were none, or none with a class: nothing is what it reads.
            let hypothesis = decoder.decode(probs).best();
            return Verdict::Reads {
                part: 0..0,
                confidence: hypothesis.confidence,
                figures: 1.0,
                hypothesis,
            };
        };
        let mut rejected = false;
        if let Some(known) = knowledge.expecting() {
            if let Some(held) = held(decoder, probs, &known, free) {
                let part = knowledge.part(held.hypothesis(decoder, free).classes());
                if held.is_near(knowledge.ln_bend * part.len() as f32) {
                    let hypothesis = held.hypothesis(decoder, free);
                    let part = match knowledge.mode {
                        Mode::Only => part,
                        Mode::Prefer => 0..hypothesis.chars.len(),
                    };
                    return Verdict::Reads {
                        hypothesis,
                        part,
                        confidence: held.confidence,
                        figures: 1.0,
                    };
                }
            }
            rejected = knowledge.mode == Mode::Only;
        }
        if let Some(known) = knowledge.allowing()
            && !rejected
        {
            if let Some(held) = held(decoder, probs, &known, free)
                && held
                    .is_near(knowledge.ln_bend * held.hypothesis(decoder, free).chars.len() as f32)
            {
                let hypothesis = held.hypothesis(decoder, free);
                return Verdict::Reads {
                    part: 0..hypothesis.chars.len(),
                    hypothesis,
                    confidence: held.confidence,
                    figures: 1.0,
                };
            }
            rejected = !best.chars.is_empty();
        }
        if rejected {
            return Verdict::Rejected(best);
        }
        Verdict::Reads {
            hypothesis: best,
            part: 0..best.chars.len(),
            confidence: best.confidence,
            figures: figures::sure(best, free, senses),
        }
    }
}

/// The best reading that fits.
struct Held {
    /// Whether the best free reading fits, and so is it; otherwise it is the decoder's best.
    free: bool,
    /// How many nats less likely it is than the most likely free reading.
    lost: f32,
    /// In how many characters the two differ.
    changed: usize,
    confidence: f32,
}

impl Held {
    /// Whether it may be what the picture shows, when it may cost `most` nats in all.
    fn is_near(&self, most: f32) -> bool {
        self.lost <= most.min(LN_CHANGE * self.changed as f32)
    }

    fn hypothesis<'a>(
        &self,
        decoder: &'a LineDecoder<State>,
        free: &'a [Hypothesis<LINE_STEPS>],
    ) -> &'a Hypothesis<LINE_STEPS> {
        match free.first() {
            Some(best) if self.free => best,
            _ => decoder.best(),
        }
    }
}

fn held(
    decoder: &mut LineDecoder<State>,
    probs: &Probs<'_>,
    known: &Known<'_>,
    free: &[Hypothesis<LINE_STEPS>],
) -> Option<Held> {
    let best_fits = free
        .first()
        .is_some_and(|best| known.accepts(best.classes()));
    if !best_fits {
        decoder.set_cut(HELD_CUT);
        decoder.decode_with(probs, known)?;
    }
    let mut held = Held {
        free: best_fits,
        lost: 0.0,
        changed: 0,
        confidence: 0.0,
    };
    let hypothesis = held.hypothesis(decoder, free);
    let likeliest = free
        .iter()
        .max_by(|a, b| a.ln_probability.total_cmp(&b.ln_probability));
    if let Some(likeliest) = likeliest.filter(|_| !best_fits) {
        held.changed = edits(likeliest, hypothesis);
        held.lost = likeliest.ln_probability - hypothesis.ln_probability;
    }
    held.confidence = held_confidence(hypothesis, free, known);
    Some(held)
}

/// How sure a reading is, 0 to 1, when it is known that the line fits: its probability among all but the readings that
/// are known not to fit, as the geometric mean of a share for each character. The n-gram model has no part in it.
///
/// A bound from below, as not all that does not fit is known.
fn held_confidence(
    reading: &Hypothesis<LINE_STEPS>,
    free: &[Hypothesis<LINE_STEPS>],
    known: &Known<'_>,
) -> f32 {
    let unfit = free.iter().filter(|other| !known.accepts(other.classes()));
    let excluded: f64 = unfit
        .map(|other| f64::from(other.ln_probability).exp())
        .sum();
    let probability = f64::from(reading.ln_probability).exp();
    let rest = (1.0 - excluded).max(probability);
    if rest <= 0.0 {
        return reading.confidence;
    }
    let shares = reading.chars.len().max(1) as f64;
    ((f64::from(reading.ln_probability) - rest.ln()) / shares)
        .exp()
        .min(1.0) as f32
}

/// In how many characters two readings differ: the least changes, insertions and deletions that make one the other
/// (Levenshtein's distance).
fn edits(from: &Hypothesis<LINE_STEPS>, to: &Hypothesis<LINE_STEPS>) -> usize {
    let mut row: [usize; LINE_STEPS + 1] = std::array::from_fn(|count| count);
    for (at, class) in from.classes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (place, other) in to.classes().enumerate() {
            let changed = diagonal + usize::from(class != other);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[to.chars.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::ctc::Char;

    fn reading(text: &str) -> Hypothesis<LINE_STEPS> {
        let mut hypothesis = Hypothesis::new();
        for (at, c) in (0..).zip(text.bytes()) {
            let char = Char {
                class: c.into(),
                start: at,
                end: at + 1,
                confidence: 1.0,
            };
            hypothesis.chars.push(char).unwrap();
        }
        hypothesis
    }

    #[test]
    fn edits_are_counted() {
        for (from, to, count) in [
            ("", "", 0),
            ("", "ab", 2),
            ("kitten", "sitting", 3),
            ("12.05", "1205", 1),
            ("abc", "abc", 0),
        ] {
            assert_eq!(edits(&reading(from), &reading(to)), count, "{from} {to}");
            assert_eq!(edits(&reading(to), &reading(from)), count, "{to} {from}");
        }
    }
}
