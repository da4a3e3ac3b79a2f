//! Takes a [`Camera`] and what is wanted of it; gives the format and the rate that both agree on.

use std::io;

use log::Level;
use nix::errno::Errno;

use super::camera::{Camera, Granted, Wish};
use super::{choose, refusal};
use crate::capture::frame::convert::{Layout, PixelFormat};
use crate::capture::{Rate, Settings};
use crate::error::Result;

/// A rate this far from the one asked for, as a share of it, is another rate: 29.97 is 30.
const RATE_SLACK: f64 = 0.05;

/// What camera and reader have agreed on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Agreed {
    wish: Wish,
    wanted_fps: Option<f64>,
    /// What the driver made of the wish.
    pub granted: Granted,
    /// Frames a second, where the driver tells.
    pub fps: Option<f64>,
}

impl Agreed {
    /// Asks for one format after another until the camera grants one that can be read; then for the rate.
    /// What differs from the settings is logged at `log_level`.
    pub(super) fn with(
        camera: &mut impl Camera,
        name: &str,
        settings: &Settings,
        log_level: Level,
    ) -> Result<Self> {
        let offers = camera
            .offers()
            .map_err(|error| refusal::refused(name, "asking for its formats", error))?;
        for wish in choose::wishes(&offers, settings) {
            let granted = match camera.set_format(wish) {
                Ok(granted) => granted,
                Err(error) if refusal::errno(&error) == Errno::EINVAL => continue,
                Err(error) => return Err(refusal::refused(name, "setting the format", error)),
            };
            if layout(granted).is_none() {
                continue;
            }
            let wanted_fps = settings.fps.map(Rate::fps);
            let fps = set_rate(camera, name, wanted_fps);
            for difference in differences(settings, granted, fps) {
                log::log!(log_level, "{name}: {difference}");
            }
            return Ok(Agreed {
                wish,
                wanted_fps,
                granted,
                fps,
            });
        }
        Err(refusal::no_format(name, &offers))
    }

    /// Asks for the same once more: while the stream was stopped, any program could ask for something else.
    pub(super) fn renew(&mut self, camera: &mut impl Camera, name: &str) -> io::Result<()> {
        self.granted = camera.set_format(self.wish)?;
        // A new format may come with another rate.
        self.fps = set_rate(camera, name, self.wanted_fps);
        Ok(())
    }
}

/// How the pictures of a format lie in memory; none where they cannot be read.
pub(super) fn layout(granted: Granted) -> Option<Layout> {
    let format = PixelFormat::from_fourcc(granted.fourcc)?;
    // The stride of a compressed picture means nothing, and some drivers fill it in.
    let stride = if format == PixelFormat::Mjpg {
        0
    } else {
        granted.stride
    };
    Some(Layout {
        format,
        width: granted.width,
        height: granted.height,
        stride,
    })
}

fn set_rate(camera: &mut impl Camera, name: &str, fps: Option<f64>) -> Option<f64> {
    camera.set_rate(fps).unwrap_or_else(|error| {
        log::debug!("{name}: setting the rate: {error}");
        None
    })
}

/// What the camera gives other than it was asked for, a phrase each.
fn differences(settings: &Settings, granted: Granted, fps: Option<f64>) -> Vec<String> {
    let mut list = Vec::new();
    let wanted = (settings.width, settings.height);
    let given = (granted.width, granted.height);
    if given != wanted {
        list.push(format!(
            "asked for {}x{}, the camera gives {}x{}",
            wanted.0, wanted.1, given.0, given.1
        ));
    }
    if let (Some(asked), Some(given)) = (settings.fps.map(Rate::fps), fps)
        && (asked - given).abs() > asked * RATE_SLACK
    {
        list.push(format!(
            "asked for {asked} frames a second, the camera gives {given:.1}"
        ));
    }
    list
}

#[cfg(test)]
mod tests {
    use super::super::camera::Offer;
    use super::super::stream::fake::*;
    use super::*;
    use crate::capture::Source;
    use crate::capture::frame::Frame;
    use crate::error::Kind;

    #[test]
    fn another_format_than_asked_is_read_as_what_it_is() {
        let mut fake = Fake::new([Step::Fill(vec![Shot {
            bytes: vec![3, 128, 3, 128],
            told: 4,
            ..shot(1)
        }])]);
        fake.granted = Some(Granted {
            fourcc: *b"YUYV",
            width: 2,
            height: 1,
            stride: 0,
            most_bytes: 4,
        });
        let mut source = open(fake).unwrap();
        let mut frame = Frame::empty();
        assert_eq!(next(&mut source, &mut frame), Ok(3));
        assert_eq!(frame.luma.dimensions(), (2, 1));
        assert_eq!(source.describe(), "/dev/video0, YUYV 2x1");
    }

    #[test]
    fn a_camera_that_grants_nothing_readable_is_refused() {
        let granted = |fourcc: &[u8; 4], stride| {
            Some(Granted {
                fourcc: *fourcc,
                width: 4,
                height: 2,
                stride,
                most_bytes: 0,
            })
        };
        for (granted, part) in [
            (
                granted(b"H264", 0),
                "no pixel format that can be read; the camera offers GREY",
            ),
            (None, "no pixel format that can be read"),
            (granted(b"GREY", 3), "at least 4 are needed"),
        ] {
            let mut fake = Fake::new([]);
            fake.granted = granted;
            let error = open(fake).err().unwrap();
            assert_eq!(error.kind(), Kind::NoDevice);
            assert!(error.to_string().contains(part), "{error}");
        }
    }

    #[test]
    fn a_format_that_is_padded_is_read_by_its_rows() {
        // Rows of 4 pixels in 6 bytes; the padding is of another brightness.
        let row = [9, 9, 9, 9, 200, 200];
        let mut source = playing([Step::Fill(vec![Shot {
            bytes: row.repeat(2),
            ..shot(1)
        }])]);
        assert_eq!(next(&mut source, &mut Frame::empty()), Ok(9));
    }

    #[test]
    fn what_another_program_set_is_seen_before_a_picture_is_read() {
        let mut fake = Fake::new([Step::Fill(vec![Shot {
            bytes: vec![7; 6],
            told: 6,
            ..shot(1)
        }])]);
        let foreign = |fourcc| Granted {
            fourcc,
            width: 2,
            height: 3,
            stride: 0,
            most_bytes: 6,
        };
        fake.foreign = Some(foreign(*b"GREY"));
        let mut source = open(fake).unwrap();
        assert_eq!(source.describe(), "/dev/video0, GREY 2x3");
        let mut frame = Frame::empty();
        assert_eq!(next(&mut source, &mut frame), Ok(7));
        assert_eq!(frame.luma.dimensions(), (2, 3));

        let mut fake = Fake::new([]);
        fake.foreign = Some(foreign(*b"H264"));
        let error = open(fake).err().unwrap();
        assert_eq!(error.kind(), Kind::Io);
        let expected = "/dev/video0: the camera gives H264 2x3, which cannot be read; does another program use it?";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_stream_that_is_started_again_is_asked_for_its_format_again() {
        let mut source = playing([
            Step::Fill(vec![shot(1)]),
            Step::WaitFails(Errno::EIO),
            Step::Fill(vec![shot(2)]),
        ]);
        let mut frame = Frame::empty();
        assert_eq!(next(&mut source, &mut frame), Ok(1));
        assert_eq!(camera(&mut source).wishes.len(), 1);
        assert_eq!(next(&mut source, &mut frame), Ok(2));
        let wishes = &camera(&mut source).wishes;
        assert_eq!((wishes.len(), wishes[0]), (2, wishes[1]));
    }

    #[test]
    fn a_camera_that_refuses_a_format_is_busy_or_asked_for_the_next() {
        let mut fake = Fake::new([]);
        fake.format_faults.push_back(Errno::EBUSY);
        let error = open(fake).err().unwrap();
        assert_eq!(error.kind(), Kind::NoDevice);
        assert!(error.to_string().contains("the camera is busy"), "{error}");

        let mut fake = Fake::new([Step::Fill(vec![shot(1)])]);
        let yuyv = Offer {
            fourcc: *b"YUYV",
            ..fake.offers[0].clone()
        };
        fake.offers.push(yuyv);
        fake.format_faults.push_back(Errno::EINVAL);
        let mut source = open(fake).unwrap();
        assert_eq!(camera(&mut source).wishes[0].format, PixelFormat::Yuyv);
        assert_eq!(next(&mut source, &mut Frame::empty()), Ok(1));
    }

    #[test]
    fn another_size_and_another_rate_are_said() {
        let granted = |width, height| Granted {
            fourcc: *b"YUYV",
            width,
            height,
            stride: 2 * width,
            most_bytes: 2 * width * height,
        };
        let settings = |fps: Option<f64>| Settings {
            fps: fps.and_then(Rate::new),
            ..Settings::default()
        };
        let said = |fps, granted, given| differences(&settings(fps), granted, given);
        assert_eq!(said(Some(30.0), granted(1280, 720), Some(29.97)), [""; 0]);
        assert_eq!(said(Some(30.0), granted(1280, 720), None), [""; 0]);
        assert_eq!(said(None, granted(1280, 720), Some(7.5)), [""; 0]);
        let expected = [
            "asked for 1280x720, the camera gives 640x480",
            "asked for 30 frames a second, the camera gives 15.0",
        ];
        assert_eq!(said(Some(30.0), granted(640, 480), Some(15.0)), expected);
    }
}
