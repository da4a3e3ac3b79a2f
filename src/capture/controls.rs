//! What a camera is told about light, lens and lamps: the `[camera.controls]` table.
//!
//! A key is one of glyphd's own short names, of which some can be left to the camera (`exposure = "auto"`), or one of
//! the kernel's names for a control, as `v4l2-ctl -l` prints them (`white_balance_automatic = 0`).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::de::{self, DeserializeSeed, EnumAccess, MapAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer};
use v4l::v4l_sys::*;

use crate::fault::Fault;

/// What a control is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// The camera adjusts it from picture to picture.
    Auto,
    /// Always this.
    Fixed(i32),
}

/// A key of `[camera.controls]` and the control of V4L2 behind it.
#[derive(Debug)]
pub(super) struct Dial {
    pub key: &'static str,
    pub id: u32,
    pub auto: Option<Switch>,
    /// The words for its values from 0 on, where it has words.
    words: &'static [&'static str],
    /// The least and the greatest number that makes sense for any camera.
    range: (i32, i32),
}

/// The control of V4L2 that decides whether the camera adjusts another by itself.
#[derive(Debug)]
pub(super) struct Switch {
    pub id: u32,
    /// The values at which it does, and at which it does not, best first.
    pub on: &'static [i32],
    pub off: &'static [i32],
}

/// 100 microseconds to 10 seconds; V4L2 has no limit of its own.
const EXPOSURE: (i32, i32) = (1, 100_000);
/// What is a share of the camera's own range is never negative.
const OWN: (i32, i32) = (0, 65_535);
/// A candle has 1900 kelvin, the blue sky 12,000.
const KELVIN: (i32, i32) = (1000, 20_000);

const fn switch(id: u32) -> Switch {
    let (on, off) = (&[1], &[0]);
    Switch { id, on, off }
}

/// Webcams have no V4L2_EXPOSURE_AUTO (0) but V4L2_EXPOSURE_APERTURE_PRIORITY (3): with a fixed aperture it is the same.
/// V4L2_EXPOSURE_MANUAL is 1, V4L2_EXPOSURE_SHUTTER_PRIORITY 2.
const EXPOSURE_SWITCH: Switch = Switch {
    id: V4L2_CID_EXPOSURE_AUTO,
    on: &[0, 3],
    off: &[1, 2],
};

const fn short(key: &'static str, id: u32, range: (i32, i32), auto: Option<Switch>) -> Dial {
    let words = &[];
    Dial {
        key,
        id,
        auto,
        words,
        range,
    }
}

/// A control under the kernel's own name; the camera knows the range.
const fn own(key: &'static str, id: u32) -> Dial {
    short(key, id, (i32::MIN, i32::MAX), None)
}

/// All keys, in the order in which they are set: a switch goes before what it locks.
#[rustfmt::skip]
pub(super) static DIALS: [Dial; 32] = [
    short("exposure", V4L2_CID_EXPOSURE_ABSOLUTE, EXPOSURE, Some(EXPOSURE_SWITCH)),
    short("gain", V4L2_CID_GAIN, OWN, Some(switch(V4L2_CID_AUTOGAIN))),
    short("focus", V4L2_CID_FOCUS_ABSOLUTE, OWN, Some(switch(V4L2_CID_FOCUS_AUTO))),
    short("white-balance", V4L2_CID_WHITE_BALANCE_TEMPERATURE, KELVIN, Some(switch(V4L2_CID_AUTO_WHITE_BALANCE))),
    // In the order of v4l2_power_line_frequency.
    Dial { words: &["off", "50", "60", "auto"], ..own("power-line", V4L2_CID_POWER_LINE_FREQUENCY) },
    own("brightness", V4L2_CID_BRIGHTNESS),
    own("contrast", V4L2_CID_CONTRAST),
    own("sharpness", V4L2_CID_SHARPNESS),
    own("auto_exposure", V4L2_CID_EXPOSURE_AUTO),
    own("auto_exposure_bias", V4L2_CID_AUTO_EXPOSURE_BIAS),
    own(
        "exposure_dynamic_framerate",
        V4L2_CID_EXPOSURE_AUTO_PRIORITY,
    ),
    own("exposure_metering_mode", V4L2_CID_EXPOSURE_METERING),
    own("exposure_time_absolute", V4L2_CID_EXPOSURE_ABSOLUTE),
    own("iso_sensitivity_auto", V4L2_CID_ISO_SENSITIVITY_AUTO),
    own("iso_sensitivity", V4L2_CID_ISO_SENSITIVITY),
    own("gain_automatic", V4L2_CID_AUTOGAIN),
    own("analogue_gain", V4L2_CID_ANALOGUE_GAIN),
    own("digital_gain", V4L2_CID_DIGITAL_GAIN),
    own("gamma", V4L2_CID_GAMMA),
    own("backlight_compensation", V4L2_CID_BACKLIGHT_COMPENSATION),
    own("wide_dynamic_range", V4L2_CID_WIDE_DYNAMIC_RANGE),
    own("focus_automatic_continuous", V4L2_CID_FOCUS_AUTO),
    own("focus_absolute", V4L2_CID_FOCUS_ABSOLUTE),
    own("zoom_absolute", V4L2_CID_ZOOM_ABSOLUTE),
    own("pan_absolute", V4L2_CID_PAN_ABSOLUTE),
    own("tilt_absolute", V4L2_CID_TILT_ABSOLUTE),
    own("white_balance_automatic", V4L2_CID_AUTO_WHITE_BALANCE),
    own(
        "white_balance_temperature",
        V4L2_CID_WHITE_BALANCE_TEMPERATURE,
    ),
    own("saturation", V4L2_CID_SATURATION),
    own("power_line_frequency", V4L2_CID_POWER_LINE_FREQUENCY),
    own("horizontal_flip", V4L2_CID_HFLIP),
    own("vertical_flip", V4L2_CID_VFLIP),
];

/// The keys of [`DIALS`], as serde wants them.
static KEYS: LazyLock<Vec<&str>> = LazyLock::new(|| DIALS.iter().map(|dial| dial.key).collect());

/// The settings of the camera itself, by their place in [`DIALS`]. What is not set stays as the camera has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Controls(BTreeMap<usize, Level>);

impl Controls {
    /// What is asked for, in the order in which it is set.
    pub(super) fn wanted(&self) -> impl Iterator<Item = (&'static Dial, Level)> {
        self.0.iter().map(|(&at, &level)| (&DIALS[at], level))
    }

    /// All that no camera can do. What this one can do shows when it is opened.
    pub(super) fn check(&self) -> Vec<Fault> {
        let fault = |(dial, level): (&Dial, Level)| match level {
            Level::Auto => None,
            Level::Fixed(value) => Fault::range(dial.key, value, dial.range.0..=dial.range.1, ""),
        };
        self.wanted().filter_map(fault).collect()
    }
}

impl Dial {
    /// A level as it is written in the configuration.
    pub(super) fn written(&self, level: Level) -> String {
        let Level::Fixed(value) = level else {
            return "\"auto\"".to_string();
        };
        let word = usize::try_from(value)
            .ok()
            .and_then(|at| self.words.get(at));
        word.map_or(value.to_string(), |word| format!("{word:?}"))
    }
}

impl<'de> Deserialize<'de> for Controls {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("Controls", &KEYS, Table)
    }
}

struct Table;

impl<'de> Visitor<'de> for Table {
    type Value = Controls;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of controls")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Controls, A::Error> {
        let mut controls = Controls::default();
        while let Some(Place(at)) = map.next_key()? {
            controls.0.insert(at, map.next_value_seed(&DIALS[at])?);
        }
        Ok(controls)
    }
}

/// Where a key stands in [`DIALS`].
struct Place(usize);

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        let at = KEYS.iter().position(|known| *known == key);
        at.map(Place)
            .ok_or_else(|| de::Error::unknown_field(&key, &KEYS))
    }
}

impl<'de> DeserializeSeed<'de> for &Dial {
    type Value = Level;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Level, D::Error> {
        if self.auto.is_some() {
            deserializer.deserialize_any(self)
        } else if self.words.is_empty() {
            i32::deserialize(deserializer).map(Level::Fixed)
        } else {
            deserializer.deserialize_enum(self.key, self.words, self)
        }
    }
}

/// Takes a level that may be left to the camera, or one of the words.
impl<'de> Visitor<'de> for &Dial {
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
        if word == "auto" {
            return Ok(Level::Auto);
        }
        let meant = match word.trim().parse::<i32>() {
            Ok(number) => format!("did you mean {number} without quotes? "),
            Err(_) => String::new(),
        };
        Err(E::custom(format!(
            "is {word:?}, {meant}expected \"auto\" or a whole number"
        )))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Level, A::Error> {
        let (word, rest) = access.variant::<String>()?;
        let value = (0..).zip(self.words).find(|(_, known)| **known == word);
        let (value, _) = value.ok_or_else(|| de::Error::unknown_variant(&word, self.words))?;
        rest.unit_variant().map(|()| Level::Fixed(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_are_read_as_they_are_written() {
        let text = "exposure = \"auto\"\ngain = 12\nwhite-balance = 4600\npower-line = \"50\"\nbrightness = -3\nsaturation = 64\n";
        let controls: Controls = toml::from_str(text).unwrap();
        let levels: Vec<_> = controls
            .wanted()
            .map(|(dial, level)| (dial.key, level))
            .collect();
        let expected = [
            ("exposure", Level::Auto),
            ("gain", Level::Fixed(12)),
            ("white-balance", Level::Fixed(4600)),
            ("power-line", Level::Fixed(1)),
            ("brightness", Level::Fixed(-3)),
            ("saturation", Level::Fixed(64)),
        ];
        assert_eq!(levels, expected);
        let written =
            |(dial, level): (&Dial, Level)| format!("{} = {}\n", dial.key, dial.written(level));
        assert_eq!(controls.wanted().map(written).collect::<String>(), text);
        assert_eq!(controls.check(), []);
    }

    #[test]
    fn numbers_that_no_camera_has_are_refused() {
        let text = "exposure = 0\ngain = -1\nfocus = \"auto\"\nwhite-balance = 46\nsaturation = -1";
        let faults = toml::from_str::<Controls>(text).unwrap().check();
        let keys: Vec<String> = faults.into_iter().map(|f| f.key).collect();
        assert_eq!(keys, ["exposure", "gain", "white-balance"]);
        for (text, part) in [
            ("gain = 4294967296", "is 4294967296: no camera"),
            ("gain = \"5\"", "did you mean 5 without quotes?"),
            ("gain = \"much\"", "is \"much\", expected \"auto\""),
            ("gain = 1.5", "expected \"auto\" or a whole number"),
            ("gain = true", "expected \"auto\" or a whole number"),
            ("brightness = \"auto\"", "expected i32"),
            ("power-line = \"55\"", "unknown variant `55`"),
            ("white_balance = 4600", "unknown field `white_balance`"),
        ] {
            let error = toml::from_str::<Controls>(text).unwrap_err();
            assert!(error.message().contains(part), "{error}");
        }
    }

    #[test]
    fn a_key_has_one_name_and_what_decides_goes_first() {
        let mut keys = KEYS.to_vec();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), DIALS.len());
        let place = |id: u32| {
            DIALS
                .iter()
                .position(|dial| dial.id == id && dial.key.contains('_'))
        };
        for switch in DIALS
            .iter()
            .filter_map(|dial| Some((dial.auto.as_ref()?.id, dial.id)))
        {
            assert!(place(switch.0) < place(switch.1).or(Some(usize::MAX)));
        }
    }
}
