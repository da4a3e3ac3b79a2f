//! Plays recorded frames as a camera, in simulated time.
//!
//! Takes a folder of frames and what reads them; gives all that glyphd told, when, and what was read in each frame. A
//! reading costs a set time on a clock of its own, so that what comes out does not depend on how busy this machine is.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use glyphd::capture::frame::Frame;
use glyphd::capture::photo;
use glyphd::capture::{self, Clock, Next, Source, Stats};
use glyphd::config::Config;
use glyphd::contract::event::Event;
use glyphd::daemon::{Health, Links, Opener, Orders, Outlets, Reader, Reading, Table};
use glyphd::error::Result;
use glyphd::line::Page;
use glyphd::line::ReadLine;
use glyphd::sink::{Limits, Outlet, Sink};
use image::GrayImage;
use nix::time::{ClockId, clock_gettime};

/// How long an event may be on its way from the reading thread to the list: far more than it needs.
const DELIVERY: Duration = Duration::from_secs(20);

/// Something that was told.
#[derive(Clone, Debug)]
pub struct Told {
    /// Seconds since the first frame.
    pub t: f64,
    /// The newest frame by then.
    pub frame: usize,
    pub event: Event,
}

/// One frame that was read.
#[derive(Clone, Debug)]
pub struct Read {
    pub frame: usize,
    pub lines: Vec<ReadLine>,
    /// CPU time that it took.
    pub cpu: Duration,
}

/// One frame that the camera gave.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    pub frame: usize,
    /// CPU time of all that was done with it, taking it apart and reading it aside.
    pub cpu: Duration,
}

/// What came of a folder.
#[derive(Clone, Debug, Default)]
pub struct Played {
    pub told: Vec<Told>,
    pub reads: Vec<Read>,
    pub given: Vec<Given>,
}

/// A clock that goes on only when it is slept on or moved.
#[derive(Clone, Debug, Default)]
struct SimulatedClock(Arc<Mutex<Duration>>);

impl Clock for SimulatedClock {
    fn monotonic(&self) -> Duration {
        *locked(&self.0)
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.monotonic()
    }

    fn sleep(&self, pause: Duration) {
        *locked(&self.0) += pause;
    }
}

/// What the camera, the reader and the list of events share.
#[derive(Default)]
struct Shared {
    played: Played,
    /// Events that came and are not yet dated.
    fresh: Vec<Event>,
    /// Which frame a picture is.
    frames: HashMap<u64, usize>,
    newest: usize,
}

type Desk = Arc<Mutex<Shared>>;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Time on the CPU of this thread, so that what else the machine does is left out.
fn cpu_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .map(Duration::from)
        .unwrap_or_default()
}

pub fn print_of(luma: &GrayImage) -> u64 {
    let mut hasher = DefaultHasher::new();
    luma.as_raw().hash(&mut hasher);
    hasher.finish()
}

struct Camera {
    files: Vec<PathBuf>,
    fps: f64,
    next: usize,
    clock: SimulatedClock,
    desk: Desk,
    health: Health,
    /// CPU time of the thread when the last frame was handed out, and of the readings until then.
    handed: Option<(usize, Duration, Duration)>,
}

impl Camera {
    /// Dates what was told since the last frame, once all of it has come.
    fn date(&self) {
        let told = self.health.figures().2.events;
        let give_up = std::time::Instant::now() + DELIVERY;
        loop {
            let mut desk = locked(&self.desk);
            let came = desk.played.told.len() + desk.fresh.len();
            if came as u64 >= told || std::time::Instant::now() > give_up {
                let (t, frame) = (self.clock.monotonic().as_secs_f64(), desk.newest);
                let fresh = std::mem::take(&mut desk.fresh);
                let dated = fresh.into_iter().map(|event| Told { t, frame, event });
                desk.played.told.extend(dated);
                return;
            }
            drop(desk);
            std::thread::yield_now();
        }
    }

    fn read_cpu(&self) -> Duration {
        locked(&self.desk).played.reads.iter().map(|r| r.cpu).sum()
    }
}

impl Source for Camera {
    fn next(&mut self, frame: &mut Frame) -> Result<Next> {
        let (cpu, reading) = (cpu_time(), self.read_cpu());
        if let Some((number, handed, read)) = self.handed.take() {
            let cpu = (cpu - handed).saturating_sub(reading - read);
            let given = Given { frame: number, cpu };
            locked(&self.desk).played.given.push(given);
        }
        self.date();
        let now = self.clock.monotonic();
        // Half a nanosecond of rounding must not make a frame late by one.
        let newest = (now.as_secs_f64() * self.fps + 1e-6) as usize;
        let number = newest
            .min(self.files.len().saturating_sub(1))
            .max(self.next);
        let Some(file) = self.files.get(number) else {
            return Ok(Next::End);
        };
        self.next = number + 1;
        let due = Duration::from_secs_f64(number as f64 / self.fps);
        self.clock.sleep(due.saturating_sub(now));
        *frame = Frame {
            luma: photo::load(file)?,
            seq: number as u64,
            captured_at: self.clock.wall_at(due),
            taken: due,
        };
        let mut desk = locked(&self.desk);
        desk.newest = number;
        desk.frames.insert(print_of(&frame.luma), number);
        drop(desk);
        self.handed = Some((number, cpu_time(), reading));
        Ok(Next::Frame)
    }

    fn stats(&self) -> Stats {
        Stats::default()
    }

    fn describe(&self) -> String {
        "recorded frames".into()
    }
}

struct Folder(Option<Camera>);

impl Opener for Folder {
    fn open(&mut self) -> Result<Box<dyn Source>> {
        let gone = || glyphd::error::Error::new(glyphd::error::Kind::NoInput, "played already");
        Ok(Box::new(self.0.take().ok_or_else(gone)?))
    }

    fn change(&mut self, _: capture::Settings) {}
}

/// Notes what `inner` reads, and lets it take `cost` on the simulated clock.
struct Noted<R> {
    inner: R,
    cost: Duration,
    clock: SimulatedClock,
    desk: Desk,
}

impl<R: Reader> Reader for Noted<R> {
    fn read(&mut self, luma: &GrayImage) -> Result<Page> {
        let start = cpu_time();
        let page = self.inner.read(luma)?;
        let cpu = cpu_time() - start;
        self.clock.sleep(self.cost);
        let mut desk = locked(&self.desk);
        let frame = desk.frames.get(&print_of(luma)).copied();
        let frame = frame.unwrap_or(desk.newest);
        desk.played.reads.push(Read {
            frame,
            lines: page.lines.clone(),
            cpu,
        });
        Ok(page)
    }
}

struct List(Desk);

impl Sink for List {
    fn name(&self) -> &str {
        "a list"
    }

    fn send(&mut self, event: &Event) -> Result<()> {
        locked(&self.0).fresh.push(event.clone());
        Ok(())
    }
}

/// Plays the pictures of a folder in the order of their names, `fps` a second; each reading takes `cost`.
///
/// # Errors
/// When there are no pictures, or one cannot be read.
pub fn play<R: Reader>(
    folder: &Path,
    fps: f64,
    reader: R,
    cost: Duration,
    config: Config,
) -> Result<Played> {
    let (clock, desk, health) = (
        SimulatedClock::default(),
        Desk::default(),
        Health::default(),
    );
    let outlets = Outlets::default();
    let limits = Limits {
        capacity: 1 << 16,
        ..Limits::default()
    };
    let outlet = Outlet::start(Box::new(List(Arc::clone(&desk))), limits)?;
    outlets.replace(Table::Stdout, Some(outlet));
    let camera = Camera {
        files: photo::in_directory(folder)?,
        fps,
        next: 0,
        clock: clock.clone(),
        desk: Arc::clone(&desk),
        health: health.clone(),
        handed: None,
    };
    let reader = Noted {
        inner: reader,
        cost,
        clock: clock.clone(),
        desk: Arc::clone(&desk),
    };
    let links = Links {
        orders: Orders::default(),
        health,
        outlets: outlets.clone(),
    };
    let source = Box::new(Folder(Some(camera)));
    let reading = Reading::new(reader, source, Arc::new(config), links, Box::new(clock));
    reading.run()?;
    outlets.close(DELIVERY);
    let played = std::mem::take(&mut locked(&desk).played);
    Ok(played)
}
