//! One place in a line: what was read there, by weight, and what was published of it.

use heapless::Vec;

/// Different characters remembered at one place; the weakest makes room. Seldom more than three look alike.
pub const MAX_VOTES: usize = 4;
/// The share that older votes lose to one of full weight: they count half after 23 such.
pub const FADE: f32 = 0.03;
/// What was published at a place is replaced when another character weighs this many times as much there.
const CLEARLY: f32 = 2.0;
/// It is also replaced when only another character was read there in a row, with so much weight: four sure readings, each
/// of them at most so much less sure than the readings of what was published. Blur reads B as 8 for long, but not as surely.
const IN_A_ROW: f32 = 3.2;
const AS_SURE: f32 = 0.05;
/// The same where nothing was read in a row, a dozen readings: a hand or glare may cover the rest.
const GONE_IN_A_ROW: f32 = 10.0;

/// What was read at one place, where `None` is that there is no character.
#[derive(Clone, Copy, Debug)]
pub struct Vote {
    /// What.
    pub what: Option<char>,
    /// How much that counts.
    pub weight: f32,
    /// How sure the reader was, on average by weight, 0 to 1.
    pub sure: f32,
}

/// One place in a line.
#[derive(Clone, Debug, Default)]
pub struct Slot {
    votes: Vec<Vote, MAX_VOTES>,
    published: Option<char>,
    /// What the newest readings all had here, and their weight.
    row: (Option<char>, f32),
}

impl Slot {
    /// What it costs to read `what` here, 0 to 1.
    pub fn cost(&self, what: Option<char>) -> f32 {
        1.0 - self.share(what)
    }

    /// The share of the votes that is for `what`, 0 to 1.
    pub fn share(&self, what: Option<char>) -> f32 {
        self.weight(what) / self.total().max(f32::MIN_POSITIVE)
    }

    /// The weight of all votes.
    pub fn total(&self) -> f32 {
        self.votes.iter().map(|vote| vote.weight).sum()
    }

    fn weight(&self, what: Option<char>) -> f32 {
        let vote = self.votes.iter().find(|vote| vote.what == what);
        vote.map_or(0.0, |vote| vote.weight)
    }

    /// What has most votes; nothing, with no weight, where there are none.
    pub fn leader(&self) -> Vote {
        let nothing = Vote {
            what: None,
            weight: 0.0,
            sure: 0.0,
        };
        self.votes.iter().fold(nothing, |best, vote| {
            if vote.weight > best.weight {
                *vote
            } else {
                best
            }
        })
    }

    /// Takes one more vote; the older ones fade by its weight.
    pub fn add(&mut self, new: Vote) {
        let weight = new.weight.max(f32::MIN_POSITIVE);
        for vote in &mut self.votes {
            vote.weight *= 1.0 - FADE * weight;
        }
        if let Some(vote) = self.votes.iter_mut().find(|vote| vote.what == new.what) {
            vote.weight += weight;
            vote.sure += (new.sure - vote.sure) * weight / vote.weight;
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
        let _ = self.votes.push(Vote { weight, ..new });
    }

    /// Counts a vote as one of a row, which replaces what was published when it is long enough.
    pub fn add_to_row(&mut self, vote: Vote) {
        let published = self.votes.iter().find(|vote| vote.what == self.published);
        let as_sure = published.is_none_or(|published| vote.sure >= published.sure - AS_SURE);
        let before = match self.row {
            (what, weight) if what == vote.what => weight,
            _ => 0.0,
        };
        let weight = if as_sure { vote.weight } else { 0.0 };
        self.row = (vote.what, before + weight);
    }

    /// Forgets what was read before the row, where the place has truly changed since it was published.
    pub fn forget_before_row(&mut self) {
        let (what, weight) = self.row;
        let least = match what {
            Some(_) => IN_A_ROW,
            None => GONE_IN_A_ROW,
        };
        if what != self.published && weight >= least {
            self.votes.retain(|vote| vote.what == what);
        }
    }

    /// Lets all votes together count as one good picture, at most.
    pub fn doubt(&mut self) {
        let most = 1.0 / self.total().max(1.0);
        self.votes.iter_mut().for_each(|vote| vote.weight *= most);
        self.row = (None, 0.0);
    }

    /// The character that was published, if any.
    pub fn published(&self) -> Option<char> {
        self.published
    }

    /// What the place says now is published.
    pub fn note_published(&mut self, was_published: bool) {
        self.published = self.settled(was_published).what;
    }

    /// What to publish of the place, in a line that was published before or not: what was published, unless another reading
    /// clearly outweighs it.
    pub fn settled(&self, was_published: bool) -> Vote {
        let leader = self.leader();
        if !was_published || leader.weight >= CLEARLY * self.weight(self.published) {
            return leader;
        }
        let published = self.votes.iter().find(|vote| vote.what == self.published);
        *published.unwrap_or(&leader)
    }
}
