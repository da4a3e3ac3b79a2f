//! What the thread that reads is set to, out of a configuration.

use std::time::Duration;

use crate::capture;
use crate::config::Config;
use crate::live::{gate, guide, region, track};
use crate::sink::keep;
use crate::text::{fields, knowledge};
use crate::trigger::mode;

/// How long is waited where there is nothing to do.
#[derive(Clone, Copy, Debug)]
pub struct Pauses {
    /// Before the source is opened again, a moment at first, since most faults pass at once.
    pub first: Duration,
    /// The longest such pause: not longer than somebody who plugs the camera in again waits; an attempt costs next to nothing.
    pub longest: Duration,
    /// At a time while nothing is to be read: long enough to cost nothing; a camera that has gone meanwhile
    /// is noticed after it.
    pub rest: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        Pauses {
            first: Duration::from_millis(50),
            longest: Duration::from_millis(250),
            rest: Duration::from_secs(1),
        }
    }
}

/// Where pictures come from, and how and when they are read.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Where pictures come from.
    pub camera: capture::Settings,
    /// Which pictures are read.
    pub gate: gate::Settings,
    /// Which hints are told.
    pub guide: guide::Settings,
    /// When a line is told.
    pub track: track::Settings,
    /// What is looked for in its text.
    pub fields: fields::Settings,
    /// What must be read, and where.
    pub region: region::Settings,
    /// When is read.
    pub trigger: mode::Settings,
    /// Which pictures are kept.
    pub keep: keep::Settings,
    /// How long is waited where there is nothing to do.
    pub pauses: Pauses,
}

impl Settings {
    /// Those of a configuration.
    pub fn of(config: &Config) -> Self {
        Settings {
            camera: config.camera.clone(),
            gate: config.gate.clone(),
            guide: config.guide.clone(),
            track: track::Settings {
                // What fits can be put together to something that does not.
                combine: config.track.combine && !rejects(config),
                ..config.track.clone()
            },
            fields: config.fields.clone(),
            region: config.region.clone(),
            trigger: config.trigger.clone(),
            keep: config.keep.clone(),
            pauses: Pauses::default(),
        }
    }
}

/// Whether anything is rejected that does not fit.
fn rejects(config: &Config) -> bool {
    let regions = config.region.0.iter().filter_map(|region| region.mode);
    regions
        .chain([config.read.knowledge.mode])
        .any(|mode| mode == knowledge::Mode::Only)
}
