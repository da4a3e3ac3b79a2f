//! When glyphd reads: all the time, when it is told to, or once; and the GPIO line that may tell it.

pub(crate) mod gpio;
pub mod mode;
