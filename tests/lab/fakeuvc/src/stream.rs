//! The video: a JPEG file cut into UVC payloads, one for each transfer the host has waiting.
//! The file is looked at before each frame, so that replacing it changes what the camera sees; so is
//! the file of faults.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};
use std::{fs, mem};

use crate::descriptors::{PAYLOAD_LIMIT, Size};
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
#[derive(Default, Debug, PartialEq, Eq)]
struct Faults {
    /// No more frames.
    stall: bool,
    /// Every Nth frame carries the error bit; 0: none.
    flag_every: u64,
    /// Every Nth frame is only its first half; 0: none.
    cut_every: u64,
}

impl Faults {
    /// From the lines of a file, as the usage tells them.
    fn parse(text: &str) -> io::Result<Faults> {
        let mut faults = Faults::default();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let (fault, number) = (words.next(), words.next().and_then(|n| n.parse().ok()));
            match (fault, number) {
                (None, _) => {}
                (Some("stall"), None) => faults.stall = true,
                (Some("flag-every"), Some(n)) => faults.flag_every = n,
                (Some("cut-every"), Some(n)) => faults.cut_every = n,
                _ => return Err(io::Error::other(format!("'{line}': no fault known here"))),
            }
        }
        Ok(faults)
    }
}

pub struct Stream {
    picture: PathBuf,
    jpeg: Vec<u8>,
    read_at: Option<SystemTime>,
    /// Most bytes of a picture.
    limit: u32,
    faults_file: Option<PathBuf>,
    faults_at: Option<SystemTime>,
    faults: Faults,
    interval: Duration,
    streaming: bool,
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
    pub fn new(picture: PathBuf, size: Size, faults: Option<PathBuf>) -> io::Result<Stream> {
        let mut stream = Stream {
            picture,
            jpeg: Vec::new(),
            read_at: None,
            limit: size.frame_limit(),
            faults_file: faults,
            faults_at: None,
            faults: Faults::default(),
            interval: Duration::ZERO,
            streaming: false,
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
        self.streaming = true;
        self.due = now;
        println!(
            "fakeuvc: streaming, a frame every {} ms",
            self.interval.as_millis()
        );
    }

    pub fn stop(&mut self) {
        self.streaming = false;
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
        self.look_for_faults()?;
        if !self.streaming || self.faults.stall {
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
        if !jpeg.starts_with(&[0xff, 0xd8]) || jpeg.len() > self.limit as usize {
            let (name, limit) = (self.picture.display(), self.limit);
            return Err(io::Error::other(format!(
                "{name}: not a JPEG of at most {limit} bytes"
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

    /// Reads what is to go wrong when that is new or was changed.
    fn look_for_faults(&mut self) -> io::Result<()> {
        let Some(file) = &self.faults_file else {
            return Ok(());
        };
        // Without the file there is no fault.
        let changed = fs::metadata(file).and_then(|about| about.modified()).ok();
        if self.faults_at == changed {
            return Ok(());
        }
        self.faults = match changed {
            Some(_) => Faults::parse(&fs::read_to_string(file)?)?,
            None => Faults::default(),
        };
        self.faults_at = changed;
        println!(
            "fakeuvc: from frame {} on: {:?}",
            self.frames + 1,
            self.faults
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_one_a_line_and_what_is_not_known_is_refused() {
        let faults = Faults::parse("flag-every 5\n\nstall\n").unwrap();
        assert_eq!(
            (faults.stall, faults.flag_every, faults.cut_every),
            (true, 5, 0)
        );
        assert_eq!(Faults::parse("").unwrap(), Faults::default());
        for wrong in ["flag-every", "cut-every x", "stall 3", "burn"] {
            assert!(Faults::parse(wrong).is_err(), "{wrong}");
        }
    }
}
