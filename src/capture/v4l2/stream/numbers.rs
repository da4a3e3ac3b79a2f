//! Takes the driver's numbers of pictures; gives the number of each frame, and what was given, passed over and bad.
//!
//! Frames are numbered by what the camera took, as far as it shows: the driver's gaps count, and so does what lay ready and was not
//! given. A driver that counts wrongly, or not at all, does not confuse it.

use crate::capture::Stats;

/// A gap in the driver's numbers beyond this is a driver that counts wrongly: no camera loses an hour of frames unnoticed.
const LONGEST_GAP: u32 = 100_000;

/// Pictures taken from the driver, and how many of them were bad.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    all: u64,
    bad: u64,
}

/// The count of a stream.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// The number of the last frame.
    seq: u64,
    /// The driver's number of the last frame since the stream was started.
    last: Option<u32>,
    /// What was seen since the last frame.
    since: Seen,
    pub stats: Stats,
}

impl Numbers {
    /// The driver counts anew.
    pub fn start(&mut self) {
        self.last = None;
    }

    /// A picture came from the driver; gives what was seen up to it.
    pub fn came(&mut self) -> Seen {
        self.since.all += 1;
        self.since
    }

    /// One of those that came is bad.
    pub fn bad(&mut self) {
        self.since.bad += 1;
        self.stats.bad += 1;
    }

    /// The picture that the driver gave the number `sequence`, and up to which `seen` was seen, becomes a frame;
    /// gives the number of the frame.
    pub fn give(&mut self, sequence: u32, seen: Seen) -> u64 {
        let counted = self.last.map(|last| sequence.wrapping_sub(last));
        // What the driver dropped shows in its numbers; what was passed over shows even where it does not count.
        let steps = counted
            .filter(|&gap| gap <= LONGEST_GAP)
            .map_or(seen.all, |gap| seen.all.max(u64::from(gap)));
        self.stats.skipped += steps.saturating_sub(1 + seen.bad);
        self.stats.frames += 1;
        self.seq += steps;
        self.last = Some(sequence);
        // Damaged pictures that came after this one belong to the next.
        self.since = Seen {
            all: self.since.all - seen.all,
            bad: self.since.bad - seen.bad,
        };
        self.seq
    }
}
