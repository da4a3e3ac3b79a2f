//! One reading of a line aligned with what is known of the line, character by character.
//!
//! This is Needleman and Wunsch's global alignment (1970); the cost of a place depends on what was read there before, as in
//! ROVER (Fiscus, 1997). The table is made once; nothing is allocated later.

use super::limits::MAX_CHARS;
use super::slot::Slot;

/// Cells in a row of the table.
const ROW: usize = MAX_CHARS + 1;

/// What one step of an alignment does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The reading has this character (its index) at the slot.
    Match(usize),
    /// The reading has nothing at the slot, and has characters before and after it.
    Skip,
    /// The reading begins after the slot, or ends before it.
    Beyond,
    /// The reading has this character where there is no slot yet.
    Insert(usize),
}

/// Which ends may be left out at no cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// None: both are the whole line.
    Fixed,
    /// Those of the slots: the reading is a piece of the line.
    OfSlots,
    /// Those of the reading: the line is a piece of it.
    OfReading,
}

/// Aligns readings with slots; keeps its table.
pub struct Aligner {
    /// The least cost to come to each cell, by slots (rows) and characters (columns).
    costs: Box<[f32]>,
    steps: Vec<Step>,
}

impl Default for Aligner {
    fn default() -> Self {
        Aligner {
            costs: vec![0.0; ROW * ROW].into_boxed_slice(),
            steps: Vec::with_capacity(2 * MAX_CHARS),
        }
    }
}

impl Aligner {
    /// The least cost of aligning `chars` with `slots`: about the characters in which they differ. Past [`MAX_CHARS`]
    /// characters are left out.
    pub fn cost(&mut self, slots: &[Slot], chars: &[(char, f32)], ends: Ends) -> f32 {
        let slots = slots.get(..MAX_CHARS).unwrap_or(slots);
        let chars = chars.get(..MAX_CHARS).unwrap_or(chars);
        let free = (ends == Ends::OfSlots, ends == Ends::OfReading);
        for j in 0..=chars.len() {
            self.costs[j] = if free.1 { 0.0 } else { j as f32 };
        }
        for (i, slot) in slots.iter().enumerate() {
            let (above, here) = self.costs.split_at_mut((i + 1) * ROW);
            let above = &above[i * ROW..];
            let missing = slot.cost(None);
            here[0] = above[0] + if free.0 { 0.0 } else { missing };
            for (j, &(c, _)) in chars.iter().enumerate() {
                let past_reading = free.0 && j + 1 == chars.len();
                let past_slots = free.1 && i + 1 == slots.len();
                let skip = above[j + 1] + if past_reading { 0.0 } else { missing };
                let insert = here[j] + if past_slots { 0.0 } else { 1.0 };
                here[j + 1] = (above[j] + slot.cost(Some(c))).min(skip).min(insert);
            }
        }
        self.costs[slots.len() * ROW + chars.len()]
    }

    /// The steps of the cheapest alignment, from the first to the last.
    pub fn steps(&mut self, slots: &[Slot], chars: &[(char, f32)], ends: Ends) -> &[Step] {
        self.cost(slots, chars, ends);
        self.steps.clear();
        let (mut i, mut j) = (slots.len().min(MAX_CHARS), chars.len().min(MAX_CHARS));
        let (first, last) = (0, j);
        while i > 0 || j > 0 {
            let at = |i: usize, j: usize| self.costs[i * ROW + j];
            let matched = |slot: &Slot, c: char| at(i - 1, j - 1) + slot.cost(Some(c));
            let slot = i.checked_sub(1).and_then(|i| slots.get(i));
            let character = j.checked_sub(1).and_then(|j| chars.get(j));
            let step = match (slot, character) {
                (Some(slot), Some(&(c, _))) if at(i, j) >= matched(slot, c) => Step::Match(j - 1),
                (Some(slot), _) => {
                    let beyond = j == first || j == last;
                    let free = beyond && ends == Ends::OfSlots;
                    let cost = if free { 0.0 } else { slot.cost(None) };
                    let missed = j == 0 || at(i, j) >= at(i - 1, j) + cost;
                    if !missed {
                        Step::Insert(j - 1)
                    } else if beyond {
                        Step::Beyond
                    } else {
                        Step::Skip
                    }
                }
                (None, _) => Step::Insert(j - 1),
            };
            i -= usize::from(!matches!(step, Step::Insert(_)));
            j -= usize::from(matches!(step, Step::Match(_) | Step::Insert(_)));
            self.steps.push(step);
        }
        self.steps.reverse();
        &self.steps
    }
}
