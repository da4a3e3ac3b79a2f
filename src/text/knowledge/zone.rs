//! The lines of machine-readable zones, `{mrz}`: cards of three lines (TD1), cards of two (TD2), passports (TD3).
//!
//! Adds to a [`Net`] what leads through any one of the lines, with all check digits that can be told from the line alone
//! (ICAO Doc 9303, parts 3 to 6). The overall check digit of TD1 is over two lines, so any figure may stand there.

use std::collections::BTreeMap;

use super::net::Net;
use super::pattern::Set;

/// The lines, the second and third of each document after its first: parts of so many characters of a kind each.
const LINES: [&[(Kind, usize)]; 7] = {
    use Kind::{Card, Check, Figures, Free, Letter, Names, Number, Overall, Passport, Sex};
    [
        &[(Card, 1), (Names, 4), (Number, 9), (Check, 1), (Free, 15)],
        &[
            (Figures, 6),
            (Check, 1),
            (Sex, 1),
            (Figures, 6),
            (Check, 1),
            (Names, 3),
            (Free, 11),
            (Kind::Figure, 1),
        ],
        &[(Letter, 1), (Names, 29)],
        &[(Card, 1), (Names, 35)],
        &[
            (Number, 9),
            (Check, 1),
            (Names, 3),
            (Figures, 6),
            (Check, 1),
            (Sex, 1),
            (Figures, 6),
            (Check, 1),
            (Number, 7),
            (Overall, 1),
        ],
        &[(Passport, 1), (Names, 43)],
        &[
            (Number, 9),
            (Check, 1),
            (Names, 3),
            (Figures, 6),
            (Check, 1),
            (Sex, 1),
            (Figures, 6),
            (Check, 1),
            (Number, 14),
            (Check, 1),
            (Overall, 1),
        ],
    ]
};
/// What characters count, in turn.
const WEIGHTS: [u32; 3] = [7, 3, 1];
/// The filler.
const FILLER: char = '<';

/// What may stand in a part of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What a card begins with.
    Card,
    /// What a passport begins with.
    Passport,
    Letter,
    Figure,
    Sex,
    /// Letters and fillers, no part of any check.
    Names,
    /// Letters, figures and fillers, no part of a check that can be told here.
    Free,
    /// Letters, figures and fillers, for the next check digit.
    Number,
    /// Figures and fillers, for the next check digit: not all of a date may be known.
    Figures,
    /// The check digit of the parts since the last one; a filler where that is 0, as nothing need be there to check.
    Check,
    /// The check digit of all parts that have one and of these check digits.
    Overall,
}

impl Kind {
    fn has(self, c: char) -> bool {
        match self {
            Kind::Card => matches!(c, 'A' | 'C' | 'I'),
            Kind::Passport => c == 'P',
            Kind::Letter => c != FILLER && !c.is_ascii_digit(),
            Kind::Figure => c.is_ascii_digit(),
            Kind::Sex => matches!(c, 'F' | 'M' | 'X' | FILLER),
            Kind::Names => !c.is_ascii_digit(),
            Kind::Free | Kind::Number => true,
            Kind::Figures | Kind::Check | Kind::Overall => c.is_ascii_digit() || c == FILLER,
        }
    }

    fn counts(self) -> bool {
        matches!(self, Kind::Number | Kind::Figures | Kind::Check)
    }
}

/// What is known of a line up to a place, all sums to ten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sums {
    /// Since the last check digit.
    part: u32,
    /// Of all that has one.
    overall: u32,
}

/// Adds any one of the lines after `from`; gives the state after it.
pub(super) fn add(net: &mut Net, from: u32) -> Result<u32, String> {
    let end = net.state()?;
    for line in LINES {
        let start = net.state()?;
        net.jump(from, start);
        for last in self::line(net, line, start)? {
            net.jump(last, end);
        }
    }
    Ok(end)
}

/// Adds one line; gives the states after it.
fn line(net: &mut Net, parts: &[(Kind, usize)], start: u32) -> Result<Vec<u32>, String> {
    // Sums that nobody asks for are not told apart.
    let is_overall = parts.iter().any(|(kind, _)| *kind == Kind::Overall);
    let zero = Sums {
        part: 0,
        overall: 0,
    };
    let mut states = BTreeMap::from([(zero, start)]);
    let (mut in_part, mut in_all) = (0, 0);
    let places = parts
        .iter()
        .flat_map(|&(kind, count)| std::iter::repeat_n(kind, count));
    for kind in places {
        let weight = |at: usize| WEIGHTS.get(at % WEIGHTS.len()).copied().unwrap_or(0);
        let (part_weight, all_weight) = (weight(in_part), weight(in_all));
        let mut next = BTreeMap::new();
        for (sums, state) in states {
            for (to, set) in steps(kind, sums, part_weight, all_weight, is_overall) {
                let to = match next.get(&to) {
                    Some(&state) => state,
                    None => *next.entry(to).or_insert(net.state()?),
                };
                net.arc(state, &set, to);
            }
        }
        states = next;
        in_part = match kind {
            Kind::Number | Kind::Figures => in_part + 1,
            _ => 0,
        };
        in_all += usize::from(kind.counts());
    }
    Ok(states.into_values().collect())
}

/// Where the characters that may stand in a place lead, those that lead to the same together.
fn steps(
    kind: Kind,
    sums: Sums,
    part_weight: u32,
    all_weight: u32,
    is_overall: bool,
) -> BTreeMap<Sums, Set> {
    let mut steps: BTreeMap<Sums, Set> = BTreeMap::new();
    for (c, value) in characters().filter(|&(c, _)| kind.has(c)) {
        let wanted = match kind {
            Kind::Check => sums.part,
            Kind::Overall => sums.overall,
            _ => value,
        };
        if value != wanted {
            continue;
        }
        let part = match kind {
            Kind::Number | Kind::Figures => (sums.part + part_weight * value) % 10,
            _ => 0,
        };
        let overall = match kind {
            _ if !is_overall || kind == Kind::Overall => 0,
            _ if kind.counts() => (sums.overall + all_weight * value) % 10,
            _ => sums.overall,
        };
        steps.entry(Sums { part, overall }).or_default().add(c);
    }
    steps
}

/// The characters of a zone and what they count.
fn characters() -> impl Iterator<Item = (char, u32)> {
    let figures = ('0'..='9').zip(0..);
    let letters = ('A'..='Z').zip(10..);
    figures.chain(letters).chain([(FILLER, 0)])
}

#[cfg(test)]
mod tests {
    use crate::text::knowledge::Matcher;

    #[test]
    fn lines_of_cards_and_passports_fit_where_their_check_digits_are_right() {
        let zone = Matcher::new("{mrz}").unwrap();
        for line in [
            // The specimens of Doc 9303.
            "I<UTOD231458907<<<<<<<<<<<<<<<",
            "7408122F1204159UTO<<<<<<<<<<<6",
            "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
            "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
            "D231458907UTO7408122F1204159<<<<<<<6",
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
            "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
        ] {
            assert!(zone.is_in(line), "{line}");
        }
        for line in [
            "I<UTOD231458906<<<<<<<<<<<<<<<",
            "7408123F1204159UTO<<<<<<<<<<<6",
            "D231458907UTO7408122F1204159<<<<<<<5",
            "L898902C36UTO7408122F1204159ZE184226B<<<<<11",
            "L898902C36UTO7408122F1204159ZE184226B<<<<10",
            "l898902C36UTO7408122F1204159ZE184226B<<<<<10",
            "ERIKSSON ANNA MARIA",
        ] {
            assert!(!zone.is_in(line), "{line}");
        }
    }
}
