//! `[log]`: how much glyphd says about what it does.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// How much glyphd says about what it does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Messages of this weight and heavier are written to standard error.
    pub level: Level,
}

impl Settings {
    /// No level can be wrong.
    pub fn check(&self) -> Vec<Fault> {
        Vec::new()
    }

    /// Sets the weight of what is written from now on; `RUST_LOG` goes before.
    pub fn apply(&self) {
        if std::env::var_os("RUST_LOG").is_none() {
            log::set_max_level(self.level.into());
        }
    }
}

/// The weight of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Nothing at all.
    Off,
    /// What keeps glyphd from its work.
    Error,
    /// What it gets over by itself, but somebody should know.
    Warn,
    /// Also starts, stops and what was found: a few lines a day once it runs.
    #[default]
    Info,
    /// Also each decision, for finding out why something was not read.
    Debug,
    /// Also each frame.
    Trace,
}

impl From<Level> for log::LevelFilter {
    fn from(level: Level) -> Self {
        match level {
            Level::Off => log::LevelFilter::Off,
            Level::Error => log::LevelFilter::Error,
            Level::Warn => log::LevelFilter::Warn,
            Level::Info => log::LevelFilter::Info,
            Level::Debug => log::LevelFilter::Debug,
            Level::Trace => log::LevelFilter::Trace,
        }
    }
}
