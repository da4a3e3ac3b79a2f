use std::collections::VecDeque;
use std::sync::Mutex;

use super::*;
use crate::capture::{Clock, Stats, SystemClock};
use crate::error::Error;
use crate::event::LineChange;
use crate::sink::{Limits, Sink};
use crate::track::Settings;

/// What a source does next.
#[derive(Clone, Copy)]
enum Step {
    Show(&'static str),
    Nothing,
    Fail(Kind),
}

/// A camera that plays a script; the text on view is named by the luma of its pictures.
struct Script {
    steps: VecDeque<Step>,
    texts: Arc<Mutex<Vec<&'static str>>>,
    seq: u64,
}

impl Source for Script {
    fn next(&mut self, frame: &mut Frame) -> Result<Next> {
        self.seq += 1;
        match self.steps.pop_front() {
            None => Ok(Next::End),
            Some(Step::Nothing) => Ok(Next::Timeout),
            Some(Step::Fail(kind)) => Err(Error::new(kind, "pulled out")),
            Some(Step::Show(text)) => {
                let mut texts = self.texts.lock().unwrap();
                let index = texts.iter().position(|t| *t == text).unwrap_or_else(|| {
                    texts.push(text);
                    texts.len() - 1
                });
                frame.luma = GrayImage::from_pixel(4, 4, image::Luma([index as u8]));
                frame.seq = self.seq;
                frame.captured_at = SystemTime::now();
                frame.taken = SystemClock.monotonic();
                Ok(Next::Frame)
            }
        }
    }

    fn stats(&self) -> Stats {
        Stats::default()
    }

    fn describe(&self) -> String {
        "a script".into()
    }
}

/// Reads the text that the script put on view.
struct Lookup(Arc<Mutex<Vec<&'static str>>>);

impl Reader for Lookup {
    fn read(&mut self, luma: &GrayImage) -> Result<Vec<ReadLine>> {
        let text = self.0.lock().unwrap()[usize::from(luma.get_pixel(0, 0).0[0])];
        let lines = text.lines().enumerate().map(|(i, text)| ReadLine {
            quad: Quad::upright(10.0, 10.0 + 40.0 * i as f32, 200.0, 20.0),
            text: text.into(),
            confidence: 0.9,
            chars: text.chars().map(|c| (c, 0.9)).collect(),
        });
        Ok(lines.collect())
    }
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<Event>>>);

impl Sink for Kept {
    fn name(&self) -> &str {
        "a list"
    }

    fn send(&mut self, event: &Event) -> Result<()> {
        self.0.lock().unwrap().push(event.clone());
        Ok(())
    }
}

/// Runs scripts one after another, each a source that was opened anew; gives the end and the events.
fn play(scripts: &[&[Step]], settings: Settings) -> (Result<Ended>, Vec<Event>) {
    let texts = Arc::default();
    let kept = Kept::default();
    let outlet = Outlet::start(Box::new(kept.clone()), Limits::default()).unwrap();
    let reader = Lookup(Arc::clone(&texts));
    let tracker = Tracker::new(settings);
    let mut daemon = Daemon::new(reader, tracker, vec![outlet], Stop::default());
    let mut scripts = scripts.iter();
    let ended = daemon.run(&mut || match scripts.next() {
        Some(steps) => Ok(Box::new(Script {
            steps: steps.iter().copied().collect(),
            texts: Arc::clone(&texts),
            seq: 0,
        }) as Box<dyn Source>),
        None => Err(Error::new(Kind::NoInput, "no more scripts")),
    });
    daemon.close();
    let events = std::mem::take(&mut *kept.0.lock().unwrap());
    (ended, events)
}

fn lines(events: &[Event]) -> Vec<(LineChange, &str)> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Line(line) => Some((line.event, line.text.as_str())),
            _ => None,
        })
        .collect()
}

fn quick() -> Settings {
    Settings {
        gone_after_ms: 0,
        page_after_ms: 0,
        ..Settings::default()
    }
}

use Step::{Fail, Nothing, Show};

#[test]
fn what_is_held_before_the_camera_comes_out_once() {
    let (ended, events) = play(&[&[Show("LOT 1"); 20]], Settings::default());
    assert_eq!(ended.unwrap(), Ended::NoMore);
    assert_eq!(lines(&events), [(LineChange::Appeared, "LOT 1")]);
}

#[test]
fn a_page_comes_with_its_lines_in_order() {
    let (_, events) = play(&[&[Show("NET WT\n500 g"); 6]], quick());
    let pages: Vec<_> = events
        .iter()
        .filter_map(|e| match e {
            Event::Page(page) => Some((page.text.as_str().to_owned(), page.lines.len())),
            _ => None,
        })
        .collect();
    assert_eq!(pages, [("NET WT\n500 g".to_owned(), 2)]);
}

#[test]
fn an_unplugged_camera_is_opened_again_and_nothing_is_told_twice() {
    let before = [
        Show("LOT 1"),
        Show("LOT 1"),
        Show("LOT 1"),
        Nothing,
        Fail(Kind::NoDevice),
    ];
    let after = [Show("LOT 1"), Show("LOT 1"), Show("LOT 1"), Show("LOT 1")];
    let (ended, events) = play(&[&before, &after], Settings::default());
    assert_eq!(ended.unwrap(), Ended::NoMore);
    assert_eq!(lines(&events), [(LineChange::Appeared, "LOT 1")]);
}

#[test]
fn a_fault_that_cannot_pass_ends_the_daemon_with_its_kind() {
    let (ended, _) = play(&[&[Fail(Kind::Config)]], quick());
    assert_eq!(ended.unwrap_err().kind(), Kind::Config);
    let (ended, _) = play(&[], quick());
    assert_eq!(ended.unwrap_err().kind(), Kind::NoInput);
}

#[test]
fn a_wish_to_end_is_heard_while_the_camera_is_gone() {
    let stop = Stop::default();
    let reader = Lookup(Arc::default());
    let mut daemon = Daemon::new(reader, Tracker::new(quick()), Vec::new(), stop.clone());
    let mut first = true;
    let ended = daemon.run(&mut || {
        if !std::mem::take(&mut first) {
            stop.set();
            return Err(Error::new(Kind::NoDevice, "still gone"));
        }
        let steps = VecDeque::from([Fail(Kind::Io)]);
        Ok(Box::new(Script {
            steps,
            texts: Arc::default(),
            seq: 0,
        }) as Box<dyn Source>)
    });
    assert_eq!(ended.unwrap(), Ended::Stopped);
}
