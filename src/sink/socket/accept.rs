//! Accepts connections, and refuses those that the rules do not permit.

use std::io::{ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use log::{debug, warn};
use nix::sys::socket::getsockopt;
use nix::sys::socket::sockopt::PeerCredentials;
use nix::unistd::{Gid, Uid};

use super::client::{Client, Gone, as_line};
use super::rules::Peer;
use super::{Refusal, Socket};

/// The pause before connections are accepted again after the system had no file descriptor or no memory.
const PAUSE: Duration = Duration::from_secs(1);

/// The message to a user whom the settings do not name.
const NOT_PERMITTED: &str = "not permitted for this user (output.socket.users, groups)";

impl Socket {
    /// Whether connections are accepted now.
    pub(super) fn accepting(&self) -> bool {
        !self.closing
            && self
                .accept_again
                .is_none_or(|again| again <= Instant::now())
    }

    /// Accepts all connections that wait.
    pub(super) fn accept(&mut self) {
        if !self.accepting() {
            return;
        }
        self.accept_again = None;
        // Per round as many as may connect, and one more that is refused: a flood of connections cannot block the rest.
        for _ in 0..=self.rules.clients {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    self.logged.no_descriptor = false;
                    self.add_client(stream);
                }
                Err(fault) if fault.kind() == ErrorKind::WouldBlock => return,
                Err(fault)
                    if matches!(
                        fault.kind(),
                        ErrorKind::Interrupted | ErrorKind::ConnectionAborted
                    ) => {}
                Err(fault) => {
                    if !std::mem::replace(&mut self.logged.no_descriptor, true) {
                        let name = &self.name;
                        warn!("{name}: cannot accept a client: {fault}; will try again");
                    }
                    self.accept_again = Some(Instant::now() + PAUSE);
                    return;
                }
            }
        }
    }

    fn add_client(&mut self, stream: UnixStream) {
        // Without credentials no rule can admit a client; a stream that blocks would hold up all other clients.
        let Ok(credentials) = getsockopt(&stream, PeerCredentials) else {
            return;
        };
        if stream.set_nonblocking(true).is_err() {
            return;
        }
        let peer = Peer {
            process: credentials.pid(),
            user: Uid::from_raw(credentials.uid()),
            group: Gid::from_raw(credentials.gid()),
        };
        let name = &self.name;
        if !self.rules.admit(peer) {
            let (process, user) = (peer.process, peer.user);
            if self.logged.stranger.replace(user) != Some(user) {
                warn!(
                    "{name}: process {process} of user {user} may not connect (output.socket.users, groups)"
                );
            }
            return self.refuse(stream, NOT_PERMITTED);
        }
        let most = self.rules.clients;
        if self.clients.len() >= most {
            if !std::mem::replace(&mut self.logged.full, true) {
                warn!("{name}: {most} clients listen, more are refused");
            }
            let why = format!("{most} clients listen already (output.socket.clients)");
            return self.refuse(stream, &why);
        }
        debug!("{name}: process {} listens", peer.process);
        let mut client = Client::new(self.next_id, stream, peer);
        self.next_id += 1;
        let sent = self.view.lines().try_for_each(|line| client.send(line));
        match sent {
            Ok(()) => {
                self.clients.push(client);
                self.tally.lock().connected += 1;
            }
            Err(_) => self.commands.rest(&mut client),
        }
    }

    /// Disconnects the clients that may no longer connect.
    pub(super) fn dismiss(&mut self) {
        let rules = self.rules.clone();
        self.for_each_client(|client, _| {
            if rules.admit(client.peer) {
                return Ok(());
            }
            let _ = client.send(&refusal(NOT_PERMITTED));
            Err(Gone::Dismissed)
        });
    }

    fn refuse(&self, mut stream: UnixStream, why: &str) {
        self.tally.lock().refused += 1;
        // A new connection has room for this line; if not, the client only sees the connection close.
        let _ = stream.write(&refusal(why));
    }
}

fn refusal(why: &str) -> Arc<[u8]> {
    as_line(serde_json::to_string(&Refusal::new(why)).unwrap_or_default())
}
