//! The thread that answers requests: it starts the reading thread, reloads the configuration, and ends it all.
//!
//! It never reads a picture and never waits for a sink. So, whatever the camera and the sinks do, an answer comes within
//! the time that loading a configuration takes, and the end within a second.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::Ended;
use super::health::Health;
use super::notify::Manager;
use super::orders::Orders;
use super::reading::{Links, Reading};
use super::signals::Signals;
use super::sinks::{FAREWELL, Sinks};
use crate::capture::{Finder, SystemClock};
use crate::config::Config;
use crate::contract::control::{self, Answer, Command, Inbox, Request, Requests};
use crate::contract::status::{BoardStatus, State, Status};
use crate::error::{Error, Kind, Result, err};
use crate::pipeline::Pipeline;
use crate::sink::metrics::Metrics;
use crate::trigger::gpio::Watch;
use crate::trigger::mode::Mode;

/// How long the thread waits for a request before it looks at other things: the end, the watchdog.
const TICK: Duration = Duration::from_millis(100);
/// How often the status line is sent to the service manager.
const STATUS_EVERY: Duration = Duration::from_secs(2);
/// How long the reading thread has to end. A reading takes longer on a slow board: it is then abandoned, and nothing of
/// it is published.
const LAST_READING: Duration = Duration::from_millis(150);
/// How long the sinks have to send what they took when glyphd ends by itself: a page takes a second or two on a serial
/// line at 9600 baud, and nobody waits.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Reads until a signal comes, a recorded source ends, or, in mode `once`, there is a reading. `load` loads the
/// configuration again for a reload.
///
/// # Errors
/// When the configuration, the model or an output cannot be used, or the source never will; in mode `once` of kind
/// `NothingRead` when nothing was read in time, and `NoDevice` when there was no camera.
pub fn run(config: Config, load: impl Fn() -> Result<Config>) -> Result<()> {
    let config = Arc::new(config);
    let (requests, inbox) = control::requests();
    let signals = Signals::install()?;
    log::info!("{}", config.keep.describe());
    let pipeline = Pipeline::new(&config)?;
    let sinks = Sinks::open(&config.output, requests.clone())?;
    let gpio = Watch::of(&config.trigger.gpio, requests.clone())?;
    let (orders, health) = (Orders::default(), Health::default());
    let links = Links {
        orders: orders.clone(),
        health: health.clone(),
        outlets: sinks.outlets().clone(),
    };
    let finder = Box::new(Finder::new(config.camera.clone()));
    let reading = Reading::new(
        pipeline,
        finder,
        Arc::clone(&config),
        links,
        Box::new(SystemClock),
    );
    let reading = thread::Builder::new()
        .name("reading".into())
        .spawn(move || reading.run())
        .map_err(|e| err!(Io, "cannot start the reading thread: {e}").caused_by(e))?;
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
        reported_at: None,
    };
    service.manager.ready();
    service.serve(&inbox, &signals, &reading);
    service.end(reading)
}

struct Service<L> {
    config: Arc<Config>,
    load: L,
    sinks: Sinks,
    gpio: Option<Watch>,
    requests: Requests,
    orders: Orders<Pipeline>,
    health: Health,
    manager: Manager,
    metrics: Metrics,
    started: Instant,
    /// When the status line was last sent to the service manager.
    reported_at: Option<Instant>,
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
            if self
                .reported_at
                .is_none_or(|at| at.elapsed() >= STATUS_EVERY)
            {
                self.reported_at = Some(Instant::now());
                self.manager.status(self.status().line());
            }
            let mut metrics = std::mem::take(&mut self.metrics);
            metrics.write(&self.config.metrics, || self.status());
            self.metrics = metrics;
        }
        if signals.end() {
            log::info!("a signal asks glyphd to end");
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
                ..says("the status of now")
            },
            Command::Trigger if self.orders.is_paused() => {
                Answer::refused(command.word(), "paused: send `resume` first")
            }
            Command::Trigger if self.config.trigger.mode == Mode::Once => Answer::refused(
                command.word(),
                "already reading: in mode `once` it needs no trigger",
            ),
            Command::Trigger => {
                self.orders.trigger();
                let deadline = self.config.trigger.deadline_ms;
                says(&format!("reading now, for {deadline} ms at most"))
            }
            Command::Stop => {
                self.orders.cancel_trigger();
                says("the trigger is cancelled")
            }
            Command::Pause => {
                self.orders.pause(true);
                says("paused: the camera is closed")
            }
            Command::Resume => {
                self.orders.pause(false);
                says("reading again")
            }
            Command::Reload => self.reload(),
        };
        request.answer(answer);
    }

    /// Loads the configuration again and works by it; keeps the present one where the new one cannot be used.
    fn reload(&mut self) -> Answer {
        self.manager.reloading();
        let answer = match self.try_reload() {
            Ok(changed) => {
                let what = match changed.as_slice() {
                    [] => "nothing has changed".to_owned(),
                    tables => format!("changed: {}", tables.join(", ")),
                };
                log::info!("configuration reloaded, {what}");
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

    /// Gives the names of the tables that have changed.
    fn try_reload(&mut self) -> Result<Vec<&'static str>> {
        let (old, new) = (&self.config, Arc::new((self.load)()?));
        let reads_otherwise = how_it_reads(old) != how_it_reads(&new);
        let reader = reads_otherwise.then(|| Pipeline::new(&new)).transpose()?;
        if new.output != old.output {
            self.sinks.change(&new.output)?;
        }
        // From here on nothing can fail.
        self.orders.change(reader, Arc::clone(&new));
        new.log.apply();
        let old = std::mem::replace(&mut self.config, new);
        if self.config.trigger.gpio != old.trigger.gpio {
            // The line of the old configuration is closed first: it may be the same.
            self.gpio = None;
            let watch = Watch::of(&self.config.trigger.gpio, self.requests.clone());
            self.gpio = watch.unwrap_or_else(|fault| {
                log::error!("{fault}");
                None
            });
        }
        if self.config.keep != old.keep {
            log::info!("{}", self.config.keep.describe());
        }
        Ok(old.differing(&self.config))
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
        let ended_by_itself = reading.is_finished();
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
        self.sinks.close(if ended_by_itself {
            LAST_WORDS
        } else {
            FAREWELL
        });
        self.metrics.remove(&self.config.metrics);
        if !reading.is_finished() {
            log::debug!("the reading of the last picture is abandoned");
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
                "the reading thread panicked: this is a bug in glyphd, please report the lines above"
            )),
        }
    }
}

/// The settings that the pipeline is made from: it is made again where they differ.
fn how_it_reads(config: &Config) -> impl PartialEq {
    let Config {
        enhance,
        find,
        read,
        region,
        tidy,
        ..
    } = config;
    (enhance, find, read, region, tidy)
}
