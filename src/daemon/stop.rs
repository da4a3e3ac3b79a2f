//! The wish to end, from a signal to whoever waits.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::error::{Error, Kind, Result};

/// Set once, by a signal or by the program itself; clones are the same wish.
#[derive(Clone, Default)]
pub struct Stop(Arc<(Mutex<bool>, Condvar)>);

impl Stop {
    /// A wish that SIGTERM and SIGINT express.
    ///
    /// # Errors
    /// `Bug`, when the system refuses the handlers.
    pub fn on_signals() -> Result<Self> {
        let fail = |e: std::io::Error| Error::new(Kind::Bug, format!("cannot handle signals: {e}"));
        let stop = Stop::default();
        let theirs = stop.clone();
        let mut signals = Signals::new([SIGTERM, SIGINT]).map_err(fail)?;
        let wait = move || {
            if let Some(signal) = signals.forever().next() {
                let name = if signal == SIGTERM {
                    "SIGTERM"
                } else {
                    "SIGINT"
                };
                log::info!("{name}: ending");
                theirs.set();
            }
        };
        thread::Builder::new()
            .name("signals".into())
            .spawn(wait)
            .map_err(fail)?;
        Ok(stop)
    }

    /// Expresses the wish.
    pub fn set(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }

    /// Whether the end is wished for.
    pub fn is_set(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits this long, or until the end is wished for; true when it is.
    pub fn wait(&self, time: Duration) -> bool {
        let set = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.1.wait_timeout_while(set, time, |set| !*set);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
