//! The configuration: one TOML file, a table for each part of glyphd, a default for each key.
//!
//! Each part defines and checks its own settings. This module combines them ([`Config`]) and reads
//! them from a file ([`Config::load`]). It reports all problems at once, each with file, line and
//! key. Unknown keys are refused, because a misspelt key that silently keeps its default costs an
//! afternoon.

mod logging;
mod parse;
mod problem;
mod shape;
mod wording;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use logging::Settings as LogSettings;
pub use problem::{Problem, Problems};

use crate::capture;
use crate::error::Kind;
use crate::fault::Fault;
use crate::live::{gate, guide, region, track};
use crate::sink::keep;
use crate::sink::metrics;
use crate::sink::{serial, socket, speech, stdout};
use crate::text::{fields, recognize, tidy};
use crate::trigger::mode;
use crate::vision::{enhance, find};

/// Where the daemon looks for its configuration.
pub const DEFAULT_PATH: &str = "/etc/glyphd/glyphd.toml";

/// The largest file that is read, in bytes; the shipped one with all keys and comments has about 20,000.
const MAX_FILE: u64 = 1 << 20;

/// A set of tables: the struct, and its check, which checks all its tables.
macro_rules! tables {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $table:ident: $settings:ty,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Deserialize)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub struct $name {
            $($(#[$doc])* pub $table: $settings,)*
        }

        impl $name {
            /// All settings that cannot be used, with their keys relative to this table.
            pub fn check(&self) -> Vec<Fault> {
                let mut faults = Vec::new();
                $(faults.extend(
                    self.$table.check().into_iter().map(|fault| fault.within(stringify!($table))),
                );)*
                faults
            }

            /// The names of the tables that differ from those of `other`.
            pub fn differing(&self, other: &$name) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(if self.$table != other.$table {
                    names.push(stringify!($table));
                })*
                names
            }
        }
    };
}

tables! {
    /// All settings of glyphd.
    Config {
        /// The source of the pictures.
        camera: capture::Settings,
        /// Image processing that makes print easier to read.
        enhance: enhance::Settings,
        /// How lines of text are found.
        find: find::Settings,
        /// How lines are read.
        read: recognize::Settings,
        /// In which parts of the picture to look for print.
        region: region::Settings,
        /// How the text is cleaned.
        tidy: tidy::Settings,
        /// Which pictures are worth reading.
        gate: gate::Settings,
        /// Hints for the person who holds the device.
        guide: guide::Settings,
        /// When a line is emitted, and when it counts as gone.
        track: track::Settings,
        /// What is looked for in the text.
        fields: fields::Settings,
        /// When frames are read: all the time, or on a trigger.
        trigger: mode::Settings,
        /// Where readings go.
        output: Output,
        /// Which pictures are kept.
        keep: keep::Settings,
        /// The status as a file.
        metrics: metrics::Settings,
        /// How much glyphd logs.
        log: LogSettings,
    }
}

tables! {
    /// Where readings go: each sink has a table.
    Output {
        /// The socket for local programs.
        socket: socket::Settings,
        /// The serial line.
        serial: serial::Settings,
        /// Speech.
        speech: speech::Settings,
        /// Readings on standard output.
        stdout: stdout::Settings,
    }
}

impl Output {
    /// Whether readings go anywhere.
    pub fn is_enabled(&self) -> bool {
        self.socket.enabled || self.serial.enabled() || self.speech.enabled || self.stdout.enabled()
    }
}

impl parse::Document for Config {
    fn check(&self) -> Vec<Fault> {
        let mut faults = Config::check(self);
        faults.extend(self.check_together());
        let regions = self.region.check_beside(&self.read, &self.fields);
        faults.extend(regions.into_iter().map(|fault| fault.within("region")));
        faults
    }
}

impl Config {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// All problems at once: one of [`Kind::NoInput`] if the file is not there or cannot be read,
    /// otherwise of [`Kind::Config`].
    pub fn load(path: &Path) -> Result<Config, Problems> {
        Config::parse(path, &read(path)?)
    }

    /// Reads `text`; the messages name `file` as its origin.
    ///
    /// # Errors
    /// All problems at once, of [`Kind::Config`].
    pub fn parse(file: &Path, text: &str) -> Result<Config, Problems> {
        parse::parse(file, text)
    }

    /// Settings that are valid separately but not together.
    fn check_together(&self) -> Option<Fault> {
        let (readings, steady) = (self.gate.still_readings, self.track.steady_frames);
        let never = self.gate.skip_still && readings <= steady;
        never.then(|| {
            Fault::new(
                "gate.still-readings",
                format!("is {readings}, expected more than track.steady-frames, {steady}"),
            )
        })
    }

    /// What glyphd would do with these settings, in a few lines.
    pub fn summary(&self) -> Vec<String> {
        let Output {
            socket,
            serial,
            speech,
            stdout,
        } = &self.output;
        let mut lines = vec![format!("reads {}", self.camera.source)];
        if self.trigger.gpio.line.is_some() {
            lines.push(format!("is triggered by {}", self.trigger.gpio));
        }
        lines.extend(self.region.0.iter().map(region::Region::summary));
        let inputs = lines.len();
        if socket.enabled {
            lines.push(format!("listens on {}", socket.place().display()));
        }
        if let Some(port) = &serial.port {
            lines.push(format!("sends to {port} at {} baud", serial.baud));
        }
        if speech.enabled {
            lines.push(format!("speaks through {}", speech.place().display()));
        }
        match stdout.format {
            stdout::Format::None => {}
            stdout::Format::Text => lines.push("writes text to standard output".into()),
            stdout::Format::Json => lines.push("writes JSON to standard output".into()),
        }
        if lines.len() == inputs {
            lines.push("warning: sends its readings nowhere, see [output]".into());
        }
        lines
    }

    /// The full paths of all keys of a file; a table comes before its keys.
    pub fn keys() -> Vec<String> {
        shape::keys::<Config>()
    }
}

fn read(path: &Path) -> Result<String, Problems> {
    let problem = |kind: Kind, line: Option<usize>, message: String| Problems {
        kind,
        list: vec![Problem {
            file: path.to_owned(),
            line,
            key: String::new(),
            message,
        }],
    };
    let unreadable = |error: std::io::Error| {
        let message = match error.kind() {
            std::io::ErrorKind::NotFound => {
                "no such file: name another one, or start from the example glyphd.toml".to_owned()
            }
            std::io::ErrorKind::PermissionDenied => {
                "may not be read by this user: change its owner or mode".to_owned()
            }
            std::io::ErrorKind::IsADirectory => "is a directory, expected a file".to_owned(),
            _ => format!("cannot be read: {error}"),
        };
        problem(Kind::NoInput, None, message)
    };
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE {
        let message = format!("is larger than {MAX_FILE} bytes: this is not a configuration");
        return Err(problem(Kind::Config, None, message));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let byte = error.as_bytes().get(at).copied().unwrap_or_default();
        let line = 1 + error
            .as_bytes()
            .iter()
            .take(at)
            .filter(|byte| **byte == b'\n')
            .count();
        problem(
            Kind::Config,
            Some(line),
            format!("is not UTF-8 (byte 0x{byte:02x}): save the file as UTF-8"),
        )
    })
}
