//! One sink behind a queue and a thread of its own.
//!
//! Takes events without ever blocking whoever offers them and hands them on in order. The rule when
//! the queue is full: the oldest that waits is dropped and counted, as the newest reading is what counts.
//! What was accepted is otherwise kept until the sink took it, through faults and pauses, or `close` runs out
//! of time; so `accepted == delivered + dropped + waiting` at any moment.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use log::warn;

use super::{Backoff, Filter, Sink};
use crate::error::{Error, Kind, Result};
use crate::event::Event;

mod worker;

use worker::Worker;

/// Events that wait for one sink. A busy scene gives a few events a second, so this is about a minute
/// of a sink that is away, and some hundred kilobytes at most.
const CAPACITY: usize = 256;
/// The pause after a first fault: long enough for a USB device to come back under its name.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause: a sink plugged in again by a person works within this time.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

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

/// What became of the events offered so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Taken into the queue.
    pub accepted: u64,
    /// Taken by the sink.
    pub delivered: u64,
    /// Given up: pushed out of a full queue, refused for good by the sink, or offered to one that is over.
    pub dropped: u64,
    /// Taken into the queue and still there or with the sink just now.
    pub waiting: u64,
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
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    /// Told when there is something to send, or when the end has come.
    work: Condvar,
    /// Told when the thread has made progress or has ended.
    progress: Condvar,
    capacity: usize,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Arc<Event>>,
    counts: Counts,
    /// Dropped since the log last spoke of it.
    dropped_unsaid: u64,
    /// Set once: by when to be done.
    closing: Option<Instant>,
    over: bool,
    finished: bool,
}

impl Shared {
    /// A panic of the other side leaves the state whole: nothing here panics between two changes of it.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Makes room for one more, so that at most `capacity` wait.
    fn make_room(&mut self, capacity: usize) {
        while self.queue.len() >= capacity {
            self.queue.pop_front();
            self.push_out();
        }
    }

    /// One went because the queue is full, which the log is yet to say.
    fn push_out(&mut self) {
        self.give_up();
        self.dropped_unsaid += 1;
    }

    fn give_up(&mut self) {
        self.counts.dropped += 1;
        self.counts.waiting -= 1;
    }
}

impl Outlet {
    /// Starts the thread of `sink`.
    ///
    /// # Errors
    /// `Io` when the system gives no thread.
    pub fn start(sink: Box<dyn Sink>, limits: Limits) -> Result<Self> {
        let (name, filter) = (sink.name().to_owned(), sink.filter());
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            work: Condvar::new(),
            progress: Condvar::new(),
            capacity: limits.capacity.max(1),
        });
        let backoff = Backoff::new(limits.first_pause, limits.longest_pause);
        let worker = Worker::new(sink, Arc::clone(&shared), backoff);
        let thread = thread::Builder::new()
            .name("sink".to_owned())
            .spawn(move || worker.run())
            .map_err(|fault| Error::new(Kind::Io, format!("{name}: no thread for it: {fault}")))?;
        Ok(Outlet {
            name,
            filter,
            shared,
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
        state.queue.push_back(event);
        self.shared.work.notify_one();
    }

    /// What became of the events so far.
    pub fn counts(&self) -> Counts {
        self.shared.lock().counts
    }

    /// True once nobody can be reached through the sink any more.
    pub fn is_over(&self) -> bool {
        self.shared.lock().over
    }

    /// Hands on what still waits and ends the sink, `within` this time at most.
    pub fn close(mut self, within: Duration) -> Closed {
        self.end(within)
    }

    /// Waits until `done` says so; false when it never does.
    #[cfg(test)]
    fn wait_until(&self, done: impl Fn(&Counts) -> bool) -> bool {
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
        self.shared.work.notify_one();
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
                warn!("{}: its thread broke down: a bug", self.name);
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
