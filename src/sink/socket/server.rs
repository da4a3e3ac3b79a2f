//! The thread of the socket: accepts clients and passes events on.
//!
//! Takes messages from the sink and connections from the listener, waits for all of them in one `poll`,
//! and never anywhere else.

use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use log::{debug, info, warn};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::client::{Client, Gone};
use super::path::Claim;
use super::view::{Change, View};
use super::{Refusal, Tally};

/// How long no client is accepted after the system had no file descriptor for one.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// What the sink tells the thread.
pub enum Message {
    /// A line for all clients, and what it changes in view.
    Event(Arc<[u8]>, Change),
    /// Send what waits, until then at most, and end.
    Close(Instant),
}

/// What the thread owns.
pub struct Server {
    listener: UnixListener,
    claim: Claim,
    wake: UnixStream,
    inbox: Receiver<Message>,
    most_clients: usize,
    tally: Arc<Tally>,
    clients: Vec<Client>,
    view: View,
    closing: Option<Instant>,
    accept_again: Option<Instant>,
    refusals_said: bool,
}

/// What `poll` found.
struct Found {
    connection: bool,
    clients: Vec<PollFlags>,
}

impl Server {
    /// Neither `listener` nor `wake` may block.
    pub fn new(
        listener: UnixListener,
        claim: Claim,
        wake: UnixStream,
        inbox: Receiver<Message>,
        most_clients: usize,
        tally: Arc<Tally>,
    ) -> Self {
        Server {
            listener,
            claim,
            wake,
            inbox,
            most_clients,
            tally,
            clients: Vec::new(),
            view: View::default(),
            closing: None,
            accept_again: None,
            refusals_said: false,
        }
    }

    /// Serves until told to close, or until the sink is gone.
    pub fn run(mut self) {
        info!("socket {}: ready", self.claim.path().display());
        loop {
            let found = match self.wait() {
                Ok(found) => found,
                Err(Errno::EINTR | Errno::EAGAIN) => continue,
                Err(fault) => {
                    warn!(
                        "socket {}: cannot wait for clients: {}",
                        self.claim.path().display(),
                        fault.desc()
                    );
                    break;
                }
            };
            self.serve(&found.clients);
            // Whoever connected before an event was sent hears it: so first the messages are taken, then
            // the clients are accepted that came before them, then the messages are passed on.
            let messages = self.take_messages();
            if self.accepting() && (found.connection || !messages.is_empty()) {
                self.accept();
            }
            messages.into_iter().for_each(|message| self.heed(message));
            let sent = self.clients.iter().all(|client| client.bytes() == 0);
            if self
                .closing
                .is_some_and(|deadline| sent || Instant::now() >= deadline)
            {
                break;
            }
        }
        self.tally.clients.store(0, Relaxed);
    }

    fn wait(&mut self) -> nix::Result<Found> {
        let now = Instant::now();
        self.accept_again = self.accept_again.filter(|again| *again > now);
        let accepting = self.accepting();
        let mut fds = Vec::with_capacity(2 + self.clients.len());
        fds.push(PollFd::new(self.wake.as_fd(), PollFlags::POLLIN));
        let connections = if accepting {
            PollFlags::POLLIN
        } else {
            PollFlags::empty()
        };
        fds.push(PollFd::new(self.listener.as_fd(), connections));
        fds.extend(
            self.clients
                .iter()
                .map(|client| PollFd::new(client.as_fd(), client.interest())),
        );
        let until = [self.closing, self.accept_again]
            .into_iter()
            .flatten()
            .min();
        poll(
            &mut fds,
            timeout(until.map(|until| until.saturating_duration_since(now))),
        )?;
        let mut found = fds
            .iter()
            .map(|fd| fd.revents().unwrap_or(PollFlags::empty()));
        let (_, connection) = (found.next(), found.next());
        let connection = connection.is_some_and(|flags| !flags.is_empty());
        Ok(Found {
            connection,
            clients: found.collect(),
        })
    }

    fn take_messages(&mut self) -> Vec<Message> {
        // Emptied before the messages are taken: a byte that comes later wakes the thread again.
        let mut bytes = [0; 64];
        while self
            .wake
            .read(&mut bytes)
            .is_ok_and(|count| count == bytes.len())
        {}
        let mut messages = Vec::new();
        loop {
            match self.inbox.try_recv() {
                Ok(message) => messages.push(message),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    messages.push(Message::Close(Instant::now()));
                    break;
                }
            }
        }
        messages
    }

    fn heed(&mut self, message: Message) {
        match message {
            Message::Event(line, change) => {
                self.view.change(change);
                self.keep(|client| client.tell(&line));
            }
            Message::Close(deadline) => {
                self.closing.get_or_insert(deadline);
            }
        }
    }

    fn accepting(&self) -> bool {
        self.closing.is_none() && self.accept_again.is_none()
    }

    fn serve(&mut self, found: &[PollFlags]) {
        let mut found = found.iter();
        self.keep(|client| match found.next() {
            Some(flags) if !flags.is_empty() => client.serve(*flags),
            _ => Ok(()),
        });
    }

    /// Does `step` with each client, and lets those go that are gone.
    fn keep(&mut self, mut step: impl FnMut(&mut Client) -> Result<(), Gone>) {
        let (path, tally) = (self.claim.path().display(), &self.tally);
        let before = self.clients.len();
        self.clients.retain_mut(|client| {
            let Err(gone) = step(client) else { return true };
            let process = client.process();
            match gone {
                Gone::Left => debug!("socket {path}: process {process} has left"),
                Gone::Broken(fault) => warn!("socket {path}: process {process}: {fault}"),
                Gone::Overflowed => {
                    tally.overflowed.fetch_add(1, Relaxed);
                    warn!("socket {path}: process {process} does not read and is dropped");
                }
            }
            false
        });
        if self.clients.len() < before {
            self.refusals_said = false;
            self.count();
        }
    }

    fn accept(&mut self) {
        // As many as may be served, and one more each round to be refused: a flood cannot hold up the rest.
        for _ in 0..=self.most_clients {
            let stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(fault) if fault.kind() == ErrorKind::WouldBlock => return,
                Err(fault)
                    if matches!(
                        fault.kind(),
                        ErrorKind::Interrupted | ErrorKind::ConnectionAborted
                    ) =>
                {
                    continue;
                }
                Err(fault) => {
                    warn!(
                        "socket {}: cannot accept a client: {fault}",
                        self.claim.path().display()
                    );
                    self.accept_again = Some(Instant::now() + ACCEPT_PAUSE);
                    return;
                }
            };
            if stream.set_nonblocking(true).is_err() {
                continue;
            }
            if self.clients.len() >= self.most_clients {
                self.refuse(stream);
                continue;
            }
            let mut client = Client::new(stream);
            debug!(
                "socket {}: process {} listens",
                self.claim.path().display(),
                client.process()
            );
            if self
                .view
                .lines()
                .try_for_each(|line| client.tell(line))
                .is_ok()
            {
                self.clients.push(client);
                self.count();
            }
        }
    }

    fn count(&self) {
        self.tally.clients.store(self.clients.len() as u64, Relaxed);
    }

    fn refuse(&mut self, mut stream: UnixStream) {
        self.tally.refused.fetch_add(1, Relaxed);
        let most = self.most_clients;
        if !self.refusals_said {
            self.refusals_said = true;
            warn!(
                "socket {}: {most} clients listen, more are refused",
                self.claim.path().display()
            );
        }
        let refusal = Refusal::new(format!(
            "{most} clients listen already (output.socket.clients)"
        ));
        if let Ok(mut line) = serde_json::to_string(&refusal) {
            line.push('\n');
            // A new connection has room for this line; if not, the client sees the end only.
            let _ = stream.write(line.as_bytes());
        }
    }
}

/// Rounded up, so that a wait never ends just before its time and spins.
fn timeout(left: Option<Duration>) -> PollTimeout {
    let Some(left) = left else {
        return PollTimeout::NONE;
    };
    let rounded = left.saturating_add(Duration::from_micros(999));
    PollTimeout::try_from(rounded).unwrap_or(PollTimeout::MAX)
}
