//! The thread of the socket: accepts clients and passes events on.
//!
//! Takes messages from the sink and connections from the listener, waits for all of them in one `poll`,
//! and never anywhere else.

use std::os::fd::AsFd;
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use log::{debug, info, warn};
use nix::poll::{PollFd, PollFlags};
use nix::unistd::Uid;

use super::Tally;
use super::client::{Client, Gone};
use super::desk::Desk;
use super::path::{self, Claim};
use super::post::{Message, as_line};
use super::rules::Rules;
use super::view::View;
use crate::error::Result as Outcome;
use crate::retry::wait::{self, Woken};

mod door;

/// How long nothing is tried again for which the system had no file descriptor or no memory.
const PAUSE: Duration = Duration::from_secs(1);

/// What the thread owns.
pub struct Server {
    listener: UnixListener,
    claim: Claim,
    woken: Woken,
    inbox: Receiver<Message>,
    written: SyncSender<()>,
    rules: Rules,
    desk: Desk,
    tally: Arc<Tally>,
    clients: Vec<Client>,
    next_id: u64,
    view: View,
    closing: Option<Instant>,
    accept_again: Option<Instant>,
    /// When the place of the socket is looked at next, and how often.
    look: Instant,
    look_every: Duration,
    said: Said,
}

/// What the log has said and need not say again until it has passed.
#[derive(Default)]
struct Said {
    full: bool,
    stranger: Option<Uid>,
    no_descriptor: bool,
    no_place: bool,
    blind: bool,
}

/// What `poll` found.
struct Found {
    connection: bool,
    clients: Vec<PollFlags>,
}

impl Server {
    /// Makes the socket. `listener` must not block.
    pub fn new(
        place: (UnixListener, Claim),
        rules: Rules,
        inbox: (Woken, Receiver<Message>),
        written: SyncSender<()>,
        desk: Desk,
        tally: Arc<Tally>,
        look_every: Duration,
    ) -> Self {
        let ((listener, claim), (woken, inbox)) = (place, inbox);
        Server {
            listener,
            claim,
            woken,
            inbox,
            written,
            rules,
            desk,
            tally,
            clients: Vec::new(),
            next_id: 0,
            view: View::default(),
            closing: None,
            accept_again: None,
            look: Instant::now() + look_every,
            look_every,
            said: Said::default(),
        }
    }

    /// Serves until told to close.
    pub fn run(mut self) {
        info!("socket {}: ready", self.claim.path().display());
        loop {
            let found = self.wait();
            self.serve(&found.clients);
            // Whoever connected before an event was sent hears it: so first the messages are taken, then
            // the clients are accepted that came before them, then the messages are passed on.
            self.woken.clear();
            let messages: Vec<Message> = self.inbox.try_iter().collect();
            if self.accepting() && (found.connection || !messages.is_empty()) {
                self.accept();
            }
            messages.into_iter().for_each(|message| self.heed(message));
            self.look();
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

    fn wait(&mut self) -> Found {
        let now = Instant::now();
        self.accept_again = self.accept_again.filter(|again| *again > now);
        let mut fds = Vec::with_capacity(2 + self.clients.len());
        fds.push(self.woken.poll_fd());
        let mut connections = PollFlags::empty();
        connections.set(PollFlags::POLLIN, self.accepting());
        fds.push(PollFd::new(self.listener.as_fd(), connections));
        fds.extend(self.clients.iter().map(Client::poll_fd));
        let moments = [self.closing, self.accept_again, Some(self.look)];
        match wait::until(&mut fds, moments.into_iter().flatten().min()) {
            Ok(()) => self.said.blind = false,
            Err(fault) => {
                // Out of memory, most likely: not to spin until that is over.
                if !std::mem::replace(&mut self.said.blind, true) {
                    let (path, fault) = (self.claim.path().display(), fault.desc());
                    warn!("socket {path}: cannot wait for clients: {fault}; will try again");
                }
                thread::sleep(PAUSE);
            }
        }
        let mut found = fds.iter().map(wait::found);
        let (_, connection) = (found.next(), found.next());
        let connection = connection.is_some_and(|flags| !flags.is_empty());
        Found {
            connection,
            clients: found.collect(),
        }
    }

    fn heed(&mut self, message: Message) {
        match message {
            Message::Event(line, change) => {
                self.view.change(change);
                self.keep(|client, _| client.tell_event(&line));
                // The sink sends one event at a time, so there is room.
                let _ = self.written.try_send(());
            }
            Message::Answer(id, answer) => {
                let line = as_line(&answer);
                self.keep(|client, desk| match client.id == id {
                    true => {
                        client.answer(&line)?;
                        desk.attend(client)
                    }
                    false => Ok(()),
                });
            }
            Message::Rules(rules, done) => {
                let _ = done.try_send(self.change(rules));
            }
            Message::Close(deadline) => {
                self.closing.get_or_insert(deadline);
            }
        }
    }

    /// Works by `rules` from now on; clients who may no longer connect are sent away. After an error all is as before.
    fn change(&mut self, rules: Rules) -> Outcome<()> {
        if self.claim.holds() {
            let done = self.claim.permit(rules.mode, rules.group);
            if done.is_err() {
                let _ = self.claim.permit(self.rules.mode, self.rules.group);
            }
            done?;
        } else {
            self.claim_again(&rules)?;
        }
        self.desk.commands.clone_from(&rules.commands);
        self.rules = rules;
        self.said = Said::default();
        self.dismiss();
        Ok(())
    }

    /// Looks from time to time whether somebody has removed the socket file, and if so makes it anew.
    fn look(&mut self) {
        let now = Instant::now();
        if now < self.look || self.closing.is_some() {
            return;
        }
        self.look = now + self.look_every;
        if self.claim.holds() {
            return;
        }
        let made = self.claim_again(&self.rules.clone());
        let path = self.claim.path().display();
        match made {
            Ok(()) => {
                self.said.no_place = false;
                warn!("socket {path}: had been removed, and was made anew");
            }
            Err(fault) => {
                if !std::mem::replace(&mut self.said.no_place, true) {
                    warn!("{fault}; it had been removed, will try again");
                }
            }
        }
    }

    fn claim_again(&mut self, rules: &Rules) -> Outcome<()> {
        let path = self.claim.path().to_owned();
        let (listener, claim) = path::claim(&path, rules.mode, rules.group)?;
        // Those who came before the file was removed wait there.
        self.accept();
        (self.listener, self.claim) = (listener, claim);
        Ok(())
    }

    fn accepting(&self) -> bool {
        self.closing.is_none() && self.accept_again.is_none()
    }

    fn serve(&mut self, found: &[PollFlags]) {
        let mut found = found.iter();
        self.keep(|client, desk| match found.next() {
            Some(flags) if !flags.is_empty() => {
                client.serve(*flags)?;
                desk.attend(client)
            }
            _ => Ok(()),
        });
    }

    /// Does `step` with each client, and lets those go that are gone.
    fn keep(&mut self, mut step: impl FnMut(&mut Client, &Desk) -> Result<(), Gone>) {
        let (path, tally, desk) = (self.claim.path().display(), &self.tally, &self.desk);
        let before = self.clients.len();
        self.clients.retain_mut(|client| {
            let Err(gone) = step(client, desk).and_then(|()| client.stays()) else {
                return true;
            };
            let process = client.peer.process;
            match gone {
                Gone::Left => {
                    desk.last_words(client);
                    debug!("socket {path}: process {process} has left");
                }
                Gone::Broken(fault) => warn!("socket {path}: process {process}: {fault}"),
                Gone::Overflowed => {
                    tally.overflowed.fetch_add(1, Relaxed);
                    warn!("socket {path}: process {process} does not read and is dropped");
                }
                Gone::Dismissed => {
                    tally.refused.fetch_add(1, Relaxed);
                    info!("socket {path}: process {process} may no longer connect");
                }
            }
            false
        });
        if self.clients.len() < before {
            self.said.full = false;
            self.count();
        }
    }

    fn count(&self) {
        self.tally.clients.store(self.clients.len() as u64, Relaxed);
    }
}
