//! The `[read]` table.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::text::knowledge;

/// How strips are read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The folder of a model (with a `model.toml`) to read with; empty for the built-in one.
    pub model: PathBuf,
    /// Lines of which less than this share of the characters (0 to 1) is expected to be right are left out. The
    /// default keeps what is mostly right and drops most of what is no text at all; docs/accuracy.md has the figures.
    pub min_confidence: f32,
    /// Lines whose figures and signs are less sure than this (0 to 1) are left out: a wrong figure is acted on. It is the share of the
    /// probability of all readings of the line that agrees with it in these. docs/accuracy.md has what is wrong and what is lost.
    pub min_figures: f32,
    /// A short line that is read less surely than this (0 to 1) is read again in other forms, wider, closer, from afar, and the
    /// likeliest reading stands; 0: never. docs/accuracy.md has what it finds and what it costs.
    pub second_look: f32,
    /// What is known about the text beforehand.
    pub knowledge: knowledge::Settings,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            model: PathBuf::new(),
            min_confidence: 0.7,
            min_figures: 0.5,
            second_look: 0.98,
            knowledge: knowledge::Settings::default(),
        }
    }
}

impl Settings {
    /// What is wrong with the settings.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Fault::outside(&[
            ("min-confidence", self.min_confidence, 0.0, 1.0),
            ("min-figures", self.min_figures, 0.0, 1.0),
            ("second-look", self.second_look, 0.0, 1.0),
        ]);
        let built_in = self.model.as_os_str().is_empty();
        let known = self.knowledge.check(built_in).into_iter();
        faults.extend(known.map(|fault| fault.within("knowledge")));
        faults
    }
}
