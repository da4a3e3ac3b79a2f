//! One place in a line: what was read there, by weight, and what was told of it.

use heapless::Vec;

/// Different characters remembered at one place; the weakest makes room. There are seldom more than three that are alike.
pub const MAX_VOTES: usize = 4;
/// What a vote of full weight makes forgotten of the older ones: they count half after 23 such.
pub const FADE: f32 = 0.03;
/// What was told at a place is taken back when another character weighs this many times as much there.
const CLEARLY: f32 = 2.0;
/// It is also taken back when only another was read there in a row, with so much weight: four sure readings; each of them
/// less unsure than by so much than the readings of what was told. Blur reads B as 8 for long, but not as surely.
const IN_A_ROW: f32 = 3.2;
const AS_SURE: f32 = 0.05;
/// Where nothing was read in a row it takes a dozen: a hand or glare may cover the rest.
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
    told: Option<char>,
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
        let heavier = |best: Vote, vote: &Vote| match vote.weight > best.weight {
            true => *vote,
            false => best,
        };
        self.votes.iter().fold(nothing, heavier)
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

    /// Counts a vote as one of a row, which ends what was told when it is long enough.
    pub fn go_on(&mut self, vote: Vote) {
        let told = self.votes.iter().find(|vote| vote.what == self.told);
        let as_sure = told.is_none_or(|told| vote.sure >= told.sure - AS_SURE);
        let before = match self.row {
            (what, weight) if what == vote.what => weight,
            _ => 0.0,
        };
        let weight = if as_sure { vote.weight } else { 0.0 };
        self.row = (vote.what, before + weight);
    }

    /// Forgets what was read before, where what was told of it has truly changed.
    pub fn turn(&mut self) {
        let (what, weight) = self.row;
        let least = match what {
            Some(_) => IN_A_ROW,
            None => GONE_IN_A_ROW,
        };
        if what != self.told && weight >= least {
            self.votes.retain(|vote| vote.what == what);
        }
    }

    /// Leaves of all votes what one good picture counts, at most.
    pub fn doubt(&mut self) {
        let most = 1.0 / self.total().max(1.0);
        self.votes.iter_mut().for_each(|vote| vote.weight *= most);
        self.row = (None, 0.0);
    }

    /// The character that was told, if any.
    pub fn told(&self) -> Option<char> {
        self.told
    }

    /// What the place says now is told.
    pub fn note_told(&mut self, was_told: bool) {
        self.told = self.settled(was_told).what;
    }

    /// What to tell of the place of a line that was told or not: what was told, unless another reading has clearly won over it.
    pub fn settled(&self, was_told: bool) -> Vote {
        let leader = self.leader();
        if !was_told || leader.weight >= CLEARLY * self.weight(self.told) {
            return leader;
        }
        let told = self.votes.iter().find(|vote| vote.what == self.told);
        *told.unwrap_or(&leader)
    }
}
