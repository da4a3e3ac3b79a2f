//! What goes from other threads to that of the socket, and the way it gets there.

use std::sync::mpsc::{SendError, Sender, SyncSender};

use super::rules::Rules;
use crate::contract::control::Answer;
use crate::error::Result as Outcome;
use crate::retry::wait::Waker;

/// What the socket is told.
pub enum Message {
    /// What the client of this id is due.
    Answer(u64, Answer),
    /// Work by these from now on, and tell whether that could be done.
    Rules(Rules, SyncSender<Outcome<()>>),
}

/// Where messages are handed in. They never wait: at any time there are one set of rules and one answer for each client on
/// their way, and no more.
#[derive(Clone, Debug)]
pub struct Post {
    inbox: Sender<Message>,
    waker: Waker,
}

impl Post {
    pub fn new(inbox: Sender<Message>, waker: Waker) -> Self {
        Post { inbox, waker }
    }

    /// An error when the socket is no more.
    pub fn tell(&self, message: Message) -> Result<(), SendError<Message>> {
        self.inbox.send(message)?;
        self.waker.wake();
        Ok(())
    }
}
