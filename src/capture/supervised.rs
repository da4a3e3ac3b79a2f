//! Takes a way to open a source; gives a source that is opened again, after a growing pause, when it fails.

use std::time::Duration;

use super::{Clock, Next, Source, Stats};
use crate::error::{Kind, Result};
use crate::frame::Frame;

/// The first pause before a source is opened again: a camera that is plugged in again needs about as long to be there.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The longest pause: how long after it is plugged in a camera may lie unused.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// A source that outlives its camera. While there is none, [`Source::next`] gives [`Next::Timeout`].
pub struct Supervised<O, C> {
    open: O,
    clock: C,
    timeout: Duration,
    source: Option<Box<dyn Source>>,
    name: String,
    pause: Duration,
    /// When to open again, on the monotonic clock.
    again_at: Duration,
    /// Frame numbers and counts of the sources that failed.
    seq_before: u64,
    seq: u64,
    before: Stats,
}

impl<O: FnMut() -> Result<Box<dyn Source>> + Send, C: Clock> Supervised<O, C> {
    /// Opens the source for the first time, and fails as `open` does.
    pub fn open(mut open: O, timeout: Duration, clock: C) -> Result<Self> {
        let source = open()?;
        Ok(Supervised {
            open,
            clock,
            timeout,
            name: source.describe(),
            source: Some(source),
            pause: FIRST_PAUSE,
            again_at: Duration::ZERO,
            seq_before: 0,
            seq: 0,
            before: Stats::default(),
        })
    }

    /// Whether an error may pass by itself.
    fn may_pass(kind: Kind) -> bool {
        matches!(kind, Kind::NoDevice | Kind::Io)
    }

    /// Waits until it is time to open again, one timeout at most, and then tries.
    fn reopen(&mut self) -> Result<()> {
        let wait = self.again_at.saturating_sub(self.clock.monotonic());
        self.clock.sleep(wait.min(self.timeout));
        if wait > self.timeout {
            return Ok(());
        }
        match (self.open)() {
            Ok(source) => {
                self.name = source.describe();
                log::info!("{} is back", self.name);
                self.before.restarts += 1;
                self.source = Some(source);
            }
            Err(error) if Self::may_pass(error.kind()) => {
                log::debug!("{error}");
                self.delay();
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn delay(&mut self) {
        self.again_at = self.clock.monotonic() + self.pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
    }
}

impl<O: FnMut() -> Result<Box<dyn Source>> + Send, C: Clock> Source for Supervised<O, C> {
    /// Fails only with what does not pass by itself.
    fn next(&mut self, frame: &mut Frame) -> Result<Next> {
        if self.source.is_none() {
            self.reopen()?;
        }
        let Some(source) = &mut self.source else {
            self.before.timeouts += 1;
            return Ok(Next::Timeout);
        };
        match source.next(frame) {
            Ok(Next::Frame) => {
                frame.seq += self.seq_before;
                self.seq = frame.seq;
                self.pause = FIRST_PAUSE;
                Ok(Next::Frame)
            }
            Ok(other) => Ok(other),
            Err(error) if Self::may_pass(error.kind()) => {
                log::warn!("{error}; waiting for it to come back");
                self.before = self.stats();
                self.before.timeouts += 1;
                self.seq_before = self.seq;
                // Closed first: a camera can be opened again only when nobody holds it.
                self.source = None;
                self.delay();
                Ok(Next::Timeout)
            }
            Err(error) => Err(error),
        }
    }

    fn stats(&self) -> Stats {
        let now = self
            .source
            .as_ref()
            .map(|source| source.stats())
            .unwrap_or_default();
        let before = self.before;
        Stats {
            frames: before.frames + now.frames,
            skipped: before.skipped + now.skipped,
            bad: before.bad + now.bad,
            timeouts: before.timeouts + now.timeouts,
            restarts: before.restarts + now.restarts,
        }
    }

    fn describe(&self) -> String {
        match &self.source {
            Some(source) => source.describe(),
            None => format!("{} (gone)", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Arc, Mutex};

    use super::super::clock::StoppedClock;
    use super::*;
    use crate::error::Error;

    /// Gives two frames, then fails.
    struct Brief(u64, Kind);

    impl Source for Brief {
        fn next(&mut self, frame: &mut Frame) -> Result<Next> {
            self.0 += 1;
            frame.seq = self.0;
            if self.0 > 2 {
                Err(Error::new(self.1, "unplugged"))
            } else {
                Ok(Next::Frame)
            }
        }

        fn stats(&self) -> Stats {
            Stats {
                frames: self.0.min(2),
                ..Stats::default()
            }
        }

        fn describe(&self) -> String {
            "a camera".to_string()
        }
    }

    #[test]
    fn a_source_that_fails_is_opened_again_and_its_frames_go_on_counting() {
        let clock = StoppedClock::default();
        let open = || Ok(Box::new(Brief(0, Kind::NoDevice)) as Box<dyn Source>);
        let mut source = Supervised::open(open, Duration::from_secs(1), clock.clone()).unwrap();
        let mut frame = Frame::empty();
        let mut seen = Vec::new();
        for _ in 0..7 {
            let next = source.next(&mut frame).unwrap();
            seen.push(if next == Next::Frame { frame.seq } else { 0 });
        }
        assert_eq!(seen, [1, 2, 0, 3, 4, 0, 5]);
        // Twice away, and each good time resets the pause.
        assert_eq!(clock.monotonic(), FIRST_PAUSE * 2);
        assert_eq!(
            source.stats(),
            Stats {
                frames: 5,
                timeouts: 2,
                restarts: 2,
                ..Stats::default()
            }
        );
    }

    #[test]
    fn the_pause_grows_to_its_bound_and_no_wait_is_longer_than_the_timeout() {
        let clock = StoppedClock::default();
        let opened = Arc::new(Mutex::new(Vec::new()));
        let (log, at) = (Arc::clone(&opened), clock.clone());
        let open = move || {
            log.lock().unwrap().push(at.monotonic());
            match log.lock().unwrap().len() {
                1 => Ok(Box::new(Brief(2, Kind::NoDevice)) as Box<dyn Source>),
                _ => Err(Error::new(Kind::NoDevice, "no such camera")),
            }
        };
        let timeout = Duration::from_secs(1);
        let mut source = Supervised::open(open, timeout, clock.clone()).unwrap();
        for _ in 0..60 {
            let before = clock.monotonic();
            assert_eq!(source.next(&mut Frame::empty()).unwrap(), Next::Timeout);
            assert!(clock.monotonic() - before <= timeout);
        }
        let opened = opened.lock().unwrap();
        let pauses: Vec<u128> = opened
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).as_millis())
            .collect();
        assert_eq!(
            pauses[..8],
            [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]
        );
        assert!(source.describe().ends_with("(gone)"));
    }

    #[test]
    fn what_does_not_pass_is_an_error_at_once() {
        let tries = AtomicU32::new(0);
        let open = || {
            tries.fetch_add(1, Ordering::Relaxed);
            Ok(Box::new(Brief(2, Kind::Bug)) as Box<dyn Source>)
        };
        let mut source =
            Supervised::open(open, Duration::from_secs(1), StoppedClock::default()).unwrap();
        assert_eq!(
            source.next(&mut Frame::empty()).unwrap_err().kind(),
            Kind::Bug
        );
        let refuse = || Err(Error::new(Kind::NoDevice, "no such camera"));
        let error = Supervised::open(refuse, Duration::from_secs(1), StoppedClock::default())
            .err()
            .unwrap();
        assert_eq!(error.kind(), Kind::NoDevice);
        assert_eq!(tries.load(Ordering::Relaxed), 1);
    }
}
