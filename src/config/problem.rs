//! The problems of a configuration file, one line each, with file, line and key. The lines are
//! safe to print on a terminal whatever the file contains.

use std::fmt;
use std::path::PathBuf;

use crate::error::{Error, Kind};

/// One problem of a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, as the user named it.
    pub file: PathBuf,
    /// The line, from 1; none if the problem is not in one place.
    pub line: Option<usize>,
    /// The full key, e.g. `output.serial.baud`; empty if the problem is not about one key.
    pub key: String,
    /// What is wrong, what was probably meant, and what is expected.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", printable(&self.file.to_string_lossy()))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", printable(&self.key))?;
        }
        write!(f, ": {}", printable(&self.message))
    }
}

/// All problems of a configuration file; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// [`Kind::NoInput`] if the file could not be read at all, otherwise [`Kind::Config`].
    pub kind: Kind,
    /// Sorted by line.
    pub list: Vec<Problem>,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.list.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

impl From<Problems> for Error {
    /// All problems, one line each.
    fn from(problems: Problems) -> Self {
        Error::new(problems.kind, problems.to_string())
    }
}

/// `text` with escapes instead of characters that could move the cursor or hide something.
fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            // `escape_debug` would also escape quotes, which are harmless and meant to be read.
            let escaped = (!matches!(c, '"' | '\'' | '\\')).then(|| c.escape_debug());
            let plain = escaped.is_none().then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_one_harmless_line() {
        let problem = Problem {
            file: "a\nb.toml".into(),
            line: Some(3),
            key: "x\u{1b}[31m".into(),
            message: "\"\u{202e}é\" is 'odd'\n".into(),
        };
        assert_eq!(
            problem.to_string(),
            r#"a\nb.toml:3: x\u{1b}[31m: "\u{202e}é" is 'odd'\n"#
        );
    }
}
