//! What is wrong with a setting, for the person who wrote it: the key, the value, and what was expected.
//!
//! Each part of glyphd checks its own settings and reports those that cannot be used as [`Fault`]s; `config` adds file and
//! line.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::Path;

/// If one key is the beginning of another, it counts as a misspelling from this many letters on, as in `baud` and `baudrate`.
const MIN_BEGINNING: usize = 3;

/// One setting that cannot be used: which key, what is wrong with it and what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The key, relative to its table, e.g. `baud`.
    pub key: String,
    /// What is wrong and what was expected, in one line.
    pub message: String,
}

impl Fault {
    /// A fault of `key`; the message says what is wrong and what was expected, in one line.
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Fault {
        Fault {
            key: key.into(),
            message: message.into(),
        }
    }

    /// The fault of a `value` outside its range, or NaN. `unit` is its unit, e.g. `ms`; empty for a number without unit.
    pub fn range<T: PartialOrd + Display>(
        key: &str,
        value: T,
        range: RangeInclusive<T>,
        unit: &str,
    ) -> Option<Fault> {
        let space = if unit.is_empty() { "" } else { " " };
        let (least, most) = (range.start(), range.end());
        (!range.contains(&value)).then(|| {
            let is = format!("is {value}{space}{unit}, expected {least} to {most}{space}{unit}");
            Fault::new(key, is)
        })
    }

    /// [`Fault::range`] for each `(key, value, least, most)`.
    pub fn outside(ranges: &[(&str, f32, f32, f32)]) -> Vec<Fault> {
        let one = |&(key, value, least, most): &(&str, f32, f32, f32)| {
            Fault::range(key, value, least..=most, "")
        };
        ranges.iter().filter_map(one).collect()
    }

    /// The fault of a relative path: what it is relative to would depend on who starts glyphd.
    pub fn relative(key: &str, path: &Path) -> Option<Fault> {
        let what = "expected an absolute path, which begins with /";
        let message = || format!("{}: {what}", path.display());
        (!path.is_absolute()).then(|| Fault::new(key, message()))
    }

    /// The same fault as seen from outside of `table`.
    pub fn within(self, table: &str) -> Fault {
        Fault::new(format!("{table}.{}", self.key), self.message)
    }
}

/// The key nearest to `word` by edits (Damerau and Levenshtein), if it is near enough to be meant:
/// at most one edit for every three characters, or one is the beginning of the other. Capitals and `_`
/// for `-` cost nothing.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = plain(word);
    let edits = |candidate: &str| {
        let distance = strsim::damerau_levenshtein(&word, &plain(candidate));
        let longest = word.chars().count().max(candidate.chars().count());
        let shortest = word.len().min(candidate.len());
        let begins = shortest >= MIN_BEGINNING
            && (word.starts_with(candidate) || candidate.starts_with(&word));
        (begins || distance <= longest / 3).then_some(distance)
    };
    known
        .into_iter()
        .filter_map(|candidate| Some((edits(candidate)?, candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A key in its plain spelling: small letters, and `-` for `_` or a space.
pub fn plain(key: &str) -> String {
    key.to_lowercase().replace(['_', ' '], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_one_that_was_meant() {
        let known = ["baud", "device", "data-bits", "prefix"];
        assert_eq!(nearest("buad", known), Some("baud"));
        assert_eq!(nearest("Data_Bits", known), Some("data-bits"));
        assert_eq!(nearest("devices", known), Some("device"));
        assert_eq!(nearest("baudrate", known), Some("baud"));
        assert_eq!(nearest("pre", known), Some("prefix"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("", known), None);
    }
}
