//! Where events leave the device: sockets, a serial line, speech, standard output.
//!
//! Each [`Sink`] stands behind an [`Outlet`], which gives it a thread and a bounded queue of its own, so
//! that no reader, however slow or dead, holds up the reading or another sink.

use std::time::{Duration, Instant};

use nix::poll::PollFd;

use crate::contract::event::Event;
use crate::contract::status::ClientStatus;
use crate::error::{Result, err};
use crate::fault::Fault;

pub(crate) mod keep;
pub(crate) mod metrics;
mod outlet;
pub mod serial;
pub mod socket;
pub mod speech;
pub mod stdout;

pub use outlet::{Closed, Counts, Limits, Outlet};

/// Tells which events a sink has a use for.
pub type Filter = Box<dyn Fn(&Event) -> bool + Send + Sync>;

/// Tells how the clients of a sink are doing.
pub type Clients = Box<dyn Fn() -> ClientStatus + Send + Sync>;

/// What a sink waits for while there is nothing to send: whichever comes first.
#[derive(Default)]
pub struct Watch<'a> {
    /// Descriptors to poll.
    pub fds: Vec<PollFd<'a>>,
    /// A moment.
    pub until: Option<Instant>,
}

impl<'a> Watch<'a> {
    /// One descriptor, if there is one.
    pub fn on(fd: Option<PollFd<'a>>) -> Self {
        Watch {
            fds: fd.into_iter().collect(),
            until: None,
        }
    }
}

/// An error of the first fault of the settings in `[output.TABLE]`, if there is one.
fn usable(table: &str, faults: &[Fault]) -> Result<()> {
    match faults.first() {
        Some(Fault { key, message }) => Err(err!(Config, "output.{table}.{key}: {message}")),
        None => Ok(()),
    }
}

/// A place that events go to. It is called from one thread, and may block for a bounded time.
pub trait Sink: Send {
    /// What the log calls it, as in `serial line /dev/ttyUSB0`.
    fn name(&self) -> &str;

    /// Hands on one event, and returns once its last byte is written to whoever keeps up; an event that the sink has no
    /// use for is passed over.
    ///
    /// # Errors
    /// `Data`: this event can never be sent, and is given up. Any other kind: the event is offered again
    /// after a pause; whatever has broken is to be opened anew then.
    fn send(&mut self, event: &Event) -> Result<()>;

    /// Which events it has a use for; the others never take a place in its queue. Asked once.
    fn filter(&self) -> Filter {
        Box::new(|_| true)
    }

    /// How long an event is worth sending; one that has waited longer is dropped. None: for ever.
    fn lasts(&self, event: &Event) -> Option<Duration> {
        let _ = event;
        None
    }

    /// How its clients are doing, if it has any. Asked once.
    fn clients(&self) -> Option<Clients> {
        None
    }

    /// What it waits for while there is nothing to send.
    fn watch(&self) -> Watch<'_> {
        Watch::default()
    }

    /// Opens what is not open and takes what has come in. Called at the start, when what it watches is ready, and after
    /// a fault while there is nothing to send.
    ///
    /// # Errors
    /// As those of `send`: it is called again after a pause.
    fn on_ready(&mut self) -> Result<()> {
        Ok(())
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
