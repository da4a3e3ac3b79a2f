//! A pattern as a net of states: Thompson's construction ("Regular Expression Search Algorithm", CACM 11, 1968).
//!
//! Takes a [`Pattern`]; gives a [`Net`], in which a state may go on in several ways, and without a character.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::pattern::{Pattern, Set};
use super::zone::{self, Sums};

/// States before and after making it deterministic: 10,000 words of usual length; 16 bytes each.
pub(super) const MOST_STATES: usize = 100_000;
/// Lengths of GTINs, with the check digit.
const GTINS: [usize; 4] = [8, 12, 13, 14];

/// The automaton as it comes from the pattern: a state may go on in several ways, and without a character.
#[derive(Default)]
pub(super) struct Net {
    /// The sets of characters on arcs, each once.
    pub(super) sets: Vec<Set>,
    numbers: HashMap<Set, usize>,
    /// For each state, those it goes on to without a character.
    pub(super) free: Vec<Vec<u32>>,
    /// For each state, sets and the states they lead to.
    pub(super) arcs: Vec<Vec<(usize, u32)>>,
}

impl Net {
    pub(super) fn state(&mut self) -> Result<u32, String> {
        if self.free.len() >= MOST_STATES {
            return Err(too_large());
        }
        self.free.push(Vec::new());
        self.arcs.push(Vec::new());
        Ok((self.free.len() - 1) as u32)
    }

    fn arc(&mut self, from: u32, set: &Set, to: u32) {
        let number = match self.numbers.get(set) {
            Some(&number) => number,
            None => {
                self.sets.push(set.clone());
                self.numbers.insert(set.clone(), self.sets.len() - 1);
                self.sets.len() - 1
            }
        };
        self.arcs[from as usize].push((number, to));
    }

    fn jump(&mut self, from: u32, to: u32) {
        self.free[from as usize].push(to);
    }

    /// The states, each once, and all that are reached from them without a character, in order.
    pub(super) fn closure(&self, mut states: Vec<u32>) -> Vec<u32> {
        states.sort_unstable();
        states.dedup();
        let mut seen: HashSet<u32> = states.iter().copied().collect();
        let mut at = 0;
        while let Some(&state) = states.get(at) {
            let free = self.free.get(state as usize).into_iter().flatten();
            states.extend(free.filter(|&&to| seen.insert(to)));
            at += 1;
        }
        states.sort_unstable();
        states
    }

    /// Adds what leads through `pattern` from a state; gives the state after it.
    pub(super) fn add(&mut self, pattern: &Pattern, from: u32) -> Result<u32, String> {
        match pattern {
            Pattern::One(set) => {
                let to = self.state()?;
                self.arc(from, set, to);
                Ok(to)
            }
            Pattern::All(parts) => parts.iter().try_fold(from, |at, part| self.add(part, at)),
            Pattern::Either(choices) => {
                let end = self.state()?;
                for choice in choices {
                    let start = self.state()?;
                    self.jump(from, start);
                    let at = self.add(choice, start)?;
                    self.jump(at, end);
                }
                Ok(end)
            }
            Pattern::Repeat(part, least, most) => {
                let mut at = from;
                for _ in 0..*least {
                    at = self.add(part, at)?;
                }
                let end = self.state()?;
                match most {
                    None => {
                        let again = self.state()?;
                        self.jump(at, again);
                        self.jump(again, end);
                        let round = self.add(part, again)?;
                        self.jump(round, again);
                    }
                    Some(most) => {
                        self.jump(at, end);
                        for _ in *least..*most {
                            at = self.add(part, at)?;
                            self.jump(at, end);
                        }
                    }
                }
                Ok(end)
            }
            Pattern::Gtin => self.gtin(from),
            Pattern::Zone => self.zone(from),
        }
    }

    /// For each length, a row of states for each digit's place: the sum so far, to ten. Digits count threefold and once in
    /// turn, so that the check digit counts once and makes the sum a multiple of ten.
    fn gtin(&mut self, from: u32) -> Result<u32, String> {
        let end = self.state()?;
        let digits: Vec<Set> = ('0'..='9').map(Set::of).collect();
        for length in GTINS {
            let mut sums = vec![None; 10];
            sums[0] = Some(self.state()?);
            self.jump(from, sums[0].unwrap_or(from));
            for place in 0..length {
                let factor = if (length - place).is_multiple_of(2) {
                    3
                } else {
                    1
                };
                let mut next: Vec<Option<u32>> = vec![None; 10];
                for (sum, state) in sums.iter().enumerate() {
                    let Some(state) = *state else { continue };
                    for (digit, set) in digits.iter().enumerate() {
                        let after = (sum + factor * digit) % 10;
                        let to = match next[after] {
                            Some(to) => to,
                            None => *next[after].insert(self.state()?),
                        };
                        self.arc(state, set, to);
                    }
                }
                sums = next;
            }
            if let Some(checked) = sums[0] {
                self.jump(checked, end);
            }
        }
        Ok(end)
    }

    /// For each line of a zone, a row of states for each place: the sums so far.
    fn zone(&mut self, from: u32) -> Result<u32, String> {
        let end = self.state()?;
        for places in zone::lines() {
            let start = self.state()?;
            self.jump(from, start);
            let mut states = BTreeMap::from([(Sums::default(), start)]);
            for place in places {
                let mut next = BTreeMap::new();
                for (sums, state) in states {
                    for (to, set) in place.steps(sums) {
                        let to = match next.get(&to) {
                            Some(&state) => state,
                            None => *next.entry(to).or_insert(self.state()?),
                        };
                        self.arc(state, &set, to);
                    }
                }
                states = next;
            }
            for &last in states.values() {
                self.jump(last, end);
            }
        }
        Ok(end)
    }
}

/// What to say of a pattern that has too many states.
pub(super) fn too_large() -> String {
    "is too large: name fewer words, or repeat smaller parts".into()
}
