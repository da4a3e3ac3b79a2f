//! What one line says, from all readings of it: each character by a vote, weighted by how surely and how sharply it was seen.
//!
//! Readings are laid along the line ([`super::align`]), so that a character that is missed or seen twice in one picture puts
//! no other out of its place. Votes fade by the weight of what comes after them: a blurred picture neither says much nor makes
//! much forgotten, and a line that truly changes is noticed within a few good pictures.

use heapless::Vec;

use super::align::{Aligner, Ends, Step};
use crate::line::ReadLine;

/// Characters of a line that are combined; the longest condensed lines have about 120. What is beyond is left out.
pub const MAX_CHARS: usize = 256;
/// Different characters remembered at one place; the weakest makes room. There are seldom more than three that are alike.
pub const MAX_VOTES: usize = 4;
/// What a vote of full weight makes forgotten of the older ones: they count half after four such.
const FADE: f32 = 0.15;
/// What was told at a place is taken back when another character weighs this many times as much there.
const CLEARLY: f32 = 2.0;
/// It is also taken back when only another was read there in a row, with so much weight: three sure readings.
const IN_A_ROW: f32 = 2.4;
/// The share of its weight with which a piece of a line votes that nothing is beyond its ends: a hand before the line is likelier.
const BEYOND: f32 = 0.03;
/// Below this share of all votes, a place where there is most likely no character is given up.
const HARDLY: f32 = 0.02;

/// What was read at one place, where `None` is that there is no character.
#[derive(Clone, Copy, Debug)]
struct Vote {
    what: Option<char>,
    weight: f32,
    /// How sure the reader was, on average by weight, 0 to 1.
    sure: f32,
}

/// One place in a line.
#[derive(Clone, Debug, Default)]
pub struct Slot {
    votes: Vec<Vote, MAX_VOTES>,
    told: Option<char>,
    /// What the newest readings all had here, and their weight.
    row: (Option<char>, f32),
}

impl Slot {
    /// What it costs to read `what` here, 0 to 1.
    pub fn cost(&self, what: Option<char>) -> f32 {
        1.0 - self.share(what)
    }

    fn share(&self, what: Option<char>) -> f32 {
        self.weight(what) / self.total().max(f32::MIN_POSITIVE)
    }

    fn total(&self) -> f32 {
        self.votes.iter().map(|vote| vote.weight).sum()
    }

    fn weight(&self, what: Option<char>) -> f32 {
        let vote = self.votes.iter().find(|vote| vote.what == what);
        vote.map_or(0.0, |vote| vote.weight)
    }

    fn leader(&self) -> Vote {
        let nothing = Vote {
            what: None,
            weight: 0.0,
            sure: 0.0,
        };
        let heavier = |best: Vote, vote: &Vote| match vote.weight > best.weight {
            true => *vote,
            false => best,
        };
        self.votes.iter().fold(nothing, heavier)
    }

    fn fade(&mut self, weight: f32) {
        for vote in &mut self.votes {
            vote.weight *= 1.0 - FADE * weight;
        }
    }

    fn go_on(&mut self, what: Option<char>, weight: f32) {
        let before = if self.row.0 == what { self.row.1 } else { 0.0 };
        self.row = (what, before + weight);
    }

    fn add(&mut self, what: Option<char>, weight: f32, sure: f32) {
        let weight = weight.max(f32::MIN_POSITIVE);
        if let Some(vote) = self.votes.iter_mut().find(|vote| vote.what == what) {
            vote.weight += weight;
            vote.sure += (sure - vote.sure) * weight / vote.weight;
            return;
        }
        if self.votes.is_full() {
            let votes = self.votes.iter().enumerate();
            let weakest = votes.min_by(|a, b| a.1.weight.total_cmp(&b.1.weight));
            if let Some(i) = weakest.map(|(i, _)| i) {
                self.votes.swap_remove(i);
            }
        }
        // Cannot be full: the weakest has just gone.
        let _ = self.votes.push(Vote { what, weight, sure });
    }

    /// What to tell of the place: what was told, unless another reading has clearly won over it.
    fn settled(&self, was_told: bool) -> Vote {
        let leader = self.leader();
        let vote = |what| self.votes.iter().find(|vote| vote.what == what);
        let (what, weight) = self.row;
        let newest = vote(what).filter(|_| weight >= IN_A_ROW);
        if !was_told || leader.weight >= CLEARLY * self.weight(self.told) {
            return leader;
        }
        *newest.or(vote(self.told)).unwrap_or(&leader)
    }
}

/// What a line says.
#[derive(Clone, Debug, Default)]
pub struct Combined {
    slots: Vec<Slot, MAX_CHARS>,
    /// How sure the reader was of the lines, on average by weight, and that weight.
    sure: f32,
    weight: f32,
    text: String,
    /// Readings in a row that left the text as it is.
    steady: u32,
    was_told: bool,
}

impl Combined {
    /// How unlike the reading is what is known, 0 (the same) to 1, over the shorter of the two where `ends` may be left out.
    pub fn unlikeness(&self, aligner: &mut Aligner, line: &ReadLine, ends: Ends) -> f32 {
        if ends == Ends::Fixed && line.text == self.text {
            return 0.0;
        }
        let (known, read) = (self.text.chars().count(), line.chars.len());
        let whole = match ends {
            Ends::Fixed => known.max(read),
            Ends::OfSlots => read,
            Ends::OfReading => known,
        };
        aligner.cost(&self.slots, &line.chars, ends) / whole.max(1) as f32
    }

    /// One more reading, which counts `weight`, 0 to 1. A piece of the line says nothing of what is beyond its ends.
    pub fn add(&mut self, aligner: &mut Aligner, line: &ReadLine, weight: f32, piece: bool) {
        let chars = line.chars.get(..MAX_CHARS).unwrap_or(&line.chars);
        let ends = if piece { Ends::OfSlots } else { Ends::Fixed };
        let (mut at, mut history) = (0, 0.0);
        for step in aligner.steps(&self.slots, chars, ends) {
            let (what, share) = match step {
                Step::Match(j) | Step::Insert(j) => (chars.get(*j), 1.0),
                Step::Beyond if piece => (None, BEYOND),
                Step::Skip | Step::Beyond => (None, 1.0),
            };
            if matches!(step, Step::Insert(_)) {
                let mut slot = Slot::default();
                if self.weight > 0.0 {
                    // Until now nothing was read there.
                    slot.add(None, history_at(&self.slots, at, history), self.sure);
                }
                if self.slots.insert(at, slot).is_err() {
                    continue;
                }
            }
            if let Some(slot) = self.slots.get_mut(at) {
                history = slot.total();
                let sure = what.map_or(line.confidence, |&(_, sure)| sure);
                let counts = weight * share * sure;
                slot.fade(counts);
                if *step != Step::Beyond || !piece {
                    slot.go_on(what.map(|&(c, _)| c), counts);
                }
                slot.add(what.map(|&(c, _)| c), counts, sure);
            }
            at += 1;
        }
        let counts = weight * line.confidence;
        self.weight = self.weight * (1.0 - FADE * counts) + counts;
        self.sure += (line.confidence - self.sure) * counts / self.weight.max(f32::MIN_POSITIVE);
        self.slots.retain(|slot| {
            let empty = slot.leader().what.is_none() && slot.told.is_none();
            !empty || slot.share(None) < 1.0 - HARDLY
        });
        self.note();
    }

    /// Counts the reading as one that changed what is said, or did not.
    fn note(&mut self) {
        let settled = self.slots.iter().map(|slot| slot.settled(self.was_told));
        let said = settled.filter_map(|vote| vote.what);
        if said.clone().eq(self.text.chars()) {
            self.steady = self.steady.saturating_add(1);
            return;
        }
        self.steady = 1;
        self.text = said.collect();
    }

    /// What the line says, as far as is known.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Readings in a row that left the text as it is.
    pub fn steady(&self) -> u32 {
        self.steady
    }

    /// The share of the votes that is for what the line says, on average over its characters, 0 to 1.
    pub fn agreement(&self) -> f32 {
        let shares = self.slots.iter().filter_map(|slot| {
            let vote = slot.settled(self.was_told);
            (vote.what.is_some() || slot.share(None) < 0.5).then(|| slot.share(vote.what))
        });
        let (sum, count) = shares.fold((0.0, 0), |(sum, count), share| (sum + share, count + 1));
        sum / (count.max(1)) as f32
    }

    /// The line as it is to be told, which was last seen as `seen`.
    pub fn line(&self, seen: &ReadLine) -> ReadLine {
        let votes = self
            .slots
            .iter()
            .map(|slot| (slot, slot.settled(self.was_told)));
        let chars = votes.filter_map(|(slot, vote)| {
            let sure = vote.sure * slot.share(vote.what);
            vote.what.map(|c| (c, sure))
        });
        ReadLine {
            text: self.text.clone(),
            confidence: self.sure * self.agreement(),
            chars: chars.collect(),
            ..seen.clone()
        }
    }

    /// What the line says now is told.
    pub fn note_told(&mut self) {
        for slot in &mut self.slots {
            slot.told = slot.settled(self.was_told).what;
        }
        self.was_told = true;
    }
}

/// How heavily the places around `at` were voted on: so much says that nothing was between them.
fn history_at(slots: &[Slot], at: usize, before: f32) -> f32 {
    slots.get(at).map_or(before, Slot::total).max(before)
}
