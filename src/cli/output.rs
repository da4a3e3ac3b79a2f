//! Where a command's answer goes: standard output or a file.
//!
//! Takes text and writes it. A reader that closes its end of the pipe, as `head` does, has seen enough: the output
//! is then closed, which is no fault and not said.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::error::{Error, Result, err};

/// Standard output, a file, or anything else that can be written to.
pub struct Output<'a> {
    out: Box<dyn Write + 'a>,
    name: String,
    closed: bool,
}

impl<'a> Output<'a> {
    /// The standard output of the process.
    pub fn stdout() -> Self {
        Output::to(io::stdout().lock(), "standard output")
    }

    /// A file, made anew.
    ///
    /// # Errors
    /// `Io`, when it cannot be made.
    pub fn file(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        match File::create(path) {
            Ok(file) => Ok(Output::to(BufWriter::new(file), &name)),
            Err(e) => Err(unwritable(&name, &e)),
        }
    }

    /// Writes to `out`, which messages call `name`.
    pub fn to(out: impl Write + 'a, name: &str) -> Self {
        Output {
            out: Box::new(out),
            name: name.to_owned(),
            closed: false,
        }
    }

    /// Writes `text` and a line break; nothing once the output is closed.
    ///
    /// # Errors
    /// `Io`, when it cannot be written.
    pub fn line(&mut self, text: impl std::fmt::Display) -> Result<()> {
        if self.closed {
            return Ok(());
        }
        let written = writeln!(self.out, "{text}");
        self.seen(written)
    }

    /// Brings what was written to its place.
    ///
    /// # Errors
    /// `Io`, when it cannot be written.
    pub fn flush(&mut self) -> Result<()> {
        let flushed = self.out.flush();
        self.seen(flushed)
    }

    /// Whether nobody reads any more, so that no further work is worth while.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    fn seen(&mut self, written: io::Result<()>) -> Result<()> {
        match written {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            written => written.map_err(|e| unwritable(&self.name, &e)),
        }
    }
}

fn unwritable(name: &str, e: &io::Error) -> Error {
    err!(Io, "{name}: cannot write: {e}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn a_closed_pipe_is_the_end_but_no_fault() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut out = Output::to(writer, "pipe");
        out.line("one").unwrap();
        assert!(out.is_closed());
        out.line("two").unwrap();
        out.flush().unwrap();
    }

    #[test]
    fn a_full_disk_is_said() {
        let mut out = Output::file(Path::new("/dev/full")).unwrap();
        let error = out.line("one").and_then(|()| out.flush()).unwrap_err();
        assert_eq!(error.kind(), Kind::Io);
        assert!(
            error.to_string().starts_with("/dev/full: cannot write: "),
            "{error}"
        );
    }

    #[test]
    fn a_file_in_no_folder_is_said() {
        let Err(error) = Output::file(Path::new("/nowhere/out.txt")) else {
            panic!("there is no such folder");
        };
        assert_eq!(error.kind(), Kind::Io);
    }
}
