//! glyphd reads printed text in front of a camera and hands it on.
//!
//! A module for each stretch of the way, each above what it uses; nothing reaches back up (`tests/rooms.rs` holds that).
//!
//! ```text
//! cli, daemon            the command line; threads, supervision, signals
//! pipeline, explain      one picture to its lines; its steps as pictures
//! config                 the TOML file
//! live                   many pictures to readings: gate, guide, region, track, keep
//! text                   a strip to characters to text: recognize, ctc, knowledge, tidy, layout, fields, score
//! trigger                when to read: mode, gpio
//! vision                 a picture to strips: enhance, find, straighten, rectify
//! sink                   readings to the world: socket, serial line, speech, standard output
//! capture                the world to frames: V4L2, files
//! contract               what leaves glyphd and what it may be asked: event, control, status, plain text
//! model                  a model folder, and the engine that runs it
//! line, quad, rotation, error, fault, retry
//! ```

pub mod capture;
pub mod cli;
pub mod config;
pub mod contract;
pub mod daemon;
pub mod error;
pub(crate) mod explain;
pub(crate) mod fault;
pub mod line;
pub(crate) mod live;
pub mod model;
pub mod pipeline;
pub mod quad;
pub(crate) mod retry;
pub mod rotation;
pub mod sink;
pub mod text;
pub mod trigger;
pub mod vision;
