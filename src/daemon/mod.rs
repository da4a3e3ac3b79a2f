//! The daemon: frames from a source through the pipeline and the tracker to the sinks, until it is told to end.
//!
//! There are two threads: [`Reading`] does the work; [`run`] answers requests, changes the configuration, reports to the
//! service manager, and ends glyphd. Each sink has a thread of its own behind its outlet, which no slow reader can hold
//! up. So a reading that takes long delays neither an answer nor the end.

mod health;
mod notify;
mod orders;
mod outlets;
mod publisher;
mod reading;
mod service;
mod signals;
mod sinks;
mod supervised;

pub use health::Health;
pub use orders::Orders;
pub use outlets::{Outlets, Table};
pub use reading::{Links, Reader, Reading};
pub use service::run;

use crate::capture::{self, Source};
use crate::error::Result;

/// Opens the source, each time anew; or a stand-in in tests.
pub trait Opener: Send {
    /// Opens it; the one before is gone by then.
    ///
    /// # Errors
    /// Of a kind that may pass (`NoDevice`, `Io`), or for good.
    fn open(&mut self) -> Result<Box<dyn Source>>;

    /// Takes other settings for the next time.
    fn change(&mut self, settings: capture::Settings);
}

impl Opener for capture::Finder {
    fn open(&mut self) -> Result<Box<dyn Source>> {
        capture::Finder::open(self)
    }

    fn change(&mut self, settings: capture::Settings) {
        capture::Finder::change(self, settings);
    }
}

/// Why the work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was told to.
    Stopped,
    /// The source has no more pictures.
    NoMore,
    /// It was to read once, and has.
    Read,
    /// It was to read once, and there was nothing within the deadline.
    NothingRead,
}

#[cfg(test)]
mod tests;
