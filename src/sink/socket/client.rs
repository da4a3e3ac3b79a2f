//! One program at the other end of the socket, with the output that waits for it and the input that came from it.
//!
//! Nothing here blocks: what the program does not read waits in a buffer. When the buffer is full, the program counts as
//! one that does not read. While an answer is due, nothing more is taken from it: so answers come in the order of
//! what was asked, and one that asks without end waits for itself alone.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use nix::poll::{PollFd, PollFlags};

use super::request::{Input, Line};
use super::rules::Peer;

/// Bytes that wait for one client, besides some 200 KB in the kernel: several minutes of a busy scene.
pub const BUFFER: usize = 256 * 1024;

/// JSON as it goes over the socket, with its line end.
pub fn as_line(mut json: String) -> Arc<[u8]> {
    json.push('\n');
    json.into_bytes().into()
}

/// Why a client is no longer served.
#[derive(Debug)]
pub enum Gone {
    /// It closed the connection.
    Left,
    /// It did not read.
    Overflowed,
    /// It may no longer be here.
    Dismissed,
    /// The connection broke.
    Broken(io::Error),
}

/// One connected program.
#[derive(Debug)]
pub struct Client {
    /// Names it for as long as the socket is served.
    pub id: u64,
    /// Who it is.
    pub peer: Peer,
    stream: UnixStream,
    waiting: VecDeque<Arc<[u8]>>,
    /// Bytes of the first in `waiting` that were sent.
    sent: usize,
    /// Bytes in `waiting` that were not.
    bytes: usize,
    input: Input,
    /// Whether it waits for an answer.
    asking: bool,
    /// False once it has asked for no more events.
    listening: bool,
    /// Wrong lines that it sent in a row.
    pub wrong_lines: u32,
}

impl Client {
    /// `stream` must not block.
    pub fn new(id: u64, stream: UnixStream, peer: Peer) -> Self {
        Client {
            id,
            peer,
            stream,
            waiting: VecDeque::new(),
            sent: 0,
            bytes: 0,
            input: Input::default(),
            asking: false,
            listening: true,
            wrong_lines: 0,
        }
    }

    /// Bytes that wait to be sent.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// What to poll for.
    pub fn poll_fd(&self) -> PollFd<'_> {
        let mut flags = PollFlags::empty();
        let hears = !self.asking && !self.input.has_ended();
        flags.set(PollFlags::POLLIN, hears);
        flags.set(PollFlags::POLLOUT, self.bytes > 0);
        PollFd::new(self.stream.as_fd(), flags)
    }

    /// As `send`, for an event: only clients that listen get it.
    pub fn send_event(&mut self, line: &Arc<[u8]>) -> Result<(), Gone> {
        if self.listening {
            return self.send(line);
        }
        Ok(())
    }

    /// Queues `line`, and sends as much as the program takes now.
    pub fn send(&mut self, line: &Arc<[u8]>) -> Result<(), Gone> {
        self.waiting.push_back(Arc::clone(line));
        self.bytes += line.len();
        self.flush()?;
        if self.bytes > BUFFER {
            Err(Gone::Overflowed)
        } else {
            Ok(())
        }
    }

    /// Reads and writes as `poll` found possible. `next_line` then gives what was read.
    pub fn serve(&mut self, found: PollFlags) -> Result<(), Gone> {
        if found.intersects(PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL) {
            return Err(Gone::Left);
        }
        if found.contains(PollFlags::POLLIN) {
            self.hear()?;
        }
        if found.contains(PollFlags::POLLOUT) {
            self.flush()?;
        }
        Ok(())
    }

    /// The next line of its input; none while an answer is due.
    pub fn next_line(&mut self) -> Option<Line> {
        if self.asking {
            return None;
        }
        self.input.next_line()
    }

    /// The lines that were not handled when it left.
    pub fn rest(&mut self) -> impl Iterator<Item = Line> {
        let _ = self.hear();
        self.input.end();
        std::iter::from_fn(|| self.input.next_line())
    }

    /// An answer is due to it from now on.
    pub fn ask(&mut self) {
        self.asking = true;
    }

    /// The answer that was due to it.
    pub fn answer(&mut self, line: &Arc<[u8]>) -> Result<(), Gone> {
        self.asking = false;
        self.send(line)
    }

    /// It wants no more events.
    pub fn quiet(&mut self) {
        self.listening = false;
    }

    /// An error when it has nothing more to send and nothing more to receive.
    pub fn stays(&self) -> Result<(), Gone> {
        let over = self.input.has_ended() && !self.listening && !self.asking && self.bytes == 0;
        if over { Err(Gone::Left) } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Gone> {
        while let Some(line) = self.waiting.front() {
            match self.stream.write(line.get(self.sent..).unwrap_or_default()) {
                Ok(count) => {
                    self.sent += count;
                    self.bytes -= count;
                    if self.sent >= line.len() {
                        self.waiting.pop_front();
                        self.sent = 0;
                    }
                }
                Err(fault) if fault.kind() == ErrorKind::Interrupted => {}
                Err(fault) if fault.kind() == ErrorKind::WouldBlock => break,
                Err(fault) => return Err(gone(fault)),
            }
        }
        Ok(())
    }

    fn hear(&mut self) -> Result<(), Gone> {
        match self.input.read_from(&self.stream) {
            Ok(()) => Ok(()),
            Err(fault)
                if matches!(fault.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) =>
            {
                Ok(())
            }
            Err(fault) => Err(gone(fault)),
        }
    }
}

fn gone(fault: io::Error) -> Gone {
    match fault.kind() {
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset | ErrorKind::NotConnected => Gone::Left,
        _ => Gone::Broken(fault),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use nix::unistd::{Gid, Uid};

    use super::*;

    fn pair() -> (Client, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        let peer = Peer {
            process: 1,
            user: Uid::current(),
            group: Gid::current(),
        };
        (Client::new(1, ours, peer), theirs)
    }

    #[test]
    fn what_was_not_taken_at_once_comes_whole_and_in_order() {
        let (mut client, mut theirs) = pair();
        let lines: Vec<Arc<[u8]>> = (0..30u8).map(|n| vec![n; 13_001].into()).collect();
        let mut received = Vec::new();
        let mut piece = [0; 5000];
        for line in &lines {
            client.send(line).unwrap();
            let count = theirs.read(&mut piece).unwrap();
            received.extend_from_slice(&piece[..count]);
        }
        while received.len() < lines.len() * 13_001 {
            client.serve(PollFlags::POLLOUT).unwrap();
            let count = theirs.read(&mut piece).unwrap();
            received.extend_from_slice(&piece[..count]);
        }
        assert_eq!(received, lines.concat());
        assert_eq!(client.bytes(), 0);
    }

    #[test]
    fn one_that_does_not_read_overflows_at_the_bound() {
        let (mut client, _theirs) = pair();
        let line: Arc<[u8]> = vec![b'x'; BUFFER / 8].into();
        let gone = (0..1000).find_map(|_| client.send(&line).err());
        assert!(matches!(gone, Some(Gone::Overflowed)), "{gone:?}");
        assert!(client.bytes() <= BUFFER + line.len());
    }

    #[test]
    fn one_that_has_left_is_found_out() {
        let (mut client, theirs) = pair();
        drop(theirs);
        assert!(matches!(client.send(&b"x\n"[..].into()), Err(Gone::Left)));
    }

    #[test]
    fn while_an_answer_is_due_nothing_more_is_taken_from_it() {
        let (mut client, mut theirs) = pair();
        theirs.write_all(b"one\ntwo\n").unwrap();
        client.serve(PollFlags::POLLIN).unwrap();
        assert_eq!(client.next_line(), Some(Line::Whole(b"one".to_vec())));
        client.ask();
        assert_eq!(client.next_line(), None);
        assert!(client.poll_fd().events().is_empty());
        client.answer(&b"answer\n"[..].into()).unwrap();
        assert_eq!(client.next_line(), Some(Line::Whole(b"two".to_vec())));
    }

    #[test]
    fn one_that_only_asks_is_done_once_it_was_answered_and_asks_no_more() {
        let (mut client, mut theirs) = pair();
        theirs.write_all(b"one").unwrap();
        theirs.shutdown(std::net::Shutdown::Write).unwrap();
        (0..2).for_each(|_| client.serve(PollFlags::POLLIN).unwrap());
        client.quiet();
        client.send_event(&b"event\n"[..].into()).unwrap();
        assert_eq!(client.next_line(), Some(Line::Whole(b"one".to_vec())));
        client.ask();
        client.stays().unwrap();
        client.answer(&b"answer\n"[..].into()).unwrap();
        assert!(matches!(client.stays(), Err(Gone::Left)));
        drop(client);
        let mut heard = String::new();
        theirs.read_to_string(&mut heard).unwrap();
        assert_eq!(heard, "answer\n");
    }
}
