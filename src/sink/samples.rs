//! Events for the tests of the sinks.

use std::time::UNIX_EPOCH;

use crate::contract::event::{Confidence, Event, LineChange, LineEvent, PageChange, PageEvent};
use crate::contract::plain::{LineText, PageText};
use crate::quad::Quad;

/// A line that says `reading ID`.
pub fn line(id: u64, event: LineChange) -> Event {
    line_saying(id, event, &format!("reading {id}"))
}

/// A line that says `text`.
pub fn line_saying(id: u64, event: LineChange, text: &str) -> Event {
    Event::Line(LineEvent {
        event,
        id,
        text: LineText::new(text),
        confidence: Confidence::new(0.9),
        quad: Quad::upright(0.0, 0.0, 10.0, 5.0),
        chars: Vec::new(),
        fields: Vec::new(),
        region: None,
        frame: id,
        captured_at: UNIX_EPOCH,
        latency_ms: 1,
    })
}

/// A page of these lines.
pub fn page(lines: &[&str]) -> Event {
    Event::Page(PageEvent {
        event: PageChange::Steady,
        text: PageText::new(lines.iter().copied()),
        confidence: Confidence::new(0.9),
        lines: (0..lines.len() as u64).collect(),
        fields: Vec::new(),
        regions: Vec::new(),
        frame: 1,
        captured_at: UNIX_EPOCH,
        latency_ms: 1,
    })
}
