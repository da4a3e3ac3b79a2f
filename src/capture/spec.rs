//! Where pictures come from, as a person writes it: `v4l2:/dev/video0`, `file:photo.jpg`, `dir:frames/@10`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::Deserialize;

use crate::error::{Error, Result, err};

/// The fastest replay that can be asked for, in frames a second: faster than any camera that glyphd reads from.
const MAX_RATE: f64 = 1000.0;

/// A source of pictures.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub enum Spec {
    /// A camera, by the path of its device node: `v4l2:/dev/video0`, or by a name that stays
    /// when cameras are plugged in another order: `v4l2:by-id/NAME`, `v4l2:by-path/NAME`.
    V4l2(PathBuf),
    /// One picture file: `file:photo.jpg`, or `file:photo.jpg@2` for a rate as with `dir:`.
    File(PathBuf, Option<Rate>),
    /// The picture files of a directory in the order of their names: `dir:frames/`, each in turn;
    /// `dir:frames/@10`, ten a second, as a camera would.
    Dir(PathBuf, Option<Rate>),
}

/// Frames a second: finite, above 0 and at most 1000.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Rate(f64);

impl Rate {
    /// None where `fps` is no such number.
    pub fn new(fps: f64) -> Option<Self> {
        (fps > 0.0 && fps <= MAX_RATE).then_some(Rate(fps))
    }

    /// Frames a second.
    pub fn fps(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Rate {
    type Error = String;

    fn try_from(fps: f64) -> std::result::Result<Self, String> {
        let what = "frames a second: expected a number above 0, at most";
        Rate::new(fps).ok_or_else(|| format!("{fps} {what} {MAX_RATE}"))
    }
}

/// Where the links with stable names are (made by udev).
const STABLE_NAMES: &str = "/dev/v4l";

const EXPECTED: &str =
    "expected v4l2:/dev/video0, v4l2:by-id/NAME, v4l2:by-path/NAME, file:PHOTO or dir:FOLDER@FPS";

impl FromStr for Spec {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |what: String| err!(Config, "source {text:?}: {what}");
        let Some((scheme, place)) = text.split_once(':') else {
            return Err(wrong(match text {
                _ if text.starts_with("/dev/video") => format!("did you mean \"v4l2:{text}\"?"),
                _ => EXPECTED.to_string(),
            }));
        };
        if place.is_empty() || place.contains('\0') {
            return Err(wrong(format!(
                "nothing usable after \"{scheme}:\"; {EXPECTED}"
            )));
        }
        match scheme {
            "v4l2" if place.starts_with('/') => Ok(Spec::V4l2(PathBuf::from(place))),
            "v4l2" if is_stable_name(place) => Ok(Spec::V4l2(PathBuf::from(STABLE_NAMES).join(place))),
            "v4l2" => Err(wrong(
                "a camera is named by its path (/dev/video0) or by-id/NAME or by-path/NAME; `glyphd devices` lists them"
                    .to_string(),
            )),
            "file" => Ok(with_rate(place, Spec::File)),
            "dir" => Ok(with_rate(place, Spec::Dir)),
            _ => Err(wrong(format!("there is no kind of source {scheme:?}; {EXPECTED}"))),
        }
    }
}

fn is_stable_name(place: &str) -> bool {
    matches!(place.split_once('/'), Some(("by-id" | "by-path", name)) if !name.is_empty() && !name.contains('/'))
}

/// A rate is what stands behind the last `@` and is a number; any other `@` belongs to the name.
fn with_rate(place: &str, spec: fn(PathBuf, Option<Rate>) -> Spec) -> Spec {
    let rate = place
        .rsplit_once('@')
        .and_then(|(path, fps)| Some((path, Rate::new(fps.parse().ok()?)?)));
    match rate {
        Some((path, rate)) if !path.is_empty() => spec(PathBuf::from(path), Some(rate)),
        _ => spec(PathBuf::from(place), None),
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, path, rate) = match self {
            Spec::V4l2(path) => {
                let short = path.strip_prefix(STABLE_NAMES).unwrap_or(path);
                return write!(f, "v4l2:{}", short.display());
            }
            Spec::File(path, rate) => ("file", path, rate),
            Spec::Dir(path, rate) => ("dir", path, rate),
        };
        write!(f, "{scheme}:{}", path.display())?;
        rate.map_or(Ok(()), |rate| write!(f, "@{}", rate.fps()))
    }
}

impl TryFrom<String> for Spec {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    #[test]
    fn a_source_is_read_as_it_is_written() {
        let rate = Rate::new;
        for (text, spec) in [
            ("v4l2:/dev/video0", Spec::V4l2("/dev/video0".into())),
            (
                "v4l2:by-id/usb-Cam_1-video-index0",
                Spec::V4l2("/dev/v4l/by-id/usb-Cam_1-video-index0".into()),
            ),
            (
                "v4l2:by-path/platform-x:1.0-index0",
                Spec::V4l2("/dev/v4l/by-path/platform-x:1.0-index0".into()),
            ),
            ("file:photo.jpg", Spec::File("photo.jpg".into(), None)),
            ("file:me@home.jpg", Spec::File("me@home.jpg".into(), None)),
            (
                "file:photo.jpg@2",
                Spec::File("photo.jpg".into(), rate(2.0)),
            ),
            ("dir:frames/@10", Spec::Dir("frames/".into(), rate(10.0))),
            ("dir:frames@0.5", Spec::Dir("frames".into(), rate(0.5))),
            ("dir:frames/@0", Spec::Dir("frames/@0".into(), None)),
            ("dir:/a:b/@inf", Spec::Dir("/a:b/@inf".into(), None)),
        ] {
            assert_eq!(text.parse::<Spec>().unwrap(), spec);
            assert_eq!(spec.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_source_is_explained() {
        for (text, part) in [
            ("/dev/video0", "did you mean \"v4l2:/dev/video0\"?"),
            ("", "expected v4l2:"),
            ("photo.jpg", "expected v4l2:"),
            ("http://cam/", "no kind of source \"http\""),
            ("v4l2:", "nothing usable after \"v4l2:\""),
            ("v4l2:0", "`glyphd devices` lists them"),
            ("v4l2:by-id/", "`glyphd devices` lists them"),
            ("v4l2:by-id/../../sda", "`glyphd devices` lists them"),
            ("v4l2:/dev/vi\0deo", "nothing usable"),
        ] {
            let error = text.parse::<Spec>().unwrap_err();
            assert_eq!(error.kind(), Kind::Config);
            assert!(error.to_string().contains(part), "{text:?}: {error}");
            assert!(!error.to_string().contains('\n'));
        }
    }

    #[test]
    fn a_source_stands_in_toml_as_text() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Table {
            source: Spec,
        }
        let table: Table = toml::from_str("source = \"dir:frames/@10\"").unwrap();
        assert_eq!(table.source, Spec::Dir("frames/".into(), Rate::new(10.0)));
        let error = toml::from_str::<Table>("source = \"video0\"").unwrap_err();
        assert!(error.to_string().contains("expected v4l2:"), "{error}");
    }
}
