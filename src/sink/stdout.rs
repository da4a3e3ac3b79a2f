//! Readings on standard output, for a person at a terminal or the next program of a pipe.
//!
//! Takes events and writes whole lines, each flushed at once. When the other end of the pipe is
//! closed the sink is over, quietly.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::{Filter, Sink};
use crate::contract::event::{Event, LineChange};
use crate::error::{Result, err};
use crate::fault::Fault;

/// What standard output shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Default `none`: a daemon's output goes to the journal, where readings have no place.
    pub format: Format,
}

/// How an event looks on standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Nothing.
    #[default]
    None,
    /// The text of each line that appears or is now read otherwise.
    Text,
    /// Every event, one JSON object a line.
    Json,
}

impl Settings {
    /// All that is wrong with the settings: nothing can be.
    pub fn check(&self) -> Vec<Fault> {
        Vec::new()
    }

    /// Whether anything is to be written.
    pub fn enabled(&self) -> bool {
        self.format != Format::None
    }
}

/// Standard output, or anything else that can be written to.
pub struct Stdout<W> {
    out: W,
    format: Format,
    over: bool,
}

impl Stdout<io::Stdout> {
    /// The standard output of the process.
    pub fn new(settings: &Settings) -> Self {
        Stdout::to(io::stdout(), settings.format)
    }
}

impl<W: Write> Stdout<W> {
    /// Writes to `out` instead.
    pub fn to(out: W, format: Format) -> Self {
        Stdout {
            out,
            format,
            over: false,
        }
    }
}

impl<W: Write + Send> Sink for Stdout<W> {
    fn name(&self) -> &str {
        "standard output"
    }

    fn filter(&self) -> Filter {
        let format = self.format;
        Box::new(move |event| format == Format::Json || shown(format, event).is_some())
    }

    fn send(&mut self, event: &Event) -> Result<()> {
        let Some(mut line) = shown(self.format, event) else {
            return Ok(());
        };
        line.push('\n');
        match self
            .out
            .write_all(line.as_bytes())
            .and_then(|()| self.out.flush())
        {
            Ok(()) => Ok(()),
            Err(fault) if fault.kind() == io::ErrorKind::BrokenPipe => {
                self.over = true;
                Ok(())
            }
            Err(fault) => Err(err!(Io, "cannot write: {fault}").caused_by(fault)),
        }
    }

    fn is_over(&self) -> bool {
        self.over
    }
}

fn shown(format: Format, event: &Event) -> Option<String> {
    match (format, event) {
        (Format::Json, event) => Some(event.to_json()),
        (Format::Text, Event::Line(line)) if line.event != LineChange::Gone => {
            Some(line.text.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::event::{GuideEvent, Hint};
    use crate::sink::samples::line;

    #[test]
    fn text_shows_each_line_once_and_json_shows_everything() {
        let events = [
            line(1, LineChange::Appeared),
            line(1, LineChange::Gone),
            Event::Guide(GuideEvent { hint: Hint::Dark }),
        ];
        let written = |format| {
            let mut out = Vec::new();
            let mut sink = Stdout::to(&mut out, format);
            events.iter().for_each(|event| sink.send(event).unwrap());
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written(Format::Text), "reading 1\n");
        let json: Vec<_> = written(Format::Json)
            .lines()
            .map(|line| Event::from_json(line).unwrap())
            .collect();
        assert_eq!(json, events);
    }

    #[test]
    fn a_closed_pipe_ends_the_sink_without_an_error() {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut sink = Stdout::to(writer, Format::Text);
        sink.send(&line(1, LineChange::Appeared)).unwrap();
        assert!(sink.is_over());
    }
}
