//! What was read of a picture so far, and whether it is upside down: print that is turned reads worse, capitals and figures too.

use super::strip::LIKE_PRINT;
use crate::line::ReadLine;
use crate::quad::Quad;

/// Print that stands on its head is read as other characters, less surely than this, after it was read again as well.
pub const HARDLY_READ: f32 = 0.98;
/// Radians (30 degrees): how far from level the line of an upright page can run. A steeper line may be upside down or not.
const STEEP: f32 = 0.52;

/// The lines of a picture so far.
#[derive(Default)]
pub struct Found {
    /// Those that are read surely.
    pub lines: Vec<ReadLine>,
    /// Those that are print, but whose figures and signs are not sure, with how sure these are.
    pub figures: Vec<(ReadLine, f32)>,
    /// Those that are not read surely.
    pub doubtful: Vec<ReadLine>,
    /// How many fit nothing that was asked for.
    pub rejected: usize,
    /// How many lines were tried turned by half.
    pub tried: usize,
    /// How many of them read well only so.
    pub turned: usize,
}

impl Found {
    /// What was found elsewhere as well.
    pub fn join(&mut self, other: Found) {
        self.lines.extend(other.lines);
        self.figures.extend(other.figures);
        self.doubtful.extend(other.doubtful);
        self.rejected += other.rejected;
        self.tried += other.tried;
        self.turned += other.turned;
    }

    /// Whether most of what was tried turned by half reads well only so.
    pub fn is_upside_down(&self) -> bool {
        2 * self.turned > self.tried
    }

    /// Lines whose figures are not sure become doubtful ones, no surer than these.
    pub fn doubt_figures(&mut self) {
        for (mut line, figures) in self.figures.drain(..) {
            line.confidence = line.confidence.min(figures);
            self.doubtful.push(line);
        }
    }

    /// The lines that are read as print.
    fn print(&self) -> impl Iterator<Item = &ReadLine> {
        let figures = self.figures.iter().map(|(line, _)| line);
        self.lines.iter().chain(figures)
    }

    /// Characters that were read without doubt, and as on an upright page.
    pub fn read_well(&self) -> usize {
        let sure = |line: &&ReadLine| line.confidence >= HARDLY_READ && !is_steep(&line.quad);
        self.print().filter(sure).map(|line| line.chars.len()).sum()
    }

    /// Whether these are most of those that are there, texture left out.
    pub fn reads_well(&self) -> bool {
        let all = self.print().chain(&self.doubtful);
        let print = all.filter(|line| line.confidence >= LIKE_PRINT);
        let there: usize = print.map(|line| line.chars.len()).sum();
        2 * self.read_well() > there
    }
}

/// Whether a line runs so steep that the page may well be upright and its letters not.
pub fn is_steep(quad: &Quad) -> bool {
    quad.angle().abs() >= STEEP
}
