//! Who comes in: connections are accepted, and refused where the rules say so.

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

/// How long nobody is accepted after the system had no file descriptor or no memory for it.
const PAUSE: Duration = Duration::from_secs(1);

/// What one is told whom the settings do not name.
const NOT_PERMITTED: &str = "not permitted for this user (output.socket.users, groups)";

impl Socket {
    /// Whether those who wait are accepted now.
    pub(super) fn accepting(&self) -> bool {
        !self.closing
            && self
                .accept_again
                .is_none_or(|again| again <= Instant::now())
    }

    /// Accepts all who wait.
    pub(super) fn accept(&mut self) {
        if !self.accepting() {
            return;
        }
        self.accept_again = None;
        // As many as may be served, and one more each round to be refused: a flood cannot hold up the rest.
        for _ in 0..=self.rules.clients {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    self.logged.no_descriptor = false;
                    self.welcome(stream);
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

    fn welcome(&mut self, stream: UnixStream) {
        // Who cannot be told is let in by no rule, and what blocks would hold up the others.
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
        let told = self.view.lines().try_for_each(|line| client.tell(line));
        match told {
            Ok(()) => {
                self.clients.push(client);
                self.tally.lock().connected += 1;
            }
            Err(_) => self.desk.last_words(&mut client),
        }
    }

    /// Sends away those who may no longer connect.
    pub(super) fn dismiss(&mut self) {
        let rules = self.rules.clone();
        self.keep(|client, _| {
            if rules.admit(client.peer) {
                return Ok(());
            }
            let _ = client.tell(&refusal(NOT_PERMITTED));
            Err(Gone::Dismissed)
        });
    }

    fn refuse(&self, mut stream: UnixStream, why: &str) {
        self.tally.lock().refused += 1;
        // A new connection has room for this line; if not, the client sees the end only.
        let _ = stream.write(&refusal(why));
    }
}

fn refusal(why: &str) -> Arc<[u8]> {
    as_line(serde_json::to_string(&Refusal::new(why)).unwrap_or_default())
}
