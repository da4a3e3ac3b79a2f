//! Messages from other threads to the thread of the socket.

use std::sync::mpsc::{SendError, Sender, SyncSender};

use super::rules::Rules;
use crate::contract::control::Answer;
use crate::error::Result as Outcome;
use crate::retry::wait::Waker;

/// A message.
pub enum Message {
    /// The answer for the client with this id.
    Answer(u64, Answer),
    /// New rules; the result says whether they could be applied.
    Rules(Rules, SyncSender<Outcome<()>>),
}

/// Sends messages; never blocks. At any time at most one set of rules and one answer for each client are on their way.
#[derive(Clone, Debug)]
pub struct Post {
    inbox: Sender<Message>,
    waker: Waker,
}

impl Post {
    pub fn new(inbox: Sender<Message>, waker: Waker) -> Self {
        Post { inbox, waker }
    }

    /// An error when the socket has ended.
    pub fn send(&self, message: Message) -> Result<(), SendError<Message>> {
        self.inbox.send(message)?;
        self.waker.wake();
        Ok(())
    }
}
