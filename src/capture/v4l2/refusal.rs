//! Why a camera cannot be used, in words that say what to do about it.

use std::io;

use nix::errno::Errno;

use super::camera::{Granted, Offer, fourcc_text};
use crate::error::{Error, err};

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
pub(super) fn refused(name: &str, doing: &str, error: io::Error) -> Error {
    let errno = errno(&error);
    let failed = format!("{name}: {doing} failed: {}", errno.desc());
    let refusal = match errno {
        _ if is_gone(&error) => err!(NoDevice, "{name}: the camera was unplugged"),
        Errno::ENOENT => err!(
            NoDevice,
            "{name}: no such camera; is it plugged in? `glyphd devices` lists those there are"
        ),
        Errno::EBUSY => err!(
            NoDevice,
            "{name}: the camera is busy: another program has it (`fuser -v {name}` tells which)"
        ),
        Errno::ENOSPC => err!(
            NoDevice,
            "{name}: not enough USB bandwidth: other cameras stream on the same bus; ask for a smaller picture"
        ),
        Errno::EPROTO | Errno::EPIPE | Errno::ETIMEDOUT | Errno::EILSEQ => err!(
            Io,
            "{failed} (the camera does not answer as it should; try another cable, or a socket without a hub)"
        ),
        _ => err!(Io, "{failed}"),
    };
    refusal.caused_by(error)
}

/// The camera may not be opened by this user; `group` is the group that may, where there is one.
pub(super) fn not_permitted(name: &str, group: Option<&str>) -> Error {
    match group {
        Some("root") | None => err!(
            NoDevice,
            "{name}: no permission to open the camera; run as root, or see its udev rules"
        ),
        Some(group) => err!(
            NoDevice,
            "{name}: no permission to open the camera: only group {group} may; `sudo usermod -aG {group} $USER`, then log in again"
        ),
    }
}

/// The path is no camera at all.
pub(super) fn not_a_camera(name: &str) -> Error {
    err!(
        NoDevice,
        "{name}: not a camera; `glyphd devices` lists those there are"
    )
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
    let offered = match offers {
        [] => "none".to_string(),
        offers => offers
            .iter()
            .map(Offer::name)
            .collect::<Vec<_>>()
            .join(", "),
    };
    let hint = if offers.iter().any(is_raw_sensor) {
        "; this is a bare sensor (as on a Raspberry Pi): run glyphd under `libcamerify` (packages libcamera-tools, libcamera-v4l2)"
    } else {
        ""
    };
    err!(
        NoDevice,
        "{name}: no pixel format that can be read; the camera offers {offered}{hint}"
    )
}

/// Another program has set a format that cannot be read; the next opening sets another.
pub(super) fn unreadable(name: &str, granted: Granted) -> Error {
    let format = fourcc_text(granted.fourcc);
    let (width, height) = (granted.width, granted.height);
    err!(
        Io,
        "{name}: the camera gives {format} {width}x{height}, which cannot be read; does another program use it?"
    )
}

/// Bayer and packed raw formats begin with an order of the colours (RG10, BA81, GBRG) or with `p` (pRAA, pgAA).
fn is_raw_sensor(offer: &Offer) -> bool {
    const BEGINNINGS: [&str; 12] = [
        "RG1", "BG1", "GB1", "BA1", "BA8", "GBRG", "GRBG", "RGGB", "pR", "pB", "pg", "pG",
    ];
    let name = offer.name();
    BEGINNINGS.iter().any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn each_refusal_says_what_to_do_and_whether_to_try_again() {
        let refused =
            |errno: Errno| refused("/dev/video0", "starting the stream", io::Error::from(errno));
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
        let text = no_format("/dev/video0", &offers(&[b"H264", b"Z16 "])).to_string();
        assert_eq!(
            text,
            "/dev/video0: no pixel format that can be read; the camera offers H264, Z16"
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
