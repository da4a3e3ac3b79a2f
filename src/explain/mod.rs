//! What the reader saw, as pictures: one after each step, the last with the quads drawn and the text beside them.
//!
//! Watches the pipeline; gives numbered PNG files in a folder. For people: nothing reads them back.

use std::fs;
use std::path::{Path, PathBuf};

use image::{GrayImage, ImageResult};

use crate::error::{Result, err};
use crate::line::ReadLine;
use crate::live::region::Regions;
use crate::pipeline::Observer;

mod letters;
mod sheet;

/// Writes the pictures of one page into a folder.
pub struct Explain {
    folder: PathBuf,
    step: u32,
    /// The steps of the strips since the last picture, in order: what was done, and the strip after it.
    strips: Vec<(String, GrayImage)>,
    /// The first failure: nothing is written after it.
    outcome: Result<()>,
}

impl Explain {
    /// Makes the folder.
    ///
    /// # Errors
    /// `Io`, when it cannot be made.
    pub fn new(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|e| {
            err!(Io, "{}: cannot make this folder: {e}", folder.display()).caused_by(e)
        })?;
        Ok(Explain {
            folder: folder.to_owned(),
            step: 0,
            strips: Vec::new(),
            outcome: Ok(()),
        })
    }

    /// What became of it.
    ///
    /// # Errors
    /// `Io`, when a file could not be written.
    pub fn finish(self) -> Result<()> {
        self.outcome
    }

    /// Writes the next picture, unless one before could not be written.
    fn write(&mut self, name: &str, save: impl FnOnce(&Path) -> Result<ImageResult<()>>) {
        if self.outcome.is_err() {
            return;
        }
        self.step += 1;
        let path = self.folder.join(format!("{:02}-{name}.png", self.step));
        self.outcome = save(&path).and_then(|saved| {
            saved.map_err(|e| {
                err!(Io, "{}: cannot write this picture: {e}", path.display()).caused_by(e)
            })
        });
    }

    /// Writes the strips so far, one below the other with the names of their steps.
    fn write_strips(&mut self) {
        let strips = std::mem::take(&mut self.strips);
        self.write("strips", |path| Ok(sheet::strips(&strips)?.save(path)));
    }
}

impl Observer for Explain {
    fn picture(&mut self, step: &str, luma: &GrayImage) {
        if !self.strips.is_empty() {
            self.write_strips();
        }
        self.write(step, |path| Ok(luma.save(path)));
    }

    fn strip(&mut self, step: &str, luma: &GrayImage) {
        self.strips.push((step.to_owned(), luma.clone()));
    }

    fn lines(&mut self, luma: &GrayImage, lines: &[ReadLine], regions: &Regions) {
        self.write_strips();
        self.write("lines", |path| {
            Ok(sheet::lines(luma, lines, regions)?.save(path))
        });
    }
}
