//! Why a camera cannot be used, in words that say what to do about it.

use std::io;

use nix::errno::Errno;

use super::{Granted, Offer};
use crate::error::{Error, Kind, err};

/// The errno behind an I/O error.
pub(in crate::capture) fn errno(error: &io::Error) -> Errno {
    error
        .raw_os_error()
        .map_or(Errno::UnknownErrno, Errno::from_raw)
}

/// Whether the camera was pulled out, or its driver unbound.
pub(super) fn is_gone(error: &io::Error) -> bool {
    matches!(
        errno(error),
        Errno::ENODEV | Errno::ENXIO | Errno::ESHUTDOWN
    )
}

/// An error met while `doing` something with the camera `name`.
pub(super) fn refused(name: &str, doing: &str, error: &io::Error) -> Error {
    let (kind, what) = match errno(error) {
        _ if is_gone(error) => (Kind::NoDevice, "the camera was unplugged".to_string()),
        Errno::ENOENT => (
            Kind::NoDevice,
            "no such camera; is it plugged in? `glyphd devices` lists those there are".to_string(),
        ),
        Errno::EBUSY => (
            Kind::NoDevice,
            format!("the camera is busy: another program has it (`fuser -v {name}` tells which)"),
        ),
        Errno::ENOSPC => {
            let what = "not enough USB bandwidth: other cameras stream on the same bus; ask for a smaller picture";
            (Kind::NoDevice, what.to_string())
        }
        errno @ (Errno::EPROTO | Errno::EPIPE | Errno::ETIMEDOUT | Errno::EILSEQ) => {
            let what = "the camera does not answer as it should; try another cable, or a socket without a hub";
            (
                Kind::Io,
                format!("{doing} failed: {} ({what})", errno.desc()),
            )
        }
        errno => (Kind::Io, format!("{doing} failed: {}", errno.desc())),
    };
    Error::new(kind, format!("{name}: {what}"))
}

/// The camera may not be opened by this user; `group` is the group that may, where there is one.
pub(super) fn not_permitted(name: &str, group: Option<&str>) -> Error {
    let what = match group {
        Some("root") | None => {
            "no permission to open the camera; run as root, or see its udev rules".to_string()
        }
        Some(group) => format!(
            "no permission to open the camera: only group {group} may; `sudo usermod -aG {group} $USER`, then log in again"
        ),
    };
    err!(NoDevice, "{name}: {what}")
}

/// The path is no camera at all.
pub(super) fn not_a_camera(name: &str) -> Error {
    let message = format!("{name}: not a camera; `glyphd devices` lists those there are");
    Error::new(Kind::NoDevice, message)
}

/// What a node of the camera `card` does instead of giving pictures.
pub(super) fn no_capture(name: &str, card: &str, multi_planar: bool) -> Error {
    let what = if multi_planar {
        "has only multi-planar capture, which is not read; use a USB camera, or feed it through v4l2loopback"
    } else {
        "gives no pictures at this node (cameras have more than one); `glyphd devices` lists those that do"
    };
    err!(NoDevice, "{name}: {card:?} {what}")
}

/// The camera has no format that can be read, or grants none.
pub(super) fn no_format(name: &str, offers: &[Offer]) -> Error {
    let names: Vec<String> = offers
        .iter()
        .map(|offer| fourcc_text(offer.fourcc))
        .collect();
    let offered = if names.is_empty() {
        "none".to_string()
    } else {
        names.join(", ")
    };
    let hint = if offers.iter().any(|offer| is_raw_sensor(offer.fourcc)) {
        "; this is a bare sensor (as on a Raspberry Pi): run glyphd under `libcamerify` (packages libcamera-tools, libcamera-v4l2)"
    } else {
        ""
    };
    let message =
        format!("{name}: no pixel format that can be read; the camera offers {offered}{hint}");
    Error::new(Kind::NoDevice, message)
}

/// Another program has set a format that cannot be read; the next opening sets another.
pub(super) fn unreadable(name: &str, granted: Granted) -> Error {
    let Granted {
        fourcc,
        width,
        height,
        ..
    } = granted;
    let format = fourcc_text(fourcc);
    let message = format!(
        "{name}: the camera gives {format} {width}x{height}, which cannot be read; does another program use it?"
    );
    Error::new(Kind::Io, message)
}

/// A four-character code for a message: nothing but visible ASCII.
pub(in crate::capture) fn fourcc_text(fourcc: [u8; 4]) -> String {
    let text: String = fourcc
        .iter()
        .map(|&byte| {
            if byte.is_ascii_graphic() {
                char::from(byte)
            } else {
                ' '
            }
        })
        .collect();
    text.trim().to_string()
}

/// Bayer and packed raw formats begin with an order of the colours (RG10, BA81, GBRG) or with `p` (pRAA, pgAA).
fn is_raw_sensor(fourcc: [u8; 4]) -> bool {
    let text = fourcc_text(fourcc);
    [
        "RG1", "BG1", "GB1", "BA1", "BA8", "GBRG", "GRBG", "RGGB", "pR", "pB", "pg", "pG",
    ]
    .iter()
    .any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_says_what_to_do_and_whether_to_try_again() {
        let refused = |errno: Errno| {
            refused(
                "/dev/video0",
                "starting the stream",
                &io::Error::from(errno),
            )
        };
        for (errno, kind, part) in [
            (Errno::ENOENT, Kind::NoDevice, "is it plugged in?"),
            (Errno::EBUSY, Kind::NoDevice, "fuser -v /dev/video0"),
            (Errno::ENODEV, Kind::NoDevice, "unplugged"),
            (Errno::ENOSPC, Kind::NoDevice, "bandwidth"),
            (
                Errno::EIO,
                Kind::Io,
                "starting the stream failed: I/O error",
            ),
        ] {
            let error = refused(errno);
            assert_eq!(error.kind(), kind);
            assert!(
                error.to_string().starts_with("/dev/video0: ") && error.to_string().contains(part),
                "{error}"
            );
        }
        assert!(
            not_permitted("/dev/video0", Some("video"))
                .to_string()
                .contains("usermod -aG video $USER")
        );
        assert!(
            !not_permitted("/dev/video0", Some("root"))
                .to_string()
                .contains("usermod")
        );
        assert!(
            no_capture("/dev/video9", "ISP", true)
                .to_string()
                .contains("multi-planar")
        );
    }

    #[test]
    fn a_camera_without_a_usable_format_is_told_apart_from_a_bare_sensor() {
        let offers = |names: &[&[u8; 4]]| {
            names
                .iter()
                .map(|name| Offer {
                    fourcc: **name,
                    sizes: Vec::new(),
                })
                .collect::<Vec<_>>()
        };
        let text = no_format("/dev/video0", &offers(&[b"H264", b"Y16 "])).to_string();
        assert_eq!(
            text,
            "/dev/video0: no pixel format that can be read; the camera offers H264, Y16"
        );
        assert!(
            no_format("/dev/video0", &offers(&[b"pgAA", b"RG10"]))
                .to_string()
                .contains("libcamerify")
        );
        assert!(
            no_format("/dev/video0", &[])
                .to_string()
                .contains("offers none")
        );
        assert_eq!(fourcc_text([b'A', 0, 0x1b, b'\n']), "A");
    }
}
