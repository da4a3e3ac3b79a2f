//! What is wrong with a configuration file, for the person who wrote it: one line each, with
//! file, line and key, fit for a terminal whatever the file holds.

use std::fmt;
use std::path::PathBuf;

use crate::error::{Error, Kind};

/// One thing that is wrong with a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file as it was named.
    pub file: PathBuf,
    /// The line, from 1; none where the problem is not in one place.
    pub line: Option<usize>,
    /// The full key, as in `output.serial.baud`; empty where it is not about one key.
    pub key: String,
    /// What is wrong, what was probably meant, what is expected.
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

/// Everything that is wrong with one configuration file; at least one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    /// [`Kind::NoInput`] where the file could not be read at all, otherwise [`Kind::Config`].
    pub kind: Kind,
    /// In the order of the lines.
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
    /// All problems, a line each.
    fn from(problems: Problems) -> Self {
        Error::new(problems.kind, problems.to_string())
    }
}

/// `text` with what could move the cursor or hide something written as an escape.
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
