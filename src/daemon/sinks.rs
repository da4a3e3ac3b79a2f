//! The outlets that a configuration asks for, and how they become those that another one asks for.
//!
//! A change is all or nothing: what the new configuration needs is made first, and old outlets are closed only when all of it
//! could be made. A sink with the same settings is left alone; a socket keeps its clients while its path is the same.

use std::time::Duration;

use super::outlets::{self, Outlets, Table};
use crate::config::Output;
use crate::contract::control::Requests;
use crate::error::Result;
use crate::sink::serial::Serial;
use crate::sink::socket::{Handle, Socket};
use crate::sink::speech::Speech;
use crate::sink::stdout::Stdout;
use crate::sink::{Limits, Outlet, Sink};

/// How long a sink that is closed has to send what it took: whoever ordered that waits for it.
pub const FAREWELL: Duration = Duration::from_millis(500);

/// The outlets, and what they were made from.
pub struct Sinks {
    outlets: Outlets,
    output: Output,
    requests: Requests,
    /// Changes the socket that is served.
    socket: Option<Handle>,
}

impl Sinks {
    /// Opens all that `output` asks for. A serial port that is not there is waited for. What is asked through
    /// the sinks goes to `requests`.
    ///
    /// # Errors
    /// When a sink can never work as it is configured, or the socket cannot be made.
    pub fn open(output: &Output, requests: Requests) -> Result<Self> {
        let none = Output {
            socket: crate::sink::socket::Settings {
                enabled: false,
                ..Default::default()
            },
            ..Output::default()
        };
        let mut sinks = Sinks {
            outlets: Outlets::default(),
            output: none,
            requests,
            socket: None,
        };
        sinks.change(output)?;
        if !output.is_enabled() {
            log::warn!(
                "no output is enabled: what is read goes nowhere, see [output] in the configuration"
            );
        }
        Ok(sinks)
    }

    /// Where events go.
    pub fn outlets(&self) -> &Outlets {
        &self.outlets
    }

    /// Changes to what `wanted` asks for.
    ///
    /// # Errors
    /// As for `open`; everything is then as it was.
    pub fn change(&mut self, wanted: &Output) -> Result<()> {
        let have = &self.output;
        let mut new: Vec<(Table, Option<Outlet>)> = Vec::new();
        if wanted.stdout != have.stdout {
            let sink = wanted.stdout.enabled().then(|| Stdout::new(&wanted.stdout));
            new.push((Table::Stdout, start(sink)?));
        }
        if wanted.serial != have.serial {
            let serial = wanted.serial.enabled();
            let open = || Serial::open(&wanted.serial, self.requests.clone());
            let sink = serial.then(open).transpose()?;
            new.push((Table::Serial, start(sink)?));
        }
        if wanted.speech != have.speech {
            let enabled = wanted.speech.enabled;
            let sink = enabled.then(|| Speech::open(&wanted.speech)).transpose()?;
            new.push((Table::Speech, start(sink)?));
        }
        // Last, since it is the one that can fail and cannot be taken back.
        let handle = self
            .socket
            .as_ref()
            .filter(|handle| wanted.socket.enabled && wanted.socket.place() == handle.path());
        match handle {
            Some(handle) => handle.apply(&wanted.socket)?,
            None if wanted.socket == have.socket => {}
            None => {
                let enabled = wanted.socket.enabled;
                let open = || Socket::open(&wanted.socket, self.requests.clone());
                let sink = enabled.then(open).transpose()?;
                let handle = sink.as_ref().map(Socket::handle);
                new.push((Table::Socket, start(sink)?));
                self.socket = handle;
            }
        }
        for (table, outlet) in new {
            if let Some(old) = self.outlets.replace(table, outlet) {
                outlets::close(old, FAREWELL);
            }
        }
        self.output = wanted.clone();
        Ok(())
    }

    /// Gives all sinks this time to send what they took, and ends them.
    pub fn close(self, within: Duration) {
        self.outlets.close(within);
    }
}

fn start<S: Sink + 'static>(sink: Option<S>) -> Result<Option<Outlet>> {
    let start = |sink| Outlet::start(Box::new(sink), Limits::default());
    sink.map(start).transpose()
}
