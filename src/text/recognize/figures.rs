//! How sure the figures and signs of a line are.
//!
//! Takes the best readings of a line; gives the share of their probability that agrees with the chosen one in all that is no
//! letter. The mean over a line's characters, which is its confidence, hides one doubtful figure among many sure letters, and
//! knows nothing of a sign that was left out; another reading of nearly the same probability shows both.

use crate::text::ctc::{Char, Hypothesis};

/// What a character says of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// A letter, which others make good.
    Letter,
    /// White space.
    Space,
    /// A figure.
    Figure,
    /// A sign that means something by itself: plus, per cent, a slash.
    Sign,
    /// What parts sentences and words, and counts only beside a figure: there it is a decimal point, a minus, an element's bracket.
    Punctuation,
}

impl Sense {
    /// That of a character.
    pub fn of(character: char) -> Sense {
        match character {
            c if c.is_alphabetic() => Sense::Letter,
            c if c.is_whitespace() => Sense::Space,
            c if c.is_numeric() => Sense::Figure,
            '.' | ',' | ':' | ';' | '!' | '?' | '(' | ')' | '[' | ']' | '-' | '\'' | '"' | '*'
            | '•' | '·' | '–' | '—' | '’' | '‘' | '“' | '”' | '„' | '‚' | '«' | '»' | '_' | '|' => {
                Sense::Punctuation
            }
            _ => Sense::Sign,
        }
    }
}

/// The share of the readings' probability, 0 to 1, that lies on those with the figures and signs of `chosen`; `senses` has that of each
/// class.
pub fn sure<const STEPS: usize>(
    chosen: &Hypothesis<STEPS>,
    readings: &[Hypothesis<STEPS>],
    senses: &[Sense],
) -> f32 {
    let (mut same, mut all) = (0.0, 0.0);
    for reading in readings {
        let probability = f64::from(reading.ln_probability).exp();
        all += probability;
        if figures(reading, senses).eq(figures(chosen, senses)) {
            same += probability;
        }
    }
    if all > 0.0 { (same / all) as f32 } else { 0.0 }
}

/// The classes of a reading that count.
fn figures<'a, const STEPS: usize>(
    reading: &'a Hypothesis<STEPS>,
    senses: &'a [Sense],
) -> impl Iterator<Item = u16> + 'a {
    let chars = &reading.chars[..];
    let sense = |char: &Char| {
        let sense = senses.get(usize::from(char.class));
        sense.copied().unwrap_or(Sense::Letter)
    };
    let counts = move |(at, char): &(usize, &Char)| match sense(char) {
        Sense::Figure | Sense::Sign => true,
        Sense::Punctuation => {
            let (before, after) = chars.split_at(*at);
            let is_print = |sense: &Sense| *sense != Sense::Space;
            let before = before.iter().rev().map(sense).find(is_print);
            let after = after.iter().skip(1).map(sense).find(is_print);
            [before, after].contains(&Some(Sense::Figure))
        }
        Sense::Letter | Sense::Space => false,
    };
    let chars = chars.iter().enumerate();
    chars.filter(counts).map(|(_, char)| char.class)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters are the classes below 10, figures those below 20, then come a full stop and a space.
    fn senses() -> Vec<Sense> {
        let sense = |class| match class {
            0..10 => Sense::Letter,
            10..20 => Sense::Figure,
            20 => Sense::Punctuation,
            _ => Sense::Space,
        };
        (0..22).map(sense).collect()
    }

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
        let sure = |readings: &[Hypothesis<8>]| sure(&readings[0], readings, &senses());
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

    #[test]
    fn a_full_stop_counts_beside_a_figure_alone() {
        let sure = |readings: &[Hypothesis<8>]| sure(&readings[0], readings, &senses());
        assert_eq!(sure(&[reading(&[1, 20], 0.5), reading(&[1], 0.5)]), 1.0);
        // A decimal point, and a minus a space before its number.
        for with in [&[11, 20, 12][..], &[20, 21, 12]] {
            let without: Vec<u16> = with.iter().copied().filter(|c| *c != 20).collect();
            assert_eq!(sure(&[reading(with, 0.5), reading(&without, 0.5)]), 0.5);
        }
    }

    #[test]
    fn characters_have_their_senses() {
        for (characters, sense) in [
            ("aÉß", Sense::Letter),
            (" ", Sense::Space),
            ("07½²", Sense::Figure),
            ("+/%°<=±€", Sense::Sign),
            (".,-(]'", Sense::Punctuation),
        ] {
            for c in characters.chars() {
                assert_eq!(Sense::of(c), sense, "{c}");
            }
        }
    }
}
