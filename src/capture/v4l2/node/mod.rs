//! The device node of a camera: opens it, asks what it can do, holds its buffers.

mod controls;
mod offers;

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::{major, minor};
use nix::unistd::{Gid, Group};
use v4l::v4l_sys::*;

use super::camera::{Camera, Control, Filled, Granted, Offer, Wish};
use super::kernel::{self, Mapping, Plain};
use super::refusal;
use crate::error::Result;

/// The major device number of video4linux (Documentation/admin-guide/devices.txt).
const VIDEO4LINUX_MAJOR: u64 = 81;

/// Buffers asked of the driver: one is read, one is filled, and two wait, so that a driver that fills them
/// in pairs never runs dry. Drivers may give more or fewer.
const BUFFERS: u32 = 4;

/// The most buffers a driver may give; V4L2 itself has no more than 32 (VIDEO_MAX_FRAME).
const MOST_BUFFERS: u32 = 32;

const CAPTURE: u32 = v4l2_buf_type_V4L2_BUF_TYPE_VIDEO_CAPTURE;
const MMAP: u32 = v4l2_memory_V4L2_MEMORY_MMAP;

/// A mapped buffer, and whether it is ours to read or the driver's to fill.
struct Buffer {
    mapping: Mapping,
    ours: bool,
}

/// A camera that is open.
pub(in crate::capture) struct Node {
    file: File,
    buffers: Vec<Buffer>,
    card: String,
    bus: String,
}

impl Node {
    /// Opens the node and makes sure that it is a camera that streams single-planar pictures.
    pub(in crate::capture) fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let about =
            std::fs::metadata(path).map_err(|error| refusal::refused(&name, "opening", error))?;
        // Checked before it is opened: opening a serial port, for example, would reset the device behind it.
        if !about.file_type().is_char_device() || major(about.rdev()) != VIDEO4LINUX_MAJOR {
            return Err(refusal::not_a_camera(&name));
        }
        // Not blocking: DQBUF then says that nothing is there, and every wait is a poll with a limit.
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(path);
        let file = file.map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => {
                let group = Group::from_gid(Gid::from_raw(about.gid())).ok().flatten();
                let group = group.as_ref().map(|group| group.name.as_str());
                refusal::not_permitted(&name, group).caused_by(error)
            }
            _ => refusal::refused(&name, "opening", error),
        })?;
        let mut node = Node {
            file,
            buffers: Vec::new(),
            card: String::new(),
            bus: String::new(),
        };
        let mut about = v4l2_capability::zeroed();
        node.ioctl(kernel::QUERYCAP, &mut about)
            .map_err(|error| match refusal::errno(&error) {
                Errno::ENOTTY => refusal::not_a_camera(&name),
                _ => refusal::refused(&name, "asking what it can do", error),
            })?;
        node.card = text(&about.card);
        node.bus = text(&about.bus_info);
        let has_own = about.capabilities & V4L2_CAP_DEVICE_CAPS != 0;
        let able = if has_own {
            about.device_caps
        } else {
            about.capabilities
        };
        if able & V4L2_CAP_VIDEO_CAPTURE == 0 || able & V4L2_CAP_STREAMING == 0 {
            let multi_planar = able & V4L2_CAP_VIDEO_CAPTURE_MPLANE != 0;
            return Err(refusal::no_capture(&name, &node.card, multi_planar));
        }
        Ok(node)
    }

    /// The name the camera gives itself, without control characters.
    pub(in crate::capture) fn card(&self) -> &str {
        &self.card
    }

    /// Where it is plugged in, as its driver says it: `usb-0000:00:14.0-1`.
    pub(super) fn bus(&self) -> &str {
        &self.bus
    }

    /// Its number as a device, `81:0`, by which `/sys/dev/char` knows it.
    pub(super) fn number(&self) -> Option<String> {
        let device = self.file.metadata().ok()?.rdev();
        Some(format!("{}:{}", major(device), minor(device)))
    }

    fn ioctl<T: Plain>(&self, request: kernel::Request<T>, argument: &mut T) -> io::Result<()> {
        kernel::ioctl(&self.file, request, argument)
    }

    fn buffer(index: u32) -> v4l2_buffer {
        v4l2_buffer {
            index,
            type_: CAPTURE,
            memory: MMAP,
            ..Plain::zeroed()
        }
    }

    fn request_buffers(&self, count: u32) -> io::Result<u32> {
        let mut wanted = v4l2_requestbuffers {
            count,
            type_: CAPTURE,
            memory: MMAP,
            ..Plain::zeroed()
        };
        self.ioctl(kernel::REQBUFS, &mut wanted)?;
        Ok(wanted.count)
    }

    fn map_and_start(&mut self) -> io::Result<u32> {
        let count = self.request_buffers(BUFFERS)?.min(MOST_BUFFERS);
        // One buffer would be filled only while nothing is read: no picture would ever be whole.
        if count < 2 {
            return Err(Errno::ENOMEM.into());
        }
        for index in 0..count {
            let mut about = Node::buffer(index);
            self.ioctl(kernel::QUERYBUF, &mut about)?;
            let mapping = Mapping::of(&self.file, about.length as usize, kernel::offset(&about))?;
            self.buffers.push(Buffer {
                mapping,
                ours: true,
            });
        }
        for index in 0..count {
            self.queue(index)?;
        }
        self.ioctl(kernel::STREAMON, &mut (CAPTURE as libc::c_int))?;
        Ok(count)
    }
}

impl Camera for Node {
    fn offers(&mut self) -> io::Result<Vec<Offer>> {
        self.list_offers()
    }

    fn set_format(&mut self, wish: Wish) -> io::Result<Granted> {
        let mut format = v4l2_format::zeroed();
        format.type_ = CAPTURE;
        format.fmt.pix = v4l2_pix_format {
            width: wish.width,
            height: wish.height,
            pixelformat: u32::from_le_bytes(wish.format.fourcc()),
            // Half pictures, interlaced, are not text anyone can read.
            field: v4l2_field_V4L2_FIELD_NONE,
            ..Plain::zeroed()
        };
        self.ioctl(kernel::S_FMT, &mut format)?;
        Ok(granted(&format))
    }

    fn format(&mut self) -> io::Result<Granted> {
        let mut format = v4l2_format::zeroed();
        format.type_ = CAPTURE;
        self.ioctl(kernel::G_FMT, &mut format)?;
        Ok(granted(&format))
    }

    fn set_rate(&mut self, fps: Option<f64>) -> io::Result<Option<f64>> {
        let mut about = v4l2_streamparm::zeroed();
        about.type_ = CAPTURE;
        match self.ioctl(kernel::G_PARM, &mut about) {
            Ok(()) => {}
            // A driver without rates: there is nothing to set or to report.
            Err(error) if matches!(refusal::errno(&error), Errno::ENOTTY | Errno::EINVAL) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        let mut capture = kernel::capture(&about);
        if let Some(fps) = fps
            && capture.capability & V4L2_CAP_TIMEPERFRAME != 0
        {
            // Thousandths hold 29.97 closely enough.
            const THOUSAND: u32 = 1000;
            let denominator = (fps * f64::from(THOUSAND)).round() as u32;
            capture.timeperframe = v4l2_fract {
                numerator: THOUSAND,
                denominator,
            };
            about.parm.capture = capture;
            self.ioctl(kernel::S_PARM, &mut about)?;
            capture = kernel::capture(&about);
        }
        let v4l2_fract {
            numerator,
            denominator,
        } = capture.timeperframe;
        let known = numerator != 0 && denominator != 0;
        Ok(known.then(|| f64::from(denominator) / f64::from(numerator)))
    }

    fn control(&mut self, id: u32) -> io::Result<Option<Control>> {
        self.control_about(id)
    }

    fn value(&mut self, id: u32) -> io::Result<i32> {
        let mut control = v4l2_control { id, value: 0 };
        self.ioctl(kernel::G_CTRL, &mut control)?;
        Ok(control.value)
    }

    fn set_value(&mut self, id: u32, value: i32) -> io::Result<()> {
        self.ioctl(kernel::S_CTRL, &mut v4l2_control { id, value })
    }

    fn start(&mut self) -> io::Result<u32> {
        let started = self.map_and_start();
        if started.is_err() {
            self.stop();
        }
        started
    }

    fn stop(&mut self) {
        // Each step may fail when the camera is gone; the next is needed all the same.
        if let Err(error) = self.ioctl(kernel::STREAMOFF, &mut (CAPTURE as libc::c_int)) {
            log::debug!("stopping the stream of {:?}: {error}", self.card);
        }
        self.buffers.clear();
        if let Err(error) = self.request_buffers(0) {
            log::debug!("giving back the buffers of {:?}: {error}", self.card);
        }
    }

    fn wait(&mut self, limit: Duration) -> io::Result<bool> {
        // Rounded up, or the last fraction of a millisecond would be waited for in a busy loop.
        let milliseconds = limit.as_micros().div_ceil(1000).min(u128::from(u16::MAX)) as u16;
        let mut waiting = [PollFd::new(self.file.as_fd(), PollFlags::POLLIN)];
        poll(&mut waiting, PollTimeout::from(milliseconds))?;
        let seen = waiting[0].revents().unwrap_or(PollFlags::empty());
        if seen.intersects(PollFlags::POLLERR | PollFlags::POLLHUP | PollFlags::POLLNVAL) {
            let mut about = v4l2_capability::zeroed();
            // Asked anything, a camera that was pulled out says so; one that is there has failed.
            self.ioctl(kernel::QUERYCAP, &mut about)?;
            return Err(Errno::EIO.into());
        }
        Ok(seen.contains(PollFlags::POLLIN))
    }

    fn dequeue(&mut self) -> io::Result<Option<Filled>> {
        let mut buffer = Node::buffer(0);
        match self.ioctl(kernel::DQBUF, &mut buffer) {
            Ok(()) => {}
            Err(error) if refusal::errno(&error) == Errno::EAGAIN => return Ok(None),
            Err(error) => return Err(error),
        }
        let stamped =
            buffer.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
        let time = || {
            let seconds = u64::try_from(buffer.timestamp.tv_sec).ok()?;
            let micros = u64::try_from(buffer.timestamp.tv_usec).ok()?;
            Duration::from_secs(seconds).checked_add(Duration::from_micros(micros))
        };
        if let Some(buffer) = self.buffers.get_mut(buffer.index as usize) {
            buffer.ours = true;
        }
        Ok(Some(Filled {
            index: buffer.index,
            bytes: buffer.bytesused,
            flawed: buffer.flags & V4L2_BUF_FLAG_ERROR != 0,
            sequence: buffer.sequence,
            taken: if stamped { time() } else { None },
        }))
    }

    fn memory(&self, index: u32) -> Option<&[u8]> {
        self.buffers
            .get(index as usize)
            .filter(|buffer| buffer.ours)
            .map(|buffer| buffer.mapping.bytes())
    }

    fn queue(&mut self, index: u32) -> io::Result<()> {
        // Not ours from before the call: if it fails, it is not known who holds the buffer.
        if let Some(buffer) = self.buffers.get_mut(index as usize) {
            buffer.ours = false;
        }
        self.ioctl(kernel::QBUF, &mut Node::buffer(index))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if !self.buffers.is_empty() {
            self.stop();
        }
    }
}

fn granted(format: &v4l2_format) -> Granted {
    let pix = kernel::pix(format);
    Granted {
        fourcc: pix.pixelformat.to_le_bytes(),
        width: pix.width,
        height: pix.height,
        stride: pix.bytesperline,
        most_bytes: pix.sizeimage,
    }
}

/// A name from a driver: up to its zero byte, control characters taken out.
fn text(bytes: &[u8]) -> String {
    let end = bytes
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(bytes.len());
    let text = String::from_utf8_lossy(bytes.get(..end).unwrap_or(bytes)).into_owned();
    text.chars()
        .filter(|c| !c.is_control())
        .collect::<String>()
        .trim()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn what_is_no_camera_is_refused_before_it_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("video0");
        std::fs::write(&file, b"").unwrap();
        for (path, part) in [
            (folder.path().join("video7"), "no such camera"),
            (folder.path().to_path_buf(), "not a camera"),
            (file, "not a camera"),
            ("/dev/null".into(), "not a camera"),
        ] {
            let error = Node::open(&path).err().unwrap();
            assert_eq!(error.kind(), Kind::NoDevice);
            assert!(
                error
                    .to_string()
                    .starts_with(&format!("{}: ", path.display())),
                "{error}"
            );
            assert!(error.to_string().contains(part), "{error}");
        }
    }

    #[test]
    fn the_name_of_a_camera_is_safe_to_print() {
        assert_eq!(text(b"HD \x1b[2J\xFFCam\0rest"), "HD [2J\u{FFFD}Cam");
        assert_eq!(text(&[b'x'; 32]).len(), 32);
    }
}
