//! The part of a model that finds lines: its entry in `model.toml`, and its graph.

use serde::Deserialize;

use super::{check_digest, check_numbers};
use crate::error::Result;

/// What `model.toml` says of the net that finds lines.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Description {
    /// The file of the graph, in the same folder.
    pub graph: String,
    /// The SHA-256 of the graph file, in hexadecimal; not checked when absent.
    pub sha256: Option<String>,
    /// A pixel `v` of 0 to 255 goes in as `(v - mean) / scale`.
    pub mean: f32,
    /// See `mean`.
    pub scale: f32,
    /// The form of what comes out.
    pub maps: Maps,
}

/// The form of a finder's maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Maps {
    /// 1 x 1 x height x width (multiples of 8) to 1 x 19 x height / 8 x width / 8, as `models/train/finder_net.py` describes.
    #[serde(rename = "lines-1")]
    Lines1,
}

/// A net that finds lines.
#[derive(Clone, Debug)]
pub struct FinderModel {
    /// What `model.toml` says of it.
    pub description: Description,
    /// The graph, as ONNX.
    pub graph: Vec<u8>,
    /// Where it came from, for messages.
    pub origin: String,
}

impl FinderModel {
    /// # Errors
    /// `Config`, when the graph is not the one described, or its numbers cannot be used.
    pub(super) fn assemble(origin: &str, description: Description, graph: Vec<u8>) -> Result<Self> {
        check_digest(
            origin,
            "finder.",
            &description.graph,
            description.sha256.as_deref(),
            &graph,
        )?;
        check_numbers(origin, "finder", description.mean, description.scale)?;
        Ok(FinderModel {
            description,
            graph,
            origin: origin.to_owned(),
        })
    }
}
