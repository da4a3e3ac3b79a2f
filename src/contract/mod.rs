//! What leaves glyphd and what it may be asked: the contract with the programs around it (docs/events.md).
//!
//! Plain values and their JSON. Takes what the daemon found out; does no I/O, and knows neither a camera nor a sink.

pub mod control;
pub mod event;
pub(crate) mod field;
pub mod plain;
pub mod status;
