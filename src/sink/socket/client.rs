//! One program at the other end of the socket, with what it has yet to be sent.
//!
//! Nothing here blocks: what the program does not take waits, up to a bound, past which it counts as
//! one that does not read.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use nix::poll::PollFlags;
use nix::sys::socket::getsockopt;
use nix::sys::socket::sockopt::PeerCredentials;

/// Bytes that wait for one client, besides some 200 KB in the kernel: several minutes of a busy scene.
pub const BUFFER: usize = 256 * 1024;
/// Bytes taken from a client at a time, to be thrown away.
const INPUT: usize = 4096;

/// Why a client is no longer served.
#[derive(Debug)]
pub enum Gone {
    /// It closed the connection.
    Left,
    /// It did not read.
    Overflowed,
    /// The connection broke.
    Broken(io::Error),
}

/// One connected program.
#[derive(Debug)]
pub struct Client {
    stream: UnixStream,
    waiting: VecDeque<Arc<[u8]>>,
    /// Bytes of the first in `waiting` that were sent.
    sent: usize,
    /// Bytes in `waiting` that were not.
    bytes: usize,
    /// False once it said that it has nothing more to say. It may well go on listening.
    speaks: bool,
}

impl Client {
    /// `stream` must not block.
    pub fn new(stream: UnixStream) -> Self {
        Client {
            stream,
            waiting: VecDeque::new(),
            sent: 0,
            bytes: 0,
            speaks: true,
        }
    }

    /// The process at the other end, for the log.
    pub fn process(&self) -> i32 {
        getsockopt(&self.stream, PeerCredentials).map_or(0, |peer| peer.pid())
    }

    /// Bytes that it has yet to be sent.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// What to poll for.
    pub fn interest(&self) -> PollFlags {
        let mut flags = PollFlags::empty();
        flags.set(PollFlags::POLLIN, self.speaks);
        flags.set(PollFlags::POLLOUT, self.bytes > 0);
        flags
    }

    /// Lets `line` wait, and sends what the program takes now.
    pub fn tell(&mut self, line: &Arc<[u8]>) -> Result<(), Gone> {
        self.waiting.push_back(Arc::clone(line));
        self.bytes += line.len();
        self.flush()?;
        if self.bytes > BUFFER {
            Err(Gone::Overflowed)
        } else {
            Ok(())
        }
    }

    /// Sees to what `poll` found.
    pub fn serve(&mut self, found: PollFlags) -> Result<(), Gone> {
        if found.intersects(PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL) {
            return Err(Gone::Left);
        }
        if found.contains(PollFlags::POLLIN) {
            self.discard_input()?;
        }
        if found.contains(PollFlags::POLLOUT) {
            self.flush()?;
        }
        Ok(())
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

    /// There are no requests yet; what comes must be read all the same, to see the end of it.
    fn discard_input(&mut self) -> Result<(), Gone> {
        match self.stream.read(&mut [0; INPUT]) {
            Ok(0) => self.speaks = false,
            Ok(_) => {}
            Err(fault)
                if matches!(fault.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
            Err(fault) => return Err(gone(fault)),
        }
        Ok(())
    }
}

impl AsFd for Client {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
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
    use super::*;

    fn pair() -> (Client, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        (Client::new(ours), theirs)
    }

    #[test]
    fn what_was_not_taken_at_once_comes_whole_and_in_order() {
        let (mut client, mut theirs) = pair();
        let lines: Vec<Arc<[u8]>> = (0..30u8).map(|n| vec![n; 13_001].into()).collect();
        let mut received = Vec::new();
        let mut piece = [0; 5000];
        for line in &lines {
            client.tell(line).unwrap();
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
        let gone = (0..1000).find_map(|_| client.tell(&line).err());
        assert!(matches!(gone, Some(Gone::Overflowed)), "{gone:?}");
        assert!(client.bytes() <= BUFFER + line.len());
    }

    #[test]
    fn one_that_has_left_is_found_out() {
        let (mut client, theirs) = pair();
        drop(theirs);
        assert!(matches!(client.tell(&b"x\n"[..].into()), Err(Gone::Left)));
    }
}
