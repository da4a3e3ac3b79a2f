//! What the log says of a sink that fails: each fault once, and the end of it.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use glyphd::error::{Error, Kind, Result};
use glyphd::event::{Event, GuideEvent, Hint};
use glyphd::sink::{Limits, Outlet, Sink};
use log::{LevelFilter, Log, Metadata, Record};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Collect;

impl Log for Collect {
    fn enabled(&self, _: &Metadata) -> bool {
        true
    }

    fn log(&self, record: &Record) {
        LINES
            .lock()
            .unwrap()
            .push(format!("{} {}", record.level(), record.args()));
    }

    fn flush(&self) {}
}

/// Fails with each of these in turn, then works.
struct Failing(VecDeque<&'static str>);

impl Sink for Failing {
    fn name(&self) -> &str {
        "lamp"
    }

    fn send(&mut self, _: &Event) -> Result<()> {
        match self.0.pop_front() {
            Some("") | None => Ok(()),
            Some(fault) => Err(Error::new(Kind::Io, fault)),
        }
    }
}

#[test]
fn each_fault_is_said_once_an_outage_and_so_is_its_end() {
    log::set_logger(&Collect).unwrap();
    log::set_max_level(LevelFilter::Info);
    let faults = ["gone", "gone", "busy", "gone", "busy", "", "gone", "gone"];
    let limits = Limits {
        first_pause: Duration::from_millis(1),
        ..Limits::default()
    };
    let outlet = Outlet::start(Box::new(Failing(faults.into())), limits).unwrap();
    (0..2).for_each(|_| outlet.offer(Event::Guide(GuideEvent { hint: Hint::Dark })));
    assert_eq!(outlet.close(Duration::from_secs(20)).counts.delivered, 2);
    let lines = LINES.lock().unwrap();
    let starts = [
        "WARN lamp: gone; will try again",
        "WARN lamp: busy; will try again",
        "INFO lamp: works again after ",
        "WARN lamp: gone; will try again",
        "INFO lamp: works again after ",
    ];
    assert_eq!(lines.len(), starts.len(), "{lines:#?}");
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
    assert!(lines[2].contains("5 attempts"), "{}", lines[2]);
}
