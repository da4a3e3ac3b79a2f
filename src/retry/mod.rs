//! Trying again what failed: with a growing pause, in a wait that can be ended, and logged once.

pub(crate) mod backoff;
pub(crate) mod log_once;
pub(crate) mod wait;
