//! How sure the figures and signs of a line are.
//!
//! Takes the best readings of a line; gives the share of their probability that agrees with the chosen one in all that is no
//! letter. The mean over a line's characters, which is its confidence, hides one doubtful figure among many sure letters, and
//! knows nothing of a sign that was left out; another reading of nearly the same probability shows both.

use crate::text::ctc::Hypothesis;

/// The share of the readings' probability, 0 to 1, that lies on those with the figures and signs of `chosen`; `is_figure` tells of
/// each class whether it is one.
pub fn sure<const STEPS: usize>(
    chosen: &Hypothesis<STEPS>,
    readings: &[Hypothesis<STEPS>],
    is_figure: &[bool],
) -> f32 {
    let counts = |class: &u16| is_figure.get(usize::from(*class)).copied().unwrap_or(false);
    let (mut same, mut all) = (0.0, 0.0);
    for reading in readings {
        let probability = f64::from(reading.ln_probability).exp();
        all += probability;
        let figures = reading.classes().filter(counts);
        if figures.eq(chosen.classes().filter(counts)) {
            same += probability;
        }
    }
    if all > 0.0 { (same / all) as f32 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::ctc::Char;

    /// Letters are the classes below 10.
    fn reading(classes: &[u16], probability: f32) -> Hypothesis<8> {
        let mut reading = Hypothesis::new();
        for &class in classes {
            let char = Char {
                class,
                start: 0,
                end: 1,
                confidence: 1.0,
            };
            reading.chars.push(char).expect("room for eight");
        }
        reading.ln_probability = probability.ln();
        reading
    }

    #[test]
    fn another_letter_leaves_the_figures_sure() {
        let is_figure: Vec<bool> = (0..20).map(|class| class >= 10).collect();
        let sure = |readings: &[Hypothesis<8>]| sure(&readings[0], readings, &is_figure);
        assert_eq!(sure(&[reading(&[1, 12], 0.5), reading(&[2, 12], 0.3)]), 1.0);
        // A figure in place of a letter, and a sign left out.
        let doubted = [
            reading(&[12, 1], 0.6),
            reading(&[12, 11], 0.2),
            reading(&[1], 0.2),
        ];
        assert!((sure(&doubted) - 0.6).abs() < 1e-6);
        // What the language made of it, against the eye.
        let bent = [reading(&[1, 2], 0.1), reading(&[1, 12], 0.3)];
        assert!((sure(&bent) - 0.25).abs() < 1e-6);
        assert_eq!(sure(&[reading(&[1], 0.0)]), 0.0);
    }
}
