//! Events from what the tracker found: the picture's number and times are put to them here.

use std::time::{Duration, SystemTime};

use crate::contract::event::Content;
use crate::contract::event::{
    Confidence, Event, Glyph, GuideEvent, Hint, LineEvent, NoReadEvent, PageChange, PageEvent,
    RegionChange, RegionEvent,
};
use crate::contract::plain::LineText;
use crate::line::ReadLine;
use crate::live::region::Regions;
use crate::live::track::Change;
use crate::text::fields::Fields;

/// The picture that an event comes from.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// Its number.
    pub frame: u64,
    /// When it was taken.
    pub captured_at: SystemTime,
    /// From then until now.
    pub latency: Duration,
}

impl Origin {
    fn latency_ms(&self) -> u64 {
        millis(self.latency)
    }
}

/// What became of a line.
pub fn line(change: Change, origin: Origin, fields: &Fields) -> Event {
    let Change {
        change: event,
        id,
        line,
    } = change;
    let mut buffer = [0; 4];
    let chars = line
        .chars
        .iter()
        .map(|&(c, sure)| Glyph::new(c.encode_utf8(&mut buffer), sure));
    Event::Line(LineEvent {
        event,
        id,
        text: LineText::new(&line.text),
        confidence: Confidence::new(line.confidence),
        quad: line.quad,
        chars: chars.collect(),
        fields: fields.of(&line.text),
        region: line.region,
        frame: origin.frame,
        captured_at: origin.captured_at,
        latency_ms: origin.latency_ms(),
    })
}

/// A page, of the lines in the order in which they came.
pub fn page(
    told: &[(u64, ReadLine)],
    origin: Origin,
    fields: &Fields,
    regions: &Regions,
) -> PageEvent {
    let lines: Vec<ReadLine> = told.iter().map(|(_, line)| line.clone()).collect();
    let (order, text) = regions.arrange(&lines);
    let sure = lines.iter().map(|l| l.confidence).sum::<f32>() / lines.len().max(1) as f32;
    PageEvent {
        event: PageChange::Steady,
        confidence: Confidence::new(sure),
        lines: order
            .iter()
            .filter_map(|&i| told.get(i))
            .map(|(id, _)| *id)
            .collect(),
        fields: fields.of(text.as_str()),
        text,
        regions: regions.contents(&lines, fields),
        frame: origin.frame,
        captured_at: origin.captured_at,
        latency_ms: origin.latency_ms(),
    }
}

/// A region that must be filled is not, or now is.
pub fn region(event: RegionChange, content: &Content, origin: Origin) -> Event {
    Event::Region(RegionEvent {
        event,
        region: content.name.clone(),
        expected: content.expected.clone(),
        text: content.text.clone(),
        frame: origin.frame,
        captured_at: origin.captured_at,
        latency_ms: origin.latency_ms(),
    })
}

/// A hint.
pub fn hint(hint: Hint) -> Event {
    Event::Guide(GuideEvent { hint })
}

/// A trigger that came to nothing within `tried`.
pub fn no_read(triggered_at: SystemTime, tried: Duration) -> Event {
    Event::NoRead(NoReadEvent {
        triggered_at,
        tried_ms: millis(tried),
    })
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
