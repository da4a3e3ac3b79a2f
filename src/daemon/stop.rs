//! What signals mean: SIGTERM and SIGINT the end, SIGHUP a new configuration.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::control::{Command, Requests};
use crate::error::{Error, Kind, Result};

/// The wish to end, set once; clones are the same wish.
#[derive(Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A wish that SIGTERM and SIGINT express; SIGHUP asks for a reload.
    ///
    /// # Errors
    /// `Bug`, when the system refuses the handlers.
    pub fn on_signals(requests: Requests) -> Result<Self> {
        let fail = |e: std::io::Error| Error::new(Kind::Bug, format!("cannot handle signals: {e}"));
        let stop = Stop::default();
        let theirs = stop.clone();
        let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP]).map_err(fail)?;
        let heed = move || {
            for signal in signals.forever() {
                if signal == SIGHUP {
                    requests.ask(Command::Reload, "SIGHUP", None);
                    continue;
                }
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
            .spawn(heed)
            .map_err(fail)?;
        Ok(stop)
    }

    /// Expresses the wish.
    pub fn set(&self) {
        self.0.store(true, SeqCst);
    }

    /// Whether the end is wished for.
    pub fn is_set(&self) -> bool {
        self.0.load(SeqCst)
    }
}
