//! Readings over a serial line, framed as barcode readers frame theirs.
//!
//! Takes events and sends one frame for each line that appeared or is now read otherwise, or for each page; docs/serial.md is the
//! contract. A port that goes away is opened again, under its name, for the next attempt; a frame that broke off
//! is then sent anew from its beginning, so that the host may see a piece of it before.

use std::time::Duration;

use log::info;

use super::{Filter, Sink};
use crate::error::{Error, Kind, Result};
use crate::event::{Confidence, Event, LineChange};

pub mod framing;
mod list;
mod port;
mod settings;

pub use list::{PortName, ports};
pub use settings::{Encoding, Flow, Parity, Send, Settings, Terminator};

use framing::Framing;
use port::Port;

/// How long a line may take no byte before it counts as stuck: at 1200 baud, the kernel has room again only
/// after about two seconds.
const STALL: Duration = Duration::from_secs(5);

/// The serial line.
pub struct Serial {
    name: String,
    port_name: String,
    settings: Settings,
    framing: Framing,
    port: Option<Port>,
    /// Kept from one reading to the next.
    frame: Vec<u8>,
    stall: Duration,
}

impl Serial {
    /// A line with these settings, not yet opened: the first `send` does that, or `connect`.
    ///
    /// # Errors
    /// `Config` for settings that cannot be used.
    pub fn new(settings: &Settings) -> Result<Self> {
        let wrong = |key: &str, message: &str| {
            Error::new(Kind::Config, format!("output.serial.{key}: {message}"))
        };
        if let Some(fault) = settings.check().first() {
            return Err(wrong(&fault.key, &fault.message));
        }
        let port_name = settings
            .port
            .clone()
            .ok_or_else(|| wrong("port", "missing"))?;
        Ok(Serial {
            name: format!("serial line {port_name}"),
            port_name,
            framing: Framing::new(settings).map_err(|message| wrong("prefix", &message))?,
            settings: settings.clone(),
            port: None,
            frame: Vec::new(),
            stall: STALL,
        })
    }

    /// Opens the port now, to learn at once whether it can be.
    ///
    /// # Errors
    /// `NoDevice` when it is not there, not permitted or in use; `Config` when it cannot do what is asked.
    pub fn connect(&mut self) -> Result<()> {
        if self.port.is_none() {
            self.port = Some(Port::open(&self.port_name, &self.settings)?);
            info!("{}: open at {} baud", self.name, self.settings.baud);
        }
        Ok(())
    }
}

/// Whether `event` is one that is sent.
fn chosen(event: &Event, send: Send, min_confidence: f32) -> bool {
    let certain = |confidence: Confidence| confidence.get() >= min_confidence;
    match (send, event) {
        (Send::Line, Event::Line(line)) => {
            line.event != LineChange::Gone && certain(line.confidence)
        }
        (Send::Page, Event::Page(page)) => certain(page.confidence),
        _ => false,
    }
}

impl Sink for Serial {
    fn name(&self) -> &str {
        &self.name
    }

    fn filter(&self) -> Filter {
        let (send, min_confidence) = (self.settings.send, self.settings.min_confidence);
        Box::new(move |event| chosen(event, send, min_confidence))
    }

    fn send(&mut self, event: &Event) -> Result<()> {
        let some = chosen(event, self.settings.send, self.settings.min_confidence)
            && match event {
                Event::Line(line) => self.framing.frame([line.text.as_str()], &mut self.frame),
                Event::Page(page) => self.framing.frame(page.text.lines(), &mut self.frame),
                Event::Guide(_) | Event::NoRead(_) => false,
            };
        if !some {
            return Ok(());
        }
        self.connect()?;
        let Some(port) = &mut self.port else {
            return Ok(());
        };
        port.write_all(&self.frame, self.stall)
            .inspect_err(|_| self.port = None)
    }

    fn close(&mut self, within: Duration) {
        if let Some(mut port) = self.port.take() {
            port.drain(within);
        }
    }
}

#[cfg(test)]
mod tests;
