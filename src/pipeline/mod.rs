//! From a picture to its text: turn it upright, find lines, read them, tidy them, put them in order.
//!
//! Takes a luma plane; gives a [`Page`], its lines in reading order. The one way through glyphd for a photo and
//! for a camera's frame alike. With regions of interest only these are searched, each by itself. An [`Observer`] can watch each
//! step.

use image::GrayImage;

use crate::config::Config;
use crate::error::Result;
use crate::line::{Page, ReadLine};
use crate::live::region::Regions;
use crate::quad::Quad;
use crate::text::recognize::{LineKind, Reading};
use crate::text::tidy::Tidy;
use crate::vision::enhance;

mod found;
mod observer;
mod page;
mod strip;

pub use observer::{Observer, STRIP};
use page::PageReader;
use strip::Strip;

/// Reads pictures, one after another.
pub struct Pipeline {
    enhance: enhance::Settings,
    reader: PageReader,
    tidy: Tidy,
    /// The page after the steps that change it: kept for its memory.
    page: GrayImage,
}

impl Pipeline {
    /// Loads the models.
    ///
    /// # Errors
    /// `Config`, when the model that the configuration names cannot be used, or can read nothing that fits a region.
    pub fn new(config: &Config) -> Result<Self> {
        Ok(Pipeline {
            enhance: config.enhance.clone(),
            reader: PageReader::new(config)?,
            tidy: Tidy::new(config.tidy.clone()),
            page: GrayImage::default(),
        })
    }

    /// Reads a picture of anything: finds its lines and reads each. It is turned upright for that; the quads that come out are
    /// in pixels of the picture as it came. Which way is up is asked of the reader itself where `enhance.orientation` is `auto`.
    ///
    /// # Errors
    /// `Config`, when the model fails.
    pub fn page(&mut self, luma: &GrayImage) -> Result<Page> {
        self.page_watched(luma, &mut ())
    }

    /// The same, with an onlooker.
    ///
    /// # Errors
    /// As for [`Pipeline::page`].
    pub fn page_watched(&mut self, luma: &GrayImage, observer: &mut dyn Observer) -> Result<Page> {
        let mut page = std::mem::take(&mut self.page);
        page.clone_from(luma);
        observer.picture("grey", &page);
        let turn = enhance::page(&mut page, &self.enhance, |step, luma| {
            observer.picture(step, luma)
        });
        let orientation = self.enhance.orientation;
        let (mut found, further) = self.reader.read(&mut page, orientation, observer)?;
        let turn = turn.and(further);
        found.doubt_figures();
        let upside_down = found.is_upside_down();
        if upside_down {
            // What print on its head seems to say is nothing to rely on.
            found.doubtful.append(&mut found.lines);
        }
        self.tidy.page(&mut found.lines);
        self.tidy.page(&mut found.doubtful);
        let mut read = Page {
            rejected: found.rejected,
            doubtful: found.doubtful,
            upside_down,
            turn,
            ..arranged(&self.reader.regions, found.lines)
        };
        observer.lines(&page, &read.lines, &self.reader.regions);
        self.page = page;
        // Only now: the order of the lines is that of the upright page.
        for line in read.lines.iter_mut().chain(&mut read.doubtful) {
            line.quad = turn.to_source(&line.quad, luma.dimensions());
        }
        Ok(read)
    }

    /// Reads a picture that is one line of text from edge to edge. Regions do not count there.
    ///
    /// # Errors
    /// As for [`Pipeline::page`].
    pub fn line(&mut self, luma: &GrayImage) -> Result<Page> {
        self.line_watched(luma, &mut ())
    }

    /// The same, with an onlooker.
    ///
    /// # Errors
    /// As for [`Pipeline::page`].
    pub fn line_watched(&mut self, luma: &GrayImage, observer: &mut dyn Observer) -> Result<Page> {
        observer.picture("grey", luma);
        let strip = Strip {
            picture: luma,
            quad: &Quad::upright(0.0, 0.0, luma.width() as f32, luma.height() as f32),
            kind: LineKind::USUAL,
        };
        let seen = self.reader.strips.read(strip, observer)?;
        let (mut lines, rejected) = match seen.reading {
            Reading::Line(mut line) => {
                if seen.figures < self.reader.min_figures {
                    line.confidence = line.confidence.min(seen.figures);
                }
                (vec![line], 0)
            }
            Reading::Rejected(_) => (Vec::new(), 1),
        };
        self.tidy.page(&mut lines);
        observer.lines(luma, &lines, &Regions::default());
        Ok(Page {
            rejected,
            ..arranged(&self.reader.regions, lines)
        })
    }
}

/// The lines in reading order, with their text.
fn arranged(regions: &Regions, lines: Vec<ReadLine>) -> Page {
    let (order, text) = regions.arrange(&lines);
    let mut lines: Vec<Option<ReadLine>> = lines.into_iter().map(Some).collect();
    let in_order = order.into_iter().filter_map(|i| lines.get_mut(i)?.take());
    Page {
        lines: in_order.collect(),
        text,
        ..Page::default()
    }
}
