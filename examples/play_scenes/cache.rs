//! Readings that are kept in a file, for work on what comes after them: the same picture is then not read twice.
//!
//! The file lies beside the frames and is named after the settings of the reader; after a change to the reader itself, remove it.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::Path;

use glyphd::config::Config;
use glyphd::daemon::Reader;
use glyphd::error::{Error, Kind, Result};
use glyphd::line::Page;
use image::GrayImage;

use crate::play::print_of;

pub struct Kept<R> {
    inner: R,
    known: HashMap<u64, Page>,
    file: Option<File>,
}

impl<R: Reader> Kept<R> {
    /// Reads every picture anew.
    pub fn nothing(inner: R) -> Self {
        Kept {
            inner,
            known: HashMap::new(),
            file: None,
        }
    }

    /// Keeps readings in `folder`.
    pub fn within(folder: &Path, config: &Config, inner: R) -> std::io::Result<Self> {
        let mut hasher = DefaultHasher::new();
        let settings = (&config.enhance, &config.find, &config.read, &config.tidy);
        format!("{settings:?}").hash(&mut hasher);
        let path = folder.join(format!("readings-{:016x}.jsonl", hasher.finish()));
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let known = text
            .lines()
            .filter_map(|line| serde_json::from_str::<(u64, Page)>(line).ok());
        Ok(Kept {
            inner,
            known: known.collect(),
            file: Some(OpenOptions::new().create(true).append(true).open(path)?),
        })
    }
}

impl<R: Reader> Reader for Kept<R> {
    fn read(&mut self, luma: &GrayImage) -> Result<Page> {
        let Some(file) = &mut self.file else {
            return self.inner.read(luma);
        };
        let print = print_of(luma);
        if let Some(page) = self.known.get(&print) {
            return Ok(page.clone());
        }
        let page = self.inner.read(luma)?;
        let text = serde_json::to_string(&(print, &page)).unwrap_or_default();
        writeln!(file, "{text}")
            .map_err(|e| Error::new(Kind::Io, format!("readings cannot be kept: {e}")))?;
        self.known.insert(print, page.clone());
        Ok(page)
    }
}
