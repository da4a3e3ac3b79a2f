//! The lines of machine-readable zones, `{mrz}`: cards of three lines (TD1), cards of two (TD2), passports (TD3).
//!
//! Gives the places of each line and what may follow from one to the next, so that a net of states can be made of them: with
//! all check digits that can be told from the line alone (ICAO Doc 9303, parts 3 to 6). The overall check digit of TD1 is
//! over two lines, so any figure may stand there.

use std::collections::BTreeMap;

use super::pattern::Set;

/// The holder's part of cards of two lines and of passports.
const HOLDER: &[(Kind, usize)] = {
    use Kind::{Check, Figures, Names, Number, Sex};
    &[
        (Number, 9),
        (Check, 1),
        (Names, 3),
        (Figures, 6),
        (Check, 1),
        (Sex, 1),
        (Figures, 6),
        (Check, 1),
    ]
};
/// The lines, the second and third of each document after its first: parts of so many characters of a kind each, in groups.
const LINES: [&[&[(Kind, usize)]]; 7] = {
    use Kind::{Card, Check, Figure, Figures, Free, Letter, Names, Number, Overall, Passport, Sex};
    [
        &[&[(Card, 1), (Names, 4), (Number, 9), (Check, 1), (Free, 15)]],
        &[&[
            (Figures, 6),
            (Check, 1),
            (Sex, 1),
            (Figures, 6),
            (Check, 1),
            (Names, 3),
            (Free, 11),
            (Figure, 1),
        ]],
        &[&[(Letter, 1), (Names, 29)]],
        &[&[(Card, 1), (Names, 35)]],
        &[HOLDER, &[(Number, 7), (Overall, 1)]],
        &[&[(Passport, 1), (Names, 43)]],
        &[HOLDER, &[(Number, 14), (Check, 1), (Overall, 1)]],
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

/// A place of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    kind: Kind,
    /// What a character here counts for the next check digit.
    part_weight: u32,
    /// What it counts for the overall one; 0 where there is none.
    all_weight: u32,
}

/// What is known of a line up to a place, all sums to ten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sums {
    /// Since the last check digit.
    part: u32,
    /// Of all that has one.
    overall: u32,
}

/// The lines, each as its places.
pub(super) fn lines() -> impl Iterator<Item = Vec<Place>> {
    LINES.into_iter().map(|groups| {
        let parts = || groups.iter().copied().flatten();
        // Sums that nobody asks for are not told apart.
        let is_overall = parts().any(|(kind, _)| *kind == Kind::Overall);
        let (mut in_part, mut in_all) = (0, 0);
        let kinds = parts().flat_map(|&(kind, count)| std::iter::repeat_n(kind, count));
        let place = |kind: Kind| {
            let weight = |at: usize| WEIGHTS.get(at % WEIGHTS.len()).copied().unwrap_or(0);
            let place = Place {
                kind,
                part_weight: weight(in_part),
                all_weight: if is_overall { weight(in_all) } else { 0 },
            };
            in_part = match kind {
                Kind::Number | Kind::Figures => in_part + 1,
                _ => 0,
            };
            in_all += usize::from(kind.counts());
            place
        };
        kinds.map(place).collect()
    })
}

impl Place {
    /// Where the characters that may stand here lead, those that lead to the same together.
    pub(super) fn steps(self, sums: Sums) -> BTreeMap<Sums, Set> {
        let mut steps: BTreeMap<Sums, Set> = BTreeMap::new();
        let kind = self.kind;
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
                Kind::Number | Kind::Figures => (sums.part + self.part_weight * value) % 10,
                _ => 0,
            };
            let overall = match kind {
                Kind::Overall => 0,
                _ if kind.counts() => (sums.overall + self.all_weight * value) % 10,
                _ => sums.overall,
            };
            steps.entry(Sums { part, overall }).or_default().add(c);
        }
        steps
    }
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
