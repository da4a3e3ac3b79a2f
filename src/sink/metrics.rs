//! `[metrics]`: the status as a text file for Prometheus' node_exporter, written anew every so often.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::contract::status::{Status, prometheus};
use crate::fault::Fault;
use crate::retry::log_once::LogOnce;

/// Seconds between two files that may be set: Prometheus itself asks every 10 to 60.
const EVERY_S: std::ops::RangeInclusive<u64> = 1..=3600;

/// The `[metrics]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The file; its name must end in `.prom` for node_exporter to take it. Default none is written.
    pub file: Option<PathBuf>,
    /// Seconds between two files. Default 15, as often as Prometheus asks by itself.
    pub every_s: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            file: None,
            every_s: 15,
        }
    }
}

impl Settings {
    /// What is wrong with the settings.
    pub fn check(&self) -> Vec<Fault> {
        let other_ending = |file: &PathBuf| {
            let other = file.extension().is_none_or(|ending| ending != "prom");
            let message = format!("{}: expected a name that ends in .prom", file.display());
            other.then(|| Fault::new("file", message))
        };
        let file = self.file.as_ref();
        let file =
            file.and_then(|file| Fault::relative("file", file).or_else(|| other_ending(file)));
        let every_s = Fault::range("every-s", self.every_s, EVERY_S, "s");
        file.into_iter().chain(every_s).collect()
    }
}

/// Writes the file.
#[derive(Debug, Default)]
pub struct Metrics {
    written_at: Option<Instant>,
    log_once: LogOnce,
}

impl Metrics {
    /// Writes the file if it is time for it.
    pub fn write(&mut self, settings: &Settings, status: impl FnOnce() -> Status) {
        let Some(file) = &settings.file else {
            return;
        };
        let every = Duration::from_secs(settings.every_s);
        if self.written_at.is_some_and(|at| at.elapsed() < every) {
            return;
        }
        self.written_at = Some(Instant::now());
        match replace(file, &prometheus::text(&status())) {
            Ok(()) => self.log_once.forget(),
            Err(fault) => {
                let fault = fault.to_string();
                if self.log_once.is_new(&fault) {
                    log::warn!(
                        "{}: cannot be written: {fault} ([metrics] file)",
                        file.display()
                    );
                }
            }
        }
    }

    /// Takes the file away at the end, so that nobody takes its figures for those of a running glyphd.
    pub fn remove(&self, settings: &Settings) {
        if let (Some(file), Some(_)) = (&settings.file, self.written_at)
            && let Err(fault) = fs::remove_file(file)
        {
            log::debug!("{}: {fault}", file.display());
        }
    }
}

/// Whoever reads the file meanwhile sees the old or the new one, never a part.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let new = file.with_extension("prom.new");
    fs::write(&new, text)?;
    fs::rename(&new, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_there_whole_and_not_written_more_often_than_asked() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            file: Some(folder.path().join("glyphd.prom")),
            ..Settings::default()
        };
        let file = settings.file.clone().unwrap();
        let mut metrics = Metrics::default();
        metrics.write(&settings, Status::default);
        assert!(
            fs::read_to_string(&file)
                .unwrap()
                .ends_with("glyphd_memory_bytes 0\n")
        );
        metrics.remove(&settings);
        metrics.write(&settings, || panic!("not yet"));
        assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let settings = |file: &str, every_s| Settings {
            file: Some(file.into()),
            every_s,
        };
        let keys = |s: Settings| s.check().into_iter().map(|f| f.key).collect::<Vec<_>>();
        assert_eq!(keys(settings("glyphd.prom", 0)), ["file", "every-s"]);
        assert_eq!(keys(settings("/run/glyphd.txt", 15)), ["file"]);
        assert_eq!(keys(settings("/run/glyphd.prom", 15)), [""; 0]);
    }
}
