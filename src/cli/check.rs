//! `glyphd check`: lists all errors of a configuration file, or what glyphd would do with it.

use std::path::PathBuf;

use super::output::Output;
use crate::config::{Config, DEFAULT_PATH};
use crate::error::{Error, Kind, Result};

/// List all errors of a configuration file: exit code 0 if there are none, otherwise 78
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The configuration file
    #[arg(default_value = DEFAULT_PATH)]
    pub file: PathBuf,
}

/// Checks one file and prints what it finds to standard output, one error per line.
///
/// # Errors
/// Of kind `Config` for a file with errors and `NoInput` for one that cannot be read.
pub fn run(args: &Args) -> Result<()> {
    check(args, &mut Output::stdout())
}

fn check(args: &Args, out: &mut Output) -> Result<()> {
    match Config::load(&args.file) {
        Ok(config) => {
            out.line(format_args!("{}: OK", args.file.display()))?;
            for line in config.summary() {
                out.line(format_args!("  {line}"))?;
            }
            Ok(())
        }
        Err(problems) if problems.kind == Kind::Config => {
            out.line(&problems)?;
            Err(Error::told(problems.kind))
        }
        Err(problems) => Err(problems.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> (Result<()>, String) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("x.toml");
        std::fs::write(&file, text).expect("written");
        let mut out = Vec::new();
        let result = check(&Args { file }, &mut Output::to(&mut out, "here"));
        let out = String::from_utf8(out).expect("text");
        let folder = format!("{}/", folder.path().display());
        (result, out.replace(&folder, ""))
    }

    #[test]
    fn a_file_without_errors_is_ok_and_says_what_it_does() {
        let (result, out) = checked("# nothing\n");
        assert!(result.is_ok());
        assert!(out.starts_with("x.toml: OK\n"), "{out}");
        assert!(out.lines().count() > 1, "{out}");
    }

    #[test]
    fn every_problem_of_a_bad_file_is_a_line() {
        let (result, out) = checked("[lgo]\n[log]\nlevel = \"loud\"\n");
        let error = result.expect_err("two problems");
        assert_eq!(error.kind(), Kind::Config);
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines.len(), 2, "{out}");
        assert!(
            lines[0].starts_with("x.toml:1: lgo: unknown table, did you mean 'log'?"),
            "{out}"
        );
        assert!(
            lines[1].starts_with("x.toml:3: log.level: is \"loud\""),
            "{out}"
        );
    }

    #[test]
    fn a_file_that_is_not_there_is_no_input() {
        let file = PathBuf::from("/nonexistent/glyphd.toml");
        let error =
            check(&Args { file }, &mut Output::to(Vec::new(), "here")).expect_err("not there");
        assert_eq!(error.kind(), Kind::NoInput);
        assert!(error.to_string().contains("no such file"), "{error}");
    }
}
