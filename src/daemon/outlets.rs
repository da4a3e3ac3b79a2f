//! The sinks that readings go to, shared by the reading thread and the thread that changes them.

use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use crate::contract::event::Event;
use crate::contract::status::SinkStatus;
use crate::sink::Outlet;

/// Which `[output.*]` table an outlet is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// `[output.stdout]`
    Stdout,
    /// `[output.socket]`
    Socket,
    /// `[output.serial]`
    Serial,
    /// `[output.speech]`
    Speech,
}

/// The outlets; clones share them.
#[derive(Clone, Default)]
pub struct Outlets(Arc<RwLock<Vec<(Table, Outlet)>>>);

impl Outlets {
    /// Hands an event to each; never waits for a sink.
    pub fn publish(&self, event: Event) {
        let event = Arc::new(event);
        let outlets = self.0.read().unwrap_or_else(PoisonError::into_inner);
        for (_, outlet) in outlets.iter() {
            outlet.offer(Arc::clone(&event));
        }
    }

    /// Puts `outlet` in the place of the one of this table; gives the one that was there.
    pub fn replace(&self, table: Table, outlet: Option<Outlet>) -> Option<Outlet> {
        let mut outlets = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let at = outlets.iter().position(|(there, _)| *there == table);
        let old = at.map(|at| outlets.remove(at).1);
        outlets.extend(outlet.map(|outlet| (table, outlet)));
        old
    }

    /// How each is doing.
    pub fn status(&self) -> Vec<SinkStatus> {
        let outlets = self.0.read().unwrap_or_else(PoisonError::into_inner);
        outlets.iter().map(|(_, outlet)| outlet.status()).collect()
    }

    /// Gives all at once this time to send what they took, and ends them.
    pub fn close(&self, within: Duration) {
        let outlets = std::mem::take(&mut *self.0.write().unwrap_or_else(PoisonError::into_inner));
        thread::scope(|scope| {
            for (_, outlet) in outlets {
                scope.spawn(move || close(outlet, within));
            }
        });
    }
}

/// Ends one.
pub fn close(outlet: Outlet, within: Duration) {
    let name = outlet.name().to_owned();
    let closed = outlet.close(within);
    log::debug!("{name}: {closed:?}");
}
