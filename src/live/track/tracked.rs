//! One line that is followed: where it is, what its readings say together, and what was published of it.

use std::time::Duration;

use super::align::Aligner;
use super::combine::Combined;
use super::settings::Settings;
use crate::contract::event::LineChange;
use crate::line::ReadLine;
use crate::quad::Quad;

/// The least that a reading counts.
const LEAST_WEIGHT: f32 = 0.01;
/// A line on which the readings do not agree, or that runs out of the picture, is published when so many times
/// `steady-frames` have left it as it is.
const LONG: u32 = 4;
/// A line that most likely will be published delays the page for this long at most.
const PROMISING: Duration = Duration::from_secs(2);
/// Marks that come and go at the ends of a line: the finest of them are lost in a blur, and dirt looks like them.
const FINE: [char; 9] = ['.', ',', ':', ';', '\'', '`', '-', '_', '|'];

/// What became of one line, with the line as it is to be published.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What became of it.
    pub change: LineChange,
    /// Identifies the line for as long as the tracker lives.
    pub id: u64,
    /// What it says, where it was last seen; for a line that is gone, the text that was published.
    pub line: ReadLine,
}

/// How a picture was taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sight {
    /// When, on the monotonic clock.
    pub taken: Duration,
    /// How sharp it is beside the sharpest of the last ones, 0 to 1.
    pub clarity: f32,
    /// Its width and height, in pixels.
    pub size: (u32, u32),
}

/// One line that is followed.
pub struct TrackedLine {
    id: u64,
    /// As last seen; moved with the view since.
    pub line: ReadLine,
    /// What all readings of it say.
    pub combined: Combined,
    /// What was published of it, if anything.
    pub published: Option<ReadLine>,
    /// It runs out of the picture.
    cut: bool,
    first_seen: Duration,
    /// When the last picture was taken that shows it.
    pub last_seen: Duration,
}

impl TrackedLine {
    /// One that was read for the first time.
    pub fn new(id: u64, line: &ReadLine, sight: Sight, aligner: &mut Aligner) -> Self {
        let mut combined = Combined::default();
        combined.add(aligner, line, weight(line, sight), false);
        TrackedLine {
            id,
            line: line.clone(),
            combined,
            published: None,
            cut: line.quad.cut_at(sight.size).is_some(),
            first_seen: sight.taken,
            last_seen: sight.taken,
        }
    }

    /// Takes one more reading of it, or of a piece of it. `last_frame` is when the picture before was taken.
    pub fn add(
        &mut self,
        line: &ReadLine,
        piece: bool,
        sight: Sight,
        last_frame: Option<Duration>,
        aligner: &mut Aligner,
    ) {
        if Some(self.last_seen) != last_frame {
            self.combined.doubt();
        }
        self.cut = line.quad.cut_at(sight.size).is_some();
        let known = self.combined.text().chars().count();
        let piece = piece || self.cut && line.chars.len() < known;
        let beyond = self.combined.add(aligner, line, weight(line, sight), piece);
        self.last_seen = sight.taken;
        if piece || beyond.0 || beyond.1 {
            self.line.quad = beside(&self.line.quad, &line.quad, beyond);
        } else {
            self.line = line.clone();
        }
    }

    /// Whether this is what it says, or what was published of it.
    pub fn says(&self, text: &str) -> bool {
        let published = self.published.as_ref();
        self.combined.text() == text || published.is_some_and(|line| line.text == text)
    }

    /// Whether the page at `now` has to wait for it: it has just come and is still to be published, or it was published and
    /// cannot be seen, so that it may have left.
    pub fn is_unsettled(&self, now: Duration) -> bool {
        let seen = self.last_seen == now;
        match self.published {
            Some(_) => !seen,
            None => {
                seen && self.combined.steady() > 1
                    && now.saturating_sub(self.first_seen) < PROMISING
            }
        }
    }

    /// What is to be published now, if anything.
    pub fn settle(&mut self, settings: &Settings) -> Option<Change> {
        let said = &self.combined;
        if said.text().is_empty()
            || said.steady() < settings.steady_frames
            || (said.agreement() < settings.steady_agreement || self.cut)
                && said.steady() < LONG * settings.steady_frames
            || !(settings.combine || said.is_whole())
        {
            return None;
        }
        let change = match &self.published {
            None => LineChange::Appeared,
            Some(published) if is_no_news(&published.text, said.text()) => return None,
            Some(_) => LineChange::Updated,
        };
        let line = said.line(&self.line);
        self.combined.note_published();
        self.published = Some(line.clone());
        Some(Change {
            change,
            id: self.id,
            line,
        })
    }

    /// That it is gone, if it was published.
    pub fn gone(&self) -> Option<Change> {
        Some(Change {
            change: LineChange::Gone,
            id: self.id,
            line: self.published.clone()?,
        })
    }

    /// What was published of it, where it is now.
    pub fn as_published(&self) -> Option<(u64, ReadLine)> {
        let line = ReadLine {
            quad: self.line.quad,
            ..self.published.clone()?
        };
        Some((self.id, line))
    }
}

/// A gap that is now a space and now is none is no news, nor is a fine mark at either end.
fn is_no_news(a: &str, b: &str) -> bool {
    fn marks(text: &str) -> impl Iterator<Item = char> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || FINE.contains(&c));
        text.chars().filter(|c| !c.is_whitespace())
    }
    marks(a).eq(marks(b))
}

/// What a reading counts, 0 to 1: one sure and sharp picture more than several blurred ones, which are wrong alike.
fn weight(line: &ReadLine, sight: Sight) -> f32 {
    (line.confidence.powi(3) * sight.clarity.powi(2)).clamp(LEAST_WEIGHT, 1.0)
}

/// Where a line is of which a piece is seen: `beyond` says whether it goes on before the piece, and after it.
fn beside(place: &Quad, piece: &Quad, beyond: (bool, bool)) -> Quad {
    let ([start, end], [piece_start, piece_end]) = (place.ends(), piece.ends());
    let (from, to) = match beyond {
        (true, false) => (end, piece_end),
        (false, true) => (start, piece_start),
        // Where along the line the piece lies is not known; across the line it is.
        _ => {
            let (sin, cos) = place.angle().sin_cos();
            let off = (piece.centre().y - place.centre().y) * cos
                - (piece.centre().x - place.centre().x) * sin;
            return place.shifted(-off * sin, off * cos);
        }
    };
    place.shifted(to.x - from.x, to.y - from.y)
}
