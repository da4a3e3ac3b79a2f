//! Lot codes beside a word that announces one, and article numbers by their check digit.

use regex_lite::Regex;

use super::{Found, Kind, group, pattern, stands_alone};

/// Lengths of GTINs, with the check digit (GS1 General Specifications).
const GTINS: [usize; 4] = [8, 12, 13, 14];

/// Looks for codes.
pub struct Codes {
    lot: Regex,
    short_lot: Regex,
    digits: Regex,
}

impl Codes {
    pub fn new() -> Self {
        Codes {
            // The code has a digit in it: after "Lot" may also stand a word.
            lot: pattern(
                r"(?i)\b(?:lot|l[oó]te|lotto|batch|charge|ch\.?-b|partij|parti)\.?\s*(?:no|nr|n°|code|num|number)?\s*[.:#]*\s*([A-Z0-9][A-Z0-9/._-]*)",
            ),
            // An L before it, as EU law has it (Directive 2011/91).
            short_lot: pattern(r"\bL\s?[:.]?\s?(\d[A-Z0-9/-]{2,})"),
            digits: pattern(r"\d[\d ]*\d"),
        }
    }

    /// All codes.
    pub fn of(&self, text: &str) -> Vec<Found> {
        let lots = [&self.lot, &self.short_lot].into_iter();
        let lots = lots
            .flat_map(|regex| regex.captures_iter(text))
            .filter_map(|captures| {
                let (whole, code) = (captures.get(0)?, group(&captures, 1));
                let code = code.trim_end_matches(['.', '-', '/', '_']);
                let has_digit = code.chars().any(|c| c.is_ascii_digit());
                let to = captures.get(1)?.start() + code.len();
                let value = code.to_ascii_uppercase();
                has_digit.then(|| Found::new(text, whole.start(), to, Kind::Lot, value))?
            });
        let gtins = self.digits.find_iter(text).filter_map(|run| {
            let value: String = run.as_str().chars().filter(char::is_ascii_digit).collect();
            let alone = stands_alone(text, run.start(), run.end());
            let is_gtin = alone && GTINS.contains(&value.len()) && has_check_digit(&value);
            is_gtin.then(|| Found::new(text, run.start(), run.end(), Kind::Gtin, value))?
        });
        gtins.chain(lots).collect()
    }
}

/// Whether the last digit is the one that GS1 computes from the others. All zeros, which it is right for as well, are no number.
fn has_check_digit(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * if place % 2 == 0 { 1 } else { 3 })
        .sum();
    sum > 0 && sum.is_multiple_of(10)
}
