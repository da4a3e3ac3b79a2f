//! Finds the cameras and the serial ports of this machine; gives them as a table for people.
//!
//! Devices are found in `/sys/class` and named by the links of udev in `/dev/v4l` and `/dev/serial`, which stay
//! the same when devices are plugged in another order. Nothing is opened but cameras, and those only to ask.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::v4l2::refusal::fourcc_text;
use super::v4l2::{Camera, Sizes, node::Node};
use crate::frame::convert::PixelFormat;

/// The directories that devices are looked for in; `/` on a real machine.
#[derive(Clone, Debug)]
pub struct Roots {
    /// Holds `class/video4linux` and `class/tty`.
    pub sys: PathBuf,
    /// Holds the nodes and the links with stable names.
    pub dev: PathBuf,
}

impl Default for Roots {
    fn default() -> Self {
        Roots {
            sys: PathBuf::from("/sys"),
            dev: PathBuf::from("/dev"),
        }
    }
}

/// A device and the names that lead to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its node, as `/dev/video0`.
    pub node: PathBuf,
    /// Links to it that stay when other devices come and go; the best first.
    pub stable: Vec<PathBuf>,
}

/// The nodes of video devices, in the order of their numbers. Not all of them give pictures.
pub fn video_nodes(roots: &Roots) -> Vec<Device> {
    let names = names_in(&roots.sys.join("class/video4linux"))
        .into_iter()
        .filter(|name| name.starts_with("video"));
    named(roots, names.collect(), "v4l")
}

/// The serial ports that are there for real: USB adapters and boards, and UARTs that the kernel has found.
pub fn serial_ports(roots: &Roots) -> Vec<Device> {
    let ports = names_in(&roots.sys.join("class/tty"))
        .into_iter()
        .filter(|name| is_serial_port(roots, name));
    named(roots, ports.collect(), "serial")
}

fn is_serial_port(roots: &Roots, name: &str) -> bool {
    const USB: [&str; 2] = ["ttyUSB", "ttyACM"];
    const UART: [&str; 6] = ["ttyAMA", "ttySC", "ttymxc", "ttySAC", "ttyTHS", "ttyGS"];
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    if starts(&USB) || starts(&UART) {
        return true;
    }
    // The kernel makes nodes for more ttyS than there are; those without hardware have type 0 (PORT_UNKNOWN).
    let kind = fs::read_to_string(roots.sys.join("class/tty").join(name).join("type"));
    name.starts_with("ttyS") && kind.is_ok_and(|kind| kind.trim() != "0")
}

fn named(roots: &Roots, mut names: Vec<String>, links: &str) -> Vec<Device> {
    // By number, not by letter: video2 before video10.
    names.sort_by_key(|name| {
        let digits = name.trim_start_matches(|c: char| !c.is_ascii_digit());
        let word = name.len() - digits.len();
        (
            name.get(..word).unwrap_or(name).to_string(),
            digits.parse::<u32>().unwrap_or(u32::MAX),
        )
    });
    let device = |name: String| {
        let node = roots.dev.join(&name);
        Device {
            stable: stable_names(&roots.dev.join(links), &node),
            node,
        }
    };
    names
        .into_iter()
        .map(device)
        .filter(|device| device.node.exists())
        .collect()
}

/// The links below `folder` to `node`: by-id names the device itself, by-path the socket it is plugged into.
fn stable_names(folder: &Path, node: &Path) -> Vec<PathBuf> {
    let target = fs::canonicalize(node);
    let mut stable = Vec::new();
    for kind in ["by-id", "by-path"] {
        for name in names_in(&folder.join(kind)) {
            let link = folder.join(kind).join(name);
            if let (Ok(found), Ok(target)) = (fs::canonicalize(&link), &target)
                && found == *target
            {
                stable.push(link);
            }
        }
    }
    stable
}

/// The names in a directory, sorted; none where it cannot be read.
fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

/// The cameras and serial ports of this machine, as text that ends with a newline.
pub fn report(roots: &Roots) -> String {
    let mut text = String::new();
    let nodes = video_nodes(roots);
    let mut cameras = 0;
    let mut passed_over = Vec::new();
    for device in &nodes {
        match Node::open(&device.node).map(|node| describe(device, node)) {
            Ok(about) => {
                cameras += 1;
                text.push_str(&about);
            }
            Err(error) => passed_over.push(error.to_string()),
        }
    }
    if cameras == 0 {
        text.push_str("No camera was found.\n");
        for check in [
            "Is it plugged in? `lsusb` lists what is on USB, `dmesg | tail` what the kernel made of it.",
            "A Raspberry Pi camera on the ribbon cable needs libcamera: run glyphd under `libcamerify`.",
            "In a container, the device has to be passed in: --device /dev/video0.",
        ] {
            let _ = writeln!(text, "  - {check}");
        }
    }
    for why in passed_over {
        let _ = writeln!(text, "  ({why})");
    }
    text.push('\n');
    let ports = serial_ports(roots);
    text.push_str(if ports.is_empty() {
        "No serial port was found.\n"
    } else {
        "Serial ports\n"
    });
    for port in ports {
        let _ = writeln!(text, "  {}", port.node.display());
        for stable in &port.stable {
            let _ = writeln!(text, "    stays the same: {}", stable.display());
        }
    }
    text
}

fn describe(device: &Device, mut node: Node) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "Camera \"{}\"", node.card());
    let _ = writeln!(text, "  source = \"v4l2:{}\"", device.node.display());
    for stable in &device.stable {
        let short = stable.strip_prefix("/dev/v4l").unwrap_or(stable);
        let _ = writeln!(
            text,
            "  source = \"v4l2:{}\"   (stays the same)",
            short.display()
        );
    }
    match node.offers() {
        Ok(offers) => {
            for offer in offers {
                let known = PixelFormat::from_fourcc(offer.fourcc).is_some();
                let unread = if known { "" } else { "   (not read by glyphd)" };
                let sizes: Vec<String> = offer.sizes.iter().map(size_text).collect();
                let sizes = if sizes.is_empty() {
                    "any size".to_string()
                } else {
                    sizes.join(", ")
                };
                let _ = writeln!(text, "  {:<4}  {sizes}{unread}", fourcc_text(offer.fourcc));
            }
        }
        Err(error) => {
            let _ = writeln!(text, "  its formats cannot be read: {error}");
        }
    }
    text
}

/// `1280x720@30`, or `32x32..4096x2304@30` for a range; the fastest rate.
fn size_text(sizes: &Sizes) -> String {
    let (least, most) = (sizes.least, sizes.most);
    let size = if least == most {
        format!("{}x{}", most.0, most.1)
    } else {
        format!("{}x{}..{}x{}", least.0, least.1, most.0, most.1)
    };
    let fastest = sizes.rates.iter().copied().fold(0.0, f64::max);
    if fastest > 0.0 {
        format!("{size}@{}", (fastest * 10.0).round() / 10.0)
    } else {
        size
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use tempfile::TempDir;

    use super::*;

    /// A machine with two video nodes, one USB adapter, one real and one pretended UART, and a console.
    fn machine() -> (TempDir, Roots) {
        let folder = tempfile::tempdir().unwrap();
        let roots = Roots {
            sys: folder.path().join("sys"),
            dev: folder.path().join("dev"),
        };
        for (class, name) in [
            ("video4linux", "video10"),
            ("video4linux", "video2"),
            ("video4linux", "video3"),
            ("video4linux", "v4l-subdev0"),
            ("tty", "ttyUSB0"),
            ("tty", "ttyS0"),
            ("tty", "ttyS1"),
            ("tty", "ttyAMA0"),
            ("tty", "tty1"),
        ] {
            fs::create_dir_all(roots.sys.join("class").join(class).join(name)).unwrap();
        }
        fs::write(roots.sys.join("class/tty/ttyS0/type"), "4\n").unwrap();
        fs::write(roots.sys.join("class/tty/ttyS1/type"), "0\n").unwrap();
        for folder in ["v4l/by-id", "v4l/by-path", "serial/by-id"] {
            fs::create_dir_all(roots.dev.join(folder)).unwrap();
        }
        for node in [
            "video10", "video2", "ttyUSB0", "ttyS0", "ttyS1", "ttyAMA0", "tty1",
        ] {
            fs::write(roots.dev.join(node), b"").unwrap();
        }
        symlink(
            "../../video10",
            roots.dev.join("v4l/by-id/usb-Cam-video-index0"),
        )
        .unwrap();
        symlink(
            "../../video10",
            roots.dev.join("v4l/by-path/pci-0-video-index0"),
        )
        .unwrap();
        symlink(
            "../../gone",
            roots.dev.join("v4l/by-id/usb-Gone-video-index0"),
        )
        .unwrap();
        symlink(
            "../../ttyUSB0",
            roots.dev.join("serial/by-id/usb-FTDI-port0"),
        )
        .unwrap();
        (folder, roots)
    }

    #[test]
    fn nodes_come_by_number_with_the_names_that_stay() {
        let (_folder, roots) = machine();
        let dev = |names: &[&str]| {
            names
                .iter()
                .map(|name| roots.dev.join(name))
                .collect::<Vec<_>>()
        };
        let expected = [
            Device {
                node: roots.dev.join("video2"),
                stable: vec![],
            },
            Device {
                node: roots.dev.join("video10"),
                stable: dev(&[
                    "v4l/by-id/usb-Cam-video-index0",
                    "v4l/by-path/pci-0-video-index0",
                ]),
            },
        ];
        // video3 has no node: a container that was not given it.
        assert_eq!(video_nodes(&roots), expected);
        let ports: Vec<PathBuf> = serial_ports(&roots)
            .into_iter()
            .map(|port| port.node)
            .collect();
        assert_eq!(ports, dev(&["ttyAMA0", "ttyS0", "ttyUSB0"]));
        assert_eq!(
            serial_ports(&roots)[2].stable,
            dev(&["serial/by-id/usb-FTDI-port0"])
        );
    }

    #[test]
    fn a_machine_without_a_camera_is_told_what_to_check() {
        let folder = tempfile::tempdir().unwrap();
        let roots = Roots {
            sys: folder.path().join("sys"),
            dev: folder.path().join("dev"),
        };
        let text = report(&roots);
        assert!(
            text.starts_with("No camera was found.\n  - Is it plugged in?"),
            "{text}"
        );
        assert!(
            text.contains("libcamerify") && text.ends_with("No serial port was found.\n"),
            "{text}"
        );
    }

    #[test]
    fn nodes_that_are_no_cameras_are_passed_over_with_the_reason() {
        let (_folder, roots) = machine();
        let text = report(&roots);
        assert!(text.starts_with("No camera was found.\n"), "{text}");
        assert!(text.contains("video2: not a camera"), "{text}");
        let port = format!(
            "\nSerial ports\n  {}\n",
            roots.dev.join("ttyAMA0").display()
        );
        assert!(text.contains(&port), "{text}");
        assert!(text.contains("    stays the same: "), "{text}");
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
