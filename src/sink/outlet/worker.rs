//! The thread of an outlet: sends, tries again after faults, and logs them.
//!
//! Takes events from the queue one by one. One that the sink did not take goes back to the front of
//! the queue, so that nothing is lost or overtaken; each fault of an outage is logged once, and so is its end.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use log::{debug, info, warn};

use super::queue::{Offered, Shared, State};
use crate::error::{Error, Kind, Result};
use crate::retry::backoff::Backoff;
use crate::retry::log_once::LogOnce;
use crate::retry::wait::{self, Woken};
use crate::sink::{Sink, Watch};

/// The pause where the system cannot wait for what is to be waited for.
const BLIND_PAUSE: Duration = Duration::from_millis(100);

/// The thread of an outlet.
pub struct Worker {
    sink: Box<dyn Sink>,
    shared: Arc<Shared>,
    woken: Woken,
    backoff: Backoff,
    outage: Option<Outage>,
    /// Set when the sink is to be called although nothing is ready: at the start and after a fault.
    call_sink: bool,
    /// Set once the end has cut a pause short.
    hurried: bool,
}

/// A time in which the sink fails.
struct Outage {
    attempts: u32,
    log_once: LogOnce,
}

/// What is to be done next.
enum Next {
    Send(Offered),
    Ready,
    End,
}

/// Notifies those who wait when the thread ends, also when the sink panics.
struct EndGuard(Arc<Shared>);

impl Drop for EndGuard {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        if state.closing.is_none() {
            while state.queue.pop_front().is_some() {
                state.give_up();
            }
        }
        state.fault.get_or_insert_with(|| "has ended".to_owned());
        state.over = true;
        state.finished = true;
        self.0.progress.notify_all();
    }
}

impl Worker {
    pub fn new(sink: Box<dyn Sink>, shared: Arc<Shared>, woken: Woken, backoff: Backoff) -> Self {
        Worker {
            sink,
            shared,
            woken,
            backoff,
            outage: None,
            call_sink: true,
            hurried: false,
        }
    }

    /// Sends until the end.
    pub fn run(mut self) {
        let _guard = EndGuard(Arc::clone(&self.shared));
        loop {
            let done = match self.next() {
                Next::Send(offered) => self.send(offered),
                Next::Ready => {
                    self.call_sink = false;
                    self.sink.on_ready()
                }
                Next::End => break,
            };
            let failed = match done {
                Ok(()) => {
                    self.log_recovery();
                    false
                }
                Err(fault) if fault.kind() == Kind::Data => {
                    warn!("{}: a reading is given up: {fault}", self.sink.name());
                    false
                }
                Err(fault) => {
                    self.log_fault(&fault);
                    true
                }
            };
            if self.sink.is_over() {
                debug!("{}: closed at the other end", self.sink.name());
                self.settle(|state| state.fault = Some("closed at the other end".to_owned()));
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

    /// Hands on one event, and sees to it that it is counted or tried again.
    fn send(&mut self, offered: Offered) -> Result<()> {
        let sent = self.sink.send(&offered.event);
        match &sent {
            Ok(()) => {
                if let Some(before) = offered.event.latency() {
                    let took = before.saturating_add(offered.at.elapsed());
                    self.shared.latencies.add(took);
                }
                self.settle(|state| {
                    state.counts.delivered += 1;
                    state.counts.waiting -= 1;
                });
            }
            Err(fault) if fault.kind() == Kind::Data => self.settle(State::give_up),
            Err(_) => self.put_back(offered),
        }
        sent
    }

    /// Waits for something to do. The end has come when the outlet is closing and the queue is empty or the time is over.
    fn next(&mut self) -> Next {
        loop {
            self.woken.clear();
            let mut state = self.shared.lock();
            if state
                .closing
                .is_some_and(|deadline| Instant::now() >= deadline)
            {
                return Next::End;
            }
            if let Some(offered) = state.queue.pop_front() {
                if self.is_stale(&offered) {
                    state.give_up();
                    self.shared.progress.notify_all();
                    continue;
                }
                return Next::Send(offered);
            }
            if state.slow && self.outage.is_none() {
                state.slow = false;
                let dropped = std::mem::take(&mut state.dropped_unlogged);
                drop(state);
                warn!(
                    "{}: keeps up again, {dropped} of the oldest readings were dropped",
                    self.sink.name()
                );
                continue;
            }
            if state.closing.is_some() {
                return Next::End;
            }
            drop(state);
            if self.call_sink || self.wait(None) {
                return Next::Ready;
            }
        }
    }

    fn is_stale(&self, offered: &Offered) -> bool {
        let lasts = self.sink.lasts(&offered.event);
        lasts.is_some_and(|lasts| offered.at.elapsed() > lasts)
    }

    /// Waits until woken, until the moment, or until what the sink watches is ready: then true.
    fn wait(&self, moment: Option<Instant>) -> bool {
        // In a pause the sink is broken, and what it watches would always be ready.
        let Watch { mut fds, until } = match moment {
            Some(_) => Watch::default(),
            None => self.sink.watch(),
        };
        fds.push(self.woken.poll_fd());
        if wait::until(&mut fds, moment.or(until)).is_err() {
            // Out of memory, or what the sink watches cannot be waited for: not to spin until that is over.
            thread::sleep(BLIND_PAUSE);
            return moment.is_none();
        }
        fds.pop();
        let due = until.is_some_and(|until| until <= Instant::now());
        due || fds.iter().any(|fd| !wait::found(fd).is_empty())
    }

    fn settle(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.shared.lock());
        self.shared.progress.notify_all();
    }

    /// The event is the oldest again; if the queue has filled up meanwhile, it is the one to go.
    fn put_back(&self, offered: Offered) {
        let capacity = self.shared.capacity;
        self.settle(|state| {
            if state.queue.len() < capacity {
                state.queue.push_front(offered);
            } else {
                state.push_out();
            }
        });
    }

    /// Waits before the next attempt. False when the end has come and its time would not suffice.
    fn pause(&mut self) -> bool {
        let mut until = Instant::now() + self.backoff.pause();
        loop {
            self.woken.clear();
            let now = Instant::now();
            if let Some(deadline) = self.shared.lock().closing {
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
            self.wait(Some(until));
        }
    }

    fn log_fault(&mut self, fault: &Error) {
        self.call_sink = true;
        let fault = fault.to_string();
        self.settle(|state| state.fail(fault.clone()));
        let outage = self.outage.get_or_insert_with(|| Outage {
            attempts: 0,
            log_once: LogOnce::default(),
        });
        outage.attempts = outage.attempts.saturating_add(1);
        if outage.log_once.is_new(&fault) {
            warn!(
                "{}: {fault}; will try again, and keep the newest {} readings",
                self.sink.name(),
                self.shared.capacity
            );
        } else {
            debug!("{}: still: {fault}", self.sink.name());
        }
    }

    fn log_recovery(&mut self) {
        let Some(outage) = self.outage.take() else {
            return;
        };
        self.backoff.reset();
        let mut state = self.shared.lock();
        let away = state.recover().as_millis();
        let dropped = std::mem::take(&mut state.dropped_unlogged);
        drop(state);
        let away = humantime::format_duration(Duration::from_millis(away as u64));
        info!(
            "{}: works again after {away} and {} attempts, {dropped} readings were dropped",
            self.sink.name(),
            outage.attempts
        );
    }
}
