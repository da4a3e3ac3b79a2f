//! Takes [`Settings`]; opens their source again and again, and makes it look like one source all the time.
//!
//! The supervisor drops a source that failed and opens it again. What must outlive it is kept here: which camera
//! it was (see [`Finder::open`]), the numbers of the frames, which never restart, and the counts, which only grow.

use std::ops::Add;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use log::Level;

use super::v4l2::Search;
use super::{Next, Rate, Replay, Settings, Source, Spec, Stats, SystemClock, v4l2};
use crate::capture::frame::Frame;
use crate::error::Result;

/// Opens one source again and again.
#[derive(Debug)]
pub struct Finder {
    settings: Settings,
    /// The camera, once it was looked for.
    search: Option<Search>,
    /// The count of frames when the source was opened last.
    frames_at_opening: Option<u64>,
    tally: Arc<Mutex<Tally>>,
}

/// What was seen since the finder was made.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// More than the number of any frame until now.
    beyond: u64,
    stats: Stats,
}

impl Finder {
    /// Nothing is opened yet.
    pub fn new(settings: Settings) -> Self {
        Finder {
            settings,
            search: None,
            frames_at_opening: None,
            tally: Arc::default(),
        }
    }

    /// Opens the source. The one before must be dropped by then: it holds the device.
    ///
    /// A camera that was open before is found by what it is (its name on USB, or where it sits and what it calls itself) rather
    /// than by the number in its path, which may change when it is unplugged. Where it is not found, what is at the
    /// path is taken, and a warning is logged.
    ///
    /// Fails with [`NoDevice`](crate::error::Kind::NoDevice) where the camera is not there, not permitted, busy or no
    /// camera, and with [`NoInput`](crate::error::Kind::NoInput) where the files are not there.
    pub fn open(&mut self) -> Result<Box<dyn Source>> {
        let frames = self.stats().frames;
        // Where no frame came since the last opening, that one has logged all that this one could.
        let log_level = match self.frames_at_opening {
            Some(before) if before == frames => Level::Debug,
            _ => Level::Warn,
        };
        let settings = &self.settings;
        let rate = |named: &Option<Rate>| named.or(settings.fps);
        let source: Box<dyn Source> = match &settings.source {
            Spec::V4l2(path) => {
                let search = self.search.get_or_insert_with(|| Search::new(path));
                Box::new(v4l2::open(search, settings, log_level)?)
            }
            Spec::File(path, named) => {
                Box::new(Replay::file(path, rate(named), settings, SystemClock)?)
            }
            Spec::Dir(path, named) => {
                Box::new(Replay::directory(path, rate(named), settings, SystemClock)?)
            }
        };
        self.frames_at_opening = Some(frames);
        Ok(Box::new(Continued {
            source,
            before: *lock(&self.tally),
            tally: Arc::clone(&self.tally),
        }))
    }

    /// Takes other settings for the next time that the source is opened. Numbers and counts go on; the camera
    /// is forgotten if another source is named.
    pub fn change(&mut self, settings: Settings) {
        if settings.source != self.settings.source {
            self.search = None;
        }
        self.frames_at_opening = None;
        self.settings = settings;
    }

    /// What was seen until now, whether or not the source is open.
    pub fn stats(&self) -> Stats {
        lock(&self.tally).stats
    }
}

/// A tally is whole at every moment, so one that was locked during a panic can be used.
fn lock(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A source that goes on where the one before ended.
struct Continued {
    source: Box<dyn Source>,
    before: Tally,
    tally: Arc<Mutex<Tally>>,
}

impl Source for Continued {
    fn next(&mut self, frame: &mut Frame) -> Result<Next> {
        let next = self.source.next(frame);
        let mut tally = lock(&self.tally);
        tally.stats = self.stats();
        if let Ok(Next::Frame) = next {
            frame.seq += self.before.beyond;
            tally.beyond = frame.seq + 1;
        }
        next
    }

    fn stats(&self) -> Stats {
        self.before.stats + self.source.stats()
    }

    fn describe(&self) -> String {
        self.source.describe()
    }

    fn is_live(&self) -> bool {
        self.source.is_live()
    }
}

impl Add for Stats {
    type Output = Stats;

    fn add(self, other: Stats) -> Stats {
        Stats {
            frames: self.frames + other.frames,
            skipped: self.skipped + other.skipped,
            bad: self.bad + other.bad,
            timeouts: self.timeouts + other.timeouts,
            restarts: self.restarts + other.restarts,
        }
    }
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};

    use super::*;
    use crate::error::Kind;

    #[test]
    fn numbers_and_counts_go_on_when_the_source_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["1.png", "2.png"] {
            let picture = GrayImage::from_pixel(32, 32, Luma([7]));
            picture.save(folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("3.png"), b"no picture").unwrap();
        let settings = Settings {
            source: Spec::Dir(folder.path().to_path_buf(), None),
            ..Settings::default()
        };
        let mut finder = Finder::new(settings.clone());
        assert_eq!(finder.stats(), Stats::default());
        let mut frame = Frame::empty();
        let mut numbers = Vec::new();
        for opening in 1..=3 {
            let mut source = finder.open().unwrap();
            while source.next(&mut frame).unwrap() == Next::Frame {
                numbers.push(frame.seq);
            }
            let seen = Stats {
                frames: 2 * opening,
                bad: opening,
                ..Stats::default()
            };
            assert_eq!((source.stats(), finder.stats()), (seen, seen));
            finder.change(Settings {
                repeat: false,
                width: 640,
                ..settings.clone()
            });
        }
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn what_is_not_there_can_be_asked_for_again() {
        let mut finder = Finder::new(Settings {
            source: "v4l2:/dev/video-none".parse().unwrap(),
            ..Settings::default()
        });
        for _ in 0..2 {
            assert_eq!(finder.open().err().unwrap().kind(), Kind::NoDevice);
        }
        finder.change(Settings {
            source: "file:/no/such.png".parse().unwrap(),
            ..Settings::default()
        });
        assert_eq!(finder.open().err().unwrap().kind(), Kind::NoInput);
    }
}
