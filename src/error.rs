//! What goes wrong, in one line for the person and one kind for the supervisor.
//!
//! Every error has a [`Kind`], which fixes the exit code (after BSD's `sysexits.h`) and lets
//! a supervisor decide whether to try again; and a message that says what is wrong, where, and what to do.

use std::fmt;

/// What sort of thing went wrong. The numbers are the exit codes of `sysexits.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The command line is wrong (EX_USAGE).
    Usage = 64,
    /// Input that is broken or refused by a limit (EX_DATAERR).
    Data = 65,
    /// An input file or folder that is not there or cannot be opened (EX_NOINPUT).
    NoInput = 66,
    /// No such camera or port, or it is busy or not permitted (EX_UNAVAILABLE).
    NoDevice = 69,
    /// A bug in glyphd (EX_SOFTWARE).
    Bug = 70,
    /// Reading or writing failed (EX_IOERR).
    Io = 74,
    /// Nothing was read in time; another attempt may read something (EX_TEMPFAIL).
    NothingRead = 75,
    /// A configuration or model that cannot be used (EX_CONFIG).
    Config = 78,
}

impl Kind {
    /// The exit code of the process when it ends with an error of this kind.
    pub fn exit_code(self) -> u8 {
        self as u8
    }
}

/// One thing that went wrong.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// An [`Error`] of a kind with a message: `err!(Io, "{}: cannot be read", path.display())`.
macro_rules! err {
    ($kind:ident, $($message:tt)+) => {
        $crate::error::Error::new($crate::error::Kind::$kind, format!($($message)+))
    };
}
pub(crate) use err;

/// The result of everything in glyphd that can go wrong.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// `message` is one line: what, where, and what to do about it.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// The same error with what it came from, of which the message tells as much as a person needs.
    #[must_use]
    pub fn caused_by(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// An error whose message the person has seen already: only the exit code is left of it.
    pub fn told(kind: Kind) -> Self {
        Error {
            kind,
            message: String::new(),
            source: None,
        }
    }

    /// Whether the person has seen the message already.
    pub fn is_told(&self) -> bool {
        self.message.is_empty()
    }

    /// What sort of error this is.
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
