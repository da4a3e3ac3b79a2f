//! A picture that is upright, or is turned upright, to the lines found and read in it.
//!
//! Finds lines in the whole picture, or in each region by itself, and reads each. Which way is up is asked of the reader, where it
//! may: a page that reads badly is tried turned by half and sideways.

use image::GrayImage;
use image::imageops::rotate180_in_place;

use super::found::{Found, HARDLY_READ, is_steep};
use super::observer::Observer;
use super::strip::{Strip, StripReader};
use crate::config::Config;
use crate::error::{Result, err};
use crate::line::ReadLine;
use crate::live::region::{Cut, Regions};
use crate::model::Model;
use crate::quad::Quad;
use crate::rotation::Rotation;
use crate::text::recognize::{LineKind, Reading, Seen};
use crate::vision::enhance::Orientation;
use crate::vision::find::{Finder, Rival};

/// Pixels: what is read of lower lines is luck.
const LOWEST: f32 = 8.0;
/// Shorter lines must be read this surely, whatever the configuration asks for: texture often looks like a letter.
const SHORT: (usize, f32) = (3, 0.7);
/// Characters of a line that says which way is up; short ones read both ways.
const TELLING: usize = 4;
/// Lines that are tried the other way up: more do not change the verdict.
const TRIED_TURNED: usize = 3;
/// A line is upside down when it reads, turned by half, with at most this share of the doubt.
const DOUBT_LEFT: f32 = 0.5;

/// Finds and reads lines; keeps its buffers.
pub struct PageReader {
    finder: Finder,
    pub strips: StripReader,
    pub regions: Regions,
    /// Which lines those of each region are to the recognizer.
    kinds: Vec<LineKind>,
    min_confidence: f32,
    pub min_figures: f32,
    /// The region in work.
    part: GrayImage,
}

/// A region that is searched: its number, and how it was cut out of the page.
#[derive(Clone, Copy)]
struct Place<'a> {
    at: usize,
    cut: Cut,
    page: &'a GrayImage,
}

impl PageReader {
    /// # Errors
    /// `Config`, when a model cannot be used, or can read nothing that fits a region.
    pub fn new(config: &Config) -> Result<Self> {
        let mut strips = StripReader::new(config)?;
        let recognizer = &mut strips.recognizer;
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
        Ok(PageReader {
            kinds: kinds.collect::<Result<_>>()?,
            finder,
            strips,
            regions: Regions::new(&config.region),
            min_confidence: config.read.min_confidence,
            min_figures: config.read.min_figures,
            part: GrayImage::default(),
        })
    }

    /// Reads a page as it lies, or, where it may be turned, turns it in place until it reads as well as it can. Gives what it says
    /// and how it was turned.
    ///
    /// # Errors
    /// `Config`, when a model fails.
    pub fn read(
        &mut self,
        page: &mut GrayImage,
        orientation: Orientation,
        observer: &mut dyn Observer,
    ) -> Result<(Found, Rotation)> {
        let mut pass = Pass {
            reader: self,
            observer,
        };
        match orientation {
            Orientation::Auto => pass.upright(page, None),
            _ => Ok((pass.page(page)?, Rotation::None)),
        }
    }
}

/// A line as it was read, where others may stand in its place.
struct Candidate {
    /// Its box in the picture that was searched.
    quad: Quad,
    line: ReadLine,
    /// It fits nothing that was asked for.
    rejected: bool,
    sure: bool,
    /// How sure its figures and signs are.
    figures: f32,
}

impl Candidate {
    /// What a line counts for against others in its place: how many more of its characters are right than wrong; nothing, when it is
    /// not read surely.
    fn worth(&self) -> f32 {
        let right = (2.0 * self.line.confidence - 1.0).max(0.0);
        if self.sure {
            self.line.chars.len() as f32 * right
        } else {
            0.0
        }
    }
}

/// One picture on its way through, and who watches.
struct Pass<'a> {
    reader: &'a mut PageReader,
    observer: &'a mut dyn Observer,
}

impl Pass<'_> {
    /// Finds and reads the lines of a page, or those of its regions where there are any.
    fn page(&mut self, page: &GrayImage) -> Result<Found> {
        let regions = self.reader.regions.areas().len();
        if regions == 0 {
            return self.lines(page, None);
        }
        let mut found = Found::default();
        let mut part = std::mem::take(&mut self.reader.part);
        for at in 0..regions {
            let Some(area) = self.reader.regions.areas().get(at) else {
                break;
            };
            let (rect, orientation) = (area.polygon.bounds(page), area.orientation);
            let cut = Cut::new(page, rect, orientation.turn(), &mut part);
            let place = Some(Place { at, cut, page });
            found.join(match orientation {
                Orientation::Auto => self.upright(&mut part, place)?.0,
                _ => self.lines(&part, place)?,
            });
        }
        self.reader.part = part;
        Ok(found)
    }

    /// Turns a page, or the part of one at a place, until it reads as well as it can; gives what it says and how it was turned.
    fn upright(
        &mut self,
        picture: &mut GrayImage,
        place: Option<Place<'_>>,
    ) -> Result<(Found, Rotation)> {
        let (found, turn) = self.either_way(picture, place)?;
        if found.reads_well() {
            return Ok((found, turn));
        }
        let quarter = turn.and(Rotation::Quarter);
        let mut sideways = Rotation::Quarter.apply(picture);
        self.observer.picture(TURNED, &sideways);
        let (other, further) = self.either_way(&mut sideways, turned(place, quarter))?;
        if other.read_well() <= found.read_well() {
            return Ok((found, turn));
        }
        *picture = sideways;
        Ok((other, quarter.and(further)))
    }

    /// Reads it, and once more turned by half when it is upside down.
    fn either_way(
        &mut self,
        picture: &mut GrayImage,
        place: Option<Place<'_>>,
    ) -> Result<(Found, Rotation)> {
        let found = self.as_it_lies(picture, place)?;
        if !found.is_upside_down() {
            return Ok((found, Rotation::None));
        }
        rotate180_in_place(picture);
        self.observer.picture(TURNED, picture);
        let found = self.as_it_lies(picture, turned(place, Rotation::Half))?;
        Ok((found, Rotation::Half))
    }

    fn as_it_lies(&mut self, picture: &GrayImage, place: Option<Place<'_>>) -> Result<Found> {
        match place {
            Some(_) => self.lines(picture, place),
            None => self.page(picture),
        }
    }

    /// Finds and reads the lines of a picture, which is a page or the part of one at a place.
    fn lines(&mut self, picture: &GrayImage, place: Option<Place<'_>>) -> Result<Found> {
        let lines = self.reader.finder.find(picture)?;
        let (quads, rivals) = (lines.quads.to_vec(), lines.rivals.to_vec());
        let mut candidates = Vec::with_capacity(quads.len());
        for quad in &quads {
            candidates.push(self.candidate(picture, quad, place)?);
        }
        self.settle(picture, place, &rivals, &mut candidates)?;
        let mut found = Found::default();
        // What can hardly be read, with how surely it was.
        let (mut telling, mut read_well) = (Vec::new(), 0);
        for candidate in candidates.into_iter().flatten() {
            let Candidate {
                quad,
                line,
                rejected,
                sure,
                figures,
            } = candidate;
            if line.chars.len() >= TELLING && !is_steep(&quad) {
                if line.confidence < HARDLY_READ {
                    telling.push((quad, line.confidence));
                } else {
                    read_well += 1;
                }
            }
            if rejected {
                let there = line.confidence >= self.reader.min_confidence;
                found.rejected += usize::from(there);
            } else if sure && figures < self.reader.min_figures {
                found.figures.push((line, figures));
            } else if sure {
                found.lines.push(line);
            } else {
                found.doubtful.push(line);
            }
        }
        if read_well < telling.len() {
            self.try_turned(picture, &telling, &mut found)?;
        }
        Ok(found)
    }

    /// Reads those rivals that may be more of a line than what stands in their place, and puts them there where they are.
    fn settle(
        &mut self,
        picture: &GrayImage,
        place: Option<Place<'_>>,
        rivals: &[Rival],
        candidates: &mut Vec<Option<Candidate>>,
    ) -> Result<()> {
        for rival in rivals {
            let others = |at: &usize| candidates.get(*at)?.as_ref();
            let doubted = rival.of.iter().filter_map(others).any(|other| !other.sure);
            if !rival.longer && !doubted {
                continue;
            }
            let Some(line) = self.candidate(picture, &rival.quad, place)? else {
                continue;
            };
            let worth: f32 = rival
                .of
                .iter()
                .filter_map(others)
                .map(Candidate::worth)
                .sum();
            if line.worth() < worth + MORE_WORTH {
                continue;
            }
            for at in &rival.of {
                if let Some(other) = candidates.get_mut(*at) {
                    *other = None;
                }
            }
            candidates.push(Some(line));
        }
        Ok(())
    }

    /// Reads one line of a picture; none where the place is a region and the line is of another.
    fn candidate(
        &mut self,
        picture: &GrayImage,
        quad: &Quad,
        place: Option<Place<'_>>,
    ) -> Result<Option<Candidate>> {
        let (mut kind, mut region) = (LineKind::USUAL, None);
        if let Some(Place { at, cut, page }) = &place {
            let area = self.reader.regions.of(&cut.to_source(quad), page);
            let Some((of, area)) = area.filter(|(of, _)| of == at) else {
                return Ok(None);
            };
            region = Some(area.name.clone());
            kind = self.reader.kinds.get(of).copied().unwrap_or(kind);
        }
        let Seen {
            reading, figures, ..
        } = self.line(picture, quad, kind)?;
        let (line, rejected) = match reading {
            Reading::Line(line) => (line, false),
            Reading::Rejected(line) => (line, true),
        };
        Ok(Some(Candidate {
            quad: *quad,
            sure: self.is_sure(&line) && !rejected,
            line: ReadLine {
                quad: place.map_or(line.quad, |place| place.cut.to_source(&line.quad)),
                region,
                ..line
            },
            rejected,
            figures,
        }))
    }

    /// Reads one line. One that runs so steep that its letters may stand either way, and hardly reads, is read the other way as
    /// well; the surer reading counts.
    fn line(&mut self, picture: &GrayImage, quad: &Quad, kind: LineKind) -> Result<Seen> {
        let mut read = |quad: &Quad| {
            let strip = Strip {
                picture,
                quad,
                kind,
            };
            self.reader.strips.read(strip, self.observer)
        };
        let seen = read(quad)?;
        let confidence = seen.reading.line().confidence;
        if !is_steep(quad) || confidence >= HARDLY_READ {
            return Ok(seen);
        }
        let other = read(&half_turned(quad))?;
        let surer = other.reading.line().confidence > confidence;
        Ok(if surer { other } else { seen })
    }

    /// Tries whether what can hardly be read can be read turned by half. Nobody watches that.
    fn try_turned(
        &mut self,
        picture: &GrayImage,
        lines: &[(Quad, f32)],
        found: &mut Found,
    ) -> Result<()> {
        for (quad, upright) in lines.iter().take(TRIED_TURNED) {
            let strip = Strip {
                picture,
                quad: &half_turned(quad),
                kind: LineKind::USUAL,
            };
            let reading = self.reader.strips.read(strip, &mut ())?.reading;
            let line = reading.line();
            let surely = 1.0 - DOUBT_LEFT * (1.0 - upright);
            let surer = line.confidence >= self.reader.min_confidence.max(surely);
            found.tried += 1;
            found.turned += usize::from(surer && line.chars.len() >= TELLING);
        }
        Ok(())
    }

    /// Whether a line that was found is read so that one can rely on it.
    fn is_sure(&self, line: &ReadLine) -> bool {
        let asked = self.reader.min_confidence;
        let short = line.chars.len() < SHORT.0;
        let least = if short { asked.max(SHORT.1) } else { asked };
        line.confidence >= least && line.quad.height() >= LOWEST
    }
}

/// How much more a line must count for to take the place of another: less than a letter.
const MORE_WORTH: f32 = 0.3;

/// How the step is called that turns a picture.
const TURNED: &str = "turned";

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
