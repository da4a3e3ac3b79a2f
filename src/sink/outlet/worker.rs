//! The thread of an outlet: sends, tries again after faults, and says so in the log.
//!
//! Takes events from the queue one by one. One that the sink did not take goes back to the front of
//! the queue, so that nothing is lost or overtaken; each fault of an outage is said once, and its end.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use log::{debug, info, warn};

use super::{Shared, State};
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::sink::{Backoff, Sink};

/// Different faults remembered in one outage, so that each is said once. More are said only at level debug.
const FAULTS_SAID: usize = 8;

/// The thread of an outlet.
pub struct Worker {
    sink: Box<dyn Sink>,
    shared: Arc<Shared>,
    backoff: Backoff,
    outage: Option<Outage>,
    /// Set once the end has cut a pause short.
    hurried: bool,
}

/// A time in which the sink fails.
struct Outage {
    since: Instant,
    attempts: u32,
    said: Vec<String>,
}

/// Tells whoever waits that the thread has ended, also when the sink panics.
struct Farewell(Arc<Shared>);

impl Drop for Farewell {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        if state.closing.is_none() {
            while state.queue.pop_front().is_some() {
                state.give_up();
            }
        }
        state.over = true;
        state.finished = true;
        self.0.progress.notify_all();
    }
}

impl Worker {
    pub fn new(sink: Box<dyn Sink>, shared: Arc<Shared>, backoff: Backoff) -> Self {
        Worker {
            sink,
            shared,
            backoff,
            outage: None,
            hurried: false,
        }
    }

    /// Sends until the end.
    pub fn run(mut self) {
        let _farewell = Farewell(Arc::clone(&self.shared));
        while let Some(event) = self.next() {
            let sent = self.sink.send(&event);
            let failed = match sent {
                Err(fault) if fault.kind() == Kind::Data => {
                    warn!("{}: a reading is given up: {fault}", self.sink.name());
                    self.settle(State::give_up);
                    false
                }
                Err(fault) => {
                    self.put_back(event);
                    self.say_fault(&fault);
                    true
                }
                Ok(()) => {
                    self.settle(|state| {
                        state.counts.delivered += 1;
                        state.counts.waiting -= 1;
                    });
                    self.say_recovery();
                    false
                }
            };
            if self.sink.is_over() {
                debug!("{}: closed at the other end", self.sink.name());
                break;
            }
            if failed && !self.pause() {
                break;
            }
        }
        let within = self
            .shared
            .lock()
            .closing
            .map(|end| end.saturating_duration_since(Instant::now()));
        self.sink.close(within.unwrap_or_default());
    }

    /// Waits for the oldest event. None when the end has come and nothing waits, or its time is over.
    fn next(&mut self) -> Option<Arc<Event>> {
        let mut state = self.shared.lock();
        loop {
            if state
                .closing
                .is_some_and(|deadline| Instant::now() >= deadline)
            {
                return None;
            }
            if let Some(event) = state.queue.pop_front() {
                return Some(event);
            }
            if state.dropped_unsaid > 0 && self.outage.is_none() {
                let dropped = std::mem::take(&mut state.dropped_unsaid);
                drop(state);
                warn!(
                    "{}: too slow, {dropped} of the oldest readings were dropped",
                    self.sink.name()
                );
                state = self.shared.lock();
                continue;
            }
            if state.closing.is_some() {
                return None;
            }
            state = self
                .shared
                .work
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn settle(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.shared.lock());
        self.shared.progress.notify_all();
    }

    /// The event is the oldest again; if the queue has filled up meanwhile, it is the one to go.
    fn put_back(&self, event: Arc<Event>) {
        let capacity = self.shared.capacity;
        self.settle(|state| {
            if state.queue.len() < capacity {
                state.queue.push_front(event);
            } else {
                state.push_out();
            }
        });
    }

    /// Waits before the next attempt. False when the end has come and its time would not suffice.
    fn pause(&mut self) -> bool {
        let mut until = Instant::now() + self.backoff.pause();
        let mut state = self.shared.lock();
        loop {
            let now = Instant::now();
            if let Some(deadline) = state.closing {
                if !self.hurried {
                    // The end is near: do not sit out a long pause, try at once and then in short steps.
                    self.hurried = true;
                    self.backoff.reset();
                    until = now;
                }
                if until >= deadline {
                    return false;
                }
            }
            if now >= until {
                return true;
            }
            let wait = self.shared.work.wait_timeout(state, until - now);
            state = wait.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn say_fault(&mut self, fault: &Error) {
        let outage = self.outage.get_or_insert_with(|| Outage {
            since: Instant::now(),
            attempts: 0,
            said: Vec::new(),
        });
        outage.attempts = outage.attempts.saturating_add(1);
        let fault = fault.to_string();
        if outage.said.contains(&fault) || outage.said.len() >= FAULTS_SAID {
            debug!("{}: still: {fault}", self.sink.name());
        } else {
            warn!(
                "{}: {fault}; will try again, and keep the newest {} readings",
                self.sink.name(),
                self.shared.capacity
            );
            outage.said.push(fault);
        }
    }

    fn say_recovery(&mut self) {
        let Some(outage) = self.outage.take() else {
            return;
        };
        self.backoff.reset();
        let dropped = std::mem::take(&mut self.shared.lock().dropped_unsaid);
        let away = humantime::format_duration(Duration::from_millis(
            outage.since.elapsed().as_millis() as u64,
        ));
        info!(
            "{}: works again after {away} and {} attempts, {dropped} readings were dropped",
            self.sink.name(),
            outage.attempts
        );
    }
}
