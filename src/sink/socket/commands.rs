//! Passes the commands of clients to the daemon, and the answers of the daemon to the clients.
//!
//! Each line that is not blank gets one answer, in the order of the lines. A client that sends many wrong lines in a row
//! gets no more answers to them. Nothing here waits for the daemon: its answer comes as a message to the socket's thread.

use super::client::{Client, Gone, as_line};
use super::post::{Message, Post};
use super::request::{self, Line, Parsed, QUIET};
use crate::contract::control::{Answer, Command, Requests};

/// Wrong lines in a row that are answered: enough for a person who tries commands, too few to keep a program busy that
/// speaks another protocol.
const WRONG_ANSWERED: u32 = 8;

/// The commands that clients may give, and the way to the daemon.
pub struct Commands {
    /// The commands that are allowed.
    pub allowed: Vec<Command>,
    requests: Requests,
    /// The way back for answers.
    pub post: Post,
}

impl Commands {
    pub fn new(allowed: Vec<Command>, requests: Requests, post: Post) -> Self {
        Commands {
            allowed,
            requests,
            post,
        }
    }

    /// Handles the lines of `client`, up to the next one that the daemon must answer.
    pub fn handle(&self, client: &mut Client) -> Result<(), Gone> {
        while let Some(line) = client.next_line() {
            let Some(parsed) = request::parse(&line) else {
                continue;
            };
            client.wrong_lines = match parsed {
                Ok(_) => 0,
                Err(_) => client.wrong_lines.saturating_add(1),
            };
            let answer = match parsed {
                Ok(Parsed::Command(command)) if self.allowed.contains(&command) => {
                    client.ask();
                    let due = Due::to(client.id, command, self.post.clone());
                    let reply = Box::new(move |answer| due.give(answer));
                    self.requests.ask(command, asker(client), Some(reply));
                    continue;
                }
                Ok(Parsed::Command(command)) => {
                    let why = "clients may not ask this (output.socket.commands)";
                    Answer::refused(command.word(), why)
                }
                Ok(Parsed::Quiet) => {
                    client.quiet();
                    Answer {
                        ok: true,
                        ..Answer::refused(QUIET, "no more events come here")
                    }
                }
                Err(_) if client.wrong_lines > WRONG_ANSWERED => continue,
                Err(answer) => answer,
            };
            client.send(&as_line(answer.to_json()))?;
        }
        Ok(())
    }

    /// Handles the commands that a client sent before it left: many send a command and do not wait for the answer.
    pub fn rest(&self, client: &mut Client) {
        let from = asker(client);
        let lines: Vec<Line> = client.rest().collect();
        let parsed = lines.iter().filter_map(|line| request::parse(line)?.ok());
        for parsed in parsed {
            match parsed {
                Parsed::Command(command) if self.allowed.contains(&command) => {
                    self.requests.ask(command, from.clone(), None);
                }
                Parsed::Command(_) | Parsed::Quiet => {}
            }
        }
    }
}

fn asker(client: &Client) -> String {
    format!("process {}", client.peer.process)
}

/// An answer that a client waits for. When nobody gives it, the client is sent a refusal.
struct Due {
    client: u64,
    answer: Option<Answer>,
    post: Post,
}

impl Due {
    fn to(client: u64, command: Command, post: Post) -> Self {
        Due {
            client,
            answer: Some(Answer::refused(command.word(), "glyphd gave no answer")),
            post,
        }
    }

    fn give(mut self, answer: Answer) {
        self.answer = Some(answer);
    }
}

impl Drop for Due {
    fn drop(&mut self) {
        if let Some(answer) = self.answer.take() {
            // With the socket gone, so is the client.
            let _ = self.post.send(Message::Answer(self.client, answer));
        }
    }
}
