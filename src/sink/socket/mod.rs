//! The local socket: every event to every program that connects, one JSON object a line.
//!
//! Takes events and gives them to any number of clients, up to a cap, over a Unix stream socket. One thread
//! serves all; it never waits for a client. A client that connects first gets the lines in view, as if
//! they appeared now, and from then on each event once. One that does not read is dropped once its buffer
//! overflows, and never holds up the others.

use std::fmt::Display;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::stat::Mode;
use nix::unistd::{AccessFlags, access};
use serde::{Deserialize, Serialize};

use super::{Clients, Sink};
use crate::config::Fault;
use crate::error::{Error, Kind, Result};
use crate::event::{self, Event, LineChange, LineEvent};
use crate::status::ClientStatus;

mod client;
mod path;
mod server;
mod view;

use server::{Message, Server};

/// Where the service listens.
pub const SYSTEM_PATH: &str = "/run/glyphd/glyphd.sock";
/// The name of the socket in a user's own runtime folder.
const USER_NAME: &str = "glyphd.sock";
/// Bytes of a path that fit into `sockaddr_un`, less the zero at its end.
const LONGEST_PATH: usize = 107;
/// The most clients a setting may allow: each costs a file descriptor, of which a service has 1024.
const MOST_CLIENTS: usize = 512;
/// Events between `send` and the server's thread, which never blocks and so empties this at once.
const INBOX: usize = 256;
/// The longest event in bytes, so that a few fit into the buffer of a client. A page of 200 long
/// lines has a tenth of it.
const LONGEST_EVENT: usize = client::BUFFER / 4;

/// Where the socket is and who may connect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Default true: the socket costs nothing while nobody connects.
    pub enabled: bool,
    /// Default none: `/run/glyphd/glyphd.sock` where that folder may be written, as for the service,
    /// otherwise `glyphd.sock` in the user's `$XDG_RUNTIME_DIR`.
    pub path: Option<PathBuf>,
    /// Who may connect, in octal. Default `0660`: the user and the group that glyphd runs as.
    pub mode: String,
    /// Clients at a time. Default 16: more than a device has programs that read from it, and few
    /// enough that their buffers (256 KiB each at worst) fit into a small board.
    pub clients: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            enabled: true,
            path: None,
            mode: "0660".to_owned(),
            clients: 16,
        }
    }
}

impl Settings {
    /// All that is wrong with the settings.
    pub fn check(&self) -> Vec<Fault> {
        let fault = |key: &str, message: String| Fault {
            key: key.to_owned(),
            message,
        };
        let mut faults = Vec::new();
        if let Some(path) = &self.path {
            if !path.is_absolute() {
                faults.push(fault(
                    "path",
                    format!("{}: expected a path from the root on", path.display()),
                ));
            } else if path.as_os_str().len() > LONGEST_PATH {
                faults.push(fault(
                    "path",
                    format!("too long for a socket: at most {LONGEST_PATH} bytes"),
                ));
            }
        }
        if self.parsed_mode().is_none() {
            faults.push(fault(
                "mode",
                format!("\"{}\": expected octal digits, as in \"0660\"", self.mode),
            ));
        }
        if !(1..=MOST_CLIENTS).contains(&self.clients) {
            faults.push(fault(
                "clients",
                format!("{}: expected 1 to {MOST_CLIENTS}", self.clients),
            ));
        }
        faults
    }

    /// Where the socket is to be.
    pub fn place(&self) -> PathBuf {
        self.path.clone().unwrap_or_else(|| {
            let service = Path::new(SYSTEM_PATH)
                .parent()
                .is_some_and(|folder| access(folder, AccessFlags::W_OK).is_ok());
            let user = default_paths().into_iter().nth(1);
            user.filter(|_| !service)
                .unwrap_or_else(|| PathBuf::from(SYSTEM_PATH))
        })
    }

    fn parsed_mode(&self) -> Option<Mode> {
        let bits = u32::from_str_radix(&self.mode, 8)
            .ok()
            .filter(|bits| *bits <= 0o777)?;
        Mode::from_bits(bits)
    }
}

/// Where to look for a running glyphd whose path was not given: the service, then the user's own.
pub fn default_paths() -> Vec<PathBuf> {
    let own = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute());
    [
        Some(PathBuf::from(SYSTEM_PATH)),
        own.map(|folder| folder.join(USER_NAME)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What a client that is one too many is told, as a line of JSON, before it is closed.
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

    /// Clients sent away because there were too many.
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
    settings: Settings,
    path: PathBuf,
    tally: Arc<Tally>,
    running: Option<Running>,
}

struct Running {
    inbox: SyncSender<Message>,
    wake: UnixStream,
    thread: JoinHandle<()>,
}

impl Socket {
    /// Makes the socket and starts to serve it.
    ///
    /// # Errors
    /// `Config` for settings that cannot be used or a file in the way that is no socket; `NoDevice` when
    /// another program serves this path; `Io` when the folder is missing or may not be written.
    pub fn open(settings: &Settings) -> Result<Self> {
        let path = settings.place();
        let mut socket = Socket {
            name: format!("socket {}", path.display()),
            settings: settings.clone(),
            path,
            tally: Arc::default(),
            running: None,
        };
        socket.running = Some(socket.start()?);
        Ok(socket)
    }

    /// Where clients connect.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the server has seen so far, and will.
    pub fn tally(&self) -> Arc<Tally> {
        Arc::clone(&self.tally)
    }

    fn start(&self) -> Result<Running> {
        let failed = |fault: &dyn Display| {
            Error::new(Kind::Io, format!("socket {}: {fault}", self.path.display()))
        };
        if let Some(fault) = self.settings.check().first() {
            return Err(Error::new(
                Kind::Config,
                format!("output.socket.{}: {}", fault.key, fault.message),
            ));
        }
        let mode = self.settings.parsed_mode().unwrap_or(Mode::empty());
        let (listener, claim) = path::claim(&self.path, mode)?;
        let (wake, woken) = UnixStream::pair().map_err(|fault| failed(&fault))?;
        for stream in [&wake, &woken] {
            stream
                .set_nonblocking(true)
                .map_err(|fault| failed(&fault))?;
        }
        let (inbox, messages) = mpsc::sync_channel(INBOX);
        let server = Server::new(
            listener,
            claim,
            woken,
            messages,
            self.settings.clients,
            Arc::clone(&self.tally),
        );
        let thread = thread::Builder::new()
            .name("socket".to_owned())
            .spawn(move || server.run())
            .map_err(|fault| failed(&fault))?;
        Ok(Running {
            inbox,
            wake,
            thread,
        })
    }
}

impl Running {
    /// True when the message will be seen to.
    fn tell(&self, message: Message) -> std::result::Result<(), TrySendError<Message>> {
        self.inbox.try_send(message)?;
        // Full means that the thread has not yet woken from the bytes before: it will.
        let _ = (&self.wake).write(&[0]);
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
            return Err(Error::new(
                Kind::Data,
                format!("an event of {} bytes, at most {LONGEST_EVENT}", json.len()),
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
            Event::Page(_) | Event::Guide(_) | Event::NoRead(_) => view::Change::None,
        };
        let running = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        match running.tell(Message::Event(json, change)) {
            Ok(()) => {
                self.running = Some(running);
                Ok(())
            }
            Err(TrySendError::Full(_)) => {
                self.running = Some(running);
                Err(Error::new(Kind::Io, "its thread does not keep up"))
            }
            // Left out of `running`: the next attempt starts anew.
            Err(TrySendError::Disconnected(_)) => Err(Error::new(Kind::Io, "its thread has ended")),
        }
    }

    fn close(&mut self, within: Duration) {
        let Some(running) = self.running.take() else {
            return;
        };
        let mut message = Message::Close(Instant::now() + within);
        // The thread never blocks, so there is soon room for one more.
        while let Err(TrySendError::Full(again)) = running.tell(message) {
            message = again;
            thread::yield_now();
        }
        let _ = running.thread.join();
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
