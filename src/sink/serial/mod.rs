//! Readings over a serial line, framed as barcode readers frame theirs, and triggers from its host.
//!
//! Takes events and sends one frame for each line that appeared or is now read otherwise, or for each page; docs/serial.md is the
//! contract. A port that goes away is noticed at once and opened again under its name as soon as it is there; a frame
//! that broke off is then sent anew from its beginning, so that the host may see a piece of it before. On a line that is
//! only stopped, each frame is sent once and whole: one that was begun is gone on with where it stopped.

use std::time::Duration;

use log::info;

use super::{Filter, Sink, Watch, usable};
use crate::contract::control::{Command, Requests};
use crate::contract::event::{Confidence, Content, Event, LineChange};
use crate::error::{Kind, Result, err};

mod escape;
pub mod framing;
mod line;
mod list;
mod port;
mod settings;
mod triggers;

pub use list::{PortName, ports};
pub use settings::{Encoding, Flow, Parity, Send, Settings, Terminator};

use framing::Framing;
use port::Port;
use triggers::Triggers;

/// How long a line may take no byte before it counts as stuck: at 1200 baud, the kernel has room again only
/// after about two seconds.
const STALL: Duration = Duration::from_secs(5);

/// Bytes taken from the host at a time, and how many times before readings have their turn again: hosts send a few
/// bytes, so that more is noise.
const READ_SIZE: usize = 256;
const MOST_READS: usize = 16;

/// The serial line.
pub struct Serial {
    name: String,
    port_name: String,
    settings: Settings,
    triggers: Triggers,
    requests: Requests,
    port: Option<Port>,
    /// Kept from one reading to the next.
    frame: Vec<u8>,
    /// The frame last begun on this port, and how many of its bytes were taken.
    begun: Vec<u8>,
    taken: usize,
    stall: Duration,
}

impl Serial {
    /// The line with these settings, whether or not its port is there yet: it is opened as soon as it is. What the host asks
    /// goes to `requests`.
    ///
    /// # Errors
    /// `Config` for settings that cannot be used, also such as this port cannot do.
    pub fn open(settings: &Settings, requests: Requests) -> Result<Self> {
        let mut serial = Serial::new(settings, requests)?;
        match serial.connect() {
            Err(fault) if fault.kind() == Kind::Config => Err(fault),
            // The outlet logs it and tries again.
            _ => Ok(serial),
        }
    }

    fn new(settings: &Settings, requests: Requests) -> Result<Self> {
        usable("serial", &settings.check())?;
        let port_name = settings
            .port
            .clone()
            .ok_or_else(|| err!(Config, "output.serial.port: missing"))?;
        Ok(Serial {
            name: format!("serial line {port_name}"),
            port_name,
            triggers: Triggers::new([
                (Command::Trigger, settings.trigger.bytes()),
                (Command::Stop, settings.stop.bytes()),
            ]),
            requests,
            settings: settings.clone(),
            port: None,
            frame: Vec::new(),
            begun: Vec::new(),
            taken: 0,
            stall: STALL,
        })
    }

    fn connect(&mut self) -> Result<()> {
        if self.port.is_none() {
            self.port = Some(Port::open(&self.port_name, &self.settings)?);
            self.triggers.forget();
            self.begun.clear();
            self.taken = 0;
            info!("{}: open at {} baud", self.name, self.settings.baud);
        }
        Ok(())
    }

    /// Sends what is left of the frame that was begun.
    fn finish(&mut self) -> Result<()> {
        let Some(port) = &mut self.port else {
            return Ok(());
        };
        let rest = self.begun.get(self.taken..).unwrap_or_default();
        match port.write(rest, self.stall) {
            Ok(count) if count == rest.len() => self.taken += count,
            Ok(count) => {
                self.taken += count;
                // An XON that got lost, as when the host starts anew, would stop the line for ever.
                if self.settings.flow == Flow::XonXoff {
                    port.forget_xoff();
                }
                return Err(port.stalled());
            }
            Err(gone) => {
                self.port = None;
                return Err(gone);
            }
        }
        Ok(())
    }

    /// Reads what the host has sent.
    fn read_host(&mut self) -> Result<()> {
        let mut bytes = [0; READ_SIZE];
        for _ in 0..MOST_READS {
            let Some(port) = &mut self.port else { break };
            let count = port.read(&mut bytes)?;
            if count == 0 {
                break;
            }
            let bytes = bytes.get(..count).unwrap_or_default();
            self.triggers.search(bytes, |command| {
                self.requests.ask(command, self.name.as_str(), None);
            });
        }
        Ok(())
    }
}

/// Tells whether an event is one that is sent.
fn chosen(settings: &Settings) -> impl Fn(&Event) -> bool + use<> {
    let (send, min_confidence) = (settings.send, settings.min_confidence);
    let tells_no_reads = !settings.no_read.is_empty();
    let certain = move |confidence: Confidence| confidence.get() >= min_confidence;
    move |event| match (send, event) {
        (_, Event::NoRead(_)) => tells_no_reads,
        (Send::Line, Event::Line(line)) => {
            line.event != LineChange::Gone && certain(line.confidence)
        }
        // A host would take it for a whole one.
        (Send::Page, Event::Page(page)) => {
            certain(page.confidence) && !page.regions.iter().any(Content::is_missing)
        }
        _ => false,
    }
}

impl Sink for Serial {
    fn name(&self) -> &str {
        &self.name
    }

    fn filter(&self) -> Filter {
        Box::new(chosen(&self.settings))
    }

    fn watch(&self) -> Watch<'_> {
        Watch::on(self.port.as_ref().map(Port::poll_fd))
    }

    fn on_ready(&mut self) -> Result<()> {
        self.connect()?;
        self.read_host().inspect_err(|_| self.port = None)
    }

    fn send(&mut self, event: &Event) -> Result<()> {
        let framing = Framing(&self.settings);
        let some = chosen(&self.settings)(event)
            && match event {
                Event::Line(line) => framing.frame([line.text.as_str()], &mut self.frame),
                Event::Page(page) => framing.frame(page.text.lines(), &mut self.frame),
                Event::NoRead(_) => framing.no_read(&mut self.frame),
                Event::Guide(_) | Event::Region(_) => false,
            };
        if !some {
            return Ok(());
        }
        self.connect()?;
        // The same frame: this event is offered again, or says what one that was dropped would have.
        if self.taken < self.begun.len() && self.frame == self.begun {
            return self.finish();
        }
        self.finish()?;
        std::mem::swap(&mut self.begun, &mut self.frame);
        self.taken = 0;
        self.finish()
    }

    fn close(&mut self, within: Duration) {
        if let Some(mut port) = self.port.take() {
            port.drain(within);
        }
    }
}

#[cfg(test)]
mod tests;
