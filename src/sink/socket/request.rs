//! The input of a client: lines, each a command.
//!
//! Takes bytes as they come and gives whole lines of bounded length, then the command that a line is for: a bare
//! word, or a JSON object with the word as its `command`. Whatever comes, no more than [`HELD`] bytes are kept.

use std::io::{self, Read};

use serde::Deserialize;

use crate::contract::control::{Answer, Command};
use crate::contract::plain::LineText;

/// The longest line in bytes, several times the longest command: a longer one is passed over whole.
pub const LONGEST_LINE: usize = 1024;
/// Bytes kept for one client: a few lines, so that commands may be sent without waiting for each answer.
const HELD: usize = 4 * LONGEST_LINE;
/// Characters of a wrong line that are quoted in the answer.
const QUOTED: usize = 40;
/// The word of a client that wants only answers.
pub const QUIET: &str = "quiet";

/// Input that was not yet handled.
#[derive(Debug, Default)]
pub struct Input {
    bytes: Vec<u8>,
    /// Set in a line that is longer than it may be.
    skipping: bool,
    /// Set once nothing more can come.
    ended: bool,
}

/// A line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    Whole(Vec<u8>),
    TooLong,
}

impl Input {
    /// Reads as much as there is room for. An error of kind `WouldBlock` when nothing has.
    pub fn read_from(&mut self, mut stream: impl Read) -> io::Result<()> {
        let mut piece = [0; HELD];
        let room = HELD.saturating_sub(self.bytes.len());
        let Some(room) = piece.get_mut(..room).filter(|room| !room.is_empty()) else {
            return Ok(());
        };
        let count = stream.read(room)?;
        self.ended |= count == 0;
        self.bytes
            .extend_from_slice(room.get(..count).unwrap_or_default());
        Ok(())
    }

    /// The next line. After the last there is none until more is read; the end of all also ends a line.
    pub fn next_line(&mut self) -> Option<Line> {
        let end = self.bytes.iter().position(|byte| *byte == b'\n');
        let length = match end {
            Some(end) => end,
            None if self.ended && (self.skipping || !self.bytes.is_empty()) => self.bytes.len(),
            None => {
                if self.bytes.len() > LONGEST_LINE {
                    self.bytes.clear();
                    self.skipping = true;
                }
                return None;
            }
        };
        let mut line: Vec<u8> = self.bytes.drain(..length).collect();
        if end.is_some() {
            self.bytes.drain(..1);
        }
        let too_long = std::mem::take(&mut self.skipping) || line.len() > LONGEST_LINE;
        line.truncate(LONGEST_LINE);
        Some(if too_long {
            Line::TooLong
        } else {
            Line::Whole(line)
        })
    }

    /// True once nothing more can come.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// From now on, nothing more can come.
    pub fn end(&mut self) {
        self.ended = true;
    }
}

/// What a line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// A command for the daemon.
    Command(Command),
    /// No more events on this connection.
    Quiet,
}

#[derive(Deserialize)]
struct Spelt {
    command: String,
}

/// What `line` asks for; none for a blank line. The error is the answer to a line that is no command.
pub fn parse(line: &Line) -> Option<Result<Parsed, Answer>> {
    let Line::Whole(bytes) = line else {
        let why = format!("a line of more than {LONGEST_LINE} bytes is no command");
        return Some(Err(Answer::refused("", why)));
    };
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let word = if text.starts_with('{') {
        let Ok(spelt) = serde_json::from_str::<Spelt>(text) else {
            let why = "expected JSON as {\"command\":\"status\"}";
            return Some(Err(Answer::refused(quoted(text), why)));
        };
        spelt.command
    } else {
        text.to_owned()
    };
    Some(match Command::of_word(&word) {
        Some(command) => Ok(Parsed::Command(command)),
        None if word.trim().eq_ignore_ascii_case(QUIET) => Ok(Parsed::Quiet),
        None => {
            let words: Vec<&str> = Command::ALL.iter().map(|command| command.word()).collect();
            let why = format!("unknown: expected {} or {QUIET}", words.join(", "));
            Err(Answer::refused(quoted(&word), why))
        }
    })
}

/// The beginning of a line, without control characters.
fn quoted(text: &str) -> String {
    let beginning: String = text.chars().take(QUOTED).collect();
    LineText::new(&beginning).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(line: &str) -> Line {
        Line::Whole(line.as_bytes().to_vec())
    }

    fn why(line: &str) -> (String, String) {
        let answer = parse(&whole(line)).unwrap().unwrap_err();
        assert!(!answer.ok);
        (answer.command, answer.message)
    }

    #[test]
    fn a_word_and_its_json_are_the_same_command() {
        for command in Command::ALL {
            for line in [
                command.word().to_owned(),
                format!(" {}\r", command.word().to_uppercase()),
                format!("{{\"command\":\"{command}\",\"more\":[1]}}"),
            ] {
                assert_eq!(parse(&whole(&line)), Some(Ok(Parsed::Command(command))));
            }
        }
        assert_eq!(parse(&whole("quiet")), Some(Ok(Parsed::Quiet)));
        assert_eq!(
            parse(&whole("{\"command\":\"Quiet\"}")),
            Some(Ok(Parsed::Quiet))
        );
        assert_eq!(parse(&whole(" \r")), None);
    }

    #[test]
    fn what_is_no_command_is_said_back_clean_and_short() {
        let (said, message) = why("stat\u{1b}[2Jus");
        assert_eq!(said, "stat[2Jus");
        assert_eq!(
            message,
            "unknown: expected status, trigger, stop, pause, resume, reload or quiet"
        );
        assert_eq!(why(&"x".repeat(500)).0.len(), QUOTED);
        for json in ["{\"command\":7}", "{", "{}", "{\"command\":\"status\"} x"] {
            assert!(why(json).1.starts_with("expected JSON"), "{json}");
        }
        assert!(parse(&Line::TooLong).unwrap().is_err());
    }

    /// All lines of `bytes` that came in pieces of these lengths.
    fn lines_in(bytes: &[u8], mut pieces: impl Iterator<Item = usize>) -> Vec<Line> {
        let mut input = Input::default();
        let mut rest = bytes;
        let mut lines = Vec::new();
        while !input.has_ended() {
            let (piece, after) = rest.split_at(pieces.next().unwrap().min(rest.len()));
            let mut stream = piece;
            // An empty piece is one that has yet to come, except at the end.
            while !stream.is_empty() || after.is_empty() && !input.has_ended() {
                input.read_from(&mut stream).unwrap();
                assert!(input.bytes.len() <= HELD);
                lines.extend(std::iter::from_fn(|| input.next_line()));
            }
            rest = after;
        }
        lines
    }

    proptest! {
        /// However they come, the lines are those between the line ends.
        #[test]
        fn lines_are_the_same_in_whatever_pieces_they_come(
            parts in prop::collection::vec((0usize..3000, any::<bool>()), 0..8),
            pieces in prop::collection::vec(1usize..5000, 1..20),
        ) {
            let mut bytes = Vec::new();
            for (length, ends) in parts {
                bytes.extend((0..length).map(|n| b'a' + (n % 7) as u8));
                bytes.extend(ends.then_some(b'\n'));
            }
            let mut expected: Vec<Line> = bytes
                .split(|byte| *byte == b'\n')
                .map(|line| {
                    if line.len() > LONGEST_LINE {
                        return Line::TooLong;
                    }
                    Line::Whole(line.to_vec())
                })
                .collect();
            // After the last line end there is no line unless there is something in it.
            if expected.last() == Some(&Line::Whole(Vec::new())) {
                expected.pop();
            }
            prop_assert_eq!(lines_in(&bytes, pieces.into_iter().cycle()), expected);
        }

        #[test]
        fn nothing_that_is_said_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), json in "[{}\\[\\]\":a-z,0-9]{0,30}") {
            let _ = parse(&Line::Whole(bytes));
            let _ = parse(&whole(&json));
        }
    }
}
