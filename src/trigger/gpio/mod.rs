//! A GPIO line that triggers a reading: a button, a light barrier, the output of a controller.
//!
//! A thread of its own waits for edges of the line and asks for a reading at each, as a client of the socket does; reading
//! goes on whether or not the line is there. A line that is missing, or held by another program, is logged once and tried
//! again. The kernel debounces (GPIO character device, uAPI v2: Linux 5.10).

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags};

use crate::contract::control::{Command, Requests};
use crate::contract::status::TriggerStatus;
use crate::error::{Error, Result, err};
use crate::retry::backoff::Backoff;
use crate::retry::log_once::LogOnce;
use crate::retry::wait::{self, Waker, Woken};

mod chip;
mod list;
mod settings;

pub use list::report;
pub use settings::{Edge, Settings};

/// The pause after a first fault, and the longest: an adapter that is plugged in again works within a second.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How often a line without edges is checked: a chip that goes away wakes nobody in kernels before 6.6, but this shows it.
const LOOK: Duration = Duration::from_secs(1);

/// A line that was opened for its edges.
pub trait Line: Send {
    /// What it turned out to be, as in `line 3 of /dev/gpiochip0`.
    fn describe(&self) -> String;

    /// Readable when there is an edge; anything else means that the line has gone.
    fn watch(&self) -> PollFd<'_>;

    /// The edge that `watch` showed.
    ///
    /// # Errors
    /// When the line has gone; it is to be opened anew.
    fn next(&mut self) -> Result<Edge>;
}

/// Opens the line, each time anew: the kernel's, or a stand-in in tests.
pub type Open = Box<dyn FnMut() -> Result<Box<dyn Line>> + Send>;

/// A line that is watched until this is dropped.
pub struct Watch {
    shared: Arc<Shared>,
    /// Dropped, it ends the thread.
    waker: Option<Waker>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    name: String,
    edges: AtomicU64,
    fault: Mutex<Option<String>>,
}

impl Watch {
    /// Watches the line that `settings` name, if they name one. Its triggers go to `requests`.
    ///
    /// # Errors
    /// `Io` when the system gives no thread.
    pub fn of(settings: &Settings, requests: Requests) -> Result<Option<Self>> {
        if settings.line.is_none() {
            return Ok(None);
        }
        let wanted = settings.clone();
        let open = Box::new(move || chip::open(&wanted));
        Watch::start(settings, requests, open).map(Some)
    }

    fn start(settings: &Settings, requests: Requests, open: Open) -> Result<Self> {
        let name = settings.to_string();
        let failed = |fault| err!(Io, "{name}: cannot start its thread: {fault}").caused_by(fault);
        let (waker, woken) = wait::waker().map_err(failed)?;
        let shared = Arc::new(Shared {
            name: name.clone(),
            edges: AtomicU64::new(0),
            fault: Mutex::default(),
        });
        let watcher = Watcher {
            open,
            trigger: settings.edge,
            release_stops: settings.release_stops,
            requests,
            woken,
            backoff: Backoff::new(FIRST_PAUSE, LONGEST_PAUSE),
            log_once: LogOnce::default(),
            shared: Arc::clone(&shared),
        };
        let thread = thread::Builder::new()
            .name("gpio".into())
            .spawn(move || watcher.run())
            .map_err(failed)?;
        Ok(Watch {
            shared,
            waker: Some(waker),
            thread: Some(thread),
        })
    }

    /// How it is doing.
    pub fn status(&self) -> TriggerStatus {
        TriggerStatus {
            name: self.shared.name.clone(),
            fault: self.shared.lock().clone(),
            edges: self.shared.edges.load(Relaxed),
        }
    }
}

impl Drop for Watch {
    /// Ends at once: the thread does nothing but wait.
    fn drop(&mut self) {
        self.waker = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("{}: its thread panicked", self.shared.name);
        }
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread's side.
struct Watcher {
    open: Open,
    trigger: Edge,
    release_stops: bool,
    requests: Requests,
    /// Woken for the end only.
    woken: Woken,
    backoff: Backoff,
    log_once: LogOnce,
    shared: Arc<Shared>,
}

impl Watcher {
    fn run(mut self) {
        loop {
            let followed = (self.open)().and_then(|line| self.follow(line));
            let Err(fault) = followed else { return };
            self.report(&fault);
            let until = Instant::now() + self.backoff.pause();
            while Instant::now() < until {
                let mut fds = [self.woken.poll_fd()];
                if wait::until(&mut fds, Some(until)).is_err() {
                    // Out of memory: not to spin until that is over.
                    thread::sleep(FIRST_PAUSE);
                }
                if !wait::found(&fds[0]).is_empty() {
                    return;
                }
            }
        }
    }

    /// Asks for what the edges of `line` mean, until the end.
    fn follow(&mut self, mut line: Box<dyn Line>) -> Result<()> {
        let describes = line.describe();
        let gone = |why: &str| err!(NoDevice, "GPIO {describes}: {why}");
        self.backoff.reset();
        self.log_once.forget();
        *self.shared.lock() = None;
        log::info!("{}: {describes} triggers", self.shared.name);
        loop {
            let mut fds = [self.woken.poll_fd(), line.watch()];
            wait::until(&mut fds, Some(Instant::now() + LOOK))
                .map_err(|errno| gone(errno.desc()).caused_by(errno))?;
            let (end, found) = (wait::found(&fds[0]), wait::found(&fds[1]));
            if !end.is_empty() {
                return Ok(());
            }
            if found.contains(PollFlags::POLLIN) {
                let edge = line.next()?;
                self.request(edge);
            } else if !found.is_empty() {
                return Err(gone("has gone"));
            }
        }
    }

    fn request(&self, edge: Edge) {
        let command = if edge == self.trigger {
            Command::Trigger
        } else if self.release_stops {
            Command::Stop
        } else {
            return;
        };
        self.shared.edges.fetch_add(1, Relaxed);
        self.requests.ask(command, self.shared.name.as_str(), None);
    }

    fn report(&mut self, fault: &Error) {
        let fault = fault.to_string();
        if self.log_once.is_new(&fault) {
            log::warn!("{fault}; trying again until it works");
        } else {
            log::debug!("still: {fault}");
        }
        *self.shared.lock() = Some(fault);
    }
}

#[cfg(test)]
mod tests;
