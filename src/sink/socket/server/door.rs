//! Who comes in: connections are accepted, and refused where the rules say so.

use std::io::{ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use log::{debug, warn};
use nix::sys::socket::getsockopt;
use nix::sys::socket::sockopt::PeerCredentials;
use nix::unistd::{Gid, Uid};

use super::{PAUSE, Server};
use crate::sink::socket::Refusal;
use crate::sink::socket::client::{Client, Gone};
use crate::sink::socket::rules::Peer;

/// What one is told whom the settings do not name.
const NOT_PERMITTED: &str = "not permitted for this user (output.socket.users, groups)";

impl Server {
    /// Accepts all who wait.
    pub(super) fn accept(&mut self) {
        // As many as may be served, and one more each round to be refused: a flood cannot hold up the rest.
        for _ in 0..=self.rules.clients {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    self.said.no_descriptor = false;
                    self.welcome(stream);
                }
                Err(fault) if fault.kind() == ErrorKind::WouldBlock => return,
                Err(fault)
                    if matches!(
                        fault.kind(),
                        ErrorKind::Interrupted | ErrorKind::ConnectionAborted
                    ) => {}
                Err(fault) => {
                    if !std::mem::replace(&mut self.said.no_descriptor, true) {
                        let path = self.claim.path().display();
                        warn!("socket {path}: cannot accept a client: {fault}; will try again");
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
        let path = self.claim.path().display();
        if !self.rules.admit(peer) {
            let (process, user) = (peer.process, peer.user);
            if self.said.stranger.replace(user) != Some(user) {
                warn!(
                    "socket {path}: process {process} of user {user} may not connect (output.socket.users, groups)"
                );
            }
            return self.refuse(stream, NOT_PERMITTED);
        }
        let most = self.rules.clients;
        if self.clients.len() >= most {
            if !std::mem::replace(&mut self.said.full, true) {
                warn!("socket {path}: {most} clients listen, more are refused");
            }
            let why = format!("{most} clients listen already (output.socket.clients)");
            return self.refuse(stream, &why);
        }
        debug!("socket {path}: process {} listens", peer.process);
        let mut client = Client::new(self.next_id, stream, peer);
        self.next_id += 1;
        let told = self.view.lines().try_for_each(|line| client.tell(line));
        match told {
            Ok(()) => {
                self.clients.push(client);
                self.count();
            }
            Err(_) => self.desk.last_words(&mut client),
        }
    }

    /// Sends away those who may no longer connect.
    pub(super) fn dismiss(&mut self) {
        let rules = self.rules.clone();
        self.keep(|client, _| match rules.admit(client.peer) {
            true => Ok(()),
            false => {
                let _ = client.tell(&refusal(NOT_PERMITTED));
                Err(Gone::Dismissed)
            }
        });
    }

    fn refuse(&self, mut stream: UnixStream, why: &str) {
        self.tally.refused.fetch_add(1, Relaxed);
        // A new connection has room for this line; if not, the client sees the end only.
        let _ = stream.write(&refusal(why));
    }
}

fn refusal(why: &str) -> Arc<[u8]> {
    let mut line = serde_json::to_string(&Refusal::new(why.to_owned())).unwrap_or_default();
    line.push('\n');
    line.into_bytes().into()
}
