//! Takes picture files; gives them as a camera would: at a rate, the newest first, frames that fell due
//! in the meantime skipped and counted. Without a rate every picture is given in turn. Each page of a file is a picture.

use std::path::{Path, PathBuf};
use std::time::Duration;

use image::GrayImage;

use super::{Clock, Next, Rate, Settings, Source, Stats};
use crate::capture::frame::Frame;
use crate::capture::photo::{self, Photo};
use crate::error::{Result, err};

/// How often the picture of a file named alone is shown: what it says is steady by then, also where `steady-frames` asks
/// for several times the default, and a reader that passes over what stands still has read it as often as it does.
const SHOWINGS: u64 = 16;

/// Picture files played as a camera.
#[derive(Debug)]
pub struct Replay<C> {
    name: String,
    /// The pictures in order: a file and the number of a page in it.
    pictures: Vec<(PathBuf, usize)>,
    /// How often each is shown before the next.
    showings: u64,
    /// The picture shown last, where it is shown again.
    shown: Option<(usize, GrayImage)>,
    rate: Option<Rate>,
    repeat: bool,
    timeout: Duration,
    clock: C,
    /// When frame 0 was due on the monotonic clock; set when the first frame is asked for.
    start: Option<Duration>,
    /// The number of the next frame to give. It goes on growing when the files begin again.
    next: u64,
    /// Pictures in a row that could not be read.
    unreadable: usize,
    stats: Stats,
}

impl<C: Clock> Replay<C> {
    /// Plays one file: each of its pictures as often as it takes to be steady. It is read when the first frame is asked for.
    ///
    /// Fails with [`crate::error::Kind::NoInput`] where it is not there.
    pub fn file(path: &Path, rate: Option<Rate>, settings: &Settings, clock: C) -> Result<Self> {
        let name = path.display();
        if !path.exists() {
            return Err(err!(NoInput, "{name}: no such file"));
        }
        if path.is_dir() {
            return Err(err!(
                NoInput,
                "{name}: a directory; write it as \"dir:{name}\""
            ));
        }
        let files = vec![path.to_path_buf()];
        let mut replay = Replay::new(path, files, rate, settings, clock);
        replay.showings = SHOWINGS;
        Ok(replay)
    }

    /// Plays the picture files in a directory in the order of their names.
    ///
    /// Fails with [`crate::error::Kind::NoInput`] where the directory is not there or holds no picture.
    pub fn directory(
        path: &Path,
        rate: Option<Rate>,
        settings: &Settings,
        clock: C,
    ) -> Result<Self> {
        Ok(Replay::new(
            path,
            photo::in_directory(path)?,
            rate,
            settings,
            clock,
        ))
    }

    fn new(
        name: &Path,
        files: Vec<PathBuf>,
        rate: Option<Rate>,
        settings: &Settings,
        clock: C,
    ) -> Self {
        let pages = |file: PathBuf| (0..photo::pages(&file)).map(move |page| (file.clone(), page));
        Replay {
            name: name.display().to_string(),
            pictures: files.into_iter().flat_map(pages).collect(),
            showings: 1,
            shown: None,
            rate,
            repeat: settings.repeat,
            timeout: settings.timeout(),
            clock,
            start: None,
            next: 0,
            unreadable: 0,
            stats: Stats::default(),
        }
    }

    /// The picture at `index`, once more without reading the file where it was the last one.
    fn picture(&mut self, index: usize) -> Result<GrayImage> {
        if let Some((shown, luma)) = &self.shown
            && *shown == index
        {
            return Ok(luma.clone());
        }
        let Some((file, page)) = self.pictures.get(index) else {
            return Err(err!(NoInput, "{}: no picture", self.name));
        };
        let luma = Photo::open(file)?.page(*page)?;
        self.shown = (self.showings > 1).then(|| (index, luma.clone()));
        Ok(luma)
    }

    /// The number of the last frame, if there is one.
    fn last(&self) -> u64 {
        if self.repeat {
            u64::MAX
        } else {
            (self.pictures.len() as u64 * self.showings).saturating_sub(1)
        }
    }

    /// Waits until the next frame is due and passes over those that a newer one has overtaken.
    /// Gives when the frame to show was due, or none where that is still to come.
    fn wait(&mut self, rate: Rate) -> Option<Duration> {
        let start = *self.start.get_or_insert_with(|| self.clock.monotonic());
        let due = |frame: u64| start + Duration::from_secs_f64(frame as f64 / rate.fps());
        let wait = due(self.next).saturating_sub(self.clock.monotonic());
        self.clock.sleep(wait.min(self.timeout));
        if wait > self.timeout {
            return None;
        }
        let elapsed = self.clock.monotonic().saturating_sub(start);
        // Half a nanosecond of rounding must not make a frame late by one.
        let newest = (elapsed.as_secs_f64() * rate.fps() + 1e-6) as u64;
        let newest = newest.clamp(self.next, self.last().max(self.next));
        self.stats.skipped += newest - self.next;
        self.next = newest;
        Some(due(newest))
    }
}

impl<C: Clock> Source for Replay<C> {
    /// Fails as [`Photo::open`] and [`Photo::page`] where not one of the pictures can be read.
    fn next(&mut self, frame: &mut Frame) -> Result<Next> {
        while self.next <= self.last() {
            let due = match self.rate {
                Some(rate) => match self.wait(rate) {
                    Some(due) => due,
                    None => {
                        self.stats.timeouts += 1;
                        return Ok(Next::Timeout);
                    }
                },
                None => self.clock.monotonic(),
            };
            let number = self.next;
            let count = self.pictures.len().max(1) as u64;
            let luma = self.picture((number / self.showings % count) as usize);
            self.next += 1;
            match luma {
                Ok(luma) => {
                    *frame = Frame {
                        luma,
                        seq: number,
                        captured_at: self.clock.wall_at(due),
                        taken: due,
                    };
                    self.unreadable = 0;
                    self.stats.frames += 1;
                    return Ok(Next::Frame);
                }
                Err(error) => {
                    self.stats.bad += 1;
                    self.unreadable += 1;
                    if self.unreadable >= self.pictures.len() {
                        return Err(error);
                    }
                    log::warn!("{error}; skipped");
                }
            }
        }
        Ok(Next::End)
    }

    fn stats(&self) -> Stats {
        self.stats
    }

    fn describe(&self) -> String {
        let rate = self.rate.map_or("each in turn".to_string(), |rate| {
            format!("{} a second", rate.fps())
        });
        let repeat = if self.repeat { ", again and again" } else { "" };
        format!(
            "{} ({} pictures, {rate}{repeat})",
            self.name,
            self.pictures.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};
    use tempfile::TempDir;

    use super::super::clock::StoppedClock;
    use super::*;
    use crate::error::Kind;

    /// A directory of `count` pictures; each is as bright as its number.
    fn frames(count: u8) -> TempDir {
        let directory = tempfile::tempdir().unwrap();
        for number in 0..count {
            let image = GrayImage::from_pixel(8, 6, Luma([number]));
            image
                .save(directory.path().join(format!("frame-{number:03}.png")))
                .unwrap();
        }
        directory
    }

    fn replay(
        directory: &TempDir,
        fps: Option<f64>,
        settings: &Settings,
    ) -> (Replay<StoppedClock>, StoppedClock) {
        let clock = StoppedClock::default();
        let rate = fps.and_then(Rate::new);
        (
            Replay::directory(directory.path(), rate, settings, clock.clone()).unwrap(),
            clock,
        )
    }

    /// The brightness of the next frame, which must be one.
    fn shown(source: &mut impl Source, frame: &mut Frame) -> u8 {
        assert_eq!(source.next(frame).unwrap(), Next::Frame);
        frame.luma.get_pixel(0, 0).0[0]
    }

    #[test]
    fn without_a_rate_every_picture_comes_in_turn_however_slow_the_reader() {
        let directory = frames(4);
        let (mut source, clock) = replay(&directory, None, &Settings::default());
        let mut frame = Frame::empty();
        for number in 0..4 {
            assert_eq!(shown(&mut source, &mut frame), number);
            assert_eq!(frame.seq, u64::from(number));
            clock.advance(Duration::from_secs(5));
        }
        assert_eq!(source.next(&mut frame).unwrap(), Next::End);
        assert_eq!(source.next(&mut frame).unwrap(), Next::End);
        assert_eq!(
            source.stats(),
            Stats {
                frames: 4,
                ..Stats::default()
            }
        );
    }

    #[test]
    fn at_a_rate_a_quick_reader_waits_and_each_frame_has_its_time() {
        let directory = frames(3);
        let (mut source, clock) = replay(&directory, Some(10.0), &Settings::default());
        let mut frame = Frame::empty();
        let start = clock.wall();
        for number in 0..3 {
            assert_eq!(shown(&mut source, &mut frame), number);
            assert_eq!(
                frame.captured_at,
                start + Duration::from_millis(100) * u32::from(number)
            );
            clock.advance(Duration::from_millis(30));
        }
        assert_eq!(source.next(&mut frame).unwrap(), Next::End);
        assert_eq!(source.stats().skipped, 0);
    }

    #[test]
    fn a_slow_reader_gets_the_newest_and_always_the_last() {
        let directory = frames(10);
        let (mut source, clock) = replay(&directory, Some(10.0), &Settings::default());
        let mut frame = Frame::empty();
        let mut seen = Vec::new();
        while source.next(&mut frame).unwrap() == Next::Frame {
            seen.push(frame.luma.get_pixel(0, 0).0[0]);
            clock.advance(Duration::from_millis(350));
        }
        assert_eq!(seen, [0, 3, 7, 9]);
        assert_eq!(
            source.stats(),
            Stats {
                frames: 4,
                skipped: 6,
                ..Stats::default()
            }
        );
    }

    #[test]
    fn a_frame_far_off_is_a_timeout() {
        let directory = frames(2);
        let (mut source, clock) = replay(&directory, Some(0.4), &Settings::default());
        let mut frame = Frame::empty();
        assert_eq!(shown(&mut source, &mut frame), 0);
        assert_eq!(source.next(&mut frame).unwrap(), Next::Timeout);
        assert_eq!(clock.monotonic(), Duration::from_secs(1));
        assert_eq!(source.next(&mut frame).unwrap(), Next::Timeout);
        assert_eq!(shown(&mut source, &mut frame), 1);
        assert_eq!(clock.monotonic(), Duration::from_millis(2500));
    }

    #[test]
    fn a_repeated_replay_goes_on_counting() {
        let directory = frames(2);
        let settings = Settings {
            repeat: true,
            ..Settings::default()
        };
        let (mut source, _) = replay(&directory, Some(25.0), &settings);
        let mut frame = Frame::empty();
        let seen: Vec<(u8, u64)> = (0..5)
            .map(|_| (shown(&mut source, &mut frame), frame.seq))
            .collect();
        assert_eq!(seen, [(0, 0), (1, 1), (0, 2), (1, 3), (0, 4)]);
    }

    #[test]
    fn a_broken_picture_is_counted_and_passed_over() {
        let directory = frames(3);
        std::fs::write(directory.path().join("frame-001.png"), b"").unwrap();
        let (mut source, _) = replay(&directory, None, &Settings::default());
        let mut frame = Frame::empty();
        assert_eq!(
            [
                shown(&mut source, &mut frame),
                shown(&mut source, &mut frame)
            ],
            [0, 2]
        );
        assert_eq!(
            source.stats(),
            Stats {
                frames: 2,
                bad: 1,
                ..Stats::default()
            }
        );
    }

    #[test]
    fn nothing_but_broken_pictures_is_an_error_even_when_repeated() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("a.png"), b"").unwrap();
        std::fs::write(directory.path().join("b.jpg"), b"text").unwrap();
        let settings = Settings {
            repeat: true,
            ..Settings::default()
        };
        let (mut source, _) = replay(&directory, None, &settings);
        assert_eq!(
            source.next(&mut Frame::empty()).unwrap_err().kind(),
            Kind::Data
        );
    }

    #[test]
    fn a_file_named_alone_is_shown_until_it_is_steady() {
        let directory = frames(1);
        let file = directory.path().join("frame-000.png");
        let settings = Settings::default();
        let mut source = Replay::file(&file, None, &settings, StoppedClock::default()).unwrap();
        let mut frame = Frame::empty();
        for number in 0..SHOWINGS {
            assert_eq!(shown(&mut source, &mut frame), 0);
            assert_eq!(frame.seq, number);
            // It is in memory by now.
            let _ = std::fs::remove_file(&file);
        }
        assert_eq!(source.next(&mut frame).unwrap(), Next::End);
    }

    #[test]
    fn what_is_not_there_is_said_when_it_is_opened() {
        let directory = tempfile::tempdir().unwrap();
        let open =
            |path: &Path| Replay::file(path, None, &Settings::default(), StoppedClock::default());
        let error = open(&directory.path().join("none.jpg")).unwrap_err();
        assert_eq!(error.kind(), Kind::NoInput);
        assert!(
            error.to_string().ends_with("none.jpg: no such file"),
            "{error}"
        );
        let error = open(directory.path()).unwrap_err().to_string();
        assert!(error.contains("\"dir:"), "{error}");
        let error = Replay::directory(
            directory.path(),
            None,
            &Settings::default(),
            StoppedClock::default(),
        );
        assert!(
            error
                .unwrap_err()
                .to_string()
                .contains("no picture in this directory")
        );
    }
}
