//! The words of the reader's languages: whether a run of letters is one.
//!
//! Takes the file that `models/train/words.py` writes (its form is in docs/decoder.md), which is checked whole, and gives
//! [`Words`]. The file holds no words but a fingerprint of each (a binary fuse filter: Graf and Lemire, "Binary Fuse
//! Filters", 2022): a word is always known, and one run of letters in 256 that is none is taken for one. A word is a number
//! to it, which grows letter by letter ([`hashed`]). Asking allocates nothing.

use crate::error::{Result, err};

/// The first bytes of the file.
const MAGIC: &[u8; 8] = b"GLYPHWRD";
/// The form of the file that this program knows.
const VERSION: u32 = 1;
/// The number of no letters, and what it is multiplied with for each (FNV-1a of 32 bits).
pub const NO_LETTERS: u32 = 0x811C_9DC5;
const FNV_PRIME: u32 = 0x0100_0193;

/// The words.
pub struct Words<'a> {
    /// Makes the numbers of words others, so that all fingerprints could be given their place.
    seed: u64,
    /// Places in one segment, a power of two; a word has its places in three that follow each other.
    segment: u32,
    /// Places that can be the first of a word.
    first: u32,
    prints: &'a [u8],
}

/// The number of some letters and one more, a small one.
pub fn hashed(letters: u32, c: char) -> u32 {
    (letters ^ u32::from(c)).wrapping_mul(FNV_PRIME)
}

impl<'a> Words<'a> {
    /// The words in `bytes`; `origin` is for messages.
    ///
    /// # Errors
    /// `Config`, when they are no such file, or any number in them does not fit the others.
    pub fn parse(bytes: &'a [u8], origin: &str) -> Result<Self> {
        let bad = |what: &str| {
            err!(
                Config,
                "{origin}: not a list of words: {what}; build it anew with models/train/words.py"
            )
        };
        let rest = bytes
            .strip_prefix(MAGIC)
            .ok_or_else(|| bad("it does not begin as one"))?;
        let short = || bad("it ends too early");
        let (head, prints) = rest.split_first_chunk::<16>().ok_or_else(short)?;
        let (numbers, _) = head.as_chunks::<4>();
        let numbers: Vec<u32> = numbers.iter().map(|&n| u32::from_le_bytes(n)).collect();
        let &[version, seed, segment, segments] = numbers.as_slice() else {
            return Err(short());
        };
        if version != VERSION {
            return Err(bad(&format!(
                "it has version {version} and {VERSION} is known"
            )));
        }
        let first = segment.checked_mul(segments);
        let size = first.and_then(|first| first.checked_add(segment.checked_mul(2)?));
        let (Some(first), true) = (first, size.map(|size| size as usize) == Some(prints.len()))
        else {
            return Err(bad("it has another length than it says"));
        };
        if !segment.is_power_of_two() || first == 0 {
            return Err(bad(&format!("{segments} segments of {segment}")));
        }
        Ok(Words {
            seed: seed.into(),
            segment,
            first,
            prints,
        })
    }

    /// Whether the letters of this number are a word.
    pub fn has(&self, letters: u32) -> bool {
        let mixed = mixed(u64::from(letters) | self.seed << 32);
        let mask = self.segment - 1;
        // The upper half of a product is a share of all places.
        let first = ((u128::from(mixed) * u128::from(self.first)) >> 64) as u32;
        let second = (first + self.segment) ^ ((mixed >> 18) as u32 & mask);
        let third = (first + 2 * self.segment) ^ (mixed as u32 & mask);
        let print = |place: u32| self.prints.get(place as usize).copied().unwrap_or(0);
        let wanted = (mixed ^ (mixed >> 32)) as u8;
        print(first) ^ print(second) ^ print(third) == wanted
    }
}

/// A number of which each bit depends on all of the other's (the finalizer of MurmurHash3).
fn mixed(number: u64) -> u64 {
    let mixed = (number ^ (number >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    mixed ^ (mixed >> 33)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::usual::BUILT_IN_WORDS;
    use super::*;
    use crate::error::Kind;

    fn words() -> Words<'static> {
        Words::parse(BUILT_IN_WORDS, "the words").unwrap()
    }

    fn has(words: &Words<'_>, word: &str) -> bool {
        words.has(word.chars().fold(NO_LETTERS, hashed))
    }

    #[test]
    fn words_of_the_languages_are_known_and_mistakes_are_not() {
        let words = words();
        for word in "tortillas glycerin ingrédients zużyć líquido fruttosio haltbar houdbaar vetemjöl açúcar \
                     spotřebujte içindekiler fehérje zaharuri sastojci sudėtis"
            .split_whitespace()
        {
            assert!(has(&words, word), "{word}");
        }
        for mistake in ["tartillas", "lngredients", "zuzyc", "iíquido", "haitbar"] {
            assert!(!has(&words, mistake), "{mistake}");
        }
    }

    #[test]
    fn what_is_no_word_is_rarely_taken_for_one() {
        let words = words();
        let count = 20_000;
        let taken = (0..count)
            .filter(|n| has(&words, &format!("{n:x}#")))
            .count();
        assert!(taken * 128 < count, "{taken} of {count}");
    }

    #[test]
    fn a_file_cut_anywhere_or_longer_is_refused() {
        for cut in (0..40).chain([BUILT_IN_WORDS.len() - 1]) {
            let error = Words::parse(&BUILT_IN_WORDS[..cut], "w")
                .err()
                .expect("cut");
            assert_eq!(error.kind(), Kind::Config);
        }
        let longer: Vec<u8> = BUILT_IN_WORDS.iter().copied().chain([0]).collect();
        let error = Words::parse(&longer, "w.filter").err().expect("longer");
        assert_eq!(
            error.to_string(),
            "w.filter: not a list of words: it has another length than it says; build it anew with models/train/words.py"
        );
    }

    proptest! {
        /// A changed head is refused, or is another list: it is never a panic.
        #[test]
        fn a_changed_byte_does_no_harm(at in 0usize..24, value: u8, letters: u32) {
            let mut bytes = BUILT_IN_WORDS.to_vec();
            bytes[at] = value;
            if let Ok(words) = Words::parse(&bytes, "w") {
                words.has(letters);
            }
        }
    }
}
