//! What a camera is told about light, lens and lamps: the `[camera.controls]` table.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::fault::Fault;

/// The settings of the camera itself. What is not set stays as the camera has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Controls {
    /// How long each picture is exposed, in units of 100 microseconds; print that moves needs it short.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<Level>,
    /// How much the sensor amplifies, in the camera's own units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain: Option<Level>,
    /// Where the lens is focused, in the camera's own units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focus: Option<Level>,
    /// The colour of the light, in kelvin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub white_balance: Option<Level>,
    /// The mains whose flicker is filtered out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power_line: Option<PowerLine>,
    /// In the camera's own units, as the next two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brightness: Option<i32>,
    /// How far dark and light are apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contrast: Option<i32>,
    /// How much edges are overdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sharpness: Option<i32>,
}

impl Controls {
    /// All that no camera can do. What this one can do shows when it is opened.
    pub fn check(&self) -> Vec<Fault> {
        // 100 microseconds to 10 seconds; V4L2 has no limit of its own.
        const EXPOSURE: (f32, f32) = (1.0, 100_000.0);
        // A candle has 1900 kelvin, the blue sky 12,000.
        const WHITE_BALANCE: (f32, f32) = (1000.0, 20_000.0);
        // What is a share of the camera's own range is never negative.
        const OWN: (f32, f32) = (0.0, 65_535.0);
        let ranges = [
            ("exposure", self.exposure, EXPOSURE),
            ("gain", self.gain, OWN),
            ("focus", self.focus, OWN),
            ("white-balance", self.white_balance, WHITE_BALANCE),
        ];
        let numbers = ranges.iter().filter_map(|&(key, level, (least, most))| {
            let Some(Level::Fixed(value)) = level else {
                return None;
            };
            Some((key, value as f32, least, most))
        });
        Fault::outside(&numbers.collect::<Vec<_>>())
    }
}

/// What the camera finds by itself, or is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// As the camera sees fit from picture to picture.
    Auto,
    /// Always this.
    Fixed(i32),
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Level::Auto => f.write_str("\"auto\""),
            Level::Fixed(value) => write!(f, "{value}"),
        }
    }
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Level::Auto => serializer.serialize_str("auto"),
            Level::Fixed(value) => serializer.serialize_i32(*value),
        }
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LevelVisitor)
    }
}

struct LevelVisitor;

impl Visitor<'_> for LevelVisitor {
    type Value = Level;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"auto\" or a whole number")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Level, E> {
        let small = i32::try_from(value).map(Level::Fixed);
        small.map_err(|_| E::custom(format!("is {value}: no camera has such a number")))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Level, E> {
        self.visit_i64(i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Level, E> {
        match word {
            "auto" => Ok(Level::Auto),
            _ => {
                let meant = match word.trim().parse::<i32>() {
                    Ok(number) => format!("did you mean {number} without quotes? "),
                    Err(_) => String::new(),
                };
                Err(E::custom(format!(
                    "is {word:?}, {meant}expected \"auto\" or a whole number"
                )))
            }
        }
    }
}

/// How often the lamps flicker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PowerLine {
    /// No filter: for daylight, and lamps that do not flicker.
    #[serde(rename = "off")]
    Off,
    /// Mains of 50 Hz: Europe, most of Asia, Africa and Australia.
    #[serde(rename = "50")]
    Hz50,
    /// Mains of 60 Hz: the Americas, parts of Asia.
    #[serde(rename = "60")]
    Hz60,
    /// As the camera sees fit.
    #[serde(rename = "auto")]
    Auto,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_read_as_they_are_written() {
        let text = "exposure = \"auto\"\ngain = 12\nwhite-balance = 4600\npower-line = \"50\"\nbrightness = -3\n";
        let controls: Controls = toml::from_str(text).unwrap();
        let expected = Controls {
            exposure: Some(Level::Auto),
            gain: Some(Level::Fixed(12)),
            white_balance: Some(Level::Fixed(4600)),
            power_line: Some(PowerLine::Hz50),
            brightness: Some(-3),
            ..Controls::default()
        };
        assert_eq!(controls, expected);
        assert_eq!(toml::to_string(&controls).unwrap(), text);
        assert_eq!(controls.check(), []);
    }

    #[test]
    fn numbers_that_no_camera_has_are_refused() {
        let controls = Controls {
            exposure: Some(Level::Fixed(0)),
            gain: Some(Level::Fixed(-1)),
            focus: Some(Level::Auto),
            white_balance: Some(Level::Fixed(46)),
            ..Controls::default()
        };
        let keys: Vec<String> = controls.check().into_iter().map(|f| f.key).collect();
        assert_eq!(keys, ["exposure", "gain", "white-balance"]);
        for (text, part) in [
            ("gain = 4294967296", "is 4294967296: no camera"),
            ("gain = \"5\"", "did you mean 5 without quotes?"),
            ("gain = \"much\"", "is \"much\", expected \"auto\""),
            ("gain = 1.5", "expected \"auto\" or a whole number"),
            ("gain = true", "expected \"auto\" or a whole number"),
        ] {
            let error = toml::from_str::<Controls>(text).unwrap_err();
            assert!(error.message().contains(part), "{error}");
        }
    }
}
