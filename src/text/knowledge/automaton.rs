//! A pattern as a deterministic automaton over the classes of a reader.
//!
//! Takes a [`Pattern`] and the character of each class; gives an [`Automaton`], whose states are numbers, so that a prefix
//! in the beam keeps four bytes. Made once, from the [`Net`] of the pattern by the construction of subsets (Aho, Sethi, Ullman,
//! "Compilers", 3.7). From every state something that fits can still be reached.

use std::collections::HashMap;

use super::net::{MOST_STATES, Net, too_large};
use super::pattern::{Pattern, Set};

/// States of the net in all subsets together: 16 MB while the automaton is made.
const MOST_MEMBERS: usize = 4_000_000;
/// The group of the classes that stand nowhere in the pattern.
const NOWHERE: u16 = 0;
/// The state before the first character.
pub const START: u32 = 0;

/// The automaton. Its size is that of its arcs, of which most states have one.
pub struct Automaton {
    /// For each class, the group of those that are alike to the pattern.
    groups: Vec<u16>,
    /// Where the arcs of each state begin; one more, for the end.
    first: Vec<u32>,
    /// Group and next state, in order for each state.
    arcs: Vec<(u16, u32)>,
    /// Whether the line may end in the state.
    fits: Vec<bool>,
}

impl Automaton {
    /// The automaton of `pattern` for classes that are the characters `chars`, none where a class is no character or must
    /// not be.
    ///
    /// # Errors
    /// When it would grow too large, or nothing fits it.
    pub fn new(pattern: &Pattern, chars: &[Option<char>]) -> Result<Self, String> {
        let mut net = Net::default();
        let start = net.state()?;
        let end = net.add(pattern, start)?;
        Subsets::of(&net, chars).automaton(start, end)
    }

    /// The automaton of the lines in which something that fits `pattern` stands by itself: at either side of it the line
    /// ends or has something else than a letter or digit.
    ///
    /// # Errors
    /// As for [`Automaton::new`].
    pub fn within(pattern: &Pattern, chars: &[Option<char>]) -> Result<Self, String> {
        let any = || Pattern::Repeat(Box::new(Pattern::One(Set::any())), 0, None);
        let aside = || Pattern::One(Set::not_alphanumeric(chars));
        let maybe = |parts| Pattern::Repeat(Box::new(Pattern::All(parts)), 0, Some(1));
        let whole = Pattern::All(vec![
            maybe(vec![any(), aside()]),
            pattern.clone(),
            maybe(vec![aside(), any()]),
        ]);
        Automaton::new(&whole, chars)
    }

    /// Whether the class stands anywhere in what fits.
    pub fn has(&self, class: u16) -> bool {
        self.groups
            .get(usize::from(class))
            .is_some_and(|&group| group != NOWHERE)
    }

    /// The state after the class; none when nothing that fits goes on so.
    pub fn step(&self, state: u32, class: u16) -> Option<u32> {
        let group = *self.groups.get(usize::from(class))?;
        let from = *self.first.get(state as usize)? as usize;
        let to = *self.first.get(state as usize + 1)? as usize;
        let arcs = self.arcs.get(from..to)?;
        let at = arcs
            .binary_search_by_key(&group, |&(group, _)| group)
            .ok()?;
        arcs.get(at).map(|&(_, next)| next)
    }

    /// Whether what has led to the state fits.
    pub fn fits(&self, state: u32) -> bool {
        self.fits.get(state as usize).copied().unwrap_or(false)
    }

    /// How many of the classes, from the first on, fit: the most that do, at least one, and for which `stops(count)` holds.
    pub fn longest(
        &self,
        classes: impl Iterator<Item = u16>,
        stops: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let mut state = START;
        let mut found = None;
        for (count, class) in (1..).zip(classes) {
            let Some(next) = self.step(state, class) else {
                break;
            };
            state = next;
            if self.fits(state) && stops(count) {
                found = Some(count);
            }
        }
        found
    }

    /// Whether the classes, all of them, fit.
    pub fn accepts(&self, mut classes: impl Iterator<Item = u16>) -> bool {
        let end = classes.try_fold(START, |state, class| self.step(state, class));
        end.is_some_and(|state| self.fits(state))
    }
}

/// What the net needs to be made deterministic.
struct Subsets<'a> {
    net: &'a Net,
    groups: Vec<u16>,
    /// The groups that each set of the net has.
    members: Vec<Vec<u16>>,
}

impl<'a> Subsets<'a> {
    fn of(net: &'a Net, chars: &[Option<char>]) -> Self {
        let mut numbers: HashMap<Vec<bool>, u16> = HashMap::new();
        numbers.insert(vec![false; net.sets.len()], NOWHERE);
        let mut members = vec![Vec::new(); net.sets.len()];
        let group = |c: &Option<char>| {
            let Some(c) = *c else { return NOWHERE };
            let of: Vec<bool> = net.sets.iter().map(|set| set.has(c)).collect();
            let new = numbers.len() as u16;
            *numbers.entry(of).or_insert_with_key(|of| {
                let having = members.iter_mut().zip(of).filter(|(_, has)| **has);
                having.for_each(|(members, _): (&mut Vec<u16>, _)| members.push(new));
                new
            })
        };
        let groups = chars.iter().map(group).collect();
        Subsets {
            net,
            groups,
            members,
        }
    }

    fn automaton(self, start: u32, end: u32) -> Result<Automaton, String> {
        let first = self.net.closure(vec![start]);
        let mut numbers: HashMap<Vec<u32>, u32> = HashMap::from([(first.clone(), START)]);
        let mut todo = vec![first];
        let mut ways: Vec<Vec<(u16, u32)>> = Vec::new();
        let mut fits = Vec::new();
        let mut members = 0;
        while let Some(states) = todo.get(ways.len()).cloned() {
            fits.push(states.binary_search(&end).is_ok());
            let mut reached: Vec<(u16, u32)> = Vec::new();
            for &(set, to) in states
                .iter()
                .flat_map(|&state| &self.net.arcs[state as usize])
            {
                reached.extend(self.members[set].iter().map(|&group| (group, to)));
            }
            reached.sort_unstable();
            let mut arcs = Vec::new();
            for same in reached.chunk_by(|a, b| a.0 == b.0) {
                let next = self.net.closure(same.iter().map(|&(_, to)| to).collect());
                let new = numbers.len() as u32;
                let number = *numbers.entry(next).or_insert_with_key(|next| {
                    todo.push(next.clone());
                    new
                });
                arcs.push((same[0].0, number));
            }
            ways.push(arcs);
            members += states.len();
            if todo.len() > MOST_STATES || members > MOST_MEMBERS {
                return Err(too_large());
            }
        }
        Ok(Automaton::without_dead_ends(self.groups, ways, fits)
            .ok_or("fits nothing that the reader's characters can spell")?)
    }
}

impl Automaton {
    /// None when nothing fits.
    fn without_dead_ends(
        groups: Vec<u16>,
        ways: Vec<Vec<(u16, u32)>>,
        fits: Vec<bool>,
    ) -> Option<Self> {
        let mut before: Vec<Vec<u32>> = vec![Vec::new(); ways.len()];
        for (from, arcs) in ways.iter().enumerate() {
            arcs.iter()
                .for_each(|&(_, to)| before[to as usize].push(from as u32));
        }
        let mut leads = fits.clone();
        let mut todo: Vec<u32> = (0..)
            .zip(&fits)
            .filter(|(_, fits)| **fits)
            .map(|(state, _)| state)
            .collect();
        while let Some(state) = todo.pop() {
            for &from in &before[state as usize] {
                if !std::mem::replace(&mut leads[from as usize], true) {
                    todo.push(from);
                }
            }
        }
        if !leads.first().copied().unwrap_or(false) {
            return None;
        }
        let mut first = vec![0];
        let mut arcs = Vec::new();
        for way in ways {
            arcs.extend(way.into_iter().filter(|&(_, to)| leads[to as usize]));
            first.push(arcs.len() as u32);
        }
        Some(Automaton {
            groups,
            first,
            arcs,
            fits,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chars() -> Vec<Option<char>> {
        std::iter::once(None)
            .chain((' '..='~').map(Some))
            .chain([Some('é')])
            .collect()
    }

    fn classes(text: &str) -> impl Iterator<Item = u16> {
        let chars = chars();
        let classes: Vec<u16> = text
            .chars()
            .map(|c| {
                chars
                    .iter()
                    .position(|&other| other == Some(c))
                    .expect("a character of the test") as u16
            })
            .collect();
        classes.into_iter()
    }

    fn fits(pattern: &str, text: &str) -> bool {
        let pattern = Pattern::parse(pattern).unwrap();
        Automaton::new(&pattern, &chars())
            .unwrap()
            .accepts(classes(text))
    }

    #[test]
    fn patterns_fit_what_they_say() {
        for (pattern, good, bad) in [
            (
                r"[A-Z]{2}\d{4}",
                &["AB1234", "ZZ0000"][..],
                &["AB123", "AB12345", "ab1234", "A11234", ""][..],
            ),
            (
                r"LOT:? (\d+|[A-F]*)x?",
                &["LOT 1", "LOT: x", "LOT ABx", "LOT "],
                &["LOT1", "LOT 1A", "LOT xx"],
            ),
            (r"[^0-9]{1,2}\.", &["ab.", "é."], &["1.", "abc.", "a,"]),
            (r".*\w-?", &["a-", " -_", "é-a"], &["-", "a--"]),
            (
                "{date}",
                &[
                    "12.01.27",
                    "2027-01-12",
                    "12 JAN 27",
                    "JAN 2027",
                    "01/27",
                    "12JAN2027",
                    "3/4/2026",
                ],
                &["32.13.27", "2027-13-12", "12 JAM 27", "12", "12.01.2"],
            ),
            (
                "{time}",
                &["7:30", "23:59:59", "00:00"],
                &["24:00", "7:60", "730"],
            ),
            (
                "{gtin}",
                &[
                    "4006381333931",
                    "96385074",
                    "036000291452",
                    "10614141000415",
                    "00000000",
                ],
                &[
                    "4006381333930",
                    "96385075",
                    "400638133393",
                    "0036000291453",
                    "",
                ],
            ),
            (
                "EAN {gtin}( {date})?",
                &["EAN 96385074", "EAN 96385074 01/27"],
                &["EAN 96385073", "96385074"],
            ),
        ] {
            good.iter()
                .for_each(|text| assert!(fits(pattern, text), "{pattern} {text}"));
            bad.iter()
                .for_each(|text| assert!(!fits(pattern, text), "{pattern} {text}"));
        }
    }

    #[test]
    fn a_part_stands_by_itself() {
        let pattern = Pattern::parse(r"[A-Z]{2}\d{2}").unwrap();
        let within = Automaton::within(&pattern, &chars()).unwrap();
        for text in ["AB12", "LOT AB12", "LOT:AB12.", "(AB12) x", "AB1 AB12"] {
            assert!(within.accepts(classes(text)), "{text}");
        }
        for text in ["XAB12", "AB123", "AB12é", "AB 12", ""] {
            assert!(!within.accepts(classes(text)), "{text}");
        }
        let plain = Automaton::new(&pattern, &chars()).unwrap();
        assert_eq!(plain.longest(classes("AB12 x"), |_| true), Some(4));
        assert_eq!(plain.longest(classes("AB12"), |count| count < 4), None);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused =
            |pattern: &str| Automaton::new(&Pattern::parse(pattern).unwrap(), &chars()).err();
        assert!(refused("a漢b").is_some_and(|e| e.contains("fits nothing")));
        assert!(refused("(漢|b)").is_none());
        assert!(refused("((.{400}){400}){400}").is_some_and(|e| e.contains("too large")));
        // Each of the last 60 characters may be the one that counts: 2^60 subsets.
        assert!(refused("(a|b)*a(a|b){60}").is_some_and(|e| e.contains("too large")));
    }

    /// A line fits when some way through the pattern, tried one after another, takes all of it.
    fn plain(pattern: &Pattern, text: &[char], then: &dyn Fn(&[char]) -> bool) -> bool {
        match pattern {
            Pattern::One(set) => text
                .split_first()
                .is_some_and(|(&c, rest)| set.has(c) && then(rest)),
            Pattern::All(parts) => match parts.split_first() {
                None => then(text),
                Some((first, rest)) => {
                    let rest = Pattern::All(rest.to_vec());
                    plain(first, text, &|left| plain(&rest, left, then))
                }
            },
            Pattern::Either(choices) => choices.iter().any(|choice| plain(choice, text, then)),
            Pattern::Repeat(part, least, most) => {
                let more = most.is_none_or(|most| most > 0);
                let fewer = Pattern::Repeat(
                    part.clone(),
                    least.saturating_sub(1),
                    most.map(|most| most.saturating_sub(1)),
                );
                (*least == 0 && then(text))
                    || (more
                        && plain(part, text, &|left| {
                            (left.len() < text.len() || *least > 0) && plain(&fewer, left, then)
                        }))
            }
            Pattern::Gtin | Pattern::Zone => false,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_trying_every_way(
            pattern in r"([ab1]|\(a\|b\)|\[a-c\]|\\d|\.|\(ab\?\))([?*+]|\{2\}|\{0,2\}|\{1,\})?([ab1]|\(b\|\)|\(1a\)\*|\[\^a\]\+){0,3}(\|[ab])?",
            text in "[abc1]{0,6}",
        ) {
            let pattern = Pattern::parse(&pattern).unwrap();
            let chars: Vec<char> = text.chars().collect();
            let expected = plain(&pattern, &chars, &<[char]>::is_empty);
            let found = Automaton::new(&pattern, &self::chars()).unwrap().accepts(classes(&text));
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn any_text_as_a_pattern_does_no_harm(pattern in r"[ab\[\]{}()|*+?\\^$.,0-9dw-]{0,16}|.{0,10}") {
            if let Ok(pattern) = Pattern::parse(&pattern) {
                let _ = Automaton::new(&pattern, &chars());
            }
        }
    }
}
