//! The line: speed, parity, bits and flow control, set and read back.
//!
//! Takes settings and a descriptor. A driver that takes the call and does something else is found out.

use std::os::fd::OwnedFd;

use nix::errno::Errno;
use nix::sys::termios::{
    BaudRate, ControlFlags, InputFlags, SetArg, Termios, cfgetospeed, cfmakeraw, cfsetspeed,
    tcgetattr, tcsetattr,
};

use super::settings::{Flow, Parity, Settings};

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
    let baud = baud_rate(settings.baud).ok_or(Refused::Line)?;
    let mut line = tcgetattr(fd)?;
    cfmakeraw(&mut line);
    cfsetspeed(&mut line, baud)?;
    // Raw has taken the parity and the size away, not the rest.
    line.control_flags.remove(LINE);
    line.control_flags
        .insert(ControlFlags::CLOCAL | ControlFlags::CREAD);
    line.control_flags.insert(if settings.data_bits == 7 {
        ControlFlags::CS7
    } else {
        ControlFlags::CS8
    });
    line.control_flags
        .set(ControlFlags::CSTOPB, settings.stop_bits == 2);
    line.control_flags
        .set(ControlFlags::PARENB, settings.parity != Parity::None);
    line.control_flags
        .set(ControlFlags::PARODD, settings.parity == Parity::Odd);
    line.control_flags
        .set(ControlFlags::CRTSCTS, settings.flow == Flow::RtsCts);
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

/// The system's name for a speed, of those in [`super::settings::BAUDS`].
fn baud_rate(baud: u32) -> Option<BaudRate> {
    Some(match baud {
        1200 => BaudRate::B1200,
        2400 => BaudRate::B2400,
        4800 => BaudRate::B4800,
        9600 => BaudRate::B9600,
        19_200 => BaudRate::B19200,
        38_400 => BaudRate::B38400,
        57_600 => BaudRate::B57600,
        115_200 => BaudRate::B115200,
        230_400 => BaudRate::B230400,
        460_800 => BaudRate::B460800,
        921_600 => BaudRate::B921600,
        1_000_000 => BaudRate::B1000000,
        1_500_000 => BaudRate::B1500000,
        2_000_000 => BaudRate::B2000000,
        3_000_000 => BaudRate::B3000000,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::serial::settings::BAUDS;

    #[test]
    fn every_speed_of_the_settings_is_known_to_the_system() {
        assert!(BAUDS.iter().all(|baud| baud_rate(*baud).is_some()));
    }
}
