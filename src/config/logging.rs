//! `[log]`: how much glyphd logs.

use log::LevelFilter;
use serde::Deserialize;

use crate::fault::Fault;

/// How much glyphd logs.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Messages of this level and more severe ones are written to standard error.
    #[serde(with = "Level")]
    pub level: LevelFilter,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            level: LevelFilter::Info,
        }
    }
}

impl Settings {
    /// Every level is valid.
    pub fn check(&self) -> Vec<Fault> {
        Vec::new()
    }

    /// Sets the level of all messages from now on; `RUST_LOG` overrides it.
    pub fn apply(&self) {
        if std::env::var_os("RUST_LOG").is_none() {
            log::set_max_level(self.level);
        }
    }
}

/// The levels as a configuration writes them.
#[derive(Deserialize)]
#[serde(remote = "LevelFilter", rename_all = "kebab-case")]
enum Level {
    /// Nothing.
    Off,
    /// Faults that keep glyphd from its work.
    Error,
    /// Faults that it recovers from, but that somebody should know.
    Warn,
    /// Also starts, stops and devices that were found: a few lines a day once it runs.
    Info,
    /// Also each decision, to find out why something was not read.
    Debug,
    /// Also each frame.
    Trace,
}
