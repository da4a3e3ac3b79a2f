//! The line: speed, parity, bits and flow control, set and read back.
//!
//! Takes settings and a descriptor. A driver that takes the call and does something else is found out.

use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::sys::termios::{
    ControlFlags, InputFlags, SetArg, Termios, cfgetospeed, cfmakeraw, cfsetspeed, tcgetattr,
    tcsetattr,
};

use super::settings::{BAUDS, Flow, Parity, Settings};

/// What the line must look like after it was set up.
const LINE: ControlFlags = ControlFlags::CSIZE
    .union(ControlFlags::PARENB)
    .union(ControlFlags::PARODD)
    .union(ControlFlags::CSTOPB)
    .union(ControlFlags::CRTSCTS);

/// Why a port was not set up.
pub enum Refused {
    /// The system did not let us.
    System(Errno),
    /// The driver took the call and did something else.
    Line,
}

impl From<Errno> for Refused {
    fn from(errno: Errno) -> Self {
        Refused::System(errno)
    }
}

/// Sets up the line at `fd` as `settings` say, and nothing else.
pub fn set_up(fd: &OwnedFd, settings: &Settings) -> std::result::Result<(), Refused> {
    let known = BAUDS.iter().find(|(baud, _)| *baud == settings.baud);
    let (_, baud) = known.ok_or(Refused::Line)?;
    let mut line = tcgetattr(fd)?;
    cfmakeraw(&mut line);
    cfsetspeed(&mut line, *baud)?;
    // Raw has taken the parity and the size away, not the rest.
    line.control_flags.remove(LINE);
    for (flags, wanted) in [
        (ControlFlags::CLOCAL | ControlFlags::CREAD, true),
        (ControlFlags::CS7, settings.data_bits == 7),
        (ControlFlags::CS8, settings.data_bits == 8),
        (ControlFlags::CSTOPB, settings.stop_bits == 2),
        (ControlFlags::PARENB, settings.parity != Parity::None),
        (ControlFlags::PARODD, settings.parity == Parity::Odd),
        (ControlFlags::CRTSCTS, settings.flow == Flow::RtsCts),
    ] {
        line.control_flags |= if wanted { flags } else { ControlFlags::empty() };
    }
    line.input_flags
        .remove(InputFlags::IXOFF | InputFlags::IXANY);
    line.input_flags
        .set(InputFlags::IXON, settings.flow == Flow::XonXoff);
    tcsetattr(fd, SetArg::TCSANOW, &line)?;
    // tcsetattr succeeds when it could do any of it.
    let got = tcgetattr(fd)?;
    if same_line(&got, &line) {
        Ok(())
    } else {
        Err(Refused::Line)
    }
}

fn same_line(a: &Termios, b: &Termios) -> bool {
    a.control_flags & LINE == b.control_flags & LINE && cfgetospeed(a) == cfgetospeed(b)
}
