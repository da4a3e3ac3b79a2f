//! glyphd reads printed text in front of a camera and sends it to a serial line, a socket or a loudspeaker.
//!
//! Each room of the source uses only rooms below it; `tests/rooms.rs` checks that, and docs/design.md has the map.
//!
//! ```text
//! cli, daemon            the command line; threads, supervision, signals
//! explain                the steps of reading as pictures
//! pipeline               one picture to its lines
//! config                 the TOML file
//! live                   many pictures to readings: gate, guide, region, track
//! text                   a strip to characters to text: recognize, ctc, knowledge, tidy, layout, fields, score
//! trigger                when to read: mode, gpio
//! vision                 a picture to strips: enhance, find, straighten, rectify
//! sink                   readings to the outside: socket, serial line, speech, standard output, files
//! capture                frames from the outside: V4L2, files
//! contract               events, commands and status, and the text in them
//! model                  a model folder, and the engine that runs it
//! line, quad, rotation, error, fault, guard, retry
//! ```

pub mod capture;
pub mod cli;
pub mod config;
pub mod contract;
pub mod daemon;
pub mod error;
pub(crate) mod explain;
pub(crate) mod fault;
pub(crate) mod guard;
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
