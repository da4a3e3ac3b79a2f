//! What glyphd tells the world: a line of text, a page, a hint for whoever holds the device.
//!
//! Takes what `track` and `gate` found out and gives one JSON object a line (docs/events.md is the
//! contract); reads the same back for `listen`. Whatever values it is given, an event holds no control
//! character, no number that JSON cannot say and no time that RFC 3339 cannot say.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::contract::field::Field;
use crate::contract::plain::{LineText, PageText, RegionName};
use crate::error::{Result, err};
use crate::quad::{Point, Quad};

/// The version of the contract, `v` in each event. New fields and new types of event keep it;
/// it grows when a field changes its meaning or goes.
pub const VERSION: u32 = 1;

/// Steps of a confidence in an event: three decimals, as a fourth would be noise.
const CONFIDENCE_STEPS: f32 = 1000.0;
/// Steps of a coordinate in an event: a tenth of a pixel, about what finding a line can tell.
const PIXEL_STEPS: f32 = 10.0;
/// The end of the year 9999, in seconds after 1970: RFC 3339 has four digits for the year.
const LAST_SECOND: u64 = 253_402_300_799;

/// One thing that is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", remote = "Self")]
pub enum Event {
    /// A line of text came into view, was read better, or went.
    Line(LineEvent),
    /// A whole page.
    Page(PageEvent),
    /// A hint for whoever holds the device.
    Guide(GuideEvent),
    /// A trigger ended without a reading.
    NoRead(NoReadEvent),
    /// A region that must be filled is not, or now is.
    Region(RegionEvent),
}

/// What a region holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// Its name.
    pub name: RegionName,
    /// What is to be read there, as it is configured; empty for any text.
    #[serde(default, skip_serializing_if = "LineText::is_empty")]
    pub expected: LineText,
    /// What was read there.
    pub text: PageText,
    /// Whether that is or has what is expected.
    pub filled: bool,
    /// Whether it must.
    pub required: bool,
}

impl Content {
    /// Whether something must be read here and is not.
    pub fn is_missing(&self) -> bool {
        self.required && !self.filled
    }
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineChange {
    /// It is in view and read with certainty: told once for as long as it stays in view.
    Appeared,
    /// The same line is now read otherwise.
    Updated,
    /// It is no longer in view. Its text is the last that was read.
    Gone,
}

/// What became of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageChange {
    /// All its lines stand still and are read.
    Steady,
}

/// What became of a region that must be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegionChange {
    /// What must be read there is not.
    Missing,
    /// It now is, after it was missing.
    Filled,
}

/// A line of text in view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineEvent {
    /// What became of it.
    pub event: LineChange,
    /// Names the line for as long as glyphd runs.
    pub id: u64,
    /// What it says.
    pub text: LineText,
    /// How certain the text is.
    pub confidence: Confidence,
    /// Where it is, in pixels of the camera's picture.
    #[serde(serialize_with = "in_tenths")]
    pub quad: Quad,
    /// The characters as they were read, before clean-up.
    #[serde(default)]
    pub chars: Vec<Glyph>,
    /// What it means, from left to right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// The region of interest it lies in, where any are configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionName>,
    /// The number of the frame it was read from.
    pub frame: u64,
    /// When that frame was taken.
    #[serde(with = "rfc3339")]
    pub captured_at: SystemTime,
    /// From the taking of the frame to the event, in milliseconds.
    pub latency_ms: u64,
}

/// A page in reading order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageEvent {
    /// What became of it.
    pub event: PageChange,
    /// What it says, top to bottom.
    pub text: PageText,
    /// How certain the text is.
    pub confidence: Confidence,
    /// The ids of its lines, in the order of the text.
    pub lines: Vec<u64>,
    /// What it means, in the order of the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// What each region of interest holds, where any are configured, in the order of the configuration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<Content>,
    /// The number of the newest frame it was read from.
    pub frame: u64,
    /// When that frame was taken.
    #[serde(with = "rfc3339")]
    pub captured_at: SystemTime,
    /// From the taking of the frame to the event, in milliseconds.
    pub latency_ms: u64,
}

/// A region that must be filled is not, or now is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionEvent {
    /// What became of it.
    pub event: RegionChange,
    /// Its name.
    pub region: RegionName,
    /// What is to be read there, as it is configured; empty for any text.
    #[serde(default, skip_serializing_if = "LineText::is_empty")]
    pub expected: LineText,
    /// What was read there.
    pub text: PageText,
    /// The number of the newest frame it was read from.
    pub frame: u64,
    /// When that frame was taken.
    #[serde(with = "rfc3339")]
    pub captured_at: SystemTime,
    /// From the taking of the frame to the event, in milliseconds.
    pub latency_ms: u64,
}

/// Nothing could be read before the deadline of a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoReadEvent {
    /// When the trigger came.
    #[serde(with = "rfc3339")]
    pub triggered_at: SystemTime,
    /// How long was tried, in milliseconds.
    pub tried_ms: u64,
}

/// A hint for whoever holds the device, told when it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuideEvent {
    /// What to tell them.
    pub hint: Hint,
}

/// Why the print cannot be read, or that it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hint {
    /// Too little light.
    Dark,
    /// So much light that the print drowns in it.
    Bright,
    /// Out of focus.
    Blurred,
    /// Moving too fast to be seen clearly.
    Moving,
    /// Text runs out of the picture at the left.
    ClippedLeft,
    /// Text runs out of the picture at the right.
    ClippedRight,
    /// Text runs out of the picture at the top.
    ClippedTop,
    /// Text runs out of the picture at the bottom.
    ClippedBottom,
    /// The letters are too small: go nearer.
    Small,
    /// The print stands on its head.
    UpsideDown,
    /// It can be read.
    Steady,
}

/// How certain a reading is: 0 (not at all) to 1, in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(into = "f32", from = "f32")]
pub struct Confidence(f32);

impl Confidence {
    /// Rounds to thousandths; what is not between 0 and 1 is brought there, NaN to 0.
    pub fn new(value: f32) -> Self {
        if value.is_nan() {
            return Confidence(0.0);
        }
        Confidence((value.clamp(0.0, 1.0) * CONFIDENCE_STEPS).round() / CONFIDENCE_STEPS)
    }

    /// From 0 to 1.
    pub fn get(self) -> f32 {
        self.0
    }
}

impl From<f32> for Confidence {
    fn from(value: f32) -> Self {
        Confidence::new(value)
    }
}

impl From<Confidence> for f32 {
    fn from(confidence: Confidence) -> Self {
        confidence.0
    }
}

/// One class that the reader saw: most often one character. In JSON `["B",0.99]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "(String, Confidence)", from = "(String, Confidence)")]
pub struct Glyph {
    text: String,
    confidence: Confidence,
}

impl Glyph {
    /// `raw` is cleaned as a line is, but a space stays a space.
    pub fn new(raw: &str, confidence: f32) -> Self {
        let clean = LineText::new(raw);
        let blank = clean.is_empty() && raw.contains(char::is_whitespace);
        let text = if blank { " ".to_owned() } else { clean.into() };
        Glyph {
            text,
            confidence: Confidence::new(confidence),
        }
    }

    /// What was seen.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How certainly.
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }
}

impl From<(String, Confidence)> for Glyph {
    fn from((text, confidence): (String, Confidence)) -> Self {
        Glyph::new(&text, confidence.0)
    }
}

impl From<Glyph> for (String, Confidence) {
    fn from(glyph: Glyph) -> Self {
        (glyph.text, glyph.confidence)
    }
}

impl Event {
    /// How long after its picture was taken the event came to be; none where there is no picture behind it:
    /// that a line has gone is told after a while without any.
    pub fn latency(&self) -> Option<Duration> {
        match self {
            Event::Line(line) if line.event == LineChange::Gone => None,
            Event::Line(line) => Some(Duration::from_millis(line.latency_ms)),
            Event::Page(page) => Some(Duration::from_millis(page.latency_ms)),
            Event::Region(region) => Some(Duration::from_millis(region.latency_ms)),
            Event::Guide(_) | Event::NoRead(_) => None,
        }
    }

    /// The event as one line of JSON, without a line break.
    pub fn to_json(&self) -> String {
        // Only a map with keys that are no strings, or a failing writer, can make this fail: there is neither.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads one line of JSON. Fields it does not know are passed over.
    ///
    /// # Errors
    /// `Data` when it is no JSON, no event of this version, or of a type or change added since.
    pub fn from_json(line: &str) -> Result<Self> {
        serde_json::from_str(line)
            .map_err(|fault| err!(Data, "not an event: {fault}").caused_by(fault))
    }
}

/// What each event has in common.
#[derive(Deserialize)]
struct Versioned {
    v: u32,
    #[serde(flatten, with = "Event")]
    event: Event,
}

#[derive(Serialize)]
struct VersionedRef<'a> {
    v: u32,
    #[serde(flatten, with = "Event")]
    event: &'a Event,
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        VersionedRef {
            v: VERSION,
            event: self,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let Versioned { v, event } = Deserialize::deserialize(deserializer)?;
        match v {
            VERSION => Ok(event),
            _ => Err(de::Error::custom(format!(
                "version {v} of the events, this glyphd knows {VERSION}"
            ))),
        }
    }
}

/// JSON has no word for infinity or NaN: such a corner is put to 0.
fn in_tenths<S: Serializer>(quad: &Quad, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    let tenths = |value: f32| {
        let rounded = (value * PIXEL_STEPS).round() / PIXEL_STEPS;
        if rounded.is_finite() { rounded } else { 0.0 }
    };
    Quad(quad.0.map(|Point { x, y }| Point {
        x: tenths(x),
        y: tenths(y),
    }))
    .serialize(serializer)
}

/// Times as `2026-11-22T20:19:03.120Z`.
mod rfc3339 {
    use super::*;

    pub fn serialize<S: Serializer>(
        time: &SystemTime,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        // humantime panics outside the years 1970 to 9999, and a board without a battery can boot anywhere.
        let last = UNIX_EPOCH + Duration::from_secs(LAST_SECOND);
        let time = (*time).clamp(UNIX_EPOCH, last);
        serializer.collect_str(&humantime::format_rfc3339_millis(time))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<SystemTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        humantime::parse_rfc3339(&text)
            .map_err(|fault| de::Error::custom(format!("captured_at: {fault}")))
    }
}

#[cfg(test)]
mod tests;
