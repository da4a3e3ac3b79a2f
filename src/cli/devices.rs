//! `glyphd devices`: the cameras and serial ports of this machine.

use std::io::{self, Write};

use crate::capture::devices::{Roots, report};
use crate::error::{Error, Kind, Result};

/// List cameras (with their formats, sizes and rates) and serial ports
#[derive(Clone, Debug, clap::Args)]
pub struct Args {}

/// Prints what is there; that nothing is there is an answer, not an error.
///
/// # Errors
/// Of kind `Io` where standard output cannot be written.
pub fn run(_args: &Args) -> Result<()> {
    match io::stdout()
        .lock()
        .write_all(report(&Roots::default()).as_bytes())
    {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => {
            written.map_err(|error| Error::new(Kind::Io, format!("standard output: {error}")))
        }
    }
}
