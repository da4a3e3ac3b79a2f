//! The local socket: every event to every program that connects, one JSON object a line, and commands from them.
//!
//! Takes events and gives them to any number of clients, up to a cap, over a Unix stream socket. One thread
//! serves all; it never waits for a client, nor for the daemon. A client that connects first gets the lines in view, as
//! if they appeared now, and from then on each event once. One that does not read is dropped once its buffer
//! overflows, and never holds up the others. docs/events.md is the contract.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{Clients, Sink};
use crate::contract::control::Requests;
use crate::contract::event::{self, Event, LineChange, LineEvent};
use crate::contract::status::ClientStatus;
use crate::error::{Error, Kind, Result, err};
use crate::retry::wait;

mod client;
mod desk;
mod path;
mod post;
mod request;
mod rules;
mod server;
mod settings;
mod view;

pub use settings::{SYSTEM_PATH, Settings, default_paths};

use desk::Desk;
use post::{Message, Post};
use rules::Rules;
use server::Server;

/// The longest event in bytes, so that a few fit into the buffer of a client. A page of 200 long
/// lines has a tenth of it.
const LONGEST_EVENT: usize = client::BUFFER / 4;
/// How often the socket file is looked for: whoever removed it by mistake has it back within this time.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// How long new settings may take: the server's thread never blocks, so that more means that it hangs.
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
    fn new(message: String) -> Self {
        Refusal {
            v: event::VERSION,
            r#type: RefusalType::Refused,
            message,
        }
    }
}

/// What the server has seen; the numbers only grow, but for `clients`.
#[derive(Debug, Default)]
pub struct Tally {
    clients: AtomicU64,
    refused: AtomicU64,
    overflowed: AtomicU64,
}

impl Tally {
    /// Clients connected now.
    pub fn clients(&self) -> u64 {
        self.clients.load(Relaxed)
    }

    /// Clients sent away because there were too many, or because they are not permitted.
    pub fn refused(&self) -> u64 {
        self.refused.load(Relaxed)
    }

    /// All of it.
    pub fn status(&self) -> ClientStatus {
        ClientStatus {
            connected: self.clients(),
            refused: self.refused(),
            overflowed: self.overflowed(),
        }
    }

    /// Clients dropped because they did not read.
    pub fn overflowed(&self) -> u64 {
        self.overflowed.load(Relaxed)
    }
}

/// The socket and its thread.
pub struct Socket {
    name: String,
    link: Arc<Link>,
    requests: Requests,
    look_every: Duration,
    tally: Arc<Tally>,
    running: Option<Running>,
}

/// What a socket shares with its handles.
struct Link {
    path: PathBuf,
    state: Mutex<LinkState>,
}

struct LinkState {
    settings: Settings,
    /// None when the thread has ended.
    post: Option<Post>,
}

impl Link {
    fn lock(&self) -> MutexGuard<'_, LinkState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Running {
    post: Post,
    thread: JoinHandle<()>,
    /// One for each event that is written.
    written: Receiver<()>,
}

impl Socket {
    /// Makes the socket and starts to serve it. What clients ask goes to `requests`.
    ///
    /// # Errors
    /// `Config` for settings that cannot be used or a file in the way that is no socket; `NoDevice` when
    /// another program serves this path; `Io` when the folder is missing or may not be written.
    pub fn open(settings: &Settings, requests: Requests) -> Result<Self> {
        Socket::open_looking(settings, requests, LOOK_EVERY)
    }

    fn open_looking(settings: &Settings, requests: Requests, look_every: Duration) -> Result<Self> {
        let path = settings.place();
        let state = LinkState {
            settings: settings.clone(),
            post: None,
        };
        let mut socket = Socket {
            name: format!("socket {}", path.display()),
            link: Arc::new(Link {
                path,
                state: Mutex::new(state),
            }),
            requests,
            look_every,
            tally: Arc::default(),
            running: None,
        };
        socket.running = Some(socket.start()?);
        Ok(socket)
    }

    /// Where clients connect.
    pub fn path(&self) -> &Path {
        &self.link.path
    }

    /// What the server has seen so far, and will.
    pub fn tally(&self) -> Arc<Tally> {
        Arc::clone(&self.tally)
    }

    /// With which its settings can be changed while it works.
    pub fn handle(&self) -> Handle {
        Handle(Arc::clone(&self.link))
    }

    fn start(&self) -> Result<Running> {
        let path = &self.link.path;
        let failed = |fault: &dyn Display| err!(Io, "socket {}: {fault}", path.display());
        let mut link = self.link.lock();
        let rules = Rules::of(&link.settings)?;
        let place = path::claim(path, rules.mode, rules.group)?;
        let (waker, woken) = wait::waker().map_err(|fault| failed(&fault))?;
        let (inbox, messages) = mpsc::channel();
        let (writes, written) = mpsc::sync_channel(1);
        let post = Post::new(inbox, waker);
        let desk = Desk::new(rules.commands.clone(), self.requests.clone(), post.clone());
        let server = Server::new(
            place,
            rules,
            (woken, messages),
            writes,
            desk,
            Arc::clone(&self.tally),
            self.look_every,
        );
        let thread = thread::Builder::new()
            .name("socket".to_owned())
            .spawn(move || server.run())
            .map_err(|fault| failed(&fault))?;
        link.post = Some(post.clone());
        Ok(Running {
            post,
            thread,
            written,
        })
    }
}

/// Changes the settings of a socket that is served, without anybody losing a connection. Clones are for the same socket.
#[derive(Clone)]
pub struct Handle(Arc<Link>);

impl Handle {
    /// Where clients connect: the one thing that stays.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Works by `settings` from now on: mode, group, users, groups, clients and commands. Who is connected stays,
    /// except those who may no longer connect. A socket file that somebody removed is made anew.
    ///
    /// # Errors
    /// `Config` for settings that cannot be used or are for another path, `Io` when the system does not let us; in
    /// either case all is as it was before.
    pub fn apply(&self, settings: &Settings) -> Result<()> {
        let path = self.0.path.display();
        if settings.place() != self.0.path {
            let what =
                format!("output.socket.path: {path} is served until the socket is made anew");
            return Err(Error::new(Kind::Config, what));
        }
        let rules = Rules::of(settings)?;
        let mut link = self.0.lock();
        let (done, outcome) = mpsc::sync_channel(1);
        let message = Message::Rules(rules, done);
        // Without a thread there is nothing to change: the next one is started with the new settings.
        if link
            .post
            .as_ref()
            .is_some_and(|post| post.tell(message).is_ok())
        {
            outcome.recv_timeout(APPLYING).map_err(|_| {
                let what = format!("socket {path}: its thread does not answer");
                Error::new(Kind::Io, what)
            })??;
        }
        link.settings = settings.clone();
        Ok(())
    }
}

impl Sink for Socket {
    fn name(&self) -> &str {
        &self.name
    }

    fn clients(&self) -> Option<Clients> {
        let tally = self.tally();
        Some(Box::new(move || tally.status()))
    }

    fn send(&mut self, event: &Event) -> Result<()> {
        let json = as_line(event);
        if json.len() > LONGEST_EVENT {
            return Err(err!(
                Data,
                "an event of {} bytes, at most {LONGEST_EVENT}",
                json.len()
            ));
        }
        let change = match event {
            Event::Line(line) if line.event == LineChange::Gone => view::Change::Gone(line.id),
            Event::Line(line) => {
                let appeared = Event::Line(LineEvent {
                    event: LineChange::Appeared,
                    ..line.clone()
                });
                view::Change::Shown(line.id, as_line(&appeared))
            }
            Event::Page(_) | Event::Guide(_) | Event::NoRead(_) | Event::Region(_) => {
                view::Change::None
            }
        };
        let running = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        let told = running.post.tell(Message::Event(json, change));
        // The thread never blocks, and says so once it has written the line to all that keep up.
        if told.is_ok() && running.written.recv().is_ok() {
            self.running = Some(running);
            return Ok(());
        }
        // Left out of `running`: the next attempt starts anew.
        Err(err!(Io, "its thread has ended"))
    }

    fn close(&mut self, within: Duration) {
        self.link.lock().post = None;
        if let Some(running) = self.running.take() {
            let _ = running.post.tell(Message::Close(Instant::now() + within));
            let _ = running.thread.join();
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.close(Duration::ZERO);
    }
}

fn as_line(event: &Event) -> Arc<[u8]> {
    let mut json = event.to_json();
    json.push('\n');
    json.into_bytes().into()
}

#[cfg(test)]
mod tests;
