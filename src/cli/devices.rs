//! `glyphd devices`: the cameras, serial ports and GPIO chips of this machine.

use std::fmt::Write as _;

use super::output::Output;
use crate::capture::devices::{CameraControl, Listed, Roots, Sizes, cameras};
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
    let parts = [
        camera_report(&cameras(&Roots::default())),
        serial_report(&ports().unwrap_or_default()),
        gpio::report(),
    ];
    let text = parts.join("\n");
    Output::stdout().line(text.trim_end())
}

/// The cameras, as text that ends with a newline; where there is none, what to check.
fn camera_report(nodes: &[Result<Listed>]) -> String {
    let mut text: String = nodes.iter().flatten().map(describe).collect();
    if text.is_empty() {
        text.push_str("No camera was found.\n");
        for check in [
            "Is it plugged in? `lsusb` lists what is on USB, `dmesg | tail` what the kernel made of it.",
            "A Raspberry Pi camera on the ribbon cable needs libcamera: run glyphd under `libcamerify`.",
            "In a container, the device has to be passed in: --device /dev/video0.",
        ] {
            let _ = writeln!(text, "  - {check}");
        }
    }
    for reason in nodes.iter().filter_map(|node| node.as_ref().err()) {
        let _ = writeln!(text, "  ({reason})");
    }
    text
}

fn describe(camera: &Listed) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "Camera \"{}\"", camera.card);
    let _ = writeln!(text, "  source = \"v4l2:{}\"", camera.node.display());
    for name in &camera.lasting_names {
        let _ = writeln!(text, "  source = \"v4l2:{name}\"   (stays the same)");
    }
    if let Err(error) = &camera.offers {
        let _ = writeln!(text, "  its formats cannot be read: {error}");
    }
    for offer in camera.offers.iter().flatten() {
        let sizes: Vec<String> = offer.sizes.iter().map(size_text).collect();
        let sizes = match sizes.as_slice() {
            [] => "any size".to_string(),
            sizes => sizes.join(", "),
        };
        let unread = if offer.can_be_read() {
            ""
        } else {
            "   (not read by glyphd)"
        };
        let _ = writeln!(text, "  {:<4}  {sizes}{unread}", offer.name());
    }
    if !camera.controls.is_empty() {
        text.push_str("  for [camera.controls]:\n");
    }
    // The longest of the short names has 13 letters; the kernel's own may be longer.
    let lengths = camera.controls.iter().map(|control| control.key.len());
    let widest = lengths.fold(13, usize::max);
    for control in &camera.controls {
        let CameraControl { key, range, value } = control;
        let _ = writeln!(text, "    {key:<widest$}  {range}   (now {value})");
    }
    text
}

/// `1280x720@30`, or `32x32..4096x2304@30` for a range; the fastest rate.
fn size_text(sizes: &Sizes) -> String {
    let (least, most) = (sizes.least, sizes.most);
    let mut size = format!("{}x{}", most.0, most.1);
    if least != most {
        size.insert_str(0, &format!("{}x{}..", least.0, least.1));
    }
    let fastest = sizes.rates.iter().copied().fold(0.0, f64::max);
    if fastest > 0.0 {
        let _ = write!(size, "@{}", (fastest * 10.0).round() / 10.0);
    }
    size
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
    use crate::capture::devices::machine;

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

    #[test]
    fn a_machine_without_a_camera_is_told_what_to_check() {
        let folder = tempfile::tempdir().unwrap();
        let roots = Roots {
            sys: folder.path().join("sys"),
            dev: folder.path().join("dev"),
        };
        let text = camera_report(&cameras(&roots));
        assert!(
            text.starts_with("No camera was found.\n  - Is it plugged in?"),
            "{text}"
        );
        assert!(
            text.contains("libcamerify") && text.ends_with("/dev/video0.\n"),
            "{text}"
        );
    }

    #[test]
    fn nodes_that_are_no_cameras_are_passed_over_with_the_reason() {
        let (_folder, roots) = machine();
        let text = camera_report(&cameras(&roots));
        assert!(text.starts_with("No camera was found.\n"), "{text}");
        assert!(text.contains("video2: not a camera"), "{text}");
    }

    #[test]
    fn sizes_are_written_with_their_fastest_rate() {
        let one = Sizes {
            least: (1280, 720),
            most: (1280, 720),
            step: (1, 1),
            rates: vec![10.0, 29.97, 5.0],
        };
        assert_eq!(size_text(&one), "1280x720@30");
        let range = Sizes {
            least: (32, 32),
            most: (4096, 2304),
            step: (2, 2),
            rates: vec![12.5],
        };
        assert_eq!(size_text(&range), "32x32..4096x2304@12.5");
        assert_eq!(
            size_text(&Sizes {
                rates: Vec::new(),
                ..one
            }),
            "1280x720"
        );
    }
}
