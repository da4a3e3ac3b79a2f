//! glyphd reads printed text in front of a camera and hands it on.
//!
//! Data flows one way, from the camera to the sinks:
//!
//! ```text
//! capture -> frame -> enhance -> find -> rectify -> recognize -> ctc -> layout, tidy -> track -> event -> sink
//! ```
//!
//! The modules in the middle do no I/O; `capture`, `gpio`, `sink`, `photo` and `daemon` are the edges.

pub mod capture;
pub mod cli;
pub mod config;
pub mod control;
pub mod ctc;
pub mod daemon;
pub mod engine;
pub mod enhance;
pub mod error;
pub mod event;
pub mod explain;
pub mod fields;
pub mod find;
pub mod frame;
pub mod gate;
pub mod gpio;
pub mod guide;
pub mod knowledge;
pub mod layout;
pub mod line;
pub mod model;
pub mod photo;
pub mod pipeline;
pub mod quad;
pub mod recognize;
pub mod rectify;
pub mod region;
mod said;
pub mod score;
pub mod sink;
pub mod status;
pub mod straighten;
pub mod tidy;
pub mod track;
