//! The cameras of this machine, as a list for people. They are opened only to ask what they can do.

use std::fmt::Write as _;

use super::v4l2::controls::list;
pub use super::v4l2::nodes::Roots;
use super::v4l2::nodes::{Device, video_nodes};
use super::v4l2::refusal::fourcc_text;
use super::v4l2::{Camera, Sizes, node::Node};
use crate::capture::frame::convert::PixelFormat;

/// The cameras of this machine, as text that ends with a newline; where there is none, what to check.
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
    text
}

fn describe(device: &Device, mut node: Node) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "Camera \"{}\"", node.card());
    let _ = writeln!(text, "  source = \"v4l2:{}\"", device.node.display());
    for name in device.lasting_names() {
        let _ = writeln!(text, "  source = \"v4l2:{name}\"   (stays the same)");
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
    let controls = list(&mut node);
    if !controls.is_empty() {
        text.push_str("  for [camera.controls]:\n");
    }
    for (key, able, now) in controls {
        let _ = writeln!(text, "    {key:<13}  {able}   (now {now})");
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
    use super::super::v4l2::nodes::machine;
    use super::*;

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
            text.contains("libcamerify") && text.ends_with("/dev/video0.\n"),
            "{text}"
        );
    }

    #[test]
    fn nodes_that_are_no_cameras_are_passed_over_with_the_reason() {
        let (_folder, roots) = machine();
        let text = report(&roots);
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
