//! One line read, and looked at again in other forms when it does not read surely.
//!
//! Takes a box in a picture; gives its likeliest reading. A network that was shown a line a little wider, closer or from afar
//! sees other edges in its cells, and what is right is mostly what is likeliest (test-time augmentation).

use image::GrayImage;

use super::Pipeline;
use super::upright::LIKE_PRINT;
use crate::error::Result;
use crate::explain::{self, Explain};
use crate::quad::Quad;
use crate::text::recognize::{LineKind, Reading, Seen};
use crate::vision::enhance;
use crate::vision::rectify::{self, Bend};
use crate::vision::straighten;

/// How a line is shown to the reader.
#[derive(Clone, Copy)]
struct Look {
    name: &'static str,
    /// Times as wide as it is.
    stretch: f32,
    /// Without so much above and below, in heights of the line.
    trim: f32,
    /// Along its own course, where it has one.
    along: bool,
}

const FIRST: Look = Look {
    name: "",
    stretch: 1.0,
    trim: 0.0,
    along: true,
};

/// The further looks, in the order of what each adds; the first sure reading ends them.
const FURTHER: [Look; 5] = [
    Look {
        name: "close",
        stretch: 1.1,
        trim: 0.14,
        ..FIRST
    },
    Look {
        name: "wider",
        stretch: 1.12,
        ..FIRST
    },
    Look {
        name: "straight",
        along: false,
        ..FIRST
    },
    Look {
        name: "from afar",
        trim: -0.1,
        ..FIRST
    },
    Look {
        name: "closer",
        trim: 0.08,
        ..FIRST
    },
];

impl Pipeline {
    /// Cuts out one line, takes it through the steps for strips and reads it, in more than one form where it does not read surely.
    pub(super) fn strip(
        &mut self,
        luma: &GrayImage,
        quad: &Quad,
        kind: LineKind,
        mut explain: Option<&mut Explain>,
    ) -> Result<Reading> {
        let bend = if self.enhance.straighten {
            let strip = &mut self.strip;
            rectify::strip(luma, quad, &Bend::STRAIGHT, straighten::HEIGHT, 1.0, strip);
            self.straightener.bend(strip)
        } else {
            Bend::STRAIGHT
        };
        if bend != Bend::STRAIGHT
            && let Some(explain) = explain.as_deref_mut()
        {
            explain.strip(explain::STRIP, &self.strip);
        }
        let mut best = self.look(luma, quad, &bend, FIRST, kind, explain.as_deref_mut())?;
        for look in FURTHER {
            let confidence = best.reading.line().confidence;
            if !(LIKE_PRINT..self.second_look).contains(&confidence) {
                break;
            }
            if !look.along && bend == Bend::STRAIGHT {
                continue;
            }
            let other = self.look(luma, quad, &bend, look, kind, explain.as_deref_mut())?;
            if other.likely > best.likely {
                best = other;
            }
        }
        let mut reading = best.reading;
        reading.line_mut().quad = *quad;
        Ok(reading)
    }

    /// Reads the line in one form.
    fn look(
        &mut self,
        luma: &GrayImage,
        quad: &Quad,
        bend: &Bend,
        look: Look,
        kind: LineKind,
        mut explain: Option<&mut Explain>,
    ) -> Result<Seen> {
        let mut bend = if look.along { *bend } else { Bend::STRAIGHT };
        let step = match look.name {
            "" if bend == Bend::STRAIGHT => explain::STRIP,
            "" => "straighten",
            name => name,
        };
        let trim = look.trim * (bend.bottom - bend.top);
        (bend.top, bend.bottom) = (bend.top + trim, bend.bottom - trim);
        let height = self.recognizer.height();
        let strip = &mut self.strip;
        rectify::strip(luma, quad, &bend, height, look.stretch, strip);
        let mut show = |step: &str, strip: &GrayImage| {
            if let Some(explain) = explain.as_deref_mut() {
                explain.strip(step, strip);
            }
        };
        show(step, &self.strip);
        enhance::strip(&mut self.strip, &self.enhance, &mut show);
        let seen = self.recognizer.read(&mut self.strip, kind)?;
        let (line, verdict) = match &seen.reading {
            Reading::Line(line) => (line, ""),
            Reading::Rejected(line) => (line, "rejected: "),
        };
        let said = format!("{verdict}{:.2} {}", line.confidence, line.text);
        show(&said, &self.strip);
        Ok(seen)
    }
}
