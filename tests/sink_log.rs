//! What the log says of a sink that fails: each fault once, and the end of it.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use glyphd::contract::event::{Event, GuideEvent, Hint};
use glyphd::error::{Error, Kind, Result};
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

fn collect() {
    // Each test may be the first.
    let _ = log::set_logger(&Collect);
    log::set_max_level(LevelFilter::Info);
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

/// Hangs in each call until told to go on.
struct Hanging(Receiver<()>);

impl Sink for Hanging {
    fn name(&self) -> &str {
        "bell"
    }

    fn send(&mut self, _: &Event) -> Result<()> {
        let _ = self.0.recv();
        Ok(())
    }
}

/// What was said of the sink of this name.
fn lines_of(name: &str) -> Vec<String> {
    let start = format!(" {name}: ");
    let lines = LINES.lock().unwrap();
    let of_it = lines.iter().filter(|line| line.contains(&start));
    of_it.cloned().collect()
}

fn hint() -> Event {
    Event::Guide(GuideEvent { hint: Hint::Dark })
}

#[test]
fn being_too_slow_is_said_once_also_while_it_hangs_and_so_is_its_end() {
    collect();
    let (go_on, hanging) = mpsc::channel();
    let limits = Limits {
        capacity: 2,
        ..Limits::default()
    };
    let outlet = Outlet::start(Box::new(Hanging(hanging)), limits).unwrap();
    (0..10).for_each(|_| outlet.offer(hint()));
    assert_eq!(
        lines_of("bell"),
        ["WARN bell: too slow, the oldest readings are dropped; the newest 2 are kept"]
    );
    drop(go_on);
    let dropped = outlet.close(Duration::from_secs(20)).counts.dropped;
    assert_eq!(
        lines_of("bell")[1..],
        [format!(
            "WARN bell: keeps up again, {dropped} of the oldest readings were dropped"
        )]
    );
}

#[test]
fn each_fault_is_said_once_an_outage_and_so_is_its_end() {
    collect();
    let faults = ["gone", "gone", "busy", "gone", "busy", "", "gone", "gone"];
    let limits = Limits {
        first_pause: Duration::from_millis(1),
        ..Limits::default()
    };
    let outlet = Outlet::start(Box::new(Failing(faults.into())), limits).unwrap();
    (0..2).for_each(|_| outlet.offer(hint()));
    assert_eq!(outlet.close(Duration::from_secs(20)).counts.delivered, 2);
    let lines = lines_of("lamp");
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
