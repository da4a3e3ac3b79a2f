//! How a page is turned to be upright.
//!
//! With `auto` the pipeline finds out by reading.

use serde::{Deserialize, Serialize};

use crate::rotation::Rotation;

/// By how many degrees a page must be turned clockwise to be upright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Orientation {
    /// It is upright.
    #[default]
    #[serde(rename = "0")]
    Upright,
    /// Its top is at the left.
    #[serde(rename = "90")]
    Quarter,
    /// It is upside down.
    #[serde(rename = "180")]
    Half,
    /// Its top is at the right.
    #[serde(rename = "270")]
    ThreeQuarters,
    /// However the page reads best.
    #[serde(rename = "auto")]
    Auto,
}

impl Orientation {
    /// The turn that was set; none for `auto`.
    pub fn turn(self) -> Rotation {
        match self {
            Orientation::Upright | Orientation::Auto => Rotation::None,
            Orientation::Quarter => Rotation::Quarter,
            Orientation::Half => Rotation::Half,
            Orientation::ThreeQuarters => Rotation::ThreeQuarters,
        }
    }
}
