//! The video: a JPEG file cut into UVC payloads, one for each transfer the host has waiting.
//! The file is looked at before each frame, so that replacing it changes what the camera sees.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};
use std::{fs, mem};

use crate::descriptors::{FRAME_LIMIT, PAYLOAD_LIMIT};
use crate::usbip;

/// Bytes of a payload header without time stamps: its length and its flags.
const HEADER: usize = 2;
// Payload flags (UVC 1.0, 2.4.3.3).
const FRAME_ID: u8 = 0x01;
const END_OF_FRAME: u8 = 0x02;
const FLAWED: u8 = 0x40;
const END_OF_HEADER: u8 = 0x80;

/// A late camera catches up by at most this much; it does not send what it missed.
const CATCH_UP: Duration = Duration::from_millis(50);

/// Faults of real cameras; none by default.
#[derive(Default)]
pub struct Faults {
    /// No more frames after this much streaming.
    pub stall_after: Option<Duration>,
    /// Every Nth frame carries the error bit; 0: none.
    pub flag_every: u64,
    /// Every Nth frame is only its first half; 0: none.
    pub cut_every: u64,
}

pub struct Stream {
    picture: PathBuf,
    jpeg: Vec<u8>,
    read_at: Option<SystemTime>,
    faults: Faults,
    interval: Duration,
    started: Option<Instant>,
    due: Instant,
    /// Transfers the host has waiting: sequence number and room in bytes.
    waiting: VecDeque<(u32, usize)>,
    frame: Vec<u8>,
    sent: usize,
    frame_id: u8,
    flawed: bool,
    frames: u64,
}

impl Stream {
    /// # Errors
    /// When the picture cannot be read, is not a JPEG or is larger than a frame may be.
    pub fn new(picture: PathBuf, faults: Faults) -> io::Result<Stream> {
        let mut stream = Stream {
            picture,
            jpeg: Vec::new(),
            read_at: None,
            faults,
            interval: Duration::ZERO,
            started: None,
            due: Instant::now(),
            waiting: VecDeque::new(),
            frame: Vec::new(),
            sent: 0,
            frame_id: 0,
            flawed: false,
            frames: 0,
        };
        stream.look()?;
        Ok(stream)
    }

    /// Frames begun since the camera was plugged in.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    pub fn start(&mut self, interval: u32, now: Instant) {
        self.interval = Duration::from_nanos(u64::from(interval) * 100);
        self.started = Some(now);
        self.due = now;
        println!(
            "fakeuvc: streaming, a frame every {} ms",
            self.interval.as_millis()
        );
    }

    pub fn stop(&mut self) {
        self.started = None;
        self.sent = self.frame.len();
    }

    /// A transfer the host has room for `length` bytes in.
    pub fn offer(&mut self, seq: u32, length: usize) {
        self.waiting.push_back((seq, length));
    }

    /// The host takes a transfer back; whether it was still waiting.
    pub fn withdraw(&mut self, seq: u32) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|(waiting, _)| *waiting != seq);
        self.waiting.len() < before
    }

    /// Sends what is due into the waiting transfers; gives the time of the next frame when one is
    /// waited for.
    pub fn feed(&mut self, host: &mut impl Write, now: Instant) -> io::Result<Option<Instant>> {
        let Some(started) = self.started else {
            return Ok(None);
        };
        if self
            .faults
            .stall_after
            .is_some_and(|limit| now.duration_since(started) > limit)
        {
            return Ok(None);
        }
        while let Some(&(seq, room)) = self.waiting.front() {
            if self.sent >= self.frame.len() {
                if now < self.due {
                    return Ok(Some(self.due));
                }
                self.begin_frame(now)?;
            }
            self.waiting.pop_front();
            let payload = self.payload(room);
            usbip::complete(host, seq, payload.len(), &payload)?;
        }
        Ok(None)
    }

    fn begin_frame(&mut self, now: Instant) -> io::Result<()> {
        self.look()?;
        self.frames += 1;
        let nth = |every: u64| every > 0 && self.frames.is_multiple_of(every);
        self.flawed = nth(self.faults.flag_every);
        let length = if nth(self.faults.cut_every) {
            self.jpeg.len() / 2
        } else {
            self.jpeg.len()
        };
        self.frame.clear();
        self.frame.extend_from_slice(&self.jpeg[..length]);
        self.sent = 0;
        self.frame_id ^= FRAME_ID;
        self.due = self.due.max(now.checked_sub(CATCH_UP).unwrap_or(now)) + self.interval;
        Ok(())
    }

    fn payload(&mut self, room: usize) -> Vec<u8> {
        let length = room
            .min(PAYLOAD_LIMIT)
            .saturating_sub(HEADER)
            .min(self.frame.len() - self.sent);
        let part = &self.frame[self.sent..self.sent + length];
        self.sent += length;
        let mut flags = END_OF_HEADER | self.frame_id;
        if self.sent == self.frame.len() {
            flags |= END_OF_FRAME;
        }
        if self.flawed {
            flags |= FLAWED;
        }
        [&[HEADER as u8, flags], part].concat()
    }

    /// Reads the picture when it is new or was replaced.
    fn look(&mut self) -> io::Result<()> {
        let changed = fs::metadata(&self.picture)?.modified()?;
        if self.read_at == Some(changed) {
            return Ok(());
        }
        let jpeg = fs::read(&self.picture)?;
        if !jpeg.starts_with(&[0xff, 0xd8]) || jpeg.len() > FRAME_LIMIT as usize {
            let name = self.picture.display();
            return Err(io::Error::other(format!(
                "{name}: not a JPEG of at most {FRAME_LIMIT} bytes"
            )));
        }
        if !mem::replace(&mut self.jpeg, jpeg).is_empty() {
            println!(
                "fakeuvc: another picture is on view, from frame {}",
                self.frames + 1
            );
        }
        self.read_at = Some(changed);
        Ok(())
    }
}
