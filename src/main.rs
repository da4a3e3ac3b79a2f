//! The command `glyphd`: a thin shell around the library.

use std::process::ExitCode;

use clap::Parser;
use glyphd::cli::Cli;
use glyphd::error::Kind;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            // Help and the version are asked for; anything else is a wrong command line.
            let code = if e.use_stderr() {
                Kind::Usage.exit_code()
            } else {
                0
            };
            let _ = e.print();
            return ExitCode::from(code);
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
