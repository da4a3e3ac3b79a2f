//! Lot codes beside a word that announces one, and article numbers by their check digit.

use regex_lite::Regex;

use super::{Found, Kind, group, pattern, stands_alone};

/// Figures of GTINs, with the check digit (GS1 General Specifications), and after which of them print may leave a space.
const GTINS: [(usize, &[usize]); 4] = [
    (8, &[4]),
    (12, &[1, 6, 11]),
    (13, &[1, 7]),
    (14, &[1, 3, 8, 13]),
];
/// The prefixes of books: publishers choose their own spaces.
const BOOKS: [&str; 2] = ["978", "979"];

/// Looks for codes.
pub struct Codes {
    lot: Regex,
    short_lot: Regex,
    announced: Regex,
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
            announced: pattern(
                r"(?i)\b(?:ean|gtin|upc(?:-?[ae])?|jan|isbn|itf|bar ?code|strichcode|code[- ]barres|codice a barre|c[óo]digo de barras|streepjescode|streckkod|stregkode|kod kreskowy)(?:[ -]?(?:8|12|13|14)\b)?\s*(?:no|nr|n°|code)?\s*[.:#]*\s*(\d[\d -]*\d)",
            ),
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
        let announced = self.announced.captures_iter(text).filter_map(|captures| {
            let (run, before) = (captures.get(1)?, captures.get(0)?.start());
            let value = figures(run.as_str());
            let alone = stands_alone(text, before, run.end()) && is_gtin(&value);
            alone.then(|| Found::new(text, run.start(), run.end(), Kind::Gtin, value))?
        });
        let gtins = self.digits.find_iter(text).filter_map(|run| {
            let value = figures(run.as_str());
            let alone = is_line(text, run.start(), run.end())
                && is_gtin(&value)
                && is_grouped(run.as_str(), &value);
            alone.then(|| Found::new(text, run.start(), run.end(), Kind::Gtin, value))?
        });
        announced.chain(gtins).chain(lots).collect()
    }
}

fn figures(run: &str) -> String {
    run.chars().filter(char::is_ascii_digit).collect()
}

fn is_gtin(value: &str) -> bool {
    GTINS.iter().any(|(length, _)| *length == value.len()) && has_check_digit(value)
}

/// Whether spaces stand only where print leaves them.
fn is_grouped(run: &str, value: &str) -> bool {
    let usual = GTINS.iter().find(|(length, _)| *length == value.len());
    let groups = usual.map_or(&[][..], |(_, groups)| groups);
    let mut before = 0;
    let is_usual = run.split(' ').all(|group| {
        let ok = before == 0 || groups.contains(&before);
        before += group.len();
        ok
    });
    is_usual || BOOKS.iter().any(|prefix| value.starts_with(prefix))
}

/// Whether the line has no other letters or figures: without a word that announces it, an article number among others is
/// more likely a row of something else whose last figure fits by chance, as one in ten does.
fn is_line(text: &str, from: usize, to: usize) -> bool {
    let before = text
        .get(..from)
        .and_then(|before| before.rsplit('\n').next());
    let after = text.get(to..).and_then(|after| after.split('\n').next());
    let beside = [before, after].into_iter().flatten();
    !beside.flat_map(str::chars).any(char::is_alphanumeric)
}

/// Whether the last digit is the one that GS1 computes from the others. All zeros, which it is right for as well, are no number.
pub(super) fn has_check_digit(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * if place % 2 == 0 { 1 } else { 3 })
        .sum();
    sum > 0 && sum.is_multiple_of(10)
}
