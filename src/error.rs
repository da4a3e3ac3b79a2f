//! Errors: one line for the user, and a kind for the supervisor.
//!
//! Every error has a [`Kind`], which sets the exit code (from BSD's `sysexits.h`) and lets
//! a supervisor decide whether to try again. Its message says what is wrong, where, and what to do.

use std::fmt;

/// The kind of an error. The numbers are the exit codes of `sysexits.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The command line is wrong (EX_USAGE).
    Usage = 64,
    /// Input is damaged or beyond a limit (EX_DATAERR).
    Data = 65,
    /// An input file or folder does not exist or cannot be opened (EX_NOINPUT).
    NoInput = 66,
    /// A camera or port does not exist, is busy, or is not permitted (EX_UNAVAILABLE).
    NoDevice = 69,
    /// A bug in glyphd (EX_SOFTWARE).
    Bug = 70,
    /// Reading or writing failed (EX_IOERR).
    Io = 74,
    /// Nothing was read in time; another attempt may read something (EX_TEMPFAIL).
    NothingRead = 75,
    /// A configuration or model cannot be used (EX_CONFIG).
    Config = 78,
}

impl Kind {
    /// The exit code of the process when it ends with an error of this kind.
    pub fn exit_code(self) -> u8 {
        self as u8
    }
}

/// An error, with the error that caused it, if any.
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

/// The result of everything in glyphd that can fail.
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

    /// The same error with its source. The message already says as much about the source as a user needs.
    #[must_use]
    pub fn caused_by(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// An error whose message was printed already: only its exit code matters.
    pub fn told(kind: Kind) -> Self {
        Error {
            kind,
            message: String::new(),
            source: None,
        }
    }

    /// Whether the message was printed already.
    pub fn is_told(&self) -> bool {
        self.message.is_empty()
    }

    /// The kind of this error.
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
