//! One sink behind a queue and a thread of its own.
//!
//! Takes events without ever blocking whoever offers them and hands them on in order. The rule when
//! the queue is full: the oldest that waits is dropped and counted, as the newest reading is what counts.
//! What was accepted is otherwise kept until the sink took it, through faults and pauses, or `close` runs out
//! of time, or the event is too old to be worth sending; so `accepted == delivered + dropped + waiting` at any moment.

use std::io;
use std::sync::{Arc, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use log::warn;

use super::{Clients, Filter, Sink};
use crate::contract::event::Event;
use crate::contract::status::SinkStatus;
use crate::error::{Result, err};
use crate::retry::backoff::Backoff;
use crate::retry::wait::{self, Waker};

mod queue;
mod worker;

pub use queue::Counts;

use queue::{Offered, Shared};
use worker::Worker;

/// Events that wait for one sink. A busy scene gives a few events a second, so this is about a minute
/// of a sink that is away, and some hundred kilobytes at most.
const CAPACITY: usize = 256;
/// The pause after a first fault: long enough for a USB device to come back under its name.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause: a sink plugged in again by a person works within this time, and to look for it costs nothing.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The bounds of an [`Outlet`].
#[derive(Clone, Debug)]
pub struct Limits {
    /// Events that wait, at least 1.
    pub capacity: usize,
    /// The pause after a first fault.
    pub first_pause: Duration,
    /// The pause after many.
    pub longest_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            capacity: CAPACITY,
            first_pause: FIRST_PAUSE,
            longest_pause: LONGEST_PAUSE,
        }
    }
}

/// How an [`Outlet`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The counts at the end; what is `waiting` there was not delivered in time.
    pub counts: Counts,
    /// Whether the sink itself came to its end. If not, it hangs in a call and its thread was left behind.
    pub finished: bool,
}

/// A sink with its queue and its thread.
pub struct Outlet {
    name: String,
    filter: Filter,
    clients: Option<Clients>,
    shared: Arc<Shared>,
    /// For when there is something to send, or the end has come.
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl Outlet {
    /// Starts the thread of `sink`.
    ///
    /// # Errors
    /// `Io` when the system gives no thread.
    pub fn start(sink: Box<dyn Sink>, limits: Limits) -> Result<Self> {
        let name = sink.name().to_owned();
        let (filter, clients) = (sink.filter(), sink.clients());
        let failed =
            |fault: io::Error| err!(Io, "{name}: no thread for it: {fault}").caused_by(fault);
        let (waker, woken) = wait::waker().map_err(failed)?;
        let shared = Arc::new(Shared::new(limits.capacity));
        let backoff = Backoff::new(limits.first_pause, limits.longest_pause);
        let worker = Worker::new(sink, Arc::clone(&shared), woken, backoff);
        let thread = thread::Builder::new()
            .name("sink".to_owned())
            .spawn(move || worker.run())
            .map_err(failed)?;
        Ok(Outlet {
            name,
            filter,
            clients,
            shared,
            waker,
            thread: Some(thread),
        })
    }

    /// What the log calls the sink.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Puts an event into the queue if the sink has a use for it; when the queue is full, the oldest that waits
    /// goes. Never blocks.
    pub fn offer(&self, event: impl Into<Arc<Event>>) {
        let event = event.into();
        if !(self.filter)(&event) {
            return;
        }
        let mut state = self.shared.lock();
        state.counts.accepted += 1;
        state.counts.waiting += 1;
        if state.over || state.closing.is_some() {
            state.give_up();
            return;
        }
        state.make_room(self.shared.capacity);
        state.queue.push_back(Offered {
            event,
            at: Instant::now(),
        });
        // The sink may hang in a call, so that its own thread cannot log this.
        let newly_slow = state.dropped_unlogged > 0 && state.fault.is_none() && !state.slow;
        state.slow |= newly_slow;
        drop(state);
        self.waker.wake();
        if newly_slow {
            warn!(
                "{}: too slow, the oldest readings are dropped; the newest {} are kept",
                self.name, self.shared.capacity
            );
        }
    }

    /// What became of the events so far.
    pub fn counts(&self) -> Counts {
        self.shared.lock().counts
    }

    /// How the sink is doing.
    pub fn status(&self) -> SinkStatus {
        let state = self.shared.lock();
        let away = state.away().max(state.longest_away);
        SinkStatus {
            name: self.name.clone(),
            fault: state.fault.clone(),
            waiting: state.counts.waiting,
            accepted: state.counts.accepted,
            delivered: state.counts.delivered,
            dropped: state.counts.dropped,
            recoveries: state.recoveries,
            longest_away_ms: u64::try_from(away.as_millis()).unwrap_or(u64::MAX),
            latency: self.shared.latencies.percentiles(),
            clients: self.clients.as_ref().map(|clients| clients()),
        }
    }

    /// True once nobody can be reached through the sink any more.
    #[cfg(test)]
    pub fn is_over(&self) -> bool {
        self.shared.lock().over
    }

    /// Hands on what still waits and ends the sink, `within` this time at most.
    pub fn close(mut self, within: Duration) -> Closed {
        self.end(within)
    }

    /// Waits until `done` says so; false when it never does.
    #[cfg(test)]
    pub(super) fn wait_until(&self, done: impl Fn(&Counts) -> bool) -> bool {
        let limit = Duration::from_secs(20);
        let state = self.shared.lock();
        let wait = self
            .shared
            .progress
            .wait_timeout_while(state, limit, |state| !done(&state.counts));
        !wait.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    fn end(&mut self, within: Duration) -> Closed {
        let deadline = Instant::now() + within;
        let mut state = self.shared.lock();
        state.closing.get_or_insert(deadline);
        self.waker.wake();
        while !state.finished {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self
                .shared
                .progress
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        let closed = Closed {
            counts: state.counts,
            finished: state.finished,
        };
        drop(state);
        if let Some(thread) = self.thread.take() {
            if closed.counts.waiting > 0 {
                warn!(
                    "{}: {} readings could not be delivered before the end",
                    self.name, closed.counts.waiting
                );
            }
            // A sink that hangs in a call is left to the end of the process.
            if closed.finished && thread.join().is_err() {
                warn!(
                    "{}: its thread panicked, which is a bug in glyphd",
                    self.name
                );
            }
        }
        closed
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.end(Duration::ZERO);
        }
    }
}

#[cfg(test)]
mod tests;
