//! `[track]`: when a line is steady, and when it is gone.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// The `[track]` table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Pictures that must leave the text of a line as it is before it is published. Default 3: keeps out what flickers by; at
    /// 5 readings a second it costs half a second.
    pub steady_frames: u32,
    /// The share of the readings of each character that must agree with what is published, 0 to 1. A line that does not reach
    /// it is published when four times as many pictures have left it as it is. Default 0.8.
    pub steady_agreement: f32,
    /// Whether the published text may be put together from several readings. Default true. Without, at least one picture has
    /// read it so; this also holds where `[read.knowledge]` or a region rejects what does not fit.
    pub combine: bool,
    /// Milliseconds that a line may be out of sight (a hand, a refocus) before it counts as gone.
    pub gone_after_ms: u64,
    /// Milliseconds without any change before the whole page is published.
    pub page_after_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            steady_frames: 3,
            steady_agreement: 0.8,
            combine: true,
            gone_after_ms: 1500,
            page_after_ms: 500,
        }
    }
}

impl Settings {
    /// Every setting that cannot be used.
    pub fn check(&self) -> Vec<Fault> {
        Fault::outside(&[
            ("steady-frames", self.steady_frames as f32, 1.0, 100.0),
            ("steady-agreement", self.steady_agreement, 0.0, 1.0),
            ("gone-after-ms", self.gone_after_ms as f32, 0.0, 600_000.0),
            ("page-after-ms", self.page_after_ms as f32, 0.0, 600_000.0),
        ])
    }
}
