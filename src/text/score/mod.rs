//! How well a reading agrees with the truth: character error rate, whole-line accuracy and word score.
//!
//! Takes pairs of truth and reading; gives the figures that the literature on text recognition uses, counted
//! over a whole set (sums of errors over sums of characters, not means of ratios).

mod calibration;
mod edits;
mod told;

use std::collections::HashMap;

pub use calibration::{BINS, Bin, Calibration};
pub use edits::{Confusions, Edit, distance, edits};
pub use told::Told;
use unicode_normalization::UnicodeNormalization;

/// The figures of one set of pictures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    /// Pairs counted.
    pub pairs: usize,
    /// Characters of the truths.
    pub chars: usize,
    /// Characters to put in, take out or change to come from the readings to the truths.
    pub edits: usize,
    /// Pairs that agree in every character.
    pub exact: usize,
    /// Pairs whose truth has a letter or digit.
    pub with_letters: usize,
    /// Those of them that agree in letters and digits, case aside.
    pub alnum: usize,
    /// Words in both, as bags.
    common_words: usize,
    true_words: usize,
    read_words: usize,
}

impl Score {
    /// Counts one pair. White space runs count as one space; without `case_sensitive` both sides are upper-cased.
    pub fn add(&mut self, truth: &str, reading: &str, case_sensitive: bool) {
        let (a, b) = (plain(truth, case_sensitive), plain(reading, case_sensitive));
        self.pairs += 1;
        self.chars += a.chars().count();
        self.edits += distance(&a, &b);
        self.exact += usize::from(a == b);
        // In what is counted without case, a sharp s stays one letter.
        let (truth, reading) = (plain(truth, true), plain(reading, true));
        let letters = alnum(&truth);
        self.with_letters += usize::from(!letters.is_empty());
        self.alnum += usize::from(!letters.is_empty() && letters == alnum(&reading));
        let (truth, reading) = (words(&truth), words(&reading));
        self.true_words += truth.values().sum::<usize>();
        self.read_words += reading.values().sum::<usize>();
        self.common_words += truth
            .iter()
            .map(|(w, n)| reading.get(w).map_or(0, |m| *m.min(n)))
            .sum::<usize>();
    }

    /// The share of characters that is right when the readings have `read` of them: 1 less the edits a character of the
    /// longer side. 0 to 1.
    pub fn right(&self, read: usize) -> f64 {
        let longer = self.chars.max(read).max(1);
        (1.0 - self.edits as f64 / longer as f64).max(0.0)
    }

    /// Character error rate: edits a character of the truth. 0 is faultless; can pass 1.
    pub fn cer(&self) -> f64 {
        self.edits as f64 / self.chars.max(1) as f64
    }

    /// The share of pairs that agree in every character.
    pub fn exact_share(&self) -> f64 {
        self.exact as f64 / self.pairs.max(1) as f64
    }

    /// The share of pairs that agree in letters and digits, of those whose truth has any.
    pub fn alnum_share(&self) -> f64 {
        self.alnum as f64 / self.with_letters.max(1) as f64
    }

    /// The share of the truth's words that were read.
    pub fn recall(&self) -> f64 {
        self.common_words as f64 / self.true_words.max(1) as f64
    }

    /// The harmonic mean of the words' recall and precision.
    pub fn f1(&self) -> f64 {
        2.0 * self.common_words as f64 / (self.true_words + self.read_words).max(1) as f64
    }
}

/// The text as it is compared: in Unicode's form C, white space runs as one space, and upper-cased where case does not
/// count.
pub fn plain(text: &str, case_sensitive: bool) -> String {
    let text = text.nfc().collect::<String>();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if case_sensitive {
        text
    } else {
        text.to_uppercase()
    }
}

fn alnum(text: &str) -> String {
    let lower = text.to_lowercase();
    lower.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn words(text: &str) -> HashMap<String, usize> {
    let mut bag = HashMap::new();
    let lower = text.to_lowercase();
    for word in lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
    {
        *bag.entry(word.to_owned()).or_insert(0) += 1;
    }
    bag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_count_over_the_set() {
        let mut score = Score::default();
        score.add("BEST BEFORE", "best  before", false);
        score.add("12.50", "12,50", true);
        score.add("three words here", "three words", true);
        score.add("---", "--", true);
        assert_eq!((score.pairs, score.exact), (4, 1));
        // A rule has no letters to agree in.
        assert_eq!((score.alnum, score.with_letters), (2, 3));
        assert_eq!((score.edits, score.chars), (1 + 5 + 1, 11 + 5 + 16 + 3));
        assert!((score.recall() - 6.0 / 7.0).abs() < 1e-9);
        assert!((score.f1() - 12.0 / 13.0).abs() < 1e-9);
    }
}
