//! `glyphd listen`: prints what a running glyphd reads, as it comes.
//!
//! Takes the events of the socket and gives lines on standard output, until either end closes.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use crate::contract::event::{Event, LineChange};
use crate::contract::plain::LineText;
use crate::error::{Error, Kind, Result, err};
use crate::sink::socket::{self, Refusal};

/// The longest line taken from the socket, in bytes: well over the longest event.
pub(super) const LONGEST_LINE: u64 = 1 << 20;

/// Print what a running glyphd reads, as it comes
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The socket of the daemon [default: /run/glyphd/glyphd.sock, then glyphd.sock in $XDG_RUNTIME_DIR]
    pub socket: Option<PathBuf>,
    /// Print every event as the daemon sends it, one JSON object per line
    #[arg(long)]
    pub json: bool,
    /// Print a line again when its text has changed
    #[arg(long, conflicts_with = "json")]
    pub updates: bool,
}

/// Prints until standard output is closed.
///
/// # Errors
/// `NoDevice` when no glyphd can be reached, or when it ends; `Data` when something else is there.
pub fn run(args: &Args) -> Result<()> {
    let (stream, path) = connect_to(args.socket.as_deref())?;
    relay(BufReader::new(stream), io::stdout().lock(), &path, args)
}

/// The daemon at `socket`, or where one usually is.
pub(super) fn connect_to(socket: Option<&Path>) -> Result<(UnixStream, PathBuf)> {
    match socket {
        Some(path) => connect(&[path.to_owned()]),
        None => connect(&socket::default_paths()),
    }
}

/// Connects to the first of `paths` where a daemon listens.
fn connect(paths: &[PathBuf]) -> Result<(UnixStream, PathBuf)> {
    let mut faults = Vec::new();
    for path in paths {
        match UnixStream::connect(path) {
            Ok(stream) => return Ok((stream, path.clone())),
            Err(fault) => faults.push(format!("{}: {}", path.display(), reason(&fault))),
        }
    }
    let faults = faults.join("; ");
    Err(err!(
        NoDevice,
        "no glyphd there ({faults}): start one with `glyphd run`, or name its socket"
    ))
}

fn reason(fault: &io::Error) -> String {
    match fault.kind() {
        ErrorKind::NotFound => "not there".to_owned(),
        ErrorKind::ConnectionRefused => "connection refused: is glyphd running?".to_owned(),
        ErrorKind::PermissionDenied => "not permitted: join the group of the service".to_owned(),
        _ => fault.to_string(),
    }
}

fn relay(mut from: impl BufRead, mut to: impl Write, path: &Path, args: &Args) -> Result<()> {
    let here = |kind, what: &str| Error::new(kind, format!("socket {}: {what}", path.display()));
    let mut line = String::new();
    loop {
        line.clear();
        match from.by_ref().take(LONGEST_LINE).read_line(&mut line) {
            Ok(_) => {}
            // As when the daemon was killed.
            Err(fault) if fault.kind() == ErrorKind::ConnectionReset => line.clear(),
            Err(fault) if fault.kind() == ErrorKind::InvalidData => {
                return Err(here(Kind::Data, "no glyphd: not text"));
            }
            Err(fault) => return Err(here(Kind::Io, &fault.to_string()).caused_by(fault)),
        }
        // Without its end, a line is the last and was cut off.
        let Some(json) = line.strip_suffix('\n') else {
            return Err(match line.len() as u64 {
                LONGEST_LINE => here(Kind::Data, "no glyphd: a line without end"),
                _ => here(Kind::NoDevice, "glyphd has ended"),
            });
        };
        let Some(shown) = shown(json, args).map_err(|(kind, what)| here(kind, &what))? else {
            continue;
        };
        match writeln!(to, "{shown}").and_then(|()| to.flush()) {
            Ok(()) => {}
            Err(fault) if fault.kind() == ErrorKind::BrokenPipe => return Ok(()),
            Err(fault) => return Err(err!(Io, "cannot write: {fault}").caused_by(fault)),
        }
    }
}

/// What to print for a line of the socket, if anything.
fn shown(json: &str, args: &Args) -> std::result::Result<Option<String>, (Kind, String)> {
    match Event::from_json(json) {
        // Written anew, so that a terminal gets nothing but clean text.
        Ok(event) if args.json => Ok(Some(event.to_json())),
        Ok(Event::Line(line)) => {
            let wanted = match line.event {
                LineChange::Appeared => true,
                LineChange::Updated => args.updates,
                LineChange::Gone => false,
            };
            Ok(wanted.then(|| line.text.into()))
        }
        Ok(Event::Page(_) | Event::Guide(_) | Event::NoRead(_) | Event::Region(_)) => Ok(None),
        Err(fault) => {
            if let Ok(refusal) = serde_json::from_str::<Refusal>(json) {
                return Err((Kind::NoDevice, refusal.message));
            }
            // An event of a newer glyphd is left to programs that know it.
            match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(json) {
                Ok(event) if event.contains_key("v") => {
                    Ok(args.json.then(|| LineText::new(json).into()))
                }
                _ => Err((Kind::Data, format!("no glyphd: {fault}"))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const APPEARED: &str = r#"{"v":1,"type":"line","event":"appeared","id":1,"text":"one\u001b[2J","confidence":1,"quad":[[0,0],[1,0],[1,1],[0,1]],"frame":1,"captured_at":"2026-11-22T20:19:03.120Z","latency_ms":84}"#;

    fn printed(lines: &[&str], json: bool, updates: bool) -> (String, Error) {
        let args = Args {
            socket: None,
            json,
            updates,
        };
        let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let mut out = Vec::new();
        let end = relay(input.as_bytes(), &mut out, Path::new("/s"), &args).unwrap_err();
        (String::from_utf8(out).unwrap(), end)
    }

    #[test]
    fn each_line_is_printed_as_it_appears_and_the_end_is_said() {
        let updated = APPEARED
            .replace("appeared", "updated")
            .replace("one", "won");
        let hint = r#"{"v":1,"type":"guide","hint":"dark"}"#;
        let (out, end) = printed(&[APPEARED, &updated, hint], false, false);
        assert_eq!(out, "one[2J\n");
        assert_eq!(
            (end.kind(), end.to_string()),
            (Kind::NoDevice, "socket /s: glyphd has ended".to_owned())
        );
        assert_eq!(
            printed(&[APPEARED, &updated], false, true).0,
            "one[2J\nwon[2J\n"
        );
    }

    #[test]
    fn json_holds_every_event_also_one_that_is_not_yet_known() {
        let later = r#"{"v":1,"type":"barcode","text":"4006381333931"}"#;
        let (out, _) = printed(&[APPEARED, later], true, false);
        let lines: Vec<&str> = out.lines().collect();
        assert!(
            matches!(Event::from_json(lines[0]), Ok(Event::Line(_))),
            "{out}"
        );
        assert_eq!(lines[1], later);
        assert_eq!(printed(&[later], false, false).0, "");
    }

    #[test]
    fn being_one_too_many_and_being_wrong_here_are_told_apart() {
        let refusal = r#"{"v":1,"type":"refused","message":"16 clients listen already"}"#;
        let end = printed(&[refusal], false, false).1;
        assert_eq!(
            (end.kind(), end.to_string()),
            (
                Kind::NoDevice,
                "socket /s: 16 clients listen already".to_owned()
            )
        );
        assert_eq!(
            printed(&["HTTP/1.1 400 Bad Request"], false, false)
                .1
                .kind(),
            Kind::Data
        );
        assert_eq!(
            printed(&[&"x".repeat(LONGEST_LINE as usize)], false, false)
                .1
                .kind(),
            Kind::Data
        );
    }

    #[test]
    fn a_closed_output_ends_it_quietly() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let args = Args {
            socket: None,
            json: true,
            updates: false,
        };
        relay(
            format!("{APPEARED}\n").as_bytes(),
            writer,
            Path::new("/s"),
            &args,
        )
        .unwrap();
    }

    #[test]
    fn the_command_line_is_sound() {
        let command = <Args as clap::Args>::augment_args(clap::Command::new("listen"));
        command.clone().debug_assert();
        assert!(
            command
                .clone()
                .try_get_matches_from(["listen", "/s", "--json"])
                .is_ok()
        );
        assert!(
            command
                .try_get_matches_from(["listen", "--json", "--updates"])
                .is_err()
        );
    }

    #[test]
    fn with_nobody_there_the_places_looked_at_are_named() {
        let fault = connect(&["/nowhere/a".into(), "/nowhere/b".into()]).unwrap_err();
        assert_eq!(fault.kind(), Kind::NoDevice);
        assert!(
            fault
                .to_string()
                .contains("/nowhere/a: not there; /nowhere/b: not there"),
            "{fault}"
        );
    }
}
