//! Where events leave the device: sockets, a serial line, standard output.
//!
//! Each [`Sink`] stands behind an [`Outlet`], which gives it a thread and a bounded queue of its own, so
//! that no reader, however slow or dead, holds up the reading or another sink.

use std::time::Duration;

use crate::error::Result;
use crate::event::Event;

mod backoff;
mod outlet;
pub mod serial;
pub mod socket;
pub mod stdout;

pub use backoff::Backoff;
pub use outlet::{Closed, Counts, Limits, Outlet};

/// Tells which events a sink has a use for.
pub type Filter = Box<dyn Fn(&Event) -> bool + Send + Sync>;

/// A place that events go to. It is called from one thread, and may block for a bounded time.
pub trait Sink: Send {
    /// What the log calls it, as in `serial line /dev/ttyUSB0`.
    fn name(&self) -> &str;

    /// Hands on one event; one that the sink has no use for is passed over.
    ///
    /// # Errors
    /// `Data`: this event can never be sent, and is given up. Any other kind: the event is offered again
    /// after a pause; whatever has broken is to be opened anew then.
    fn send(&mut self, event: &Event) -> Result<()>;

    /// Which events it has a use for; the others never take a place in its queue. Asked once.
    fn filter(&self) -> Filter {
        Box::new(|_| true)
    }

    /// True once nobody can ever be reached again, as behind a closed pipe. Its thread then ends.
    fn is_over(&self) -> bool {
        false
    }

    /// Sees to it that what `send` took has left, as far as that goes `within` this time.
    fn close(&mut self, within: Duration) {
        let _ = within;
    }
}

#[cfg(test)]
mod samples;
