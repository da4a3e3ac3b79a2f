//! `glyphd run`: the daemon.

use std::path::{Path, PathBuf};

use crate::capture::{self, Spec};
use crate::config::{Config, DEFAULT_PATH};
use crate::daemon::{Daemon, Stop};
use crate::error::Result;
use crate::pipeline::Pipeline;
use crate::sink::serial::Serial;
use crate::sink::socket::Socket;
use crate::sink::stdout::{Format, Stdout};
use crate::sink::{Limits, Outlet, Sink};
use crate::track::Tracker;

/// Read what the camera sees, until told to end
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The configuration [default: /etc/glyphd/glyphd.toml where it is there; else text to standard output]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Read from this source instead: v4l2:/dev/video0, v4l2:by-id/NAME, file:PHOTO, dir:FOLDER@RATE
    #[arg(long, value_name = "SPEC")]
    source: Option<Spec>,
}

impl Args {
    /// The configuration with what the command line changes in it.
    ///
    /// # Errors
    /// When the file cannot be read or used.
    pub fn config(&self) -> Result<Config> {
        let installed = PathBuf::from(DEFAULT_PATH);
        let file = self
            .config
            .clone()
            .or_else(|| installed.exists().then_some(installed));
        let mut config = match file {
            Some(file) => Config::load(&file)?,
            None => {
                let mut config = Config::default();
                // Without any configuration there is a person at a terminal, who wants to see something.
                config.output.stdout.format = Format::Text;
                // Nobody asked for the socket: where there is no place for it, that is no reason not to read.
                let place = config.output.socket.place();
                config.output.socket.enabled = place.parent().is_some_and(Path::is_dir);
                config
            }
        };
        if let Some(source) = &self.source {
            config.camera.source = source.clone();
        }
        Ok(config)
    }
}

/// Runs until a signal, or the end of the recorded source.
///
/// # Errors
/// When the configuration, the model, an output or the camera cannot be used.
pub fn run(config: &Config) -> Result<()> {
    let stop = Stop::on_signals()?;
    let pipeline = Pipeline::new(config)?;
    let outlets = outlets(config)?;
    let tracker = Tracker::new(config.track.clone());
    let mut daemon = Daemon::new(pipeline, tracker, outlets, stop);
    let ended = daemon.run(&mut || capture::open(&config.camera));
    daemon.close();
    ended.map(|_| ())
}

fn outlets(config: &Config) -> Result<Vec<Outlet>> {
    let output = &config.output;
    let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
    if output.stdout.enabled() {
        sinks.push(Box::new(Stdout::new(&output.stdout)));
    }
    if output.socket.enabled {
        sinks.push(Box::new(Socket::open(&output.socket)?));
    }
    if output.serial.enabled() {
        let mut serial = Serial::new(&output.serial)?;
        // A port that is not there at the start is a mistake to be told; one that goes later is waited for.
        serial.connect()?;
        sinks.push(Box::new(serial));
    }
    if sinks.is_empty() {
        log::warn!(
            "no output is enabled: what is read goes nowhere, see [output] in the configuration"
        );
    }
    sinks
        .into_iter()
        .map(|sink| Outlet::start(sink, Limits::default()))
        .collect()
}
