//! The local socket: every event to every program that connects, one JSON object a line, and commands from them.
//!
//! Takes events and gives them to any number of clients, up to a cap, over a Unix stream socket. All of it happens in the
//! thread of the outlet, which never waits for a client, nor for the daemon. A client that connects first gets the lines in
//! view, as if they appeared now, and from then on each event once. One that does not read is dropped once its buffer
//! overflows, and never holds up the others. docs/events.md is the contract.

use std::os::fd::AsFd;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use log::{debug, info, warn};
use nix::poll::{PollFd, PollFlags};
use nix::unistd::Uid;
use serde::{Deserialize, Serialize};

use super::{Clients, Sink, Watch};
use crate::contract::control::Requests;
use crate::contract::event::{self, Event, LineChange, LineEvent};
use crate::contract::status::ClientStatus;
use crate::error::{Result, err};
use crate::retry::wait::{self, Woken};

mod client;
mod desk;
mod door;
mod path;
mod post;
mod request;
mod rules;
mod settings;
mod view;

pub use settings::{SYSTEM_PATH, Settings, default_paths};

use client::{Client, Gone, as_line};
use desk::Desk;
use path::Claim;
use post::{Message, Post};
use rules::Rules;
use view::View;

/// The longest event in bytes, so that a few fit into the buffer of a client. A page of 200 long
/// lines has a tenth of it.
const LONGEST_EVENT: usize = client::BUFFER / 4;
/// How often the socket file is looked for: whoever removed it by mistake has it back within this time.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Descriptors that are waited for besides those of the clients, and before them.
const OURS: usize = 2;
/// How long new settings may take: the socket's thread never blocks, so that more means that it hangs.
const APPLYING: Duration = Duration::from_secs(2);

/// What a client that is one too many, or not permitted, is told, as a line of JSON, before it is closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    v: u32,
    r#type: RefusalType,
    /// Why, in one line.
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RefusalType {
    Refused,
}

impl Refusal {
    fn new(message: &str) -> Self {
        Refusal {
            v: event::VERSION,
            r#type: RefusalType::Refused,
            message: message.to_owned(),
        }
    }
}

/// How the clients are doing, for whoever asks for the status.
#[derive(Clone, Default)]
struct Tally(Arc<Mutex<ClientStatus>>);

impl Tally {
    fn lock(&self) -> MutexGuard<'_, ClientStatus> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The socket, with all who are connected.
pub struct Socket {
    name: String,
    listener: UnixListener,
    claim: Claim,
    rules: Rules,
    desk: Desk,
    inbox: Receiver<Message>,
    /// That there is something in the inbox.
    woken: Woken,
    tally: Tally,
    clients: Vec<Client>,
    next_id: u64,
    view: View,
    /// Set at the end: nobody is accepted any more.
    closing: bool,
    accept_again: Option<Instant>,
    /// When the place of the socket is looked at next, and how often.
    look: Instant,
    look_every: Duration,
    logged: Logged,
}

/// What was logged once, and is not logged again until it has passed.
#[derive(Default)]
struct Logged {
    full: bool,
    stranger: Option<Uid>,
    no_descriptor: bool,
    no_place: bool,
}

impl Socket {
    /// Makes the socket. Who connects is served once it is in an outlet; what clients ask goes to `requests`.
    ///
    /// # Errors
    /// `Config` for settings that cannot be used or a file in the way that is no socket; `NoDevice` when
    /// another program serves this path; `Io` when the folder is missing or may not be written.
    pub fn open(settings: &Settings, requests: Requests) -> Result<Self> {
        Socket::open_looking(settings, requests, LOOK_EVERY)
    }

    fn open_looking(settings: &Settings, requests: Requests, look_every: Duration) -> Result<Self> {
        let path = settings.place();
        let name = format!("socket {}", path.display());
        let rules = Rules::of(settings)?;
        let (listener, claim) = path::claim(&path, rules.mode, rules.group)?;
        let (waker, woken) =
            wait::waker().map_err(|fault| err!(Io, "{name}: {fault}").caused_by(fault))?;
        let (post, inbox) = mpsc::channel();
        let post = Post::new(post, waker);
        info!("{name}: ready");
        Ok(Socket {
            name,
            listener,
            claim,
            desk: Desk::new(rules.commands.clone(), requests, post),
            rules,
            inbox,
            woken,
            tally: Tally::default(),
            clients: Vec::new(),
            next_id: 0,
            view: View::default(),
            closing: false,
            accept_again: None,
            look: Instant::now() + look_every,
            look_every,
            logged: Logged::default(),
        })
    }

    /// Where clients connect.
    pub fn path(&self) -> &Path {
        self.claim.path()
    }

    /// With which its settings can be changed while it works.
    pub fn handle(&self) -> Handle {
        Handle {
            path: self.path().to_owned(),
            post: self.desk.post.clone(),
        }
    }

    /// Takes what clients say and what is for them, and sends what waits; until the moment at most it waits for any of it.
    fn serve(&mut self, until: Instant) -> Result<()> {
        let mut fds = self.watch().fds;
        let waited = wait::until(&mut fds, Some(until));
        let found: Vec<PollFlags> = fds.iter().skip(OURS).map(wait::found).collect();
        waited.map_err(|fault| {
            err!(Io, "cannot wait for clients: {}", fault.desc()).caused_by(fault)
        })?;
        let mut found = found.into_iter();
        self.keep(|client, desk| match found.next() {
            Some(flags) if !flags.is_empty() => {
                client.serve(flags)?;
                desk.attend(client)
            }
            _ => Ok(()),
        });
        self.accept();
        self.woken.clear();
        while let Ok(message) = self.inbox.try_recv() {
            self.take(message);
        }
        self.look();
        Ok(())
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Answer(id, answer) => {
                let line = as_line(answer.to_json());
                self.keep(|client, desk| {
                    if client.id != id {
                        return Ok(());
                    }
                    client.answer(&line)?;
                    desk.attend(client)
                });
            }
            Message::Rules(rules, done) => {
                let _ = done.try_send(self.change(rules));
            }
        }
    }

    /// Works by `rules` from now on; clients who may no longer connect are sent away. After an error all is as before.
    fn change(&mut self, rules: Rules) -> Result<()> {
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
        self.logged = Logged::default();
        self.dismiss();
        Ok(())
    }

    /// Looks from time to time whether somebody has removed the socket file, and if so makes it anew.
    fn look(&mut self) {
        let now = Instant::now();
        if now < self.look || self.closing {
            return;
        }
        self.look = now + self.look_every;
        if self.claim.holds() {
            return;
        }
        match self.claim_again(&self.rules.clone()) {
            Ok(()) => {
                self.logged.no_place = false;
                warn!("{}: had been removed, and was made anew", self.name);
            }
            Err(fault) => {
                if !std::mem::replace(&mut self.logged.no_place, true) {
                    warn!("{fault}; it had been removed, will try again");
                }
            }
        }
    }

    fn claim_again(&mut self, rules: &Rules) -> Result<()> {
        let (listener, claim) = path::claim(self.claim.path(), rules.mode, rules.group)?;
        // Those who came before the file was removed wait there.
        self.accept();
        (self.listener, self.claim) = (listener, claim);
        Ok(())
    }

    /// Does `step` with each client, and lets those go that are gone.
    fn keep(&mut self, mut step: impl FnMut(&mut Client, &Desk) -> std::result::Result<(), Gone>) {
        let (name, desk, tally) = (&self.name, &self.desk, &self.tally);
        let before = self.clients.len();
        self.clients.retain_mut(|client| {
            let Err(gone) = step(client, desk).and_then(|()| client.stays()) else {
                return true;
            };
            let process = client.peer.process;
            match gone {
                Gone::Left => {
                    desk.last_words(client);
                    debug!("{name}: process {process} has left");
                }
                Gone::Broken(fault) => warn!("{name}: process {process}: {fault}"),
                Gone::Overflowed => {
                    tally.lock().overflowed += 1;
                    warn!("{name}: process {process} does not read and is dropped");
                }
                Gone::Dismissed => {
                    tally.lock().refused += 1;
                    info!("{name}: process {process} may no longer connect");
                }
            }
            false
        });
        if self.clients.len() < before {
            self.logged.full = false;
            self.tally.lock().connected = self.clients.len() as u64;
        }
    }
}

impl Sink for Socket {
    fn name(&self) -> &str {
        &self.name
    }

    fn clients(&self) -> Option<Clients> {
        let tally = self.tally.clone();
        Some(Box::new(move || *tally.lock()))
    }

    fn watch(&self) -> Watch<'_> {
        let mut connections = PollFlags::empty();
        connections.set(PollFlags::POLLIN, self.accepting());
        let ours: [PollFd<'_>; OURS] = [
            self.woken.poll_fd(),
            PollFd::new(self.listener.as_fd(), connections),
        ];
        let clients = self.clients.iter().map(Client::poll_fd);
        let look = self.look;
        Watch {
            fds: ours.into_iter().chain(clients).collect(),
            until: Some(self.accept_again.map_or(look, |again| again.min(look))),
        }
    }

    fn on_ready(&mut self) -> Result<()> {
        self.serve(Instant::now())
    }

    fn send(&mut self, event: &Event) -> Result<()> {
        let line = as_line(event.to_json());
        if line.len() > LONGEST_EVENT {
            let length = line.len();
            return Err(err!(
                Data,
                "an event of {length} bytes, at most {LONGEST_EVENT}"
            ));
        }
        // Whoever connected before gets it, and what clients say is taken however many events come.
        self.serve(Instant::now())?;
        match event {
            Event::Line(line) if line.event == LineChange::Gone => self.view.forget(line.id),
            Event::Line(line) => {
                let appeared = Event::Line(LineEvent {
                    event: LineChange::Appeared,
                    ..line.clone()
                });
                self.view.show(line.id, as_line(appeared.to_json()));
            }
            Event::Page(_) | Event::Guide(_) | Event::NoRead(_) | Event::Region(_) => {}
        }
        self.keep(|client, _| client.tell_event(&line));
        Ok(())
    }

    fn close(&mut self, within: Duration) {
        let deadline = Instant::now() + within;
        self.closing = true;
        let waits = |client: &Client| client.bytes() > 0;
        while self.clients.iter().any(waits)
            && Instant::now() < deadline
            && self.serve(deadline).is_ok()
        {}
        self.clients.clear();
        self.tally.lock().connected = 0;
    }
}

/// Changes the settings of a socket that is served, without anybody losing a connection. Clones are for the same socket.
#[derive(Clone)]
pub struct Handle {
    path: PathBuf,
    post: Post,
}

impl Handle {
    /// Where clients connect: the one thing that stays.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Works by `settings` from now on: mode, group, users, groups, clients and commands. Who is connected stays,
    /// except those who may no longer connect. A socket file that somebody removed is made anew.
    ///
    /// # Errors
    /// `Config` for settings that cannot be used or are for another path, `Io` when the system does not let us; in
    /// either case all is as it was before.
    pub fn apply(&self, settings: &Settings) -> Result<()> {
        let path = self.path.display();
        if settings.place() != self.path {
            return Err(err!(
                Config,
                "output.socket.path: {path} is served until the socket is made anew"
            ));
        }
        let (done, outcome) = mpsc::sync_channel(1);
        let rules = Rules::of(settings)?;
        let told = self.post.tell(Message::Rules(rules, done));
        let hangs = || err!(Io, "socket {path}: its thread does not answer");
        told.map_err(|_| hangs())?;
        outcome.recv_timeout(APPLYING).map_err(|_| hangs())?
    }
}

#[cfg(test)]
mod tests;
