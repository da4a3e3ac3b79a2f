//! A camera that does as it is told, and what the stream makes of it.

use std::collections::{BTreeSet, VecDeque};
use std::time::SystemTime;

use super::super::{Granted, Offer, Sizes, Wish};
use super::*;
use crate::capture::clock::StoppedClock;

/// What the camera does while it is waited for.
#[derive(Clone, Debug)]
enum Step {
    /// These pictures become ready, 10 ms apart.
    Fill(Vec<Shot>),
    Silence,
    WaitFails(Errno),
    DequeueFails(Errno),
    /// A picture becomes ready, and giving a buffer back fails once.
    QueueFails(Errno, Shot),
    /// The driver names a buffer that does not exist.
    WildIndex,
}

#[derive(Clone, Debug)]
struct Shot {
    bytes: Vec<u8>,
    flawed: bool,
    sequence: u32,
    /// Whether the driver stamps by the monotonic clock.
    stamped: bool,
}

/// Grey 4x2 pictures in rows of 6 bytes; every pixel is `sequence` as a byte.
fn shot(sequence: u32) -> Shot {
    Shot {
        bytes: vec![sequence as u8; 12],
        flawed: false,
        sequence,
        stamped: true,
    }
}

fn flawed(sequence: u32) -> Shot {
    Shot {
        flawed: true,
        ..shot(sequence)
    }
}

fn cut(sequence: u32) -> Shot {
    Shot {
        bytes: vec![sequence as u8; 9],
        ..shot(sequence)
    }
}

const BUFFERS: u32 = 4;

struct Fake {
    clock: StoppedClock,
    offers: Vec<Offer>,
    granted: Option<Granted>,
    script: VecDeque<Step>,
    start_faults: VecDeque<Errno>,
    dequeue_fault: Option<Errno>,
    queue_fault: Option<Errno>,
    running: bool,
    starts: u32,
    drivers: BTreeSet<u32>,
    ready: VecDeque<Filled>,
    ours: BTreeSet<u32>,
    memory: Vec<Vec<u8>>,
}

impl Fake {
    fn new(script: impl IntoIterator<Item = Step>) -> Self {
        let sizes = Sizes {
            least: (4, 2),
            most: (4, 2),
            step: (1, 1),
            rates: Vec::new(),
        };
        Fake {
            clock: StoppedClock::default(),
            offers: vec![Offer {
                fourcc: *b"GREY",
                sizes: vec![sizes],
            }],
            granted: Some(Granted {
                fourcc: *b"GREY",
                width: 4,
                height: 2,
                stride: 6,
            }),
            script: script.into_iter().collect(),
            start_faults: VecDeque::new(),
            dequeue_fault: None,
            queue_fault: None,
            running: false,
            starts: 0,
            drivers: BTreeSet::new(),
            ready: VecDeque::new(),
            ours: BTreeSet::new(),
            // Longer than any picture, and full of what must never be seen.
            memory: vec![vec![0xEE; 64]; BUFFERS as usize],
        }
    }

    fn fill(&mut self, shot: Shot) {
        self.clock.advance(Duration::from_millis(10));
        // With no buffer to fill, a driver drops the picture.
        let Some(index) = self.drivers.pop_first() else {
            return;
        };
        self.memory[index as usize][..shot.bytes.len()].copy_from_slice(&shot.bytes);
        self.ready.push_back(Filled {
            index,
            bytes: shot.bytes.len() as u32,
            flawed: shot.flawed,
            sequence: shot.sequence,
            taken: shot.stamped.then(|| self.clock.monotonic()),
        });
    }
}

impl Camera for Fake {
    fn offers(&mut self) -> io::Result<Vec<Offer>> {
        Ok(self.offers.clone())
    }

    fn set_format(&mut self, _: Wish) -> io::Result<Granted> {
        self.granted.ok_or_else(|| Errno::EINVAL.into())
    }

    fn set_rate(&mut self, fps: Option<f64>) -> io::Result<Option<f64>> {
        Ok(fps)
    }

    fn start(&mut self) -> io::Result<u32> {
        assert!(!self.running, "started twice");
        if let Some(errno) = self.start_faults.pop_front() {
            return Err(errno.into());
        }
        self.starts += 1;
        self.running = true;
        self.drivers = (0..BUFFERS).collect();
        Ok(BUFFERS)
    }

    fn stop(&mut self) {
        self.running = false;
        self.drivers.clear();
        self.ready.clear();
        self.ours.clear();
    }

    fn wait(&mut self, limit: Duration) -> io::Result<bool> {
        assert!(self.running, "waited for a camera that does not stream");
        match self.script.pop_front().unwrap_or(Step::Silence) {
            Step::Fill(shots) => shots.into_iter().for_each(|shot| self.fill(shot)),
            Step::Silence => {
                self.clock.advance(limit);
                return Ok(false);
            }
            Step::WaitFails(errno) => return Err(errno.into()),
            Step::DequeueFails(errno) => self.dequeue_fault = Some(errno),
            Step::QueueFails(errno, shot) => {
                self.fill(shot);
                self.queue_fault = Some(errno);
            }
            Step::WildIndex => {
                let wild = Filled {
                    index: 77,
                    bytes: 12,
                    flawed: false,
                    sequence: 0,
                    taken: None,
                };
                self.ready.push_back(wild);
            }
        }
        Ok(true)
    }

    fn dequeue(&mut self) -> io::Result<Option<Filled>> {
        if let Some(errno) = self.dequeue_fault.take() {
            return Err(errno.into());
        }
        let filled = self.ready.pop_front();
        self.ours.extend(filled.map(|filled| filled.index));
        Ok(filled)
    }

    fn memory(&self, index: u32) -> Option<&[u8]> {
        assert!(
            self.ours.contains(&index),
            "read buffer {index}, which the driver has"
        );
        self.memory.get(index as usize).map(Vec::as_slice)
    }

    fn queue(&mut self, index: u32) -> io::Result<()> {
        assert!(
            self.ours.remove(&index),
            "queued buffer {index}, which the driver has"
        );
        if let Some(errno) = self.queue_fault.take() {
            return Err(errno.into());
        }
        assert!(self.drivers.insert(index));
        Ok(())
    }
}

fn settings() -> Settings {
    Settings {
        width: 4,
        height: 2,
        ..Settings::default()
    }
}

fn open(fake: Fake) -> Result<Streaming<Fake, StoppedClock>> {
    let clock = fake.clock.clone();
    Streaming::open(fake, "/dev/video0".to_string(), &settings(), clock)
}

fn playing(script: impl IntoIterator<Item = Step>) -> Streaming<Fake, StoppedClock> {
    open(Fake::new(script)).unwrap()
}

/// The next frame's brightness, or what came instead; no buffer may be left in our hands.
fn next(
    source: &mut Streaming<Fake, StoppedClock>,
    frame: &mut Frame,
) -> std::result::Result<u8, Next> {
    let next = source.next(frame).unwrap();
    assert!(
        source.camera.ours.is_empty(),
        "buffers kept: {:?}",
        source.camera.ours
    );
    if next != Next::Frame {
        return Err(next);
    }
    let first = frame.luma.get_pixel(0, 0).0[0];
    assert!(
        frame.luma.iter().all(|&pixel| pixel == first),
        "{:?}",
        frame.luma
    );
    Ok(first)
}

#[test]
fn one_picture_after_another_in_the_memory_of_the_frame() {
    let mut source = playing([1, 2, 3].map(|n| Step::Fill(vec![shot(n)])));
    let mut frame = Frame::empty();
    let mut places = BTreeSet::new();
    for n in 1..=3 {
        assert_eq!(next(&mut source, &mut frame), Ok(n));
        assert_eq!((frame.luma.dimensions(), frame.seq), ((4, 2), u64::from(n)));
        places.insert(frame.luma.as_ptr());
    }
    assert_eq!(places.len(), 1);
    assert_eq!(
        source.stats(),
        Stats {
            frames: 3,
            ..Stats::default()
        }
    );
}

#[test]
fn the_newest_wins_and_the_others_are_counted() {
    let mut source = playing([
        Step::Fill(vec![shot(5), shot(6), shot(7)]),
        Step::Fill(vec![shot(8)]),
    ]);
    let mut frame = Frame::empty();
    assert_eq!(next(&mut source, &mut frame), Ok(7));
    assert_eq!(frame.seq, 3);
    assert_eq!(next(&mut source, &mut frame), Ok(8));
    assert_eq!(
        source.stats(),
        Stats {
            frames: 2,
            skipped: 2,
            ..Stats::default()
        }
    );
}

#[test]
fn pictures_that_the_driver_dropped_show_in_its_numbers() {
    let mut source = playing([
        Step::Fill(vec![shot(u32::MAX - 1)]),
        // Wraps, six later: four were lost in the driver, one is passed over.
        Step::Fill(vec![shot(3), shot(4)]),
        // A driver that begins again from 0.
        Step::Fill(vec![shot(0)]),
        // And one that does not count at all.
        Step::Fill(vec![shot(0), shot(0)]),
    ]);
    let mut frame = Frame::empty();
    assert_eq!(next(&mut source, &mut frame), Ok(254));
    assert_eq!(next(&mut source, &mut frame), Ok(4));
    assert_eq!((frame.seq, source.stats().skipped), (7, 5));
    assert_eq!(next(&mut source, &mut frame), Ok(0));
    assert_eq!((frame.seq, source.stats().skipped), (8, 5));
    assert_eq!(next(&mut source, &mut frame), Ok(0));
    assert_eq!((frame.seq, source.stats().skipped), (10, 6));
}

#[test]
fn the_newest_whole_picture_wins_over_newer_damaged_ones() {
    let mut source = playing([
        Step::Fill(vec![shot(1), shot(2), flawed(3), cut(4)]),
        Step::Fill(vec![flawed(5)]),
        Step::Fill(vec![cut(6)]),
        Step::Fill(vec![shot(7)]),
    ]);
    let mut frame = Frame::empty();
    assert_eq!(next(&mut source, &mut frame), Ok(2));
    assert_eq!(next(&mut source, &mut frame), Ok(7));
    assert_eq!(
        source.stats(),
        Stats {
            frames: 2,
            skipped: 1,
            bad: 4,
            ..Stats::default()
        }
    );
    assert_eq!(frame.seq, 7);
}

#[test]
fn what_lies_in_the_buffer_beyond_the_picture_is_never_read() {
    let empty = Shot {
        bytes: Vec::new(),
        ..shot(1)
    };
    let mut source = playing([
        Step::Fill(vec![empty]),
        Step::Fill(vec![cut(2)]),
        Step::Silence,
    ]);
    assert_eq!(next(&mut source, &mut Frame::empty()), Err(Next::Timeout));
    assert_eq!(
        source.stats(),
        Stats {
            bad: 2,
            timeouts: 1,
            ..Stats::default()
        }
    );
}

#[test]
fn a_silent_camera_is_a_timeout_then_started_again_then_given_up() {
    let mut source = playing([]);
    let start = source.clock.monotonic();
    let mut frame = Frame::empty();
    for wait in 1..=3 * WAITS_BEFORE_RESTART {
        assert_eq!(next(&mut source, &mut frame), Err(Next::Timeout));
        assert_eq!(
            source.clock.monotonic() - start,
            Duration::from_secs(1) * wait
        );
        assert_eq!(source.camera.starts, 1 + wait / WAITS_BEFORE_RESTART);
    }
    for _ in 1..WAITS_BEFORE_RESTART {
        assert_eq!(next(&mut source, &mut frame), Err(Next::Timeout));
    }
    let error = source.next(&mut frame).unwrap_err();
    assert_eq!(error.kind(), Kind::Io);
    let expected =
        "/dev/video0: no whole picture for 3.0 s; started 3 times again without a picture";
    assert_eq!(error.to_string(), expected);
    // Asked again, it tries again.
    source.camera.script.push_back(Step::Fill(vec![shot(9)]));
    assert_eq!(next(&mut source, &mut frame), Ok(9));
}

#[test]
fn a_fault_anywhere_starts_the_stream_again_and_goes_on() {
    for fault in [
        Step::WaitFails(Errno::EIO),
        Step::DequeueFails(Errno::EIO),
        Step::DequeueFails(Errno::EINVAL),
        Step::QueueFails(Errno::EIO, flawed(1)),
        Step::WildIndex,
    ] {
        let mut source = playing([
            Step::Fill(vec![shot(1)]),
            fault.clone(),
            Step::Fill(vec![shot(2)]),
        ]);
        let mut frame = Frame::empty();
        assert_eq!(next(&mut source, &mut frame), Ok(1));
        assert_eq!(next(&mut source, &mut frame), Ok(2), "{fault:?}");
        assert_eq!(
            (source.camera.starts, source.stats().restarts),
            (2, 1),
            "{fault:?}"
        );
    }
}

#[test]
fn a_whole_picture_is_given_even_where_its_buffer_cannot_be_given_back() {
    let mut source = playing([
        Step::QueueFails(Errno::EIO, shot(1)),
        Step::Fill(vec![shot(2)]),
    ]);
    let mut frame = Frame::empty();
    assert_eq!(next(&mut source, &mut frame), Ok(1));
    assert_eq!(next(&mut source, &mut frame), Ok(2));
    assert_eq!(source.stats().restarts, 1);
}

#[test]
fn a_signal_is_no_fault() {
    let mut source = playing([Step::WaitFails(Errno::EINTR), Step::Fill(vec![shot(1)])]);
    assert_eq!(next(&mut source, &mut Frame::empty()), Ok(1));
    assert_eq!(source.stats().restarts, 0);
}

#[test]
fn a_camera_that_only_fails_is_given_up_after_few_restarts() {
    let mut source = playing((0..100).map(|_| Step::DequeueFails(Errno::EIO)));
    let error = source.next(&mut Frame::empty()).unwrap_err();
    assert_eq!(error.kind(), Kind::Io);
    assert_eq!(source.camera.starts, 1 + FRUITLESS_RESTARTS);
    assert!(
        error
            .to_string()
            .contains("taking a picture failed: I/O error"),
        "{error}"
    );
}

#[test]
fn an_unplugged_camera_is_said_at_once() {
    for step in [
        Step::WaitFails(Errno::ENODEV),
        Step::DequeueFails(Errno::ENODEV),
        Step::WaitFails(Errno::ENXIO),
    ] {
        let mut source = playing([Step::Fill(vec![shot(1)]), step]);
        let mut frame = Frame::empty();
        assert_eq!(next(&mut source, &mut frame), Ok(1));
        let error = source.next(&mut frame).unwrap_err();
        assert_eq!(error.kind(), Kind::NoDevice);
        assert_eq!(error.to_string(), "/dev/video0: the camera was unplugged");
        assert_eq!((source.camera.starts, source.camera.running), (1, false));
        // And again for as long as it is gone.
        source.camera.start_faults.push_back(Errno::ENODEV);
        assert_eq!(source.next(&mut frame).unwrap_err().kind(), Kind::NoDevice);
    }
}

#[test]
fn the_capture_time_is_the_drivers_where_its_clock_is_ours() {
    let mut source = playing([
        Step::Fill(vec![shot(1)]),
        Step::Fill(vec![Shot {
            stamped: false,
            ..shot(2)
        }]),
    ]);
    let mut frame = Frame::empty();
    let clock = source.clock.clone();
    let at = |wall: SystemTime| {
        wall.duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_millis()
    };
    let start = at(clock.wall());
    next(&mut source, &mut frame).unwrap();
    assert_eq!(at(frame.captured_at), start + 10);
    clock.advance(Duration::from_millis(500));
    next(&mut source, &mut frame).unwrap();
    assert_eq!(at(frame.captured_at), start + 520);

    // A picture that waited in the driver is as old as it is; a stamp that cannot be is not believed.
    let filled = |taken: Duration| Filled {
        index: 0,
        bytes: 12,
        flawed: false,
        sequence: 3,
        taken: Some(taken),
    };
    let now = clock.monotonic();
    assert_eq!(
        source.taken(&filled(now - Duration::from_millis(300))),
        now - Duration::from_millis(300)
    );
    assert_eq!(source.taken(&filled(now + Duration::from_secs(1))), now);
    clock.advance(Duration::from_secs(3600));
    assert_eq!(source.taken(&filled(Duration::ZERO)), clock.monotonic());
}

#[test]
fn another_format_than_asked_is_read_as_what_it_is() {
    let mut fake = Fake::new([Step::Fill(vec![Shot {
        bytes: vec![3, 128, 3, 128],
        ..shot(1)
    }])]);
    fake.granted = Some(Granted {
        fourcc: *b"YUYV",
        width: 2,
        height: 1,
        stride: 0,
    });
    let mut source = open(fake).unwrap();
    let mut frame = Frame::empty();
    assert_eq!(next(&mut source, &mut frame), Ok(3));
    assert_eq!(frame.luma.dimensions(), (2, 1));
    assert_eq!(source.describe(), "/dev/video0, YUYV 2x1");
}

#[test]
fn a_camera_that_grants_nothing_readable_is_refused() {
    let granted = |fourcc: &[u8; 4], stride| {
        Some(Granted {
            fourcc: *fourcc,
            width: 4,
            height: 2,
            stride,
        })
    };
    for (granted, part) in [
        (
            granted(b"H264", 0),
            "no pixel format that can be read; the camera offers GREY",
        ),
        (None, "no pixel format that can be read"),
        (granted(b"GREY", 3), "at least 4 are needed"),
    ] {
        let mut fake = Fake::new([]);
        fake.granted = granted;
        let error = open(fake).err().unwrap();
        assert_eq!(error.kind(), Kind::NoDevice);
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn a_busy_camera_is_said_when_it_is_opened() {
    let mut fake = Fake::new([]);
    fake.start_faults.push_back(Errno::EBUSY);
    let error = open(fake).err().unwrap();
    assert_eq!(error.kind(), Kind::NoDevice);
    assert!(
        error
            .to_string()
            .starts_with("/dev/video0: the camera is busy"),
        "{error}"
    );
}
