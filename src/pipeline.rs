//! From a picture to its text: find, rectify, read, tidy, put in order.
//!
//! Takes a luma plane; gives a [`Page`], its lines in reading order. The one way through glyphd for a photo and
//! for a camera's frame alike. Each step can be shown to an [`Explain`].

use image::GrayImage;

use crate::config::Config;
use crate::error::Result;
use crate::explain::Explain;
use crate::find::Finder;
use crate::layout;
use crate::line::ReadLine;
use crate::quad::Quad;
use crate::recognize::Recognizer;

/// What a picture says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The lines, in reading order.
    pub lines: Vec<ReadLine>,
    /// The lines' text, with a line break after each row.
    pub text: String,
}

/// Reads pictures, one after another.
pub struct Pipeline {
    min_confidence: f32,
    finder: Finder,
    recognizer: Recognizer,
}

impl Pipeline {
    /// Loads the models.
    ///
    /// # Errors
    /// `Config`, when the model that the configuration names cannot be used.
    pub fn new(config: &Config) -> Result<Self> {
        Ok(Pipeline {
            min_confidence: config.read.min_confidence,
            finder: Finder::new(config.find.clone()),
            recognizer: Recognizer::new(&config.read)?,
        })
    }

    /// Reads a picture of anything: finds its lines and reads each.
    ///
    /// # Errors
    /// `Config`, when the model fails; `Io`, when `explain` cannot write.
    pub fn page(&mut self, luma: &GrayImage, mut explain: Option<&mut Explain>) -> Result<Page> {
        if let Some(explain) = explain.as_deref_mut() {
            explain.picture("grey", luma)?;
        }
        let quads = self.finder.find(luma).to_vec();
        let mut lines = Vec::with_capacity(quads.len());
        for quad in &quads {
            let line = self.recognizer.read(luma, quad)?;
            if line.confidence >= self.min_confidence && !line.text.trim().is_empty() {
                lines.push(line);
            }
        }
        let page = arrange(lines);
        if let Some(explain) = explain {
            explain.lines(luma, &page.lines)?;
        }
        Ok(page)
    }

    /// Reads a picture that is one line of text from edge to edge.
    ///
    /// # Errors
    /// As for [`Pipeline::page`].
    pub fn line(&mut self, luma: &GrayImage, explain: Option<&mut Explain>) -> Result<Page> {
        let whole = Quad::upright(0.0, 0.0, luma.width() as f32, luma.height() as f32);
        let line = self.recognizer.read(luma, &whole)?;
        let lines = if line.text.trim().is_empty() { Vec::new() } else { vec![line] };
        if let Some(explain) = explain {
            explain.picture("grey", luma)?;
            explain.picture("strip", self.recognizer.last_strip())?;
            explain.lines(luma, &lines)?;
        }
        Ok(arrange(lines))
    }
}

/// Puts the lines in reading order.
fn arrange(lines: Vec<ReadLine>) -> Page {
    let quads: Vec<Quad> = lines.iter().map(|line| line.quad).collect();
    let rows = layout::rows(&quads);
    let text = layout::text(&lines, &rows);
    let mut lines: Vec<Option<ReadLine>> = lines.into_iter().map(Some).collect();
    let order = rows.iter().flatten();
    let lines = order.filter_map(|&i| lines.get_mut(i).and_then(Option::take)).collect();
    Page { lines, text }
}
