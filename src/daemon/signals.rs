//! What signals mean: SIGTERM and SIGINT the end, SIGHUP a new configuration.

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
    /// Heeds them from now on.
    ///
    /// # Errors
    /// `Bug`, when the system refuses the handlers.
    pub fn heed() -> Result<Self> {
        let signals = Signals::default();
        let wishes = [
            (SIGTERM, &signals.end),
            (SIGINT, &signals.end),
            (SIGHUP, &signals.reload),
        ];
        for (signal, wish) in wishes {
            flag::register(signal, Arc::clone(wish))
                .map_err(|fault| err!(Bug, "cannot handle signals: {fault}").caused_by(fault))?;
        }
        Ok(signals)
    }

    /// Whether the end is wished for.
    pub fn end(&self) -> bool {
        self.end.load(SeqCst)
    }

    /// Whether a reload has been wished for since this was last asked.
    pub fn take_reload(&self) -> bool {
        self.reload.swap(false, SeqCst)
    }
}
