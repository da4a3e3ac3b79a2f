//! From a picture to its text: find, rectify, read, tidy, put in order.
//!
//! Takes a luma plane; gives a [`Page`], its lines in reading order. The one way through glyphd for a photo and
//! for a camera's frame alike. With regions of interest only these are looked at, each by itself. Each step can be shown to
//! an [`Explain`].

use image::GrayImage;

use crate::config::Config;
use crate::error::{Result, err};
use crate::explain::Explain;
use crate::line::{Page, ReadLine};
use crate::live::region::{Cut, Regions};
use crate::model::Model;
use crate::quad::Quad;
use crate::text::layout;
use crate::text::recognize::{LineKind, Reading, Recognizer};
use crate::text::tidy::Tidy;
use crate::vision::enhance::{self, Orientation};
use crate::vision::find::Finder;
use crate::vision::straighten::Straightener;

mod looks;
mod upright;

use upright::{HARDLY_READ, TELLING};

/// Pixels: what is read of lower lines is luck.
const LOWEST: f32 = 8.0;
/// Lines of fewer characters must be read this surely, whatever is asked for: texture often looks like a letter.
const SHORT: (usize, f32) = (3, 0.7);
/// Reads pictures, one after another.
pub struct Pipeline {
    enhance: enhance::Settings,
    min_confidence: f32,
    /// The confidence below which a line is looked at again.
    second_look: f32,
    finder: Finder,
    recognizer: Recognizer,
    regions: Regions,
    /// Which lines those of each region are to the recognizer.
    kinds: Vec<LineKind>,
    tidy: Tidy,
    straightener: Straightener,
    /// The page after the steps that change it, the region and the strip in work: kept for their memory.
    page: GrayImage,
    part: GrayImage,
    strip: GrayImage,
}

impl Pipeline {
    /// Loads the models.
    ///
    /// # Errors
    /// `Config`, when the model that the configuration names cannot be used, or reads nothing that fits what is said of a
    /// region.
    pub fn new(config: &Config) -> Result<Self> {
        let mut recognizer = Recognizer::new(&config.read)?;
        let finder = match &recognizer.model().finder {
            Some(model) => Finder::new(&config.find, model)?,
            None => Finder::new(&config.find, &Model::latin_finder()?)?,
        };
        let kinds = config.region.0.iter().enumerate().map(|(at, region)| {
            let Some(known) = region.knowledge(&config.read.knowledge) else {
                return Ok(LineKind::USUAL);
            };
            recognizer.learn(&known).map_err(|fault| {
                let fault = fault.within(&format!("region.{at}"));
                err!(Config, "{}: {}", fault.key, fault.message)
            })
        });
        Ok(Pipeline {
            kinds: kinds.collect::<Result<_>>()?,
            regions: Regions::new(&config.region),
            enhance: config.enhance.clone(),
            min_confidence: config.read.min_confidence,
            second_look: config.read.second_look,
            finder,
            recognizer,
            tidy: Tidy::new(config.tidy.clone()),
            straightener: Straightener::default(),
            page: GrayImage::default(),
            part: GrayImage::default(),
            strip: GrayImage::default(),
        })
    }

    /// Reads a picture of anything: finds its lines and reads each. It is turned upright for that; the quads that come out are
    /// in pixels of the picture as it came. Which way is up is asked of the reader itself where `enhance.orientation` is `auto`.
    ///
    /// # Errors
    /// `Config`, when the model fails; `Io`, when `explain` cannot write.
    pub fn page(&mut self, luma: &GrayImage, mut explain: Option<&mut Explain>) -> Result<Page> {
        let mut page = std::mem::take(&mut self.page);
        page.clone_from(luma);
        let mut shown = Shown::new(explain.as_deref_mut());
        shown.picture("grey", &page);
        let mut turn = enhance::page(&mut page, &self.enhance, |step, luma| {
            shown.picture(step, luma)
        });
        shown.done()?;
        let found = match self.enhance.orientation {
            Orientation::Auto => {
                let (found, further) =
                    self.read_upright(&mut page, None, explain.as_deref_mut())?;
                turn = turn.and(further);
                found
            }
            _ => self.read_page(&page, explain.as_deref_mut())?,
        };
        let upside_down = found.is_upside_down();
        let Found {
            mut lines,
            mut doubtful,
            rejected,
            ..
        } = found;
        if upside_down {
            // What print on its head seems to say is nothing to rely on.
            doubtful.append(&mut lines);
        }
        self.tidy.page(&mut lines);
        self.tidy.page(&mut doubtful);
        let mut read = Page {
            rejected,
            doubtful,
            upside_down,
            turn,
            ..self.arrange(lines)
        };
        if let Some(explain) = explain {
            explain.strips()?;
            explain.lines(&page, &read.lines, &self.regions)?;
        }
        // Only now: the order of the lines is that of the upright page.
        for line in read.lines.iter_mut().chain(&mut read.doubtful) {
            line.quad = turn.to_source(&line.quad, luma.dimensions());
        }
        self.page = page;
        Ok(read)
    }

    /// Finds and reads the lines of a page, or those of its regions where there are any.
    fn read_page(&mut self, page: &GrayImage, mut explain: Option<&mut Explain>) -> Result<Found> {
        if self.regions.areas().is_empty() {
            return self.read_lines(page, None, explain);
        }
        let mut found = Found::default();
        let mut part = std::mem::take(&mut self.part);
        for at in 0..self.regions.areas().len() {
            let Some(area) = self.regions.areas().get(at) else {
                break;
            };
            let (rect, orientation) = (area.polygon.bounds(page), area.orientation);
            let cut = Cut::new(page, rect, orientation.turn(), &mut part);
            let place = Some(Place { at, cut, page });
            let explain = explain.as_deref_mut();
            found.join(match orientation {
                Orientation::Auto => self.read_upright(&mut part, place, explain)?.0,
                _ => self.read_lines(&part, place, explain)?,
            });
        }
        self.part = part;
        Ok(found)
    }

    /// Finds and reads the lines of a picture, which is a page or the part of one at a place.
    fn read_lines(
        &mut self,
        picture: &GrayImage,
        place: Option<Place<'_>>,
        mut explain: Option<&mut Explain>,
    ) -> Result<Found> {
        let mut found = Found::default();
        let quads = self.finder.find(picture)?.to_vec();
        // What can hardly be read, with how surely it was.
        let (mut telling, mut read_well) = (Vec::new(), 0);
        for quad in &quads {
            let (mut kind, mut region) = (LineKind::USUAL, None);
            if let Some(Place { at, cut, page }) = &place {
                let Some((of, area)) = self.regions.of(&cut.to_source(quad), page) else {
                    continue;
                };
                if of != *at {
                    continue;
                }
                region = Some(area.name.clone());
                kind = self.kinds.get(of).copied().unwrap_or(LineKind::USUAL);
            }
            let reading = self.strip(picture, quad, kind, explain.as_deref_mut())?;
            let reading = self.or_turned(picture, reading, kind, explain.as_deref_mut())?;
            let line = reading.line();
            if line.chars.len() >= TELLING && !upright::is_steep(quad) {
                match line.confidence < HARDLY_READ {
                    true => telling.push((*quad, line.confidence)),
                    false => read_well += 1,
                }
            }
            let quad_on_page = match &place {
                Some(place) => place.cut.to_source(&line.quad),
                None => line.quad,
            };
            match reading {
                Reading::Line(line) if self.is_sure(&line) => {
                    found.lines.push(ReadLine {
                        quad: quad_on_page,
                        region,
                        ..line
                    });
                }
                Reading::Line(line) => {
                    found.doubtful.push(ReadLine {
                        quad: quad_on_page,
                        region,
                        ..line
                    });
                }
                Reading::Rejected(line) => {
                    found.rejected += usize::from(line.confidence >= self.min_confidence);
                }
            }
        }
        if read_well < telling.len() {
            self.try_turned(picture, &telling, &mut found)?;
        }
        Ok(found)
    }

    /// Whether a line that was found is read so that one can rely on it.
    fn is_sure(&self, line: &ReadLine) -> bool {
        let least = match line.chars.len() < SHORT.0 {
            true => self.min_confidence.max(SHORT.1),
            false => self.min_confidence,
        };
        line.confidence >= least && line.quad.height() >= LOWEST
    }

    /// Reads a picture that is one line of text from edge to edge. Regions do not count there.
    ///
    /// # Errors
    /// As for [`Pipeline::page`].
    pub fn line(&mut self, luma: &GrayImage, mut explain: Option<&mut Explain>) -> Result<Page> {
        let mut shown = Shown::new(explain.as_deref_mut());
        shown.picture("grey", luma);
        shown.done()?;
        let whole = Quad::upright(0.0, 0.0, luma.width() as f32, luma.height() as f32);
        let reading = self.strip(luma, &whole, LineKind::USUAL, explain.as_deref_mut())?;
        let rejected = usize::from(matches!(reading, Reading::Rejected(_)));
        let mut lines = match reading {
            Reading::Line(line) => vec![line],
            Reading::Rejected(_) => Vec::new(),
        };
        self.tidy.page(&mut lines);
        if let Some(explain) = explain {
            explain.strips()?;
            explain.lines(luma, &lines, &Regions::default())?;
        }
        Ok(Page {
            rejected,
            ..self.arrange(lines)
        })
    }

    /// Puts the lines in reading order.
    fn arrange(&self, lines: Vec<ReadLine>) -> Page {
        let rows = self.regions.rows(&lines);
        let text = layout::text(&lines, &rows);
        let mut lines: Vec<Option<ReadLine>> = lines.into_iter().map(Some).collect();
        let order = rows.iter().flatten();
        let lines = order
            .filter_map(|&i| lines.get_mut(i).and_then(Option::take))
            .collect();
        Page {
            lines,
            text,
            ..Page::default()
        }
    }
}

/// The lines of a picture so far.
#[derive(Default)]
struct Found {
    lines: Vec<ReadLine>,
    doubtful: Vec<ReadLine>,
    rejected: usize,
    /// How many lines were tried turned by half, and how many read so.
    tried: usize,
    turned: usize,
}

/// A region that is looked at: its number, and how it was cut out of the page.
#[derive(Clone, Copy)]
struct Place<'a> {
    at: usize,
    cut: Cut,
    page: &'a GrayImage,
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
