//! Which way up a page is, asked of the reader: print that is turned reads worse, capitals and figures too.
//!
//! Takes what was read of a page; gives whether it lies on its head, and turns a page that may be turned until it reads.

use image::GrayImage;
use image::imageops::rotate180_in_place;

use super::{Found, Pipeline, Place};
use crate::error::Result;
use crate::explain::Explain;
use crate::line::ReadLine;
use crate::quad::Quad;
use crate::rotation::Rotation;
use crate::text::recognize::{LineKind, Reading};

/// Lines that are tried the other way up: more do not change the verdict.
const TRIED_TURNED: usize = 3;
/// Print that stands on its head is read as other characters, less surely than this, after further looks as well.
pub const HARDLY_READ: f32 = 0.98;
/// And when it is turned, with at most this share of the doubt.
const DOUBT_LEFT: f32 = 0.5;
/// What is read less surely than this is hardly print: looking at it again costs more than it finds.
pub(super) const LIKE_PRINT: f32 = 0.3;
/// Radians (30 degrees): how far from level the line of an upright page can run. Of a steeper one nobody knows which way is up.
const STEEP: f32 = 0.52;
/// Characters of a line that says which way is up; short ones read both ways.
pub const TELLING: usize = 4;

impl Pipeline {
    /// Turns a page, or the part of one at a place, until it reads as well as it can; gives what it says and how it was turned.
    pub(super) fn read_upright(
        &mut self,
        picture: &mut GrayImage,
        place: Option<Place<'_>>,
        mut explain: Option<&mut Explain>,
    ) -> Result<(Found, Rotation)> {
        let (found, turn) = self.read_either_way(picture, place, explain.as_deref_mut())?;
        if found.reads_well() {
            return Ok((found, turn));
        }
        let quarter = turn.and(Rotation::Quarter);
        let mut sideways = Rotation::Quarter.apply(picture);
        show_turned(&sideways, explain.as_deref_mut())?;
        let (other, further) =
            self.read_either_way(&mut sideways, turned(place, quarter), explain)?;
        if other.read_well() <= found.read_well() {
            return Ok((found, turn));
        }
        *picture = sideways;
        Ok((other, quarter.and(further)))
    }

    /// Reads it, and once more turned by half when it is upside down.
    fn read_either_way(
        &mut self,
        picture: &mut GrayImage,
        place: Option<Place<'_>>,
        mut explain: Option<&mut Explain>,
    ) -> Result<(Found, Rotation)> {
        let found = self.read_either(picture, place, explain.as_deref_mut())?;
        if !found.is_upside_down() {
            return Ok((found, Rotation::None));
        }
        rotate180_in_place(picture);
        show_turned(picture, explain.as_deref_mut())?;
        let found = self.read_either(picture, turned(place, Rotation::Half), explain)?;
        Ok((found, Rotation::Half))
    }

    fn read_either(
        &mut self,
        picture: &GrayImage,
        place: Option<Place<'_>>,
        explain: Option<&mut Explain>,
    ) -> Result<Found> {
        match place {
            Some(_) => self.read_lines(picture, place, explain),
            None => self.read_page(picture, explain),
        }
    }

    /// A line that runs so steep that its letters may stand either way, and hardly reads, read the other way as well; the surer
    /// reading.
    pub(super) fn or_turned(
        &mut self,
        picture: &GrayImage,
        reading: Reading,
        kind: LineKind,
        explain: Option<&mut Explain>,
    ) -> Result<Reading> {
        let line = reading.line();
        if !is_steep(&line.quad) || line.confidence >= HARDLY_READ {
            return Ok(reading);
        }
        let other = self.strip(picture, &half_turned(&line.quad), kind, explain)?;
        Ok(match other.line().confidence > line.confidence {
            true => other,
            false => reading,
        })
    }

    /// Tries whether what can hardly be read can be read turned by half.
    pub(super) fn try_turned(
        &mut self,
        picture: &GrayImage,
        lines: &[(Quad, f32)],
        found: &mut Found,
    ) -> Result<()> {
        for (quad, upright) in lines.iter().take(TRIED_TURNED).copied() {
            let turned = half_turned(&quad);
            let reading = self.strip(picture, &turned, LineKind::USUAL, None)?;
            let line = reading.line();
            let surely = 1.0 - DOUBT_LEFT * (1.0 - upright);
            let surer = line.confidence >= self.min_confidence.max(surely);
            found.tried += 1;
            found.turned += usize::from(surer && line.chars.len() >= TELLING);
        }
        Ok(())
    }
}

/// Whether a line runs so steep that the page may well be upright and its letters not.
pub(super) fn is_steep(quad: &Quad) -> bool {
    quad.angle().abs() >= STEEP
}

/// The same box from the other side.
fn half_turned(Quad([tl, tr, br, bl]): &Quad) -> Quad {
    Quad([*br, *bl, *tl, *tr])
}

/// The place of what was cut out there and turned.
fn turned(place: Option<Place<'_>>, turn: Rotation) -> Option<Place<'_>> {
    place.map(|place| Place {
        cut: place.cut.turned(turn),
        ..place
    })
}

impl Found {
    /// What was found elsewhere as well.
    pub(super) fn join(&mut self, other: Found) {
        self.lines.extend(other.lines);
        self.doubtful.extend(other.doubtful);
        self.rejected += other.rejected;
        self.tried += other.tried;
        self.turned += other.turned;
    }

    /// Whether most of what was tried turned by half reads well only so.
    pub(super) fn is_upside_down(&self) -> bool {
        2 * self.turned > self.tried
    }

    /// Characters that were read without doubt, and as on an upright page.
    fn read_well(&self) -> usize {
        let sure = |line: &&ReadLine| line.confidence >= HARDLY_READ && !is_steep(&line.quad);
        self.lines
            .iter()
            .filter(sure)
            .map(|line| line.chars.len())
            .sum()
    }

    /// Whether these are most of those that are there, texture left out.
    fn reads_well(&self) -> bool {
        let all = self.lines.iter().chain(&self.doubtful);
        let print = all.filter(|line| line.confidence >= LIKE_PRINT);
        let there: usize = print.map(|line| line.chars.len()).sum();
        2 * self.read_well() > there
    }
}

/// Shows what was tried so far, and the picture that is tried next.
fn show_turned(page: &GrayImage, explain: Option<&mut Explain>) -> Result<()> {
    let Some(explain) = explain else {
        return Ok(());
    };
    explain.strips()?;
    explain.picture("turned", page)
}
