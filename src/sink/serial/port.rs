//! The port itself: found, opened, set up, and written to with a bound on each wait.
//!
//! Takes settings and bytes. Whatever the other end does, no call waits longer than it was told; a port
//! that is held by another program is not touched.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg, OFlag, open};
use nix::poll::{PollFd, PollFlags};
use nix::sys::stat::Mode;
use nix::sys::termios::{FlowArg, FlushArg, tcflow, tcflush};
use nix::unistd::{isatty, read, write};

use super::line::{Refused, set_up};
use super::list::{BY_ID, by_id};
use super::settings::Settings;
use crate::error::{Error, Kind, Result, err};
use crate::retry::wait;

/// How often the end of the output is looked for when closing: the kernel has no call that waits with a bound.
const DRAIN_STEP: Duration = Duration::from_millis(5);

const IN_USE: &str = "in use by another program: end that one, or choose another port";
const NOT_PERMITTED: &str = "not permitted: add the user of glyphd to the group `dialout`";

/// An open serial port.
#[derive(Debug)]
pub struct Port {
    fd: Flock<OwnedFd>,
    path: PathBuf,
}

impl Port {
    /// Opens and sets up the port.
    ///
    /// # Errors
    /// `NoDevice` when it is not there, not permitted or held by another program, `Config` when it is no serial
    /// port or does not do what the settings ask.
    pub fn open(name: &str, settings: &Settings) -> Result<Self> {
        let path = resolve(name);
        let fault =
            |kind, what: &str| Error::new(kind, format!("serial port {}: {what}", path.display()));
        // Not to wait for a carrier that three wires do not have, and never to block in `write`.
        let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let fd = open(&path, flags, Mode::empty()).map_err(|errno| {
            let error = match errno {
                Errno::ENOENT | Errno::ENXIO | Errno::ENODEV => fault(Kind::NoDevice, &missing()),
                Errno::EACCES | Errno::EPERM => fault(Kind::NoDevice, NOT_PERMITTED),
                Errno::EBUSY => fault(Kind::NoDevice, IN_USE),
                errno => fault(Kind::Io, &format!("cannot be opened: {}", errno.desc())),
            };
            error.caused_by(errno)
        })?;
        if !isatty(&fd).unwrap_or(false) {
            return Err(fault(Kind::Config, "is no serial port"));
        }
        // minicom, picocom and pyserial respect this lock as well.
        let fd = Flock::lock(fd, FlockArg::LockExclusiveNonblock)
            .map_err(|(_, errno)| fault(Kind::NoDevice, IN_USE).caused_by(errno))?;
        set_up(&fd, settings).map_err(|refused| match refused {
            Refused::System(errno) => {
                fault(Kind::Io, &format!("cannot be set up: {}", errno.desc())).caused_by(errno)
            }
            Refused::Line => {
                let line = format!(
                    "does not do {} baud, {} data bits, {:?} parity, {} stop bits, {:?} flow control together",
                    settings.baud, settings.data_bits, settings.parity, settings.stop_bits, settings.flow
                );
                fault(Kind::Config, &line.to_lowercase())
            }
        })?;
        Ok(Port { fd, path })
    }

    /// Writes `bytes` and tells how many were taken: fewer than all once none was for `stall`.
    ///
    /// # Errors
    /// `Io` when the port has gone. It is then to be opened anew.
    pub fn write(&mut self, bytes: &[u8], stall: Duration) -> Result<usize> {
        let mut rest = bytes;
        let mut deadline = Instant::now() + stall;
        while !rest.is_empty() {
            match write(&*self.fd, rest) {
                Ok(count) if count > 0 => {
                    rest = rest.get(count..).unwrap_or_default();
                    deadline = Instant::now() + stall;
                    continue;
                }
                Ok(_) | Err(Errno::EAGAIN | Errno::EINTR) => {}
                Err(errno) => return Err(self.broken(errno)),
            }
            if Instant::now() >= deadline {
                break;
            }
            self.poll(PollFlags::POLLOUT, deadline)?;
        }
        Ok(bytes.len() - rest.len())
    }

    /// Goes on although the other end has sent XOFF.
    pub fn forget_xoff(&mut self) {
        // Linux takes back by TCOON what was stopped by TCOOFF alone.
        let _ = tcflow(&*self.fd, FlowArg::TCOOFF);
        let _ = tcflow(&*self.fd, FlowArg::TCOON);
    }

    /// What is wrong when `write` took too few.
    pub fn stalled(&self) -> Error {
        let what = "takes no more bytes: is something connected, and is the flow control right?";
        let path = self.path.display();
        err!(Io, "serial port {path}: {what}")
    }

    /// Takes what has come in, without waiting: 0 when nothing has.
    ///
    /// # Errors
    /// `Io` when the port has gone. It is then to be opened anew.
    pub fn read(&mut self, bytes: &mut [u8]) -> Result<usize> {
        match read(&*self.fd, bytes) {
            // What a port says that was hung up.
            Ok(0) => Err(self.broken(Errno::EIO)),
            Ok(count) => Ok(count),
            Err(Errno::EAGAIN | Errno::EINTR) => {
                self.poll(PollFlags::empty(), Instant::now()).map(|()| 0)
            }
            Err(errno) => Err(self.broken(errno)),
        }
    }

    /// To be polled for: something has come in, or the port has gone. A driver that hangs up wakes only those
    /// who wait for input.
    pub fn poll_fd(&self) -> PollFd<'_> {
        PollFd::new(self.fd.as_fd(), PollFlags::POLLIN)
    }

    /// Waits until all has left, `within` this time; what has not is thrown away, as closing would wait for it.
    pub fn drain(&mut self, within: Duration) {
        let deadline = Instant::now() + within;
        while outgoing(&self.fd) > 0 {
            if Instant::now() >= deadline {
                let _ = tcflush(&*self.fd, FlushArg::TCOFLUSH);
                return;
            }
            thread::sleep(DRAIN_STEP);
        }
    }

    /// Waits for one of `flags`. An error when the port has gone.
    fn poll(&self, flags: PollFlags, until: Instant) -> Result<()> {
        let mut fds = [PollFd::new(self.fd.as_fd(), flags)];
        wait::until(&mut fds, Some(until)).map_err(|errno| self.broken(errno))?;
        let gone = PollFlags::POLLHUP | PollFlags::POLLERR | PollFlags::POLLNVAL;
        if wait::found(&fds[0]).intersects(gone) {
            return Err(self.broken(Errno::EIO));
        }
        Ok(())
    }

    fn broken(&self, errno: Errno) -> Error {
        let what = match errno {
            Errno::EIO | Errno::ENODEV | Errno::ENXIO => "has gone: was it unplugged?".to_owned(),
            errno => format!("does not work: {}", errno.desc()),
        };
        err!(Io, "serial port {}: {what}", self.path.display()).caused_by(errno)
    }
}

/// Where `name` is now: a path, or a name under `/dev/serial/by-id`, `/dev/serial` or `/dev`.
fn resolve(name: &str) -> PathBuf {
    // Joining a path from the root on gives that path.
    let places = [BY_ID, "/dev/serial", "/dev"].map(|folder| Path::new(folder).join(name));
    let found = places.iter().find(|path| path.exists());
    found.unwrap_or(&places[2]).clone()
}

fn missing() -> String {
    let known = by_id();
    if known.is_empty() {
        return "not there, and no USB adapter is plugged in: `glyphd devices` lists the ports"
            .to_owned();
    }
    let known = known.join(", ");
    format!("not there: plug it in, or choose one of {known}")
}

/// Bytes that the kernel has yet to send; 0 where it cannot tell.
#[allow(unsafe_code)]
fn outgoing(fd: &OwnedFd) -> i32 {
    nix::ioctl_read_bad!(
        /// TIOCOUTQ of ioctl_tty(2).
        tiocoutq,
        nix::libc::TIOCOUTQ,
        nix::libc::c_int
    );
    let mut count = 0;
    // SAFETY: `fd` is open for as long as it is borrowed, and TIOCOUTQ writes one int to the address it
    // is given, which is that of a live `c_int` that nothing else uses.
    match unsafe { tiocoutq(fd.as_raw_fd(), &mut count) } {
        Ok(_) => count,
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use nix::pty::openpty;
    use nix::sys::termios::{BaudRate, ControlFlags, InputFlags, cfgetospeed, tcgetattr};
    use nix::unistd::ttyname;

    use super::*;
    use crate::sink::serial::settings::{Flow, Parity};

    const LONG: Duration = Duration::from_secs(20);

    fn open_with(settings: &Settings) -> (OwnedFd, OwnedFd, Result<Port>) {
        let pty = openpty(None, None).unwrap();
        let port = Port::open(ttyname(&pty.slave).unwrap().to_str().unwrap(), settings);
        (pty.master, pty.slave, port)
    }

    #[test]
    fn every_byte_goes_through_as_it_is() {
        let (master, _slave, port) = open_with(&Settings::default());
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(port.unwrap().write(&bytes, LONG).unwrap(), bytes.len());
        let mut received = Vec::new();
        let mut piece = [0; 256];
        while received.len() < bytes.len() {
            let count = read(&master, &mut piece).unwrap();
            received.extend_from_slice(&piece[..count]);
        }
        assert_eq!(received, bytes);
    }

    #[test]
    fn the_line_is_set_up_as_asked() {
        let settings = Settings {
            baud: 57_600,
            stop_bits: 2,
            flow: Flow::XonXoff,
            ..Settings::default()
        };
        let (_master, slave, port) = open_with(&settings);
        port.unwrap();
        let line = tcgetattr(&slave).unwrap();
        assert_eq!(cfgetospeed(&line), BaudRate::B57600);
        assert!(
            line.control_flags
                .contains(ControlFlags::CSTOPB | ControlFlags::CS8)
        );
        assert!(line.input_flags.contains(InputFlags::IXON));
    }

    #[test]
    fn a_port_that_does_something_else_than_asked_is_refused() {
        // The pty driver has no parity and does not say so.
        let settings = Settings {
            parity: Parity::Even,
            ..Settings::default()
        };
        let fault = open_with(&settings).2.unwrap_err();
        assert_eq!(fault.kind(), Kind::Config);
        assert!(fault.to_string().contains("even parity"), "{fault}");
    }

    #[test]
    fn a_full_line_ends_the_wait_and_goes_on_where_it_stopped() {
        let (master, _slave, port) = open_with(&Settings::default());
        let mut port = port.unwrap();
        let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        let start = Instant::now();
        let (mut sent, mut heard) = (0, Vec::new());
        let mut piece = [0; 5000];
        while heard.len() < bytes.len() {
            sent += port
                .write(&bytes[sent..], Duration::from_millis(1))
                .unwrap();
            let count = read(&master, &mut piece).unwrap();
            heard.extend_from_slice(&piece[..count]);
        }
        assert_eq!((sent, heard), (bytes.len(), bytes));
        assert!(start.elapsed() < LONG);
    }

    #[test]
    fn a_port_that_is_held_is_not_shared() {
        let (_master, slave, port) = open_with(&Settings::default());
        let _held = port.unwrap();
        let again = Port::open(
            ttyname(&slave).unwrap().to_str().unwrap(),
            &Settings::default(),
        );
        assert!(again.unwrap_err().to_string().contains("in use"));
    }

    #[test]
    fn what_is_not_there_or_no_port_is_said_to_be() {
        let fault = Port::open("ttyNOWHERE7", &Settings::default()).unwrap_err();
        assert_eq!(fault.kind(), Kind::NoDevice);
        assert!(
            fault
                .to_string()
                .starts_with("serial port /dev/ttyNOWHERE7: not there"),
            "{fault}"
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        let fault = Port::open(file.path().to_str().unwrap(), &Settings::default()).unwrap_err();
        assert!(fault.to_string().contains("is no serial port"), "{fault}");
    }

    #[test]
    fn one_that_was_unplugged_is_said_to_have_gone() {
        let (master, slave, port) = open_with(&Settings::default());
        drop((master, slave));
        let fault = port.unwrap().write(b"x", LONG).unwrap_err();
        assert!(fault.to_string().contains("has gone"), "{fault}");
    }

    #[test]
    fn what_comes_in_is_read_and_a_port_that_goes_is_noticed() {
        let (master, slave, port) = open_with(&Settings::default());
        let mut port = port.unwrap();
        let mut bytes = [0; 8];
        assert_eq!(port.read(&mut bytes).unwrap(), 0);
        let all: Vec<u8> = (0..=255).collect();
        write(&master, &all).unwrap();
        let mut heard = Vec::new();
        while heard.len() < all.len() {
            let count = port.read(&mut bytes).unwrap();
            heard.extend_from_slice(&bytes[..count]);
        }
        assert_eq!(heard, all);
        drop((master, slave));
        let mut fds = [port.poll_fd()];
        wait::until(&mut fds, Some(Instant::now() + LONG)).unwrap();
        assert!(!wait::found(&fds[0]).is_empty());
        let fault = port.read(&mut bytes).unwrap_err();
        assert!(fault.to_string().contains("has gone"), "{fault}");
    }

    #[test]
    fn draining_throws_away_what_does_not_leave_in_time() {
        let (_master, _slave, port) = open_with(&Settings::default());
        let mut port = port.unwrap();
        assert!(port.write(&vec![b'x'; 1 << 20], Duration::ZERO).unwrap() < 1 << 20);
        let start = Instant::now();
        port.drain(Duration::from_millis(10));
        assert!(start.elapsed() < LONG);
    }
}
