//! The most probable class of each step, repeats and blanks removed: the quick, plain reading.

use super::probs::{Probs, Scale};
use super::{Char, Flags, Hypothesis};

/// Decodes by the single most probable alignment, into `hypothesis`.
///
/// `ln_probability` is that of this one alignment, so below that of the labelling. What is wrong
/// with the input is put right as by [`Decoder`](super::Decoder) and told by the flags; of equally
/// probable classes the first counts.
pub fn greedy<const STEPS: usize>(probs: &Probs<'_>, hypothesis: &mut Hypothesis<STEPS>) -> Flags {
    const { assert!(STEPS <= u16::MAX as usize, "steps are numbered in 16 bits") };
    let mut flags = Flags {
        steps_cut: probs.steps() > STEPS,
        ..Flags::default()
    };
    let mut ln_probability = 0.0f64;
    hypothesis.chars.clear();
    // The class of the last step that had one, and so whether a character goes on.
    let mut before = probs.blank();
    for step in 0..probs.steps().min(STEPS) {
        let row = probs.row(step);
        let (scale, bad) = Scale::of(row);
        flags.bad_values |= bad;
        let Some(scale) = scale else {
            flags.silent_steps = true;
            continue;
        };
        let (class, value) = most_probable(row);
        let confidence = scale.probability(value);
        ln_probability += f64::from(confidence).ln();
        let end = step as u16 + 1;
        match hypothesis.chars.last_mut() {
            _ if class == probs.blank() => {}
            Some(char) if class == before => {
                char.end = end;
                char.confidence = char.confidence.max(confidence);
            }
            _ => {
                let _ = hypothesis.chars.push(Char {
                    class,
                    start: step as u16,
                    end,
                    confidence,
                });
            }
        }
        before = class;
    }
    hypothesis.set_probability(ln_probability);
    hypothesis.ln_prior = 0.0;
    flags
}

/// The class with the highest value, and the value.
fn most_probable(row: &[f32]) -> (u16, f32) {
    let mut best = (0, 0.0);
    for (class, &value) in row.iter().enumerate() {
        if value > best.1 {
            best = (class as u16, value);
        }
    }
    best
}
