//! `glyphd status`, `trigger`, `pause`, `resume`, `reload`: ask a running glyphd over its socket.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use super::listen;
use super::output::Output;
use crate::contract::control::{Answer, Command};
use crate::error::{Error, Kind, Result, err};
use crate::sink::socket::Refusal;

/// How long an answer may take: loading models anew takes seconds on a slow board.
const PATIENCE: Duration = Duration::from_secs(30);
/// Where the daemon is.
#[derive(Clone, Debug, clap::Args)]
pub struct At {
    /// The socket of the daemon [default: /run/glyphd/glyphd.sock, then glyphd.sock in $XDG_RUNTIME_DIR]
    pub socket: Option<PathBuf>,
}

/// Show how a running glyphd is doing
#[derive(Clone, Debug, clap::Args)]
pub struct Status {
    #[command(flatten)]
    at: At,
    /// Print all figures as JSON
    #[arg(long)]
    json: bool,
}

/// Make a running glyphd read now what is in view, and report it again
#[derive(Clone, Debug, clap::Args)]
pub struct Trigger {
    #[command(flatten)]
    at: At,
    /// End the reading that was triggered
    #[arg(long)]
    stop: bool,
}

/// Prints the status.
///
/// # Errors
/// `NoDevice` when no glyphd can be reached, or it refuses.
pub fn status(args: &Status) -> Result<()> {
    let answer = ask(&args.at, Command::Status)?;
    let Some(status) = answer.status else {
        return Err(err!(Data, "glyphd answered without its status"));
    };
    if args.json {
        // Only a map with keys that are no strings can make this fail: there is none.
        return show(&serde_json::to_string_pretty(&status).unwrap_or_default());
    }
    show(&status.to_string())
}

/// Starts a reading, or ends the one that was triggered.
///
/// # Errors
/// As for `status`.
pub fn trigger(args: &Trigger) -> Result<()> {
    let command = if args.stop {
        Command::Stop
    } else {
        Command::Trigger
    };
    order(&args.at, command)
}

/// Sends a command and prints the answer.
///
/// # Errors
/// As for `status`; `Config` when the new configuration cannot be used.
pub fn order(at: &At, command: Command) -> Result<()> {
    let answer = ask(at, command)?;
    show(&answer.message)
}

fn show(text: &str) -> Result<()> {
    let mut out = Output::stdout();
    out.line(text.trim_end())?;
    out.flush()
}

fn ask(at: &At, command: Command) -> Result<Answer> {
    let (mut stream, path) = listen::connect_to(at.socket.as_deref())?;
    let here = |kind, what: &str| Error::new(kind, format!("socket {}: {what}", path.display()));
    let broken = |fault: std::io::Error| {
        let hangs = matches!(fault.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
        let error = if hangs {
            let what = "no answer: glyphd hangs, or is busy with another request";
            here(Kind::Io, what)
        } else {
            here(Kind::NoDevice, &format!("glyphd has ended ({fault})"))
        };
        error.caused_by(fault)
    };
    stream.set_read_timeout(Some(PATIENCE)).map_err(broken)?;
    // One that is refused may find its connection closed already; why is still there to be read.
    let _ = stream.write_all(format!("quiet\n{command}\n").as_bytes());
    let mut from = BufReader::new(stream);
    let mut line = String::new();
    loop {
        line.clear();
        let mut bounded = from.by_ref().take(listen::LONGEST_LINE);
        if bounded.read_line(&mut line).map_err(broken)? == 0 {
            return Err(here(Kind::NoDevice, "glyphd has ended, or does not answer"));
        }
        if let Ok(refusal) = serde_json::from_str::<Refusal>(&line) {
            return Err(here(Kind::NoDevice, &refusal.message));
        }
        match serde_json::from_str::<Answer>(&line) {
            Ok(answer) if answer.ok && answer.command == command.word() => return Ok(answer),
            Ok(answer) if answer.ok => {}
            Ok(answer) if command == Command::Reload => {
                return Err(Error::new(Kind::Config, answer.message));
            }
            Ok(answer) => return Err(Error::new(Kind::NoDevice, answer.message)),
            // An event, which was not asked for.
            Err(_) => {}
        }
    }
}
