//! The thread that answers: starts the reading, sees to what is asked, and ends it all.
//!
//! Never reads and never waits for a sink; so whatever the camera and the sinks do, an answer comes within the time
//! that loading a configuration takes, and the end within a second.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::health::Health;
use super::notify::Manager;
use super::orders::Orders;
use super::reading::Reading;
use super::settings::Settings;
use super::signals::Signals;
use super::sinks::{FAREWELL, Sinks};
use super::{Ended, reload};
use crate::capture::{Finder, SystemClock};
use crate::config::Config;
use crate::contract::control::{self, Answer, Command, Inbox, Request, Requests};
use crate::contract::status::{BoardStatus, State, Status};
use crate::error::{Error, Kind, Result, err};
use crate::pipeline::Pipeline;
use crate::sink::metrics::Metrics;
use crate::trigger::gpio::Watch;
use crate::trigger::mode::Mode;

/// How long the thread waits for a request before it looks after other things: the end, the watchdog.
const TICK: Duration = Duration::from_millis(100);
/// How often the line for the service manager is made anew.
const STATUS_EVERY: Duration = Duration::from_secs(2);
/// How long the reading thread has to come to its end. A reading takes longer on a slow board: it is then given
/// up, and nothing of it was told.
const LAST_READING: Duration = Duration::from_millis(150);
/// How long the sinks have to send what they took when glyphd ends by itself: a page takes a serial line at 9600 baud a second or two, and nobody waits.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Reads until a signal, the end of a recorded source, or once, as the configuration says. `load` gives the configuration anew, for a reload.
///
/// # Errors
/// When the configuration, the model or an output cannot be used, or the source never will; in mode `once` of kind
/// `NothingRead` when nothing was read in time, and `NoDevice` when there was no camera.
pub fn run(config: Config, load: impl Fn() -> Result<Config>) -> Result<()> {
    let (requests, inbox) = control::requests();
    let signals = Signals::heed()?;
    log::info!("{}", config.keep.describe());
    let pipeline = Pipeline::new(&config)?;
    let sinks = Sinks::open(&config.output, requests.clone())?;
    let gpio = Watch::of(&config.trigger.gpio, requests.clone())?;
    let (orders, health) = (Orders::default(), Health::default());
    let reading = Reading::new(
        pipeline,
        Box::new(Finder::new(config.camera.clone())),
        Settings::of(&config),
        sinks.outlets().clone(),
        orders.clone(),
        health.clone(),
        Box::new(SystemClock),
    );
    let reading = thread::Builder::new()
        .name("reading".into())
        .spawn(move || reading.run())
        .map_err(|e| err!(Io, "no thread to read with: {e}").caused_by(e))?;
    let mut service = Service {
        config,
        load,
        sinks,
        gpio,
        requests,
        orders,
        health,
        manager: Manager::of_environment(),
        metrics: Metrics::default(),
        started: Instant::now(),
        told_at: None,
    };
    service.manager.ready();
    service.serve(&inbox, &signals, &reading);
    service.end(reading)
}

struct Service<L> {
    config: Config,
    load: L,
    sinks: Sinks,
    gpio: Option<Watch>,
    requests: Requests,
    orders: Orders<Pipeline>,
    health: Health,
    manager: Manager,
    metrics: Metrics,
    started: Instant,
    /// When the service manager was last told how things are.
    told_at: Option<Instant>,
}

impl<L: Fn() -> Result<Config>> Service<L> {
    fn serve(&mut self, inbox: &Inbox, signals: &Signals, reading: &JoinHandle<Result<Ended>>) {
        while !signals.end() && !reading.is_finished() {
            if signals.take_reload() {
                log::info!("SIGHUP: reload");
                self.reload();
            }
            if let Some(request) = inbox.next(TICK) {
                self.answer(request);
            }
            self.manager.alive(self.health.beats());
            if self.told_at.is_none_or(|at| at.elapsed() >= STATUS_EVERY) {
                self.told_at = Some(Instant::now());
                self.manager.status(self.status().line());
            }
            let mut metrics = std::mem::take(&mut self.metrics);
            metrics.write(&self.config.metrics, || self.status());
            self.metrics = metrics;
        }
        if signals.end() {
            log::info!("told to end");
        }
    }

    fn answer(&mut self, request: Request) {
        let command = request.command;
        let says = |message: &str| Answer::done(command, message);
        if command != Command::Status {
            log::info!("{}: {command}", request.from);
        }
        let answer = match command {
            Command::Status => Answer {
                status: Some(Box::new(self.status())),
                ..says("as it is now")
            },
            Command::Trigger if self.orders.is_paused() => {
                Answer::refused(command.word(), "paused: send `resume` first")
            }
            Command::Trigger if self.config.trigger.mode == Mode::Once => {
                Answer::refused(command.word(), "reads already, once")
            }
            Command::Trigger => {
                self.orders.trigger();
                let deadline = self.config.trigger.deadline_ms;
                says(&format!("reading now, for {deadline} ms at most"))
            }
            Command::Stop => {
                self.orders.untrigger();
                says("the trigger is over")
            }
            Command::Pause => {
                self.orders.pause(true);
                says("paused: the camera is let go")
            }
            Command::Resume => {
                self.orders.pause(false);
                says("goes on")
            }
            Command::Reload => self.reload(),
        };
        request.answer(answer);
    }

    /// Works by the configuration as it is now in its file; keeps to the present one where that cannot be used.
    fn reload(&mut self) -> Answer {
        self.manager.reloading();
        let loaded = (self.load)();
        let applied = loaded.and_then(|new| {
            let (change, differs) = reload::apply(&self.config, &new, &mut self.sinks)?;
            Ok((new, change, differs))
        });
        let answer = match applied {
            Ok((new, change, differs)) => {
                self.orders.change(change);
                new.log.apply();
                if new.trigger.gpio != self.config.trigger.gpio {
                    self.watch(&new);
                }
                if new.keep != self.config.keep {
                    log::info!("{}", new.keep.describe());
                }
                self.config = new;
                let what = match differs.as_slice() {
                    [] => "nothing has changed".to_owned(),
                    tables => format!("changed: {}", tables.join(", ")),
                };
                log::info!("configuration loaded again, {what}");
                Answer::done(Command::Reload, what)
            }
            Err(fault) => {
                let message = format!("the old configuration stays: {fault}").replace('\n', "; ");
                log::warn!("{message}");
                Answer::refused(Command::Reload.word(), message)
            }
        };
        self.manager.ready();
        answer
    }

    /// Watches the line of another configuration; that of the present one is let go first, since it may be the same.
    fn watch(&mut self, new: &Config) {
        self.gpio = None;
        let requests = self.requests.clone();
        self.gpio = Watch::of(&new.trigger.gpio, requests).unwrap_or_else(|fault| {
            log::error!("{fault}");
            None
        });
    }

    fn status(&self) -> Status {
        let (mut state, mut camera, reading) = self.health.figures();
        if self.orders.is_paused() {
            state = State::Paused;
        }
        camera.source = self.config.camera.source.to_string();
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            uptime_s: self.started.elapsed().as_secs(),
            state,
            camera,
            reading,
            trigger: self.gpio.as_ref().map(Watch::status),
            sinks: self.sinks.outlets().status(),
            board: BoardStatus::now(),
        }
    }

    fn end(self, reading: JoinHandle<Result<Ended>>) -> Result<()> {
        self.manager.stopping();
        // What the reading came to by itself, if it did.
        let by_itself = reading.is_finished();
        self.orders.stop();
        drop(self.gpio);
        let start = Instant::now();
        while !reading.is_finished() && start.elapsed() < LAST_READING {
            thread::sleep(Duration::from_millis(5));
        }
        let (_, camera, figures) = self.health.figures();
        log::info!(
            "{} pictures read, {} skipped, {} bad",
            figures.frames,
            camera.skipped,
            camera.bad
        );
        self.sinks
            .close(if by_itself { LAST_WORDS } else { FAREWELL });
        self.metrics.remove(&self.config.metrics);
        if !reading.is_finished() {
            log::debug!("the reading in work is given up");
            return Ok(());
        }
        match reading.join() {
            Ok(Ok(Ended::NothingRead)) => Err(match camera.fault {
                Some(fault) => Error::new(Kind::NoDevice, fault),
                None => err!(
                    NothingRead,
                    "nothing was read within {} ms",
                    self.config.trigger.deadline_ms
                ),
            }),
            Ok(ended) => ended.map(|_| ()),
            Err(_) => Err(err!(
                Bug,
                "the reading broke down: a bug in glyphd, please report what is above"
            )),
        }
    }
}
