//! Which line of a picture continues which line that is followed.
//!
//! Lines are compared by their text first: a line that says the same, not too far off, is the same. These give the motion
//! of the view ([`Motion`]), and the motion gives where the others must be: a line at its place that is much like it is the
//! same, read a little otherwise. A piece of a line (a hand covers the rest, or the finder has cut it) belongs to it and is
//! no line of its own.

use heapless::Vec;

use super::align::{Aligner, Ends};
use super::limits::MAX_LINES;
use super::motion::Motion;
use super::tracked::TrackedLine;
use crate::line::ReadLine;
use crate::quad::{Point, Quad};

/// Line heights that a line may be off its place by and still be the same by its place alone.
const NEAR: f32 = 0.8;
/// Line heights that a line with much the same text may be off its place by: what a hand does between two pictures.
const APART: f32 = 6.0;
/// Line heights that a line with the very same text may be off its place by: a hand at reading distance.
const FAR: f32 = 20.0;
/// How much longer or shorter a line found at the same place may be, as a share of the longer.
const LEAST_OVERLAP: f32 = 0.5;
/// The share of its characters in which a line is read otherwise and is still much the same.
const UNLIKE: f32 = 0.4;
/// The share of its characters in which a line that has not moved is another one.
const OTHER: f32 = 0.75;
/// The share of its characters in which a piece may differ from the line it is of.
const PIECE_UNLIKE: f32 = 0.34;
/// The share of a line's characters that its pieces must have, so that it is nothing but these.
const MADE_UP: f32 = 0.7;
/// The fewest characters of a piece: even one, at the place of a line that has it, is no line of its own.
const LEAST_PIECE: usize = 1;
/// How far a piece may be off its line: across in heights of the line, along in shares of its width and heights.
const PIECE_ACROSS: f32 = 0.6;
const PIECE_ALONG: (f32, f32) = (0.1, 0.5);
/// What the edge of the picture leaves of a line must have so many characters, and differ in no greater share of them, to be
/// known as a piece of a line that is far off.
const REST: usize = 4;
const REST_UNLIKE: f32 = 0.15;
/// Pairs that are compared in one picture: a line has a dozen others about it.
const MAX_PAIRS: usize = 12 * MAX_LINES;

/// What became of a line of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It continues this track.
    Continues {
        /// The track's index.
        track: usize,
        /// It is a piece of it.
        piece: bool,
    },
    /// It is a piece of what is followed, or is made up of it.
    Known,
    /// It is new.
    New,
}

/// How much of a line is seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    /// A piece of it, at its place.
    Piece,
    /// What the edge of the picture leaves of it.
    Rest,
}

struct Pair {
    line: usize,
    track: usize,
    part: Part,
    cost: f32,
}

/// What else is known of a track and a line.
#[derive(Clone, Copy)]
struct Case {
    /// The track was in the last picture.
    just_now: bool,
    /// The line runs out of this one.
    cut: bool,
}

/// Finds the fates of lines; keeps its tables.
#[derive(Default)]
pub struct Follower {
    aligner: Aligner,
    pairs: Vec<Pair, MAX_PAIRS>,
    /// For each line of the picture.
    pub fates: Vec<Fate, MAX_LINES>,
    /// The tracks that stand behind the known lines.
    pub seen: Vec<usize, MAX_LINES>,
    /// How the view has moved since the last picture.
    pub motion: Option<Motion>,
}

impl Follower {
    /// What aligns readings.
    pub fn aligner(&mut self) -> &mut Aligner {
        &mut self.aligner
    }

    /// Fills `fates` and `motion` for these lines of a picture of this size. `just_now` says of a track whether it was in the
    /// last picture.
    pub fn follow(
        &mut self,
        tracks: &[TrackedLine],
        lines: &[&ReadLine],
        size: (u32, u32),
        just_now: impl Fn(&TrackedLine) -> bool,
    ) {
        self.fates.clear();
        self.fates
            .extend(lines.iter().take(MAX_LINES).map(|_| Fate::New));
        self.motion = same_texts(tracks, lines, &just_now);
        let motion = self.motion.unwrap_or(Motion::NONE);
        let mut free = [true; MAX_LINES];
        // What reads the same first; then, for the lines that are left, what is much alike.
        for compare in [Self::same, Self::alike] {
            self.pairs.clear();
            for (t, track) in tracks.iter().enumerate() {
                let place = motion.quad(&track.line.quad);
                for (l, line) in lines.iter().enumerate() {
                    let new = self.fates.get(l) == Some(&Fate::New);
                    let case = Case {
                        just_now: just_now(track),
                        cut: line.quad.cut_at(size).is_some(),
                    };
                    if new
                        && track.line.region == line.region
                        && let Some((cost, part)) = compare(self, track, &place, line, case)
                    {
                        // Past the capacity a line is new that might continue one.
                        let _ = self.pairs.push(Pair {
                            line: l,
                            track: t,
                            part,
                            cost,
                        });
                    }
                }
            }
            self.pairs
                .sort_unstable_by(|a, b| a.cost.total_cmp(&b.cost));
            for pair in &self.pairs {
                if let (Some(fate), Some(free)) =
                    (self.fates.get_mut(pair.line), free.get_mut(pair.track))
                    && *fate == Fate::New
                    && std::mem::take(free)
                {
                    *fate = Fate::Continues {
                        track: pair.track,
                        piece: pair.part != Part::Whole,
                    };
                }
            }
        }
        // What is left is new, unless it is a piece of what was found, or made up of pieces.
        self.seen.clear();
        for pair in self.pairs.iter().filter(|pair| pair.part == Part::Piece) {
            if let Some(fate) = self.fates.get_mut(pair.line)
                && *fate == Fate::New
            {
                *fate = Fate::Known;
                let _ = self.seen.push(pair.track);
            }
        }
        for (l, line) in lines.iter().enumerate() {
            if self.fates.get(l) == Some(&Fate::New) {
                let fate = self.span(tracks, &free, motion, line);
                if let Some(slot) = self.fates.get_mut(l) {
                    *slot = fate;
                }
            }
        }
    }

    /// What becomes of a line that has free tracks for its pieces: the finder joins and splits lines as it likes, and what was
    /// half covered is whole now.
    fn span(
        &mut self,
        tracks: &[TrackedLine],
        free: &[bool; MAX_LINES],
        motion: Motion,
        line: &ReadLine,
    ) -> Fate {
        let before = self.seen.len();
        let (mut chars, mut published) = (0, true);
        let mut longest = None;
        for (t, track) in tracks.iter().enumerate() {
            let said = &track.combined;
            if free.get(t) == Some(&true)
                && track.line.region == line.region
                && lies_in(&motion.quad(&track.line.quad), &line.quad)
                && said.unlikeness(&mut self.aligner, line, Ends::OfReading) < PIECE_UNLIKE
            {
                let count = said.text().chars().count();
                chars += count;
                published &= track.published.is_some();
                longest = longest.max(Some((count, t)));
                let _ = self.seen.push(t);
            }
        }
        if published && chars as f32 >= MADE_UP * line.chars.len() as f32 {
            return Fate::Known;
        }
        self.seen.truncate(before);
        match longest {
            Some((count, track)) if count >= LEAST_PIECE => Fate::Continues {
                track,
                piece: false,
            },
            _ => Fate::New,
        }
    }

    /// Whether `line` says what `track` does, not too far from `place`, where it must be; gives how far.
    fn same(
        &mut self,
        track: &TrackedLine,
        place: &Quad,
        line: &ReadLine,
        _: Case,
    ) -> Option<(f32, Part)> {
        let apart = heights_apart(place, &line.quad);
        (apart < FAR && track.says(&line.text)).then_some((apart, Part::Whole))
    }

    /// Whether `line` may be what `track` says, read otherwise, or a piece of it; gives how badly it fits, and how much it
    /// is of it.
    fn alike(
        &mut self,
        track: &TrackedLine,
        place: &Quad,
        line: &ReadLine,
        case: Case,
    ) -> Option<(f32, Part)> {
        let said = &track.combined;
        let apart = heights_apart(place, &line.quad);
        if apart < APART && like_sized(place, &line.quad) {
            let unlike = said.unlikeness(&mut self.aligner, line, Ends::Fixed);
            // After an absence the place proves nothing: another label may lie there now.
            let stays = apart < NEAR && case.just_now && unlike < OTHER;
            if unlike < UNLIKE || stays {
                return Some((unlike + apart / APART, Part::Whole));
            }
        }
        if line.chars.len() >= LEAST_PIECE && lies_in(&line.quad, place) {
            let unlike = said.unlikeness(&mut self.aligner, line, Ends::OfSlots);
            // After all that are whole.
            return (unlike < PIECE_UNLIKE).then_some((2.0 + unlike, Part::Piece));
        }
        if case.cut && line.chars.len() >= REST && apart < FAR {
            let unlike = said.unlikeness(&mut self.aligner, line, Ends::OfSlots);
            return (unlike < REST_UNLIKE).then_some((3.0 + unlike, Part::Rest));
        }
        None
    }
}

/// The motion of the lines that say what they said.
fn same_texts(
    tracks: &[TrackedLine],
    lines: &[&ReadLine],
    just_now: impl Fn(&TrackedLine) -> bool,
) -> Option<Motion> {
    let mut pairs: Vec<(Quad, Quad), MAX_LINES> = Vec::new();
    for track in tracks.iter().filter(|track| just_now(track)) {
        let mut same = lines.iter().filter(|line| track.says(&line.text));
        // Of two that say the same nobody knows which is which.
        if let (Some(line), None) = (same.next(), same.next())
            && heights_apart(&track.line.quad, &line.quad) < FAR
        {
            let _ = pairs.push((track.line.quad, line.quad));
        }
    }
    Motion::between(&pairs)
}

/// The distance of two lines' centres in heights of the higher one.
fn heights_apart(a: &Quad, b: &Quad) -> f32 {
    a.centre().distance(b.centre()) / a.height().max(b.height()).max(1.0)
}

fn like_sized(a: &Quad, b: &Quad) -> bool {
    let (a, b) = (a.width(), b.width());
    a.min(b) >= LEAST_OVERLAP * a.max(b)
}

/// Whether `piece` lies along `whole`, within its ends.
fn lies_in(piece: &Quad, whole: &Quad) -> bool {
    let inside = |p: Point| {
        let (along, across) = whole.along_across(p);
        let reach = whole.width() * (0.5 + PIECE_ALONG.0) + whole.height() * PIECE_ALONG.1;
        along.abs() <= reach && across.abs() <= whole.height() * PIECE_ACROSS
    };
    let [tl, tr, br, bl] = piece.0;
    inside(tl.midpoint(bl)) && inside(tr.midpoint(br))
}
