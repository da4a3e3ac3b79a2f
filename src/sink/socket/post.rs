//! What goes to the thread of the socket, and the way it gets there.

use std::sync::Arc;
use std::sync::mpsc::{SendError, Sender, SyncSender};
use std::time::Instant;

use super::rules::Rules;
use super::view::Change;
use crate::contract::control::Answer;
use crate::error::Result as Outcome;
use crate::retry::wait::Waker;

/// What the thread is told.
pub enum Message {
    /// A line for all clients, and what it changes in view. Once it is written, `written` is told.
    Event(Arc<[u8]>, Change),
    /// What the client of this id is due.
    Answer(u64, Answer),
    /// Work by these from now on, and tell whether that could be done.
    Rules(Rules, SyncSender<Outcome<()>>),
    /// Send what waits, until then at most, and end.
    Close(Instant),
}

/// Where messages are handed in. They never wait: at any time there are one event, one set of rules and one answer for
/// each client on their way, and no more.
#[derive(Clone, Debug)]
pub struct Post {
    inbox: Sender<Message>,
    waker: Waker,
}

impl Post {
    pub fn new(inbox: Sender<Message>, waker: Waker) -> Self {
        Post { inbox, waker }
    }

    /// An error when the thread has ended.
    pub fn tell(&self, message: Message) -> Result<(), SendError<Message>> {
        self.inbox.send(message)?;
        self.waker.wake();
        Ok(())
    }
}

/// An answer as it goes over the socket.
pub fn as_line(answer: &Answer) -> Arc<[u8]> {
    let mut json = answer.to_json();
    json.push('\n');
    json.into_bytes().into()
}
