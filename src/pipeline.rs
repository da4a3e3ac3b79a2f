//! From a picture to its text: find, rectify, read, tidy, put in order.
//!
//! Takes a luma plane; gives a [`Page`], its lines in reading order. The one way through glyphd for a photo and
//! for a camera's frame alike. Each step can be shown to an [`Explain`].

use image::GrayImage;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::enhance;
use crate::error::Result;
use crate::explain::{self, Explain};
use crate::find::Finder;
use crate::layout;
use crate::line::ReadLine;
use crate::quad::Quad;
use crate::recognize::{Reading, Recognizer};
use crate::rectify::{self, Bend};
use crate::straighten::{self, Straightener};
use crate::tidy::Tidy;

/// What a picture says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The lines, in reading order.
    pub lines: Vec<ReadLine>,
    /// The lines' text, with a line break after each row.
    pub text: String,
    /// How many lines were there that fit nothing that was asked for (see `[read.knowledge]`), and so are left out.
    pub rejected: usize,
}

/// Reads pictures, one after another.
pub struct Pipeline {
    enhance: enhance::Settings,
    min_confidence: f32,
    finder: Finder,
    recognizer: Recognizer,
    tidy: Tidy,
    straightener: Straightener,
    /// The page after the steps that change it, and the strip in work: kept for their memory.
    page: GrayImage,
    strip: GrayImage,
}

impl Pipeline {
    /// Loads the models.
    ///
    /// # Errors
    /// `Config`, when the model that the configuration names cannot be used.
    pub fn new(config: &Config) -> Result<Self> {
        Ok(Pipeline {
            enhance: config.enhance.clone(),
            min_confidence: config.read.min_confidence,
            finder: Finder::new(config.find.clone()),
            recognizer: Recognizer::new(&config.read)?,
            tidy: Tidy::new(config.tidy.clone()),
            straightener: Straightener::default(),
            page: GrayImage::default(),
            strip: GrayImage::default(),
        })
    }

    /// Reads a picture of anything: finds its lines and reads each. Quads are in pixels of the picture
    /// after `enhance` has turned it.
    ///
    /// # Errors
    /// `Config`, when the model fails; `Io`, when `explain` cannot write.
    pub fn page(&mut self, luma: &GrayImage, mut explain: Option<&mut Explain>) -> Result<Page> {
        let mut page = std::mem::take(&mut self.page);
        page.clone_from(luma);
        let mut shown = Shown::new(explain.as_deref_mut());
        shown.picture("grey", &page);
        enhance::page(&mut page, &self.enhance, |step, luma| {
            shown.picture(step, luma)
        });
        shown.done()?;
        let quads = self.finder.find(&page).to_vec();
        let mut lines = Vec::with_capacity(quads.len());
        let mut rejected = 0;
        for quad in &quads {
            match self.strip(&page, quad, explain.as_deref_mut())? {
                Reading::Line(line) if line.confidence >= self.min_confidence => lines.push(line),
                Reading::Line(_) => {}
                Reading::Rejected(line) => {
                    rejected += usize::from(line.confidence >= self.min_confidence)
                }
            }
        }
        self.tidy.page(&mut lines);
        let read = Page {
            rejected,
            ..arrange(lines)
        };
        if let Some(explain) = explain {
            explain.strips()?;
            explain.lines(&page, &read.lines)?;
        }
        self.page = page;
        Ok(read)
    }

    /// Reads a picture that is one line of text from edge to edge.
    ///
    /// # Errors
    /// As for [`Pipeline::page`].
    pub fn line(&mut self, luma: &GrayImage, mut explain: Option<&mut Explain>) -> Result<Page> {
        let mut shown = Shown::new(explain.as_deref_mut());
        shown.picture("grey", luma);
        shown.done()?;
        let whole = Quad::upright(0.0, 0.0, luma.width() as f32, luma.height() as f32);
        let reading = self.strip(luma, &whole, explain.as_deref_mut())?;
        let rejected = usize::from(matches!(reading, Reading::Rejected(_)));
        let mut lines = match reading {
            Reading::Line(line) => vec![line],
            Reading::Rejected(_) => Vec::new(),
        };
        self.tidy.page(&mut lines);
        if let Some(explain) = explain {
            explain.strips()?;
            explain.lines(luma, &lines)?;
        }
        Ok(Page {
            rejected,
            ..arrange(lines)
        })
    }

    /// Cuts out one line, takes it through the steps for strips and reads it.
    fn strip(
        &mut self,
        luma: &GrayImage,
        quad: &Quad,
        mut explain: Option<&mut Explain>,
    ) -> Result<Reading> {
        let bend = if self.enhance.straighten {
            let strip = &mut self.strip;
            rectify::strip(luma, quad, &Bend::STRAIGHT, straighten::HEIGHT, strip);
            self.straightener.bend(strip)
        } else {
            Bend::STRAIGHT
        };
        let height = self.recognizer.height();
        let mut show = |step: &str, strip: &GrayImage| {
            if let Some(explain) = explain.as_deref_mut() {
                explain.strip(step, strip);
            }
        };
        if bend != Bend::STRAIGHT {
            show(explain::STRIP, &self.strip);
        }
        rectify::strip(luma, quad, &bend, height, &mut self.strip);
        let step = if bend == Bend::STRAIGHT {
            explain::STRIP
        } else {
            "straighten"
        };
        show(step, &self.strip);
        enhance::strip(&mut self.strip, &self.enhance, &mut show);
        let mut reading = self.recognizer.read(&mut self.strip)?;
        let (line, verdict) = match &mut reading {
            Reading::Line(line) => (line, ""),
            Reading::Rejected(line) => (line, "rejected: "),
        };
        let said = format!("{verdict}{:.2} {}", line.confidence, line.text);
        show(&said, &self.strip);
        line.quad = *quad;
        Ok(reading)
    }
}

/// Hands pictures to an explanation, if one is asked for, and keeps its first failure: the steps themselves cannot fail.
struct Shown<'a> {
    explain: Option<&'a mut Explain>,
    outcome: Result<()>,
}

impl<'a> Shown<'a> {
    fn new(explain: Option<&'a mut Explain>) -> Self {
        Shown {
            explain,
            outcome: Ok(()),
        }
    }

    fn picture(&mut self, name: &str, luma: &GrayImage) {
        if let Some(explain) = &mut self.explain
            && self.outcome.is_ok()
        {
            self.outcome = explain.picture(name, luma);
        }
    }

    fn done(self) -> Result<()> {
        self.outcome
    }
}

/// Puts the lines in reading order.
fn arrange(lines: Vec<ReadLine>) -> Page {
    let quads: Vec<Quad> = lines.iter().map(|line| line.quad).collect();
    let rows = layout::rows(&quads);
    let text = layout::text(&lines, &rows);
    let mut lines: Vec<Option<ReadLine>> = lines.into_iter().map(Some).collect();
    let order = rows.iter().flatten();
    let lines = order
        .filter_map(|&i| lines.get_mut(i).and_then(Option::take))
        .collect();
    Page {
        lines,
        text,
        rejected: 0,
    }
}
