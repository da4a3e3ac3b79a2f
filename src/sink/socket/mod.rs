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

mod accept;
mod client;
mod commands;
mod path;
mod post;
mod request;
mod rules;
mod settings;
mod view;

pub use settings::{SYSTEM_PATH, Settings, default_paths};

use client::{Client, Gone, as_line};
use commands::Commands;
use path::Claim;
use post::{Message, Post};
use rules::Rules;
use view::View;

/// The longest event in bytes, so that a few fit into the buffer of a client. A page of 200 long
/// lines has a tenth of it.
const LONGEST_EVENT: usize = client::BUFFER / 4;
/// How often the socket file is checked: one that was removed by mistake is back within this time.
const CHECK_EVERY: Duration = Duration::from_secs(10);
/// Descriptors in the list to poll before those of the clients.
const OURS: usize = 2;
/// How long new settings may take: the thread of the socket never blocks, so a longer time means that it hangs.
const APPLYING: Duration = Duration::from_secs(2);

/// The line of JSON that is sent to a client over the limit, or not permitted, before its connection is closed.
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

/// The counts of clients, shared with the status.
#[derive(Clone, Default)]
struct Tally(Arc<Mutex<ClientStatus>>);

impl Tally {
    fn lock(&self) -> MutexGuard<'_, ClientStatus> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The socket with its clients.
pub struct Socket {
    name: String,
    listener: UnixListener,
    claim: Claim,
    rules: Rules,
    commands: Commands,
    inbox: Receiver<Message>,
    /// Wakes the thread when a message is in the inbox.
    woken: Woken,
    tally: Tally,
    clients: Vec<Client>,
    next_id: u64,
    view: View,
    /// Set at the end: nobody is accepted any more.
    closing: bool,
    accept_again: Option<Instant>,
    /// When the socket file is checked next, and how often.
    next_check: Instant,
    check_every: Duration,
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
    /// Makes the socket. Clients are served once it is in an outlet; their commands go to `requests`.
    ///
    /// # Errors
    /// `Config` for settings that cannot be used or a file in the way that is no socket; `NoDevice` when
    /// another program serves this path; `Io` when the folder is missing or may not be written.
    pub fn open(settings: &Settings, requests: Requests) -> Result<Self> {
        Socket::open_checking(settings, requests, CHECK_EVERY)
    }

    fn open_checking(
        settings: &Settings,
        requests: Requests,
        check_every: Duration,
    ) -> Result<Self> {
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
            commands: Commands::new(rules.commands.clone(), requests, post),
            rules,
            inbox,
            woken,
            tally: Tally::default(),
            clients: Vec::new(),
            next_id: 0,
            view: View::default(),
            closing: false,
            accept_again: None,
            next_check: Instant::now() + check_every,
            check_every,
            logged: Logged::default(),
        })
    }

    /// Where clients connect.
    pub fn path(&self) -> &Path {
        self.claim.path()
    }

    /// A handle that changes its settings while it is served.
    pub fn handle(&self) -> Handle {
        Handle {
            path: self.path().to_owned(),
            post: self.commands.post.clone(),
        }
    }

    /// Waits until a client or a message is ready, or until the moment; then reads, accepts, answers and writes all that is
    /// possible without blocking.
    fn serve(&mut self, until: Instant) -> Result<()> {
        let mut fds = self.watch().fds;
        let waited = wait::until(&mut fds, Some(until));
        let found: Vec<PollFlags> = fds.iter().skip(OURS).map(wait::found).collect();
        waited.map_err(|fault| {
            err!(Io, "cannot wait for clients: {}", fault.desc()).caused_by(fault)
        })?;
        let mut found = found.into_iter();
        self.for_each_client(|client, commands| match found.next() {
            Some(flags) if !flags.is_empty() => {
                client.serve(flags)?;
                commands.handle(client)
            }
            _ => Ok(()),
        });
        self.accept();
        self.woken.clear();
        while let Ok(message) = self.inbox.try_recv() {
            self.on_message(message);
        }
        self.check_place();
        Ok(())
    }

    fn on_message(&mut self, message: Message) {
        match message {
            Message::Answer(id, answer) => {
                let line = as_line(answer.to_json());
                self.for_each_client(|client, commands| {
                    if client.id != id {
                        return Ok(());
                    }
                    client.answer(&line)?;
                    commands.handle(client)
                });
            }
            Message::Rules(rules, done) => {
                let _ = done.try_send(self.change(rules));
            }
        }
    }

    /// Applies `rules`; clients that may no longer connect are disconnected. After an error the old rules are still in force.
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
        self.commands.allowed.clone_from(&rules.commands);
        self.rules = rules;
        self.logged = Logged::default();
        self.dismiss();
        Ok(())
    }

    /// Checks from time to time whether the socket file was removed, and if so makes it again.
    fn check_place(&mut self) {
        let now = Instant::now();
        if now < self.next_check || self.closing {
            return;
        }
        self.next_check = now + self.check_every;
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
        // Clients that connected before the file was removed wait at the old listener.
        self.accept();
        (self.listener, self.claim) = (listener, claim);
        Ok(())
    }

    /// Does `step` with each client, and removes those that have gone.
    fn for_each_client(
        &mut self,
        mut step: impl FnMut(&mut Client, &Commands) -> std::result::Result<(), Gone>,
    ) {
        let (name, commands, tally) = (&self.name, &self.commands, &self.tally);
        let before = self.clients.len();
        self.clients.retain_mut(|client| {
            let Err(gone) = step(client, commands).and_then(|()| client.stays()) else {
                return true;
            };
            let process = client.peer.process;
            match gone {
                Gone::Left => {
                    commands.rest(client);
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
        let look = self.next_check;
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
        // Clients that connected before get the event; commands are handled also while events never end.
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
        self.for_each_client(|client, _| client.send_event(&line));
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

    /// Applies mode, group, users, groups, clients and commands of `settings`. Clients stay connected, except those that may
    /// no longer connect. A socket file that was removed is made again.
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
        let sent = self.post.send(Message::Rules(rules, done));
        let hangs = || err!(Io, "socket {path}: its thread does not answer");
        sent.map_err(|_| hangs())?;
        outcome.recv_timeout(APPLYING).map_err(|_| hangs())?
    }
}

#[cfg(test)]
mod tests;
