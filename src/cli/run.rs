//! `glyphd run`: the daemon.

use std::path::{Path, PathBuf};

use crate::capture::Spec;
use crate::config::{Config, DEFAULT_PATH};
use crate::error::Result;
use crate::sink::stdout::Format;
use crate::trigger::mode::Mode;

/// Read what the camera sees, until told to end
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The configuration [default: /etc/glyphd/glyphd.toml where it is there; else text to standard output]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Read from this source instead: v4l2:/dev/video0, v4l2:by-id/NAME, file:PHOTO, dir:FOLDER@RATE
    #[arg(long, value_name = "SPEC")]
    source: Option<Spec>,
    /// Read once and end: with 0 after a reading, with 75 when there was none within [trigger] deadline-ms
    #[arg(long)]
    once: bool,
}

impl Args {
    /// The configuration with what the command line changes in it; asked again for a reload.
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
        if self.once {
            config.trigger.mode = Mode::Once;
        }
        Ok(config)
    }
}
