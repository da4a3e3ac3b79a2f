//! `[keep]`: saves pictures of what was read in a folder that the configuration names, to find out why something
//! is misread. Without such a folder no picture is ever written.
//!
//! At most so many files are kept: the oldest is written over.

use std::path::PathBuf;
use std::time::SystemTime;

use image::GrayImage;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::retry::log_once::LogOnce;

/// The most pictures that may be kept: at some 500 KB each, 5 GB.
const MOST: u32 = 10_000;

/// The `[keep]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Where pictures are written. Default nowhere: none is.
    pub folder: Option<PathBuf>,
    /// How many are kept at most. Default 100, some 50 MB.
    pub pictures: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            folder: None,
            pictures: 100,
        }
    }
}

impl Settings {
    /// What is wrong with the settings.
    pub fn check(&self) -> Vec<Fault> {
        let folder = self.folder.as_ref();
        let folder = folder.and_then(|folder| Fault::relative("folder", folder));
        let pictures = Fault::range("pictures", self.pictures, 1..=MOST, "");
        folder.into_iter().chain(pictures).collect()
    }

    /// What becomes of pictures, in a line for the log.
    pub fn describe(&self) -> String {
        match &self.folder {
            None => "no picture is written anywhere".into(),
            Some(folder) => format!(
                "pictures of what is read are written to {} ([keep] folder), the last {}",
                folder.display(),
                self.pictures
            ),
        }
    }
}

/// Writes pictures.
pub struct Keeper {
    settings: Settings,
    next: u32,
    log_once: LogOnce,
}

impl Keeper {
    /// Goes on after the newest picture in the folder.
    pub fn new(settings: Settings) -> Self {
        let newest = |settings: &Settings| {
            let written = |number: u32| -> Option<SystemTime> {
                let file = settings.folder.as_ref()?.join(name(number));
                file.metadata().ok()?.modified().ok()
            };
            let there = (0..settings.pictures).filter_map(|n| Some((written(n)?, n)));
            there.max().map(|(_, number)| number)
        };
        let next = newest(&settings).map_or(0, |newest| (newest + 1) % settings.pictures.max(1));
        Keeper {
            settings,
            next,
            log_once: LogOnce::default(),
        }
    }

    /// Writes one picture, if any are to be kept and it is one.
    pub fn keep(&mut self, luma: &GrayImage) {
        let Some(folder) = &self.settings.folder else {
            return;
        };
        if luma.is_empty() {
            return;
        }
        let file = folder.join(name(self.next));
        match luma.save(&file) {
            Ok(()) => {
                self.next = (self.next + 1) % self.settings.pictures.max(1);
                self.log_once.forget();
            }
            Err(fault) => {
                let fault = fault.to_string();
                if self.log_once.is_new(&fault) {
                    log::warn!(
                        "{}: cannot be written: {fault} ([keep] folder)",
                        file.display()
                    );
                }
            }
        }
    }
}

fn name(number: u32) -> String {
    format!("glyphd-{number:04}.png")
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn the_oldest_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            folder: Some(folder.path().into()),
            pictures: 3,
        };
        let shades = || {
            (0..3)
                .filter_map(|n| image::open(folder.path().join(name(n))).ok())
                .map(|picture| picture.to_luma8().get_pixel(0, 0).0[0])
                .collect::<Vec<_>>()
        };
        let mut keeper = Keeper::new(settings.clone());
        for shade in 0..4 {
            keeper.keep(&GrayImage::from_pixel(4, 4, Luma([shade])));
        }
        assert_eq!(shades(), [3, 1, 2]);
        // File times are too coarse to tell these apart for sure; the newest is made so.
        let newest = std::fs::File::options()
            .write(true)
            .open(folder.path().join(name(0)));
        let later = SystemTime::now() + std::time::Duration::from_secs(9);
        newest.unwrap().set_modified(later).unwrap();
        Keeper::new(settings).keep(&GrayImage::from_pixel(4, 4, Luma([9])));
        assert_eq!(shades(), [3, 9, 2]);
    }

    #[test]
    fn without_a_folder_nothing_is_written_and_a_bad_one_is_no_end() {
        Keeper::new(Settings::default()).keep(&GrayImage::new(4, 4));
        let nowhere = Settings {
            folder: Some("/nowhere/at/all".into()),
            ..Settings::default()
        };
        Keeper::new(nowhere).keep(&GrayImage::new(4, 4));
        let wrong = Settings {
            folder: Some("here".into()),
            pictures: 0,
        };
        let keys: Vec<_> = wrong.check().into_iter().map(|fault| fault.key).collect();
        assert_eq!(keys, ["folder", "pictures"]);
    }
}
