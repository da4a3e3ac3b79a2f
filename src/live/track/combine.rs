//! What one line says, from all readings of it: each character by a vote, weighted by how surely and how sharply it was seen.
//!
//! Readings are aligned with the line ([`super::align`]), so that a character that is missed or seen twice in one picture
//! moves no other out of its place. Votes fade by the weight of what comes after them: a blurred picture neither says much
//! nor makes older votes fade much, and a line that truly changes is noticed within a few good pictures.

use heapless::Vec;

use super::align::{Aligner, Ends, Step};
use super::limits::MAX_CHARS;
use super::slot::{FADE, Slot, Vote};
use crate::line::ReadLine;

/// The share of its weight with which a reading that is shorter than the published line votes that nothing is beyond its
/// ends.
const SHORTER: f32 = 0.25;
/// The share of its weight with which a piece of a line votes for the characters at its ends, and that nothing is beyond them: a
/// hand before the line is likelier.
const BEYOND: f32 = 0.03;
/// The share that counts of the readings with nothing beyond an end of the line, once something is read there: it has come
/// out from behind something.
const GROWS: f32 = 0.25;
/// A place where there is most likely no character is dropped when the characters there have less than this share of the
/// votes.
const HARDLY: f32 = 0.02;

/// What a line says.
#[derive(Clone, Debug, Default)]
pub struct Combined {
    slots: Vec<Slot, MAX_CHARS>,
    /// How sure the reader was of the readings, on average by weight, and the sum of their weights.
    sure: f32,
    weight: f32,
    text: String,
    /// Readings in a row that left the text as it is.
    steady: u32,
    /// One picture at least was read as this text.
    whole: bool,
    was_published: bool,
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

    /// The line was out of sight: what was read before it counts as one good picture, for another may lie there now.
    pub fn doubt(&mut self) {
        self.slots.iter_mut().for_each(Slot::doubt);
        self.weight = self.weight.min(1.0);
    }

    /// Takes one more reading, which counts `weight`, 0 to 1. A piece of the line says nothing of what is beyond its ends.
    /// Gives whether the line has something before the beginning of the reading, and after its end.
    pub fn add(
        &mut self,
        aligner: &mut Aligner,
        line: &ReadLine,
        weight: f32,
        piece: bool,
    ) -> (bool, bool) {
        let chars = line.chars.get(..MAX_CHARS).unwrap_or(&line.chars);
        let ends = if piece { Ends::OfSlots } else { Ends::Fixed };
        // Of the place before, without this reading.
        let (mut at, mut votes_before) = (0, 0.0);
        let (mut begun, mut within, mut beyond) = (false, false, (false, false));
        for &step in aligner.steps(&self.slots, chars, ends) {
            if matches!(step, Step::Insert(_)) && !self.make_room(at, within, votes_before) {
                continue;
            }
            let Some(slot) = self.slots.get_mut(at) else {
                continue;
            };
            (at, votes_before) = (at + 1, slot.total());
            begun |= step != Step::Beyond;
            within |= matches!(step, Step::Match(_) | Step::Skip);
            if step == Step::Beyond && slot.leader().what.is_some() {
                let side = if begun { &mut beyond.1 } else { &mut beyond.0 };
                *side = true;
            }
            let (what, share) = match step {
                Step::Match(j) | Step::Insert(j) => {
                    // What is at the ends of a piece may be half a character.
                    let whole = !piece || j > 0 && j + 1 < chars.len();
                    (chars.get(j), if whole { 1.0 } else { BEYOND })
                }
                Step::Beyond if piece => (None, BEYOND),
                Step::Beyond if slot.published().is_some() => (None, SHORTER),
                Step::Skip | Step::Beyond => (None, 1.0),
            };
            let sure = what.map_or(line.confidence, |&(_, sure)| sure);
            let vote = Vote {
                what: what.map(|&(c, _)| c),
                weight: weight * sure.powi(2) * share,
                sure,
            };
            slot.add(vote);
            // A character that is missed again and again is gone; of one beyond a piece nothing is known.
            if vote.what.is_some() {
                slot.add_to_row(vote);
            } else if share > BEYOND {
                let weight = vote.weight / share;
                slot.add_to_row(Vote { weight, ..vote });
            }
            if self.was_published {
                slot.forget_before_row();
            }
        }
        let counts = weight * line.confidence;
        self.weight = self.weight * (1.0 - FADE * counts) + counts;
        self.sure += (line.confidence - self.sure) * counts / self.weight.max(f32::MIN_POSITIVE);
        self.slots.retain(|slot| {
            let empty = slot.leader().what.is_none() && slot.published().is_none();
            !empty || slot.share(None) < 1.0 - HARDLY
        });
        self.note(&line.text);
        beyond
    }

    /// Makes a place at `at`, where nothing was read until now. `within` says whether that is after a place that was there
    /// before, and `votes_before` is the weight of the votes on the place before it. Gives whether there was room.
    fn make_room(&mut self, at: usize, within: bool, votes_before: f32) -> bool {
        let mut slot = Slot::default();
        if self.weight > 0.0 {
            // The readings that voted on its neighbours found nothing between them.
            let votes = self
                .slots
                .get(at)
                .map_or(0.0, Slot::total)
                .max(votes_before);
            let at_end = !within || at >= self.slots.len();
            slot.add(Vote {
                what: None,
                weight: if at_end { GROWS * votes } else { votes },
                sure: self.sure,
            });
        }
        self.slots.insert(at, slot).is_ok()
    }

    /// Notes whether the reading `read` has changed the text.
    fn note(&mut self, read: &str) {
        let settled = self
            .slots
            .iter()
            .map(|slot| slot.settled(self.was_published));
        let said = settled.filter_map(|vote| vote.what);
        if said.clone().eq(self.text.chars()) {
            self.steady = self.steady.saturating_add(1);
            self.whole |= self.text == read;
            return;
        }
        self.steady = 1;
        self.text = said.collect();
        self.whole = self.text == read;
    }

    /// Whether what the line says was read so in one picture at least.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// What the line says, as far as is known.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Readings in a row that left the text as it is.
    pub fn steady(&self) -> u32 {
        self.steady
    }

    /// The share of the votes that is for the text, at the character where they agree least, 0 to 1.
    pub fn agreement(&self) -> f32 {
        self.shares().fold(1.0, f32::min)
    }

    fn shares(&self) -> impl Iterator<Item = f32> {
        self.slots
            .iter()
            .map(|slot| slot.share(slot.settled(self.was_published).what))
    }

    /// The line as it is to be published, which was last seen as `seen`.
    pub fn line(&self, seen: &ReadLine) -> ReadLine {
        let votes = self
            .slots
            .iter()
            .map(|slot| (slot, slot.settled(self.was_published)));
        let chars = votes.filter_map(|(slot, vote)| {
            let sure = vote.sure * slot.share(vote.what);
            vote.what.map(|c| (c, sure))
        });
        let shares = self.shares();
        ReadLine {
            text: self.text.clone(),
            confidence: self.sure * shares.sum::<f32>() / self.slots.len().max(1) as f32,
            chars: chars.collect(),
            ..seen.clone()
        }
    }

    /// What the line says now is published.
    pub fn note_published(&mut self) {
        for slot in &mut self.slots {
            slot.note_published(self.was_published);
        }
        self.was_published = true;
    }
}
