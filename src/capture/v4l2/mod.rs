//! Takes the path of a V4L2 camera; gives its pictures, the newest first.
//!
//! [`node`] and [`kernel`] ask the kernel, behind the trait [`camera::Camera`]; what is made of the answers
//! ([`choose`], [`search`], [`agree`], [`controls`], [`stream`], [`refusal`]) does no I/O, so that a camera that stalls, lies or is pulled out
//! is a few lines of test. Single-planar capture over mapped buffers, by the V4L2 API of Linux
//! (docs.kernel.org/userspace-api/media/v4l).

mod agree;
pub(super) mod camera;
mod choose;
pub(super) mod controls;
mod kernel;
pub(super) mod node;
pub(super) mod nodes;
pub(super) mod refusal;
mod search;
mod stamps;
mod stream;

use log::Level;

use super::{Settings, SystemClock};
use crate::error::Result;
pub(super) use search::Search;
use search::ThisMachine;
use stream::Streaming;

/// Opens the camera that is looked for and agrees on a format; differences are logged at `log_level`.
///
/// Fails with [`crate::error::Kind::NoDevice`] where it is not there, not permitted, busy, no camera,
/// or has no format that can be read.
pub(super) fn open(
    search: &mut Search,
    settings: &Settings,
    log_level: Level,
) -> Result<Streaming<node::Node, SystemClock>> {
    let machine = ThisMachine::default();
    let found = search.find(&machine)?;
    let name = found.path.display().to_string();
    let source = Streaming::open(found.camera, name, settings, SystemClock, log_level)?;
    search.remember(&machine, found.path, found.identity);
    Ok(source)
}
