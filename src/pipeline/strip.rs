//! One line of a picture to what it reads, and read again in other forms when that is not sure.
//!
//! Takes a quad in a picture; gives its likeliest reading. A network that is shown a line a little wider, closer or from afar
//! sees other edges in its cells, and what is right is mostly what is likeliest (test-time augmentation).

use image::GrayImage;

use super::observer::{Observer, STRIP};
use crate::config::Config;
use crate::error::Result;
use crate::quad::Quad;
use crate::text::recognize::{LineKind, Reading, Recognizer, Seen};
use crate::vision::enhance;
use crate::vision::rectify::{self, Bend};
use crate::vision::straighten::{self, Straightener};

/// What is read less surely than this is hardly print: reading it again costs more than it finds.
pub const LIKE_PRINT: f32 = 0.3;

/// Characters of the longest line that is read again: a long line says enough about itself, and another form of it seldom helps.
const SHORT: usize = 12;

/// How a line is shown to the reader.
#[derive(Clone, Copy)]
struct View {
    name: &'static str,
    /// How many times as wide as it is.
    stretch: f32,
    /// How much is left out above and below, in heights of the line.
    trim: f32,
    /// Along its own course, where it has one.
    along: bool,
}

const FIRST: View = View {
    name: "",
    stretch: 1.0,
    trim: 0.0,
    along: true,
};

/// The further views, in the order of what each adds; the first sure reading ends them.
const FURTHER: [View; 5] = [
    View {
        name: "close",
        stretch: 1.1,
        trim: 0.14,
        ..FIRST
    },
    View {
        name: "wider",
        stretch: 1.12,
        ..FIRST
    },
    View {
        name: "straight",
        along: false,
        ..FIRST
    },
    View {
        name: "from afar",
        trim: -0.1,
        ..FIRST
    },
    View {
        name: "closer",
        trim: 0.08,
        ..FIRST
    },
];

/// A line in a picture.
#[derive(Clone, Copy)]
pub struct Strip<'a> {
    pub picture: &'a GrayImage,
    pub quad: &'a Quad,
    pub kind: LineKind,
}

/// Reads lines; keeps its buffers.
pub struct StripReader {
    enhance: enhance::Settings,
    /// A line that is read less surely is read again.
    sure: f32,
    pub recognizer: Recognizer,
    straightener: Straightener,
    /// The strip in work.
    luma: GrayImage,
}

impl StripReader {
    /// # Errors
    /// `Config`, when the reader's model cannot be used.
    pub fn new(config: &Config) -> Result<Self> {
        Ok(StripReader {
            enhance: config.enhance.clone(),
            sure: config.read.second_look,
            recognizer: Recognizer::new(&config.read)?,
            straightener: Straightener::default(),
            luma: GrayImage::default(),
        })
    }

    /// Cuts out one line, takes it through the steps for strips and reads it, in more than one form where it does not read
    /// surely.
    ///
    /// # Errors
    /// `Config`, when the model fails.
    pub fn read(&mut self, strip: Strip<'_>, observer: &mut dyn Observer) -> Result<Seen> {
        let bend = self.bend(strip);
        if bend != Bend::STRAIGHT {
            observer.strip(STRIP, &self.luma);
        }
        let mut best = self.view(strip, &bend, FIRST, observer)?;
        for view in FURTHER {
            let line = best.reading.line();
            let short = line.chars.len() <= SHORT;
            if !short || !(LIKE_PRINT..self.sure).contains(&line.confidence) {
                break;
            }
            if !view.along && bend == Bend::STRAIGHT {
                continue;
            }
            let other = self.view(strip, &bend, view, observer)?;
            if other.likely > best.likely {
                best = other;
            }
        }
        best.reading.line_mut().quad = *strip.quad;
        Ok(best)
    }

    fn bend(&mut self, Strip { picture, quad, .. }: Strip<'_>) -> Bend {
        if !self.enhance.straighten {
            return Bend::STRAIGHT;
        }
        let luma = &mut self.luma;
        rectify::strip(
            picture,
            quad,
            &Bend::STRAIGHT,
            straighten::HEIGHT,
            1.0,
            luma,
        );
        self.straightener.bend(luma)
    }

    /// Reads the line in one form.
    fn view(
        &mut self,
        Strip {
            picture,
            quad,
            kind,
        }: Strip<'_>,
        bend: &Bend,
        view: View,
        observer: &mut dyn Observer,
    ) -> Result<Seen> {
        let mut bend = if view.along { *bend } else { Bend::STRAIGHT };
        let step = match view.name {
            "" if bend == Bend::STRAIGHT => STRIP,
            "" => "straighten",
            name => name,
        };
        let trim = view.trim * (bend.bottom - bend.top);
        (bend.top, bend.bottom) = (bend.top + trim, bend.bottom - trim);
        let height = self.recognizer.height();
        let luma = &mut self.luma;
        rectify::strip(picture, quad, &bend, height, view.stretch, luma);
        observer.strip(step, luma);
        enhance::strip(luma, &self.enhance, |step, luma| observer.strip(step, luma));
        let seen = self.recognizer.read(luma, kind)?;
        let (line, verdict) = match &seen.reading {
            Reading::Line(line) => (line, ""),
            Reading::Rejected(line) => (line, "rejected: "),
        };
        let read = format!("{verdict}{:.2} {}", line.confidence, line.text);
        observer.strip(&read, luma);
        Ok(seen)
    }
}
