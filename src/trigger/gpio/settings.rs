//! `[trigger.gpio]`: which line triggers, by which edge, and how it is wired.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::fault::Fault;

/// Milliseconds that may be set: a contact bounces for 20 at most, and a hand takes 100 to let go and press again.
const DEBOUNCE_MS: std::ops::RangeInclusive<u64> = 0..=1000;
/// Bytes that the kernel keeps of the name of a line or the label of a chip (`GPIO_MAX_NAME_SIZE`, with its zero).
const LONGEST_NAME: usize = 31;

/// The `[trigger.gpio]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The chip: its device, or what the kernel calls it. Default none: every chip is asked for the name of the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chip: Option<String>,
    /// The line. Default none: no line triggers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<LineName>,
    /// The edge that triggers. Default `rising`.
    pub edge: Edge,
    /// Default `as-is`: as the board has set it.
    pub bias: Bias,
    /// Milliseconds that the line must hold its level for an edge to count. Default 10: most buttons are quiet by then.
    pub debounce_ms: u64,
    /// Whether the other edge ends the reading, as with a scanner whose trigger is held. Default false.
    pub release_stops: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            chip: None,
            line: None,
            edge: Edge::Rising,
            bias: Bias::AsIs,
            debounce_ms: 10,
            release_stops: false,
        }
    }
}

impl Settings {
    /// Every setting that cannot be used. Whether there is such a line shows when it is opened.
    pub fn check(&self) -> Vec<Fault> {
        let missing = match (&self.chip, &self.line) {
            (Some(_), None) => Some(Fault::new(
                "line",
                "missing: expected the number or the name of a line of this chip",
            )),
            (None, Some(LineName::Number(_))) => Some(Fault::new(
                "chip",
                "missing: a line is numbered within a chip; `glyphd devices` lists them",
            )),
            _ => None,
        };
        let chip = self.chip.as_ref().and_then(|chip| {
            if chip.contains('/') {
                Fault::relative("chip", Path::new(chip))
            } else {
                check_name("chip", chip, "a device, or the name of a chip")
            }
        });
        let line = match &self.line {
            Some(LineName::Name(name)) => {
                check_name("line", name, "a number, or the name of a line")
            }
            _ => None,
        };
        let debounce = Fault::range("debounce-ms", self.debounce_ms, DEBOUNCE_MS, "ms");
        [missing, chip, line, debounce]
            .into_iter()
            .flatten()
            .collect()
    }

    /// How long the line must hold its level.
    pub fn debounce(&self) -> Duration {
        Duration::from_millis(self.debounce_ms)
    }
}

fn check_name(key: &str, name: &str, what: &str) -> Option<Fault> {
    let expected = || format!("{name:?}: expected {what}, of 1 to {LONGEST_NAME} bytes");
    let fits = (1..=LONGEST_NAME).contains(&name.len());
    (!fits).then(|| Fault::new(key, expected()))
}

/// For the log: what was asked for, whether or not it is there.
impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GPIO line")?;
        if let Some(line) = &self.line {
            write!(f, " {line}")?;
        }
        if let Some(chip) = &self.chip {
            write!(f, " of {chip}")?;
        }
        Ok(())
    }
}

/// A line of a chip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum LineName {
    /// By its number within the chip, from 0.
    Number(u32),
    /// By the name that the board's description gives it.
    Name(String),
}

impl fmt::Display for LineName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LineName::Number(number) => write!(f, "{number}"),
            LineName::Name(name) => write!(f, "{name:?}"),
        }
    }
}

impl<'de> Deserialize<'de> for LineName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LineVisitor)
    }
}

struct LineVisitor;

impl Visitor<'_> for LineVisitor {
    type Value = LineName;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the number of a line, or its name in quotes")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<LineName, E> {
        let number = u32::try_from(value).map(LineName::Number);
        number.map_err(|_| E::custom(format!("is {value}: no chip has such a line")))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<LineName, E> {
        self.visit_i64(i64::try_from(value).unwrap_or(i64::MAX))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<LineName, E> {
        Ok(LineName::Name(name.to_owned()))
    }
}

/// The change of a line's level that triggers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edge {
    /// From low to high.
    Rising,
    /// From high to low, as of a button between the line and ground.
    Falling,
}

/// What holds the line while nothing drives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bias {
    /// What the board has set.
    AsIs,
    /// The chip's resistor to its supply.
    PullUp,
    /// The chip's resistor to ground.
    PullDown,
    /// Nothing in the chip.
    Disabled,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Settings {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_line_is_a_number_or_a_name() {
        let by_number = settings("chip = \"/dev/gpiochip0\"\nline = 17\n");
        assert_eq!(by_number.line, Some(LineName::Number(17)));
        assert_eq!(by_number.to_string(), "GPIO line 17 of /dev/gpiochip0");
        let by_name = settings("line = \"GPIO17\"\n");
        assert_eq!(by_name.to_string(), "GPIO line \"GPIO17\"");
        for settings in [by_number, by_name, Settings::default()] {
            assert_eq!(settings.check(), []);
            let text = toml::to_string(&settings).unwrap();
            assert_eq!(toml::from_str::<Settings>(&text).unwrap(), settings);
        }
        for wrong in ["-1", "4294967296", "1.5", "true"] {
            toml::from_str::<Settings>(&format!("line = {wrong}")).unwrap_err();
        }
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (text, keys) in [
            ("chip = \"pinctrl-rp1\"", &["line"][..]),
            ("line = 3", &["chip"]),
            ("chip = \"dev/gpiochip0\"\nline = 3", &["chip"]),
            ("chip = \"\"\nline = \"\"", &["chip", "line"]),
            ("line = \"A name that no kernel has room for\"", &["line"]),
            ("debounce-ms = 1001", &["debounce-ms"]),
        ] {
            let faults = settings(text).check();
            let found: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
            assert_eq!(found, keys, "{text}");
        }
    }
}
