//! The cameras of this machine and what they can do. They are opened only to ask.

use std::io;
use std::path::PathBuf;

use super::v4l2::camera::Camera as _;
pub(crate) use super::v4l2::camera::{Offer, Sizes};
pub(crate) use super::v4l2::controls::CameraControl;
use super::v4l2::controls::list;
use super::v4l2::node::Node;
pub(crate) use super::v4l2::nodes::Roots;
#[cfg(test)]
pub(crate) use super::v4l2::nodes::machine;
use super::v4l2::nodes::video_nodes;
use crate::error::Result;

/// A camera as it stands in a list for people.
pub(crate) struct Listed {
    /// Its node, as `/dev/video0`.
    pub node: PathBuf,
    /// The names it keeps when others come and go, the best first.
    pub lasting_names: Vec<String>,
    /// What it calls itself.
    pub card: String,
    /// Its formats; an error where it does not say.
    pub offers: io::Result<Vec<Offer>>,
    /// What can be set in `[camera.controls]`.
    pub controls: Vec<CameraControl>,
}

/// Each video node of the machine, in the order of their numbers: a camera, or the reason why it is none.
pub(crate) fn cameras(roots: &Roots) -> Vec<Result<Listed>> {
    let nodes = video_nodes(roots).into_iter();
    let ask = |device: super::v4l2::nodes::Device| {
        let mut camera = Node::open(&device.node)?;
        Ok(Listed {
            lasting_names: device.lasting_names(),
            card: camera.card().to_string(),
            offers: camera.offers(),
            controls: list(&mut camera),
            node: device.node,
        })
    };
    nodes.map(ask).collect()
}
