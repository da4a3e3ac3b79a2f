//! A USB webcam in user space.
//!
//! Hands one end of a socket pair to the kernel's `vhci_hcd` (USB/IP) and plays a UVC 1.0 camera
//! with a bulk video endpoint on the other, so that Linux's own `uvcvideo` driver binds to it:
//! MJPG of one size, up to 30 frames a second, each frame the bytes of the JPEG file named on the
//! command line. When that file is replaced, the camera shows the new one. Faults of real cameras
//! can be asked for while it runs, in a file that is looked at again and again. It is pulled out
//! when it is killed.
//!
//! Needs root and the modules `vhci_hcd` and `uvcvideo`. Everything but the one attach is plain
//! reads and writes.

mod camera;
mod descriptors;
mod stream;
mod usbip;

use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs, io};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use camera::Camera;
use descriptors::Size;
use stream::Stream;
use usbip::{Request, Urb};

const USAGE: &str = "usage: fakeuvc [OPTIONS] PICTURE.jpg
  --port N          port of vhci_hcd to plug into, 0 to 7 (default 0)
  --size WxH        the only size it offers; the picture should have it (default 1280x720)
  --faults FILE     does what FILE says, whenever that changes; each on a line of its own:
                      stall           no more frames come
                      flag-every N    every Nth frame has the error bit set
                      cut-every N     every Nth frame is only its first half";

/// Longest wait between looks at the clock, when nothing else is due.
const TICK: Duration = Duration::from_millis(100);

/// USB speed code of `enum usb_device_speed`: high speed, what a USB 2 camera runs at.
const HIGH_SPEED: u32 = 3;

/// Ports for high speed of one `vhci_hcd`.
const PORTS: u8 = 8;

struct Options {
    picture: PathBuf,
    port: u8,
    size: Size,
    faults: Option<PathBuf>,
}

impl Options {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
        let (mut picture, mut faults) = (None, None);
        let (mut port, mut size) = (0, Size::default());
        while let Some(arg) = args.next() {
            if !arg.starts_with("--") {
                picture = Some(PathBuf::from(arg));
                continue;
            }
            let value = args.next().ok_or(format!("{arg}: its value is missing"))?;
            let wrong = |what: &str| format!("{arg} {value}: not {what}");
            match arg.as_str() {
                "--port" => {
                    let number = value.parse().ok().filter(|port| *port < PORTS);
                    port = number.ok_or_else(|| wrong("a port, 0 to 7"))?;
                }
                "--size" => size = Size::parse(&value).ok_or_else(|| wrong("a size as 640x480"))?,
                "--faults" => faults = Some(PathBuf::from(value)),
                _ => return Err(format!("{arg}: no such option")),
            }
        }
        let picture = picture.ok_or("no picture named")?;
        Ok(Options {
            picture,
            port,
            size,
            faults,
        })
    }
}

/// Plugs one end of a socket pair into `vhci_hcd` and gives the other.
fn attach(port: u8) -> io::Result<UnixStream> {
    let (ours, kernels) = UnixStream::pair()?;
    // Bus 1, device 2 and up: any number does, it only names the device in the kernel's log.
    let device = 0x1_0002 + u32::from(port);
    let line = format!("{port} {} {device} {HIGH_SPEED}", kernels.as_raw_fd());
    fs::write("/sys/devices/platform/vhci_hcd.0/attach", line)?;
    Ok(ours)
}

/// Answers the kernel until it lets go of the camera.
fn serve(host: &mut UnixStream, options: Options) -> io::Result<()> {
    let mut camera = Camera::new(options.port, options.size);
    let mut stream = Stream::new(options.picture, options.size, options.faults)?;
    loop {
        let due = stream.feed(host, Instant::now())?;
        let wait = due
            .map_or(TICK, |at| at.saturating_duration_since(Instant::now()))
            .min(TICK);
        // Rounded up: waking a little early would spin until the frame is due.
        let wait =
            PollTimeout::try_from(wait + Duration::from_millis(1)).unwrap_or(PollTimeout::ZERO);
        if poll(&mut [PollFd::new(host.as_fd(), PollFlags::POLLIN)], wait)? == 0 {
            continue;
        }
        match usbip::receive(host)? {
            None => {
                println!("fakeuvc: the host let go after {} frames", stream.frames());
                return Ok(());
            }
            Some(Request::Unlink { seq, victim }) => {
                let was_pending = stream.withdraw(victim);
                usbip::unlinked(host, seq, was_pending)?;
            }
            Some(Request::Submit(urb)) if urb.endpoint == 0 => {
                answer(host, &mut camera, &mut stream, &urb)?
            }
            Some(Request::Submit(urb))
                if urb.endpoint == descriptors::VIDEO_ENDPOINT && urb.to_host =>
            {
                stream.offer(urb.seq, urb.length);
            }
            Some(Request::Submit(urb)) => usbip::stall(host, urb.seq)?,
        }
    }
}

/// One control transfer: what the camera says, and what it means for the stream.
fn answer(
    host: &mut UnixStream,
    camera: &mut Camera,
    stream: &mut Stream,
    urb: &Urb,
) -> io::Result<()> {
    let Some(reply) = camera.control(&urb.setup, &urb.data) else {
        return usbip::stall(host, urb.seq);
    };
    match reply.stream {
        Some(camera::Change::Start { interval }) => stream.start(interval, Instant::now()),
        Some(camera::Change::Stop) => stream.stop(),
        None => {}
    }
    if urb.to_host {
        let length = reply.data.len().min(usize::from(urb.setup.length));
        usbip::complete(host, urb.seq, length, &reply.data[..length])
    } else {
        usbip::complete(host, urb.seq, urb.data.len(), &[])
    }
}

fn main() -> ExitCode {
    let options = match Options::parse(env::args().skip(1)) {
        Ok(options) => options,
        Err(fault) => {
            eprintln!("fakeuvc: {fault}\n{USAGE}");
            return ExitCode::from(64);
        }
    };
    let mut host = match attach(options.port) {
        Ok(host) => host,
        Err(fault) => {
            eprintln!(
                "fakeuvc: cannot plug into vhci_hcd ({fault}); is the module loaded, and are you root?"
            );
            return ExitCode::from(69);
        }
    };
    match serve(&mut host, options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("fakeuvc: {fault}");
            ExitCode::from(74)
        }
    }
}
