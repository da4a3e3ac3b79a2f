//! What may be asked of a running glyphd, and how it answers.
//!
//! Takes the words of a client of the socket or of a host on the serial line; gives [`Request`]s in a bounded queue, which
//! the daemon answers one after another. Whoever asks never waits: the answer comes back through a function
//! that it hands over. Nothing else goes from the sinks to the daemon.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::contract::event::VERSION;
use crate::contract::status::Status;

/// Requests that wait: people and hosts ask a few times a second at most, and each is answered within milliseconds.
const WAITING: usize = 64;

words! {
    /// What may be asked.
    Command {
        /// How it is doing.
        Status = "status",
        /// Read now what is in view, and tell it also when it was told before.
        Trigger = "trigger",
        /// End the reading that a trigger asked for.
        Stop = "stop",
        /// Let the camera go and read nothing until `resume`.
        Pause = "pause",
        /// Go on after `pause`.
        Resume = "resume",
        /// Read the configuration again and work by it.
        Reload = "reload",
    }
}

impl Command {
    /// The command that `word` is for, without regard to case and to blanks around it.
    pub fn of_word(word: &str) -> Option<Self> {
        let word = word.trim();
        Command::ALL
            .into_iter()
            .find(|command| command.word().eq_ignore_ascii_case(word))
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What whoever asked is told: one JSON object a line, apart from the events by its type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The version of the contract, as in the events.
    pub v: u32,
    /// Always `answer`.
    pub r#type: AnswerType,
    /// What was asked, as it was written.
    pub command: String,
    /// Whether it was done.
    pub ok: bool,
    /// What was done, or why it was not, in one line.
    pub message: String,
    /// With `status` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Box<Status>>,
}

/// The type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerType {
    /// The only one.
    Answer,
}

impl Answer {
    /// It was done.
    pub fn done(command: Command, message: impl Into<String>) -> Self {
        Answer {
            ok: true,
            ..Answer::refused(command.word(), message)
        }
    }

    /// It was not done.
    pub fn refused(command: impl Into<String>, message: impl Into<String>) -> Self {
        Answer {
            v: VERSION,
            r#type: AnswerType::Answer,
            command: command.into(),
            ok: false,
            message: message.into(),
            status: None,
        }
    }

    /// The answer as one line of JSON, without a line break.
    pub fn to_json(&self) -> String {
        // Only a map with keys that are no strings can make this fail: there is none.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Takes an answer to whoever asked; must not block.
pub type Reply = Box<dyn FnOnce(Answer) + Send>;

/// One thing asked.
pub struct Request {
    /// What.
    pub command: Command,
    /// By whom, for the log, as in `process 1234`.
    pub from: String,
    reply: Option<Reply>,
}

impl Request {
    /// Answers it.
    pub fn answer(self, answer: Answer) {
        if let Some(reply) = self.reply {
            reply(answer);
        }
    }
}

/// Where requests are handed in; clones lead to the same place.
#[derive(Clone)]
pub struct Requests {
    queue: SyncSender<Request>,
    /// Whether the log has said that too much is asked, since a request last found room.
    refusing: Arc<AtomicBool>,
}

/// Where the daemon finds them.
pub struct Inbox(Receiver<Request>);

/// A queue for requests.
pub fn requests() -> (Requests, Inbox) {
    let (sender, receiver) = sync_channel(WAITING);
    let requests = Requests {
        queue: sender,
        refusing: Arc::default(),
    };
    (requests, Inbox(receiver))
}

impl Requests {
    /// Asks; never blocks. When too much is asked at once or the daemon is ending, `reply` is told so at once.
    /// Without `reply` nobody wants to know.
    pub fn ask(&self, command: Command, from: impl Into<String>, reply: Option<Reply>) {
        let request = Request {
            command,
            from: from.into(),
            reply,
        };
        match self.queue.try_send(request) {
            Ok(()) => self.refusing.store(false, Relaxed),
            Err(TrySendError::Full(request)) => {
                if !self.refusing.swap(true, Relaxed) {
                    log::warn!(
                        "{}: `{command}` was refused: too much is asked",
                        request.from
                    );
                }
                request.answer(Answer::refused(command.word(), "too much is asked at once"));
            }
            Err(TrySendError::Disconnected(request)) => {
                request.answer(Answer::refused(command.word(), "glyphd is ending"));
            }
        }
    }
}

impl Inbox {
    /// The next request, if one comes within `limit`.
    pub fn next(&self, limit: Duration) -> Option<Request> {
        match self.0.recv_timeout(limit) {
            Ok(request) => Some(request),
            Err(RecvTimeoutError::Timeout) => None,
            // Nobody can ask any more; whoever waits here must still wait.
            Err(RecvTimeoutError::Disconnected) => {
                std::thread::sleep(limit);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn every_word_is_understood_in_any_case() {
        for command in Command::ALL {
            let word = format!(" {} \r", command.word().to_uppercase());
            assert_eq!(Command::of_word(&word), Some(command));
            assert_eq!(
                serde_json::to_string(&command).unwrap(),
                format!("\"{command}\"")
            );
        }
        assert_eq!(Command::of_word("statu"), None);
    }

    #[test]
    fn a_request_is_answered_and_one_too_many_is_refused_at_once() {
        let (requests, inbox) = requests();
        let (told, answers) = mpsc::channel();
        for _ in 0..=WAITING {
            let told = told.clone();
            let reply = Box::new(move |answer| told.send(answer).unwrap());
            requests.ask(Command::Pause, "a test", Some(reply));
        }
        let refused = answers.try_recv().unwrap();
        assert!(
            !refused.ok && refused.message.contains("too much"),
            "{refused:?}"
        );
        let request = inbox.next(Duration::ZERO).unwrap();
        request.answer(Answer::done(Command::Pause, "paused"));
        assert_eq!(
            answers.try_recv().unwrap().to_json(),
            r#"{"v":1,"type":"answer","command":"pause","ok":true,"message":"paused"}"#
        );
        drop(inbox);
        requests.ask(Command::Pause, "a test", None);
    }
}
