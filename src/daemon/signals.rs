//! The handlers of signals: SIGTERM and SIGINT end glyphd, SIGHUP reloads its configuration.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::error::{Result, err};

/// The signals that came.
#[derive(Clone, Default)]
pub struct Signals {
    end: Arc<AtomicBool>,
    reload: Arc<AtomicBool>,
}

impl Signals {
    /// Installs the handlers.
    ///
    /// # Errors
    /// `Bug`, when the system refuses them.
    pub fn install() -> Result<Self> {
        let signals = Signals::default();
        let handlers = [
            (SIGTERM, &signals.end),
            (SIGINT, &signals.end),
            (SIGHUP, &signals.reload),
        ];
        for (signal, flag) in handlers {
            flag::register(signal, Arc::clone(flag))
                .map_err(|fault| err!(Bug, "cannot handle signals: {fault}").caused_by(fault))?;
        }
        Ok(signals)
    }

    /// Whether a signal has asked for the end.
    pub fn end(&self) -> bool {
        self.end.load(SeqCst)
    }

    /// Whether a signal has asked for a reload since the last call.
    pub fn take_reload(&self) -> bool {
        self.reload.swap(false, SeqCst)
    }
}
