//! The pixel formats that can be read: their names, and where the luma stands in each.

use std::fmt;

use serde::Deserialize;

use crate::error::{Error, Result, err};

/// A pixel format that can be read, named by its V4L2 four-character code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum PixelFormat {
    /// One byte of luma a pixel.
    Grey,
    /// A plane of luma, then interleaved chroma at half size.
    Nv12,
    /// As NV12, with the two of chroma the other way round.
    Nv21,
    /// A plane of luma, then two of chroma at half size (I420).
    Yu12,
    /// As YU12, with the two planes of chroma the other way round.
    Yv12,
    /// Y U Y V: two pixels in four bytes.
    Yuyv,
    /// Y V Y U: two pixels in four bytes.
    Yvyu,
    /// U Y V Y: two pixels in four bytes.
    Uyvy,
    /// V Y U Y: two pixels in four bytes.
    Vyuy,
    /// 10 bits of luma a pixel, in the low bits of two bytes, the low byte first.
    Y10,
    /// 12 bits of luma a pixel, in the low bits of two bytes, the low byte first.
    Y12,
    /// R G B, a byte each.
    Rgb3,
    /// B G R, a byte each.
    Bgr3,
    /// One JPEG a frame, Huffman tables possibly left out.
    Mjpg,
    /// 16 bits of luma a pixel, the low byte first. Last: some drivers fill fewer bits, and the picture is then dark.
    Y16,
}

/// How the luma of a pixel is had.
#[derive(Clone, Copy)]
pub(super) enum Luma {
    /// A byte each, in a plane of their own.
    Plane,
    /// The first, or the second, of two bytes.
    First,
    Second,
    /// The low bits, so many, of two bytes with the low byte first.
    Bits(u32),
    Rgb,
    Bgr,
    Jpeg,
}

impl PixelFormat {
    /// Every format, the one that costs least to read first.
    pub(crate) const ALL: [PixelFormat; 15] = {
        use PixelFormat::*;
        [
            Grey, Nv12, Nv21, Yu12, Yv12, Yuyv, Yvyu, Uyvy, Vyuy, Y10, Y12, Rgb3, Bgr3, Mjpg, Y16,
        ]
    };

    /// Its name, and how its luma is had.
    fn about(self) -> (&'static str, Luma) {
        match self {
            PixelFormat::Grey => ("GREY", Luma::Plane),
            PixelFormat::Nv12 => ("NV12", Luma::Plane),
            PixelFormat::Nv21 => ("NV21", Luma::Plane),
            PixelFormat::Yu12 => ("YU12", Luma::Plane),
            PixelFormat::Yv12 => ("YV12", Luma::Plane),
            PixelFormat::Yuyv => ("YUYV", Luma::First),
            PixelFormat::Yvyu => ("YVYU", Luma::First),
            PixelFormat::Uyvy => ("UYVY", Luma::Second),
            PixelFormat::Vyuy => ("VYUY", Luma::Second),
            PixelFormat::Y10 => ("Y10", Luma::Bits(10)),
            PixelFormat::Y12 => ("Y12", Luma::Bits(12)),
            PixelFormat::Rgb3 => ("RGB3", Luma::Rgb),
            PixelFormat::Bgr3 => ("BGR3", Luma::Bgr),
            PixelFormat::Mjpg => ("MJPG", Luma::Jpeg),
            PixelFormat::Y16 => ("Y16", Luma::Bits(16)),
        }
    }

    /// How its luma is had.
    pub(super) fn luma(self) -> Luma {
        self.about().1
    }

    /// The four-character code of V4L2, which fills a shorter name up with spaces.
    pub(crate) fn fourcc(self) -> [u8; 4] {
        let name = self.about().0.as_bytes();
        std::array::from_fn(|at| name.get(at).copied().unwrap_or(b' '))
    }

    /// The format with this four-character code. `JPEG` is read as `MJPG`: drivers use both names.
    pub(crate) fn from_fourcc(code: [u8; 4]) -> Option<Self> {
        let code = if &code == b"JPEG" { *b"MJPG" } else { code };
        PixelFormat::ALL
            .into_iter()
            .find(|format| format.fourcc() == code)
    }

    /// Bytes from one pixel to the next along a row of the plane that holds luma; none for a JPEG.
    pub(super) fn pitch(self) -> Option<usize> {
        match self.luma() {
            Luma::Plane => Some(1),
            Luma::First | Luma::Second | Luma::Bits(_) => Some(2),
            Luma::Rgb | Luma::Bgr => Some(3),
            Luma::Jpeg => None,
        }
    }
}

impl fmt::Display for PixelFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.about().0)
    }
}

impl TryFrom<String> for PixelFormat {
    type Error = Error;

    fn try_from(name: String) -> Result<Self> {
        let known = PixelFormat::ALL
            .into_iter()
            .find(|format| format.about().0.eq_ignore_ascii_case(name.trim()));
        known.ok_or_else(|| {
            let names = PixelFormat::ALL.map(|format| format.about().0).join(", ");
            err!(
                Config,
                "{name:?} is no pixel format; expected one of {names}"
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Result<PixelFormat> {
        name.to_string().try_into()
    }

    #[test]
    fn a_format_has_one_name() {
        for format in PixelFormat::ALL {
            assert_eq!(named(&format.to_string()).unwrap(), format);
            assert_eq!(PixelFormat::from_fourcc(format.fourcc()), Some(format));
        }
        assert_eq!(named("mjpg").unwrap(), PixelFormat::Mjpg);
        assert_eq!(PixelFormat::from_fourcc(*b"JPEG"), Some(PixelFormat::Mjpg));
        assert_eq!(PixelFormat::from_fourcc(*b"Y10 "), Some(PixelFormat::Y10));
        let error = named("H264").unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"H264\" is no pixel format; expected one of GREY, NV12, NV21, YU12, YV12, YUYV, \
             YVYU, UYVY, VYUY, Y10, Y12, RGB3, BGR3, MJPG, Y16"
        );
    }
}
