//! A client of Speech Dispatcher: its protocol, SSIP, over a Unix socket.
//!
//! Takes commands and texts, and gives the answers and what the server reports of its messages. No call waits longer than it
//! is told, whatever the server does; what it sends is bounded, and breaks the connection at worst.
//!
//! The published clients do not fit. The server (0.11.4) reports that it has dropped a hint before it answers to the hint, and may
//! report any other message there: `ssip-client` 0.10 and `ssip-client-async` 0.19 then either fail (`receive_message_id`)
//! or lose the number of the message (`receive`), and with it what a report is about, so that a hint that nobody heard
//! counts as said. Both also panic on an answer that they do not know. `speech-dispatcher` 0.16 binds the C library, which would have
//! to be there for each board that glyphd is built for.
//!
//! Source: "Speech Synthesis Interface Protocol", the manual of Speech Dispatcher.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, UnixAddr, connect, socket};

use crate::error::{Error, Result, err};
use crate::retry::wait;

/// How long the server may take over an answer: its list of voices, with espeak-ng 13,000 lines, takes half a second on
/// a PC.
const ANSWER: Duration = Duration::from_secs(5);
/// Bytes of the longest line taken from the server: the names of voices have some ten.
const LONGEST_LINE: usize = 4096;
/// Lines taken at a time while no answer is waited for; each report has three.
const HEARINGS: usize = 256;
/// Reports kept until they are asked for. Few messages are under way at a time; the oldest goes.
const REPORTS: usize = 32;

/// Codes of answers: the first refusal, a text may follow, a text was taken; and of reports, from the first on.
const REFUSED: u16 = 300;
const RECEIVING: u16 = 230;
const QUEUED: u16 = 225;
const REPORT: u16 = 700;

/// An open connection.
#[derive(Debug)]
pub struct Connection {
    stream: UnixStream,
    /// What has come and is not yet a whole line.
    heard: Vec<u8>,
    reports: VecDeque<Notice>,
    /// The lines of the report that is coming in, and the message that its first names.
    report: (usize, Option<u32>),
    priority: Option<Priority>,
}

/// What a message gives way to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Interrupts other texts and all hints.
    Text,
    /// Interrupts other hints, and is dropped while anything else is said.
    Notification,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its number, as `speak` gave it.
    pub message: u32,
    /// What became of it.
    pub progress: Progress,
}

/// How far a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is being said.
    Begun,
    /// It was said to its end.
    Ended,
    /// It was interrupted, or dropped.
    Canceled,
}

/// The last line of an answer.
#[derive(Debug)]
pub struct Answer {
    code: u16,
    text: String,
}

impl Answer {
    /// The words of a refusal, if it is one.
    pub fn refusal(&self) -> Option<&str> {
        (self.code >= REFUSED).then_some(&self.text)
    }

    fn expect(self, code: u16) -> Result<()> {
        if self.code == code {
            return Ok(());
        }
        let Answer { code, text } = self;
        Err(err!(
            Io,
            "Speech Dispatcher does not take the text: {code} {text}"
        ))
    }
}

/// One line of the server.
struct Line {
    code: u16,
    is_last: bool,
    text: String,
}

impl Connection {
    /// Connects to the server at `place`.
    ///
    /// # Errors
    /// `NoDevice` when there is none or it may not be reached.
    pub fn open(place: &Path) -> Result<Self> {
        let shown = place.display();
        let fault = |errno: Errno| {
            let what = match errno {
                Errno::ENOENT | Errno::ECONNREFUSED => {
                    "no Speech Dispatcher there; start it, or say in output.speech.path where it is"
                }
                Errno::EACCES | Errno::EPERM => {
                    "not permitted; add the user of glyphd to the group of that socket"
                }
                // The server lives and takes no more connections just now.
                Errno::EAGAIN => "busy",
                errno => errno.desc(),
            };
            err!(NoDevice, "{shown}: {what}").caused_by(errno)
        };
        // Nonblocking from the start: a server that hangs would otherwise hold up `connect` for ever.
        let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
        let fd = socket(AddressFamily::Unix, SockType::Stream, flags, None).map_err(fault)?;
        let address = UnixAddr::new(place).map_err(fault)?;
        connect(fd.as_raw_fd(), &address).map_err(fault)?;
        Ok(Connection {
            stream: UnixStream::from(fd),
            heard: Vec::new(),
            reports: VecDeque::new(),
            report: (0, None),
            priority: None,
        })
    }

    /// To be polled for reports.
    pub fn poll_fd(&self) -> PollFd<'_> {
        PollFd::new(self.stream.as_fd(), PollFlags::POLLIN)
    }

    /// Gives a command, one line; gives the end of the answer.
    ///
    /// # Errors
    /// `Io` when the connection is broken: it is of no use any more.
    pub fn ask(&mut self, command: &str) -> Result<Answer> {
        self.ask_for(command, |_| {})
    }

    /// Gives a command; hands each line of the answer but the last to `each`.
    ///
    /// # Errors
    /// As those of `ask`.
    pub fn ask_for(&mut self, command: &str, each: impl FnMut(&str)) -> Result<Answer> {
        let until = Instant::now() + ANSWER;
        self.write(&format!("{command}\r\n"), until)?;
        self.answer(until, each)
    }

    /// Gives `lines` to be said; gives the number of the message.
    ///
    /// # Errors
    /// `Io` when the connection is broken, or the text was not taken.
    pub fn speak<'a>(
        &mut self,
        priority: Priority,
        lines: impl IntoIterator<Item = &'a str>,
    ) -> Result<u32> {
        if self.priority != Some(priority) {
            let word = match priority {
                Priority::Text => "text",
                Priority::Notification => "notification",
            };
            let answer = self.ask(&format!("SET SELF PRIORITY {word}"))?;
            if let Some(refusal) = answer.refusal() {
                return Err(err!(Io, "Speech Dispatcher: {refusal}"));
            }
            self.priority = Some(priority);
        }
        self.ask("SPEAK")?.expect(RECEIVING)?;
        let until = Instant::now() + ANSWER;
        self.write(&body(lines), until)?;
        let mut number = None;
        let answer = self.answer(until, |line| number = number.or(line.parse().ok()))?;
        answer.expect(QUEUED)?;
        number.ok_or_else(|| err!(Io, "Speech Dispatcher gives no number for a text"))
    }

    /// The oldest report that was taken.
    pub fn report(&mut self) -> Option<Notice> {
        self.reports.pop_front()
    }

    /// Takes the reports that have come, without waiting for any.
    ///
    /// # Errors
    /// As those of `ask`.
    pub fn listen(&mut self) -> Result<()> {
        for _ in 0..HEARINGS {
            match self.line(None)? {
                // An answer that nobody asked for: none of ours any more.
                Some(line) if line.code < REPORT => {}
                Some(line) => self.note(&line),
                None => break,
            }
        }
        Ok(())
    }

    /// Takes leave, so that the server need not find out by itself. What it was given is said to its end.
    pub fn close(mut self) {
        let _ = self.stream.write_all(b"QUIT\r\n");
    }

    fn answer(&mut self, until: Instant, mut each: impl FnMut(&str)) -> Result<Answer> {
        while let Some(line) = self.line(Some(until))? {
            if line.code >= REPORT {
                self.note(&line);
            } else if line.is_last {
                return Ok(Answer {
                    code: line.code,
                    text: line.text,
                });
            } else {
                each(&line.text);
            }
            if Instant::now() >= until {
                break;
            }
        }
        Err(silent())
    }

    /// A report is the number of a message, that of its client, and a last line.
    fn note(&mut self, line: &Line) {
        let (count, message) = &mut self.report;
        if !line.is_last {
            if *count == 0 {
                *message = line.text.parse().ok();
            }
            *count += 1;
            return;
        }
        let message = message.take();
        *count = 0;
        let progress = match line.code {
            701 => Progress::Begun,
            702 => Progress::Ended,
            703 => Progress::Canceled,
            _ => return,
        };
        if let Some(message) = message {
            if self.reports.len() >= REPORTS {
                self.reports.pop_front();
            }
            self.reports.push_back(Notice { message, progress });
        }
    }

    /// The next line; none when there is none yet and no time to wait `until`.
    fn line(&mut self, until: Option<Instant>) -> Result<Option<Line>> {
        loop {
            if let Some(end) = self.heard.iter().position(|byte| *byte == b'\n') {
                let bytes: Vec<u8> = self.heard.drain(..=end).collect();
                return Line::parse(&String::from_utf8_lossy(&bytes)).map(Some);
            }
            if self.heard.len() > LONGEST_LINE {
                return Err(no_ssip());
            }
            let mut bytes = [0; LONGEST_LINE];
            match self.stream.read(&mut bytes) {
                Ok(0) => return Err(closed()),
                Ok(count) => self.heard.extend(bytes.iter().take(count)),
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => match until {
                    Some(until) => self.wait(PollFlags::POLLIN, until)?,
                    None => return Ok(None),
                },
                Err(fault) => return Err(closed().caused_by(fault)),
            }
        }
    }

    fn write(&mut self, text: &str, until: Instant) -> Result<()> {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            match self.stream.write(rest) {
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                Err(fault) if fault.kind() == io::ErrorKind::WouldBlock => {
                    self.wait(PollFlags::POLLOUT, until)?;
                }
                Err(fault) => return Err(closed().caused_by(fault)),
            }
        }
        Ok(())
    }

    fn wait(&self, flags: PollFlags, until: Instant) -> Result<()> {
        if Instant::now() >= until {
            return Err(silent());
        }
        let mut fds = [PollFd::new(self.stream.as_fd(), flags)];
        wait::until(&mut fds, Some(until)).map_err(|fault| closed().caused_by(fault))
    }
}

impl Line {
    /// `CCC-text` for each line but the last of an answer, `CCC text` for that.
    fn parse(line: &str) -> Result<Line> {
        let line = line.trim_end_matches(['\r', '\n']);
        let (code, rest) = line.split_at_checked(3).ok_or_else(no_ssip)?;
        let code: u16 = code.parse().map_err(|_| no_ssip())?;
        let mut rest = rest.chars();
        let is_last = match rest.next() {
            Some('-') => false,
            Some(' ') | None => true,
            Some(_) => return Err(no_ssip()),
        };
        Ok(Line {
            code,
            is_last,
            text: rest.as_str().to_owned(),
        })
    }
}

/// A text as it is sent, with the dot that ends it.
///
/// A line that begins with a dot gets a space before it, which nobody hears, rather than the second dot of the protocol: the
/// server takes that away, and hands the line to its synthesizer in a way that makes 0.11.4 cut the message there and
/// say parts of its own memory after it.
fn body<'a>(lines: impl IntoIterator<Item = &'a str>) -> String {
    let mut body = String::new();
    for line in lines {
        let bare = |c: char| if c.is_control() { ' ' } else { c };
        if line.starts_with('.') {
            body.push(' ');
        }
        body.extend(line.chars().map(bare));
        body.push_str("\r\n");
    }
    body.push_str(".\r\n");
    body
}

fn closed() -> Error {
    err!(Io, "Speech Dispatcher has closed the connection")
}

fn silent() -> Error {
    err!(Io, "Speech Dispatcher does not answer")
}

fn no_ssip() -> Error {
    err!(
        Io,
        "the program that answers there is not Speech Dispatcher"
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_in_a_text_ends_it_or_is_a_command() {
        assert_eq!(
            body([".", "..5", "a\r\n.\r\nQUIT", "<b> \"'\\", ""]),
            " .\r\n ..5\r\na  .  QUIT\r\n<b> \"'\\\r\n\r\n.\r\n"
        );
    }

    #[test]
    fn lines_that_are_none_of_the_protocol_are_refused() {
        let line = |text| Line::parse(text).map(|line| (line.code, line.is_last, line.text));
        assert_eq!(line("225-17\r\n").unwrap(), (225, false, "17".to_owned()));
        assert_eq!(line("202 OK\r\n").unwrap(), (202, true, "OK".to_owned()));
        for wrong in ["", "\r\n", "20\r\n", "é2x OK", "2é 1", "abc OK", "225+1"] {
            assert!(line(wrong).is_err(), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn no_line_of_input_makes_it_panic(line in any::<String>()) {
            let _ = Line::parse(&line);
        }

        #[test]
        fn a_text_holds_its_end_once(lines in prop::collection::vec(any::<String>(), 0..5)) {
            let body = body(lines.iter().map(String::as_str));
            prop_assert_eq!(format!("\r\n{body}").matches("\r\n.").count(), 1);
        }
    }
}
