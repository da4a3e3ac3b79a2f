//! `glyphd devices`: the cameras, serial ports and GPIO chips of this machine.

use std::fmt::Write as _;

use super::output::Output;
use crate::capture::devices::{Roots, report};
use crate::error::Result;
use crate::sink::serial::{PortName, ports};
use crate::trigger::gpio;

/// List cameras (with their formats, sizes and rates), serial ports and GPIO lines
#[derive(Clone, Debug, clap::Args)]
pub struct Args {}

/// Prints what is there; that nothing is there is an answer, not an error.
///
/// # Errors
/// Of kind `Io` where standard output cannot be written.
pub fn run(_args: &Args) -> Result<()> {
    let serial = serial_report(&ports().unwrap_or_default());
    let parts = [report(&Roots::default()), serial, gpio::report()];
    let text = parts.join("\n");
    Output::stdout().line(text.trim_end())
}

fn serial_report(ports: &[PortName]) -> String {
    if ports.is_empty() {
        return "No serial port was found.\n".to_string();
    }
    let mut text = String::new();
    for port in ports {
        let _ = writeln!(text, "Serial port {}", port.path.display());
        let _ = writeln!(text, "  port = \"{}\"", port.path.display());
        if let Some(id) = &port.id {
            let _ = writeln!(text, "  port = \"{id}\"   (stays the same)");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_told_as_it_is_written_in_the_configuration() {
        let id = Some("usb-FTDI_1-if00-port0".to_string());
        let text = serial_report(&[PortName {
            path: "/dev/ttyUSB0".into(),
            id,
        }]);
        assert!(text.contains("\n  port = \"/dev/ttyUSB0\"\n"), "{text}");
        let stable = "\n  port = \"usb-FTDI_1-if00-port0\"   (stays the same)\n";
        assert!(text.contains(stable), "{text}");
        assert_eq!(serial_report(&[]), "No serial port was found.\n");
    }
}
