//! Takes what clients say to the daemon, and its answers back.
//!
//! Each line that is not blank gets one answer, in the order of the lines, except that one who sends nothing but nonsense gets
//! no more after a while. Nothing here waits for the daemon: its answer comes as a message to the socket's thread.

use super::client::{Client, Gone, as_line};
use super::post::{Message, Post};
use super::request::{self, Line, QUIET, Wish};
use crate::contract::control::{Answer, Command, Requests};

/// Wrong lines in a row that are answered: enough for a person who tries, not for a program that speaks another
/// protocol.
const WRONG_ANSWERED: u32 = 8;

/// Where clients ask.
pub struct Desk {
    /// What they may ask.
    pub commands: Vec<Command>,
    requests: Requests,
    /// How answers come back.
    pub post: Post,
}

impl Desk {
    pub fn new(commands: Vec<Command>, requests: Requests, post: Post) -> Self {
        Desk {
            commands,
            requests,
            post,
        }
    }

    /// Sees to what `client` has said, up to the next thing that the daemon is to answer.
    pub fn attend(&self, client: &mut Client) -> Result<(), Gone> {
        while let Some(line) = client.next_line() {
            let Some(wish) = request::parse(&line) else {
                continue;
            };
            client.wrong_lines = match wish {
                Ok(_) => 0,
                Err(_) => client.wrong_lines.saturating_add(1),
            };
            let answer = match wish {
                Ok(Wish::Command(command)) if self.commands.contains(&command) => {
                    client.ask();
                    let due = Due::to(client.id, command, self.post.clone());
                    let reply = Box::new(move |answer| due.give(answer));
                    self.requests.ask(command, asker(client), Some(reply));
                    continue;
                }
                Ok(Wish::Command(command)) => {
                    let why = "clients may not ask this (output.socket.commands)";
                    Answer::refused(command.word(), why)
                }
                Ok(Wish::Quiet) => {
                    client.quiet();
                    Answer {
                        ok: true,
                        ..Answer::refused(QUIET, "no more events come here")
                    }
                }
                Err(_) if client.wrong_lines > WRONG_ANSWERED => continue,
                Err(answer) => answer,
            };
            client.tell(&as_line(answer.to_json()))?;
        }
        Ok(())
    }

    /// What one who has left had yet to ask is asked all the same: a command is often sent without waiting.
    pub fn last_words(&self, client: &mut Client) {
        let from = asker(client);
        let lines: Vec<Line> = client.last_words().collect();
        let wishes = lines.iter().filter_map(|line| request::parse(line)?.ok());
        for wish in wishes {
            match wish {
                Wish::Command(command) if self.commands.contains(&command) => {
                    self.requests.ask(command, from.clone(), None);
                }
                Wish::Command(_) | Wish::Quiet => {}
            }
        }
    }
}

fn asker(client: &Client) -> String {
    format!("process {}", client.peer.process)
}

/// An answer that is due to a client, who hears of it also when nobody gives it.
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
            let _ = self.post.tell(Message::Answer(self.client, answer));
        }
    }
}
