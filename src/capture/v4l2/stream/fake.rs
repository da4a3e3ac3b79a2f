//! A camera that does as it is told, and streams over it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::time::Duration;

use log::Level;
use nix::errno::Errno;

use super::Streaming;
use crate::capture::clock::StoppedClock;
use crate::capture::frame::Frame;
use crate::capture::v4l2::camera::{Camera, Control, Filled, Granted, Offer, Sizes, Wish};
use crate::capture::{Clock, Next, Settings, Source};
use crate::error::Result;

/// What the camera does while it is waited for.
#[derive(Clone, Debug)]
pub enum Step {
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
pub struct Shot {
    pub bytes: Vec<u8>,
    /// How many bytes the driver says there are.
    pub told: u32,
    pub flawed: bool,
    pub sequence: u32,
    pub stamp: Stamp,
}

/// What the driver stamps a picture with.
#[derive(Clone, Copy, Debug)]
pub enum Stamp {
    /// The monotonic time.
    Monotonic,
    /// The monotonic time, so many milliseconds off.
    Off(i64),
    /// Another clock.
    Foreign,
}

/// Grey 4x2 pictures in rows of 6 bytes; every pixel is `sequence` as a byte.
pub fn shot(sequence: u32) -> Shot {
    Shot {
        bytes: vec![sequence as u8; 12],
        told: 12,
        flawed: false,
        sequence,
        stamp: Stamp::Monotonic,
    }
}

pub fn flawed(sequence: u32) -> Shot {
    Shot {
        flawed: true,
        ..shot(sequence)
    }
}

pub fn cut(sequence: u32) -> Shot {
    Shot {
        told: 9,
        ..shot(sequence)
    }
}

pub const BUFFERS: u32 = 4;

/// A control that does as it is told.
#[derive(Clone, Debug)]
pub struct Knob {
    pub about: Control,
    pub value: i32,
    /// The value of another control at which this one cannot be set.
    pub locked_by: Option<(u32, i32)>,
    /// What the driver makes of every value.
    pub stuck_at: Option<i32>,
}

/// A camera that does as it is told.
pub struct Fake {
    pub clock: StoppedClock,
    pub offers: Vec<Offer>,
    pub granted: Option<Granted>,
    pub script: VecDeque<Step>,
    /// The format that another program sets before the stream is started.
    pub foreign: Option<Granted>,
    pub format_faults: VecDeque<Errno>,
    pub wishes: Vec<Wish>,
    pub controls: BTreeMap<u32, Knob>,
    /// The controls set, in this order.
    pub settings: Vec<(u32, i32)>,
    pub control_fault: Option<Errno>,
    pub start_faults: VecDeque<Errno>,
    pub dequeue_fault: Option<Errno>,
    pub queue_fault: Option<Errno>,
    pub running: bool,
    pub starts: u32,
    pub drivers: BTreeSet<u32>,
    pub ready: VecDeque<Filled>,
    pub ours: BTreeSet<u32>,
    pub memory: Vec<Vec<u8>>,
}

impl Fake {
    pub fn new(script: impl IntoIterator<Item = Step>) -> Self {
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
                most_bytes: 12,
            }),
            script: script.into_iter().collect(),
            foreign: None,
            format_faults: VecDeque::new(),
            wishes: Vec::new(),
            controls: BTreeMap::new(),
            settings: Vec::new(),
            control_fault: None,
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

    /// A picture becomes ready 10 ms later, if there is a buffer for it.
    pub fn fill(&mut self, shot: Shot) {
        self.clock.advance(Duration::from_millis(10));
        // With no buffer to fill, a driver drops the picture.
        let Some(index) = self.drivers.pop_first() else {
            return;
        };
        self.memory[index as usize][..shot.bytes.len()].copy_from_slice(&shot.bytes);
        self.ready.push_back(Filled {
            index,
            bytes: shot.told,
            flawed: shot.flawed,
            sequence: shot.sequence,
            taken: match shot.stamp {
                Stamp::Monotonic => Some(self.clock.monotonic()),
                Stamp::Off(milliseconds) => {
                    let now = self.clock.monotonic().as_millis() as i64;
                    Some(Duration::from_millis((now + milliseconds).max(0) as u64))
                }
                Stamp::Foreign => None,
            },
        });
    }
}

impl Camera for Fake {
    fn offers(&mut self) -> io::Result<Vec<Offer>> {
        Ok(self.offers.clone())
    }

    fn set_format(&mut self, wish: Wish) -> io::Result<Granted> {
        assert!(!self.running, "set the format of a camera that streams");
        if let Some(errno) = self.format_faults.pop_front() {
            return Err(errno.into());
        }
        self.wishes.push(wish);
        self.granted.ok_or_else(|| Errno::EINVAL.into())
    }

    fn format(&mut self) -> io::Result<Granted> {
        let granted = self.foreign.or(self.granted);
        granted.ok_or_else(|| Errno::EINVAL.into())
    }

    fn set_rate(&mut self, fps: Option<f64>) -> io::Result<Option<f64>> {
        Ok(fps)
    }

    fn control(&mut self, id: u32) -> io::Result<Option<Control>> {
        match self.control_fault {
            Some(errno) => Err(errno.into()),
            None => Ok(self.controls.get(&id).map(|knob| knob.about.clone())),
        }
    }

    fn value(&mut self, id: u32) -> io::Result<i32> {
        let knob = self.controls.get(&id);
        knob.map_or(Err(Errno::EINVAL.into()), |knob| Ok(knob.value))
    }

    fn set_value(&mut self, id: u32, value: i32) -> io::Result<()> {
        let Some(knob) = self.controls.get(&id) else {
            return Err(Errno::EINVAL.into());
        };
        if let Some((other, at)) = knob.locked_by
            && self.controls[&other].value == at
        {
            return Err(Errno::EACCES.into());
        }
        self.settings.push((id, value));
        let value = knob.stuck_at.unwrap_or(value);
        self.controls
            .entry(id)
            .and_modify(|knob| knob.value = value);
        Ok(())
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

pub fn settings() -> Settings {
    Settings {
        width: 4,
        height: 2,
        ..Settings::default()
    }
}

pub fn open(fake: Fake) -> Result<Streaming<Fake, StoppedClock>> {
    open_with(fake, &settings())
}

pub fn open_with(fake: Fake, settings: &Settings) -> Result<Streaming<Fake, StoppedClock>> {
    let clock = fake.clock.clone();
    Streaming::open(
        fake,
        "/dev/video0".to_string(),
        settings,
        clock,
        Level::Warn,
    )
}

pub fn playing(script: impl IntoIterator<Item = Step>) -> Streaming<Fake, StoppedClock> {
    open(Fake::new(script)).unwrap()
}

/// The next frame's brightness, or what came instead; no buffer may be left in our hands.
pub fn next(
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

pub fn camera(source: &mut Streaming<Fake, StoppedClock>) -> &mut Fake {
    &mut source.camera
}
