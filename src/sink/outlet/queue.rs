//! The queue of an outlet, and what has become of the events that were put into it.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::contract::event::Event;
use crate::contract::status::Latencies;

/// What became of the events offered so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Taken into the queue.
    pub accepted: u64,
    /// Taken by the sink.
    pub delivered: u64,
    /// Given up: pushed out of a full queue, refused for good by the sink, too old for it, or offered to one that is over.
    pub dropped: u64,
    /// Taken into the queue and still there or with the sink just now.
    pub waiting: u64,
}

/// What the outlet and its thread share.
pub struct Shared {
    pub state: Mutex<State>,
    pub latencies: Latencies,
    /// Notified when the thread has made progress or has ended.
    pub progress: Condvar,
    pub capacity: usize,
}

/// An event on its way, with when it was offered.
#[derive(Clone)]
pub struct Offered {
    pub event: Arc<Event>,
    pub at: Instant,
}

/// The queue, and how the sink is doing.
#[derive(Default)]
pub struct State {
    pub queue: VecDeque<Offered>,
    pub counts: Counts,
    /// Dropped since the number was last logged.
    pub dropped_unlogged: u64,
    /// Set from when it was logged that the sink is too slow until it was logged that it keeps up again.
    pub slow: bool,
    /// Why the sink does not work just now.
    pub fault: Option<String>,
    /// Since when it does not.
    pub away_since: Option<Instant>,
    pub recoveries: u64,
    pub longest_away: Duration,
    /// Set once: by when to be done.
    pub closing: Option<Instant>,
    pub over: bool,
    pub finished: bool,
}

impl Shared {
    pub fn new(capacity: usize) -> Self {
        Shared {
            state: Mutex::default(),
            latencies: Latencies::default(),
            progress: Condvar::new(),
            capacity: capacity.max(1),
        }
    }

    /// A panic of the other side leaves the state whole: nothing here panics between two changes of it.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Makes room for one more, so that at most `capacity` wait.
    pub fn make_room(&mut self, capacity: usize) {
        while self.queue.len() >= capacity {
            self.queue.pop_front();
            self.push_out();
        }
    }

    /// One was dropped because the queue is full; that is yet to be logged.
    pub fn push_out(&mut self) {
        self.give_up();
        self.dropped_unlogged += 1;
    }

    pub fn give_up(&mut self) {
        self.counts.dropped += 1;
        self.counts.waiting -= 1;
    }

    pub fn fail(&mut self, fault: String) {
        self.fault = Some(fault);
        self.away_since.get_or_insert_with(Instant::now);
    }

    /// How long the outage was that ends now.
    pub fn recover(&mut self) -> Duration {
        let away = self.away();
        self.recoveries += 1;
        self.longest_away = self.longest_away.max(away);
        (self.fault, self.away_since, self.slow) = (None, None, false);
        away
    }

    pub fn away(&self) -> Duration {
        self.away_since
            .map_or(Duration::ZERO, |since| since.elapsed())
    }
}
