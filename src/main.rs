//! The command `glyphd`: a thin shell around the library.

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use glyphd::cli::Cli;
use glyphd::error::Kind;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and the version, which are asked for.
        Err(e) if !e.use_stderr() => {
            let _ = e.print();
            return ExitCode::SUCCESS;
        }
        // The command alone: whoever types that wants to know what there is.
        Err(e) if e.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = e.print();
            return ExitCode::from(Kind::Usage.exit_code());
        }
        Err(e) => {
            eprintln!("glyphd: {}", usage(&e.render().to_string()));
            return ExitCode::from(Kind::Usage.exit_code());
        }
    };
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            if !e.is_told() {
                eprintln!("glyphd: {e}");
            }
            ExitCode::from(e.kind().exit_code())
        }
    }
}

/// What is wrong with the command line, in one line: clap's message without the usage, which `--help` shows.
fn usage(message: &str) -> String {
    let lines = message.lines().map(str::trim);
    let message = lines
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty())
        .map(|line| line.replacen("tip: ", "", 1));
    let message = message.collect::<Vec<_>>().join("; ");
    let message = message.replace(":; ", ": ");
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    format!("{message} (see `glyphd --help`)")
}
