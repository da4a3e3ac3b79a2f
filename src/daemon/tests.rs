//! The reading thread against scripts: a source, a reader and a clock that do as they are told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use image::{GrayImage, Luma, imageops};

use super::*;
use crate::capture::frame::Frame;
use crate::capture::{Clock, Next, Stats, StoppedClock};
use crate::config::Config;
use crate::contract::event::{Event, Hint, LineChange};
use crate::contract::status::State;
use crate::error::{Error, Kind, err};
use crate::line::Page;
use crate::line::ReadLine;
use crate::live::track;
use crate::live::{gate, guide};
use crate::quad::{Point, Quad};
use crate::rotation::Rotation;
use crate::sink::{Limits, Outlet, Sink};
use crate::trigger::mode;

mod regions;

/// From one picture to the next.
const PERIOD: Duration = Duration::from_millis(100);

/// What a source does next.
#[derive(Clone)]
enum Step {
    Show(&'static str),
    Nothing,
    Fail(Kind),
    /// Somebody orders something, just before the next step.
    Order(fn(&Orders<Lookup>)),
}

use Step::{Fail, Nothing, Order, Show};

/// The texts that were on view, named by the luma of their pictures.
type Texts = Arc<Mutex<Vec<&'static str>>>;

/// Plays its scripts one after another, each as a source that was opened anew.
struct Player {
    scripts: VecDeque<Result<Vec<Step>>>,
    texts: Texts,
    orders: Orders<Lookup>,
    clock: StoppedClock,
    changes: Arc<Mutex<Vec<capture::Settings>>>,
}

struct Script {
    steps: VecDeque<Step>,
    texts: Texts,
    orders: Orders<Lookup>,
    clock: StoppedClock,
    seq: u64,
}

impl Opener for Player {
    fn open(&mut self) -> Result<Box<dyn Source>> {
        self.clock.advance(PERIOD);
        let none = || Err(err!(NoInput, "no more scripts"));
        let steps = self.scripts.pop_front().unwrap_or_else(none)?;
        Ok(Box::new(Script {
            steps: steps.into(),
            texts: Arc::clone(&self.texts),
            orders: self.orders.clone(),
            clock: self.clock.clone(),
            seq: 0,
        }))
    }

    fn change(&mut self, settings: capture::Settings) {
        self.changes.lock().unwrap().push(settings);
    }
}

/// A picture of that name. It is plain, but with a view that begins with ≈ it shows bars, and each further ≈ blurs them more.
fn picture(name: u8, view: &str) -> GrayImage {
    let mut luma = GrayImage::from_pixel(400, 400, Luma([name]));
    let blur = view.chars().take_while(|&c| c == '≈').count();
    if blur > 0 {
        let bars = GrayImage::from_fn(400, 400, |x, y| {
            Luma([if (x / 6 + y / 9) % 3 == 0 { 30 } else { 200 }])
        });
        luma = imageops::blur(&bars, 0.1 + 2.0 * (blur - 1) as f32);
        luma.put_pixel(0, 0, Luma([name]));
    }
    luma
}

impl Source for Script {
    fn next(&mut self, frame: &mut Frame) -> Result<Next> {
        self.seq += 1;
        self.clock.advance(PERIOD);
        match self.steps.pop_front() {
            None => Ok(Next::End),
            Some(Nothing) => Ok(Next::Timeout),
            Some(Fail(kind)) => Err(Error::new(kind, "pulled out")),
            Some(Order(order)) => {
                order(&self.orders);
                Ok(Next::Timeout)
            }
            Some(Show(text)) => {
                let mut texts = self.texts.lock().unwrap();
                let index = texts.iter().position(|t| *t == text).unwrap_or_else(|| {
                    texts.push(text);
                    texts.len() - 1
                });
                frame.luma = picture(index as u8, text);
                frame.seq = self.seq;
                frame.captured_at = SystemTime::now();
                frame.taken = self.clock.monotonic();
                Ok(Next::Frame)
            }
        }
    }

    fn stats(&self) -> Stats {
        Stats {
            frames: self.seq,
            ..Stats::default()
        }
    }

    fn describe(&self) -> String {
        "a script".into()
    }

    fn is_live(&self) -> bool {
        true
    }
}

/// Where a line of the view is.
fn place(line: usize) -> Quad {
    Quad::upright(10.0, 10.0 + 40.0 * line as f32, 200.0, 20.0)
}

/// Reads the text that the script put on view; a line `@NAME TEXT` lies in that region, and a view that begins with ↻ is on its head.
struct Lookup(Texts);

impl Reader for Lookup {
    fn read(&mut self, luma: &GrayImage) -> Result<Page> {
        let text = self.0.lock().unwrap()[usize::from(luma.get_pixel(0, 0).0[0])];
        let text = text.trim_start_matches('≈');
        let (text, turn) = match text.strip_prefix('↻') {
            Some(text) => (text, Rotation::Half),
            None => (text, Rotation::None),
        };
        let lines = text.lines().enumerate().map(|(i, text)| {
            let of_region = text.strip_prefix('@').and_then(|text| text.split_once(' '));
            let (region, text) = of_region.map_or((None, text), |(name, text)| (Some(name), text));
            ReadLine {
                quad: turn.to_source(&place(i), luma.dimensions()),
                text: text.into(),
                confidence: 0.9,
                chars: text.chars().map(|c| (c, 0.9)).collect(),
                region: region.map(|name| name.to_owned().into()),
            }
        });
        Ok(Page {
            lines: lines.collect(),
            turn,
            ..Page::default()
        })
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

/// What a play came to.
struct Played {
    ended: Result<Ended>,
    events: Vec<Event>,
    health: Health,
    changes: Vec<capture::Settings>,
}

impl Played {
    fn lines(&self) -> Vec<(LineChange, &str)> {
        let lines = self.events.iter().filter_map(|event| match event {
            Event::Line(line) => Some((line.event, line.text.as_str())),
            _ => None,
        });
        lines.collect()
    }

    fn pages(&self) -> Vec<(&str, usize)> {
        let pages = self.events.iter().filter_map(|event| match event {
            Event::Page(page) => Some((page.text.as_str(), page.lines.len())),
            _ => None,
        });
        pages.collect()
    }

    fn no_reads(&self) -> Vec<u64> {
        let no_read = |event: &Event| match event {
            Event::NoRead(no_read) => Some(no_read.tried_ms),
            _ => None,
        };
        self.events.iter().filter_map(no_read).collect()
    }
}

/// Plays the scripts to their end.
fn play(scripts: Vec<Result<Vec<Step>>>, config: Config) -> Played {
    let texts = Texts::default();
    let (orders, health, clock) = (
        Orders::default(),
        Health::default(),
        StoppedClock::default(),
    );
    let changes = Arc::default();
    let (kept, outlets) = (Kept::default(), Outlets::default());
    let outlet = Outlet::start(Box::new(kept.clone()), Limits::default()).unwrap();
    outlets.replace(Table::Stdout, Some(outlet));
    let player = Player {
        scripts: scripts.into(),
        texts: Arc::clone(&texts),
        orders: orders.clone(),
        clock: clock.clone(),
        changes: Arc::clone(&changes),
    };
    let links = Links {
        orders,
        health: health.clone(),
        outlets: outlets.clone(),
    };
    let config = Arc::new(config);
    let reading = Reading::new(
        Lookup(texts),
        Box::new(player),
        config,
        links,
        Box::new(clock),
    );
    let ended = reading.without_pauses().run();
    outlets.close(Duration::from_secs(20));
    let events = std::mem::take(&mut *kept.0.lock().unwrap());
    let changes = std::mem::take(&mut *changes.lock().unwrap());
    Played {
        ended,
        events,
        health,
        changes,
    }
}

/// A page once its lines are published.
fn quick() -> Config {
    Config {
        track: track::Settings {
            gone_after_ms: 300,
            page_after_ms: 0,
            ..track::Settings::default()
        },
        // The pictures of the scripts are plain.
        gate: gate::Settings {
            skip_still: false,
            ..gate::Settings::default()
        },
        guide: guide::Settings {
            enabled: false,
            ..guide::Settings::default()
        },
        ..Config::default()
    }
}

fn shown(text: &'static str, times: usize) -> Vec<Step> {
    vec![Show(text); times]
}

use LineChange::{Appeared, Gone};

#[test]
fn what_is_held_before_the_camera_comes_out_once() {
    let played = play(vec![Ok(shown("LOT 1", 20))], quick());
    assert_eq!(played.ended.as_ref().unwrap(), &Ended::NoMore);
    assert_eq!(played.lines(), [(Appeared, "LOT 1")]);
    let (state, _, reading) = played.health.figures();
    assert_eq!((state, reading.frames), (State::Reading, 20));
    // The line and its page.
    assert_eq!(reading.events, 2);
    assert!(played.health.beats() >= 20);
}

#[test]
fn a_page_comes_with_its_lines_in_order() {
    let played = play(vec![Ok(shown("NET WT\n500 g", 6))], quick());
    assert_eq!(played.pages(), [("NET WT\n500 g", 2)]);
}

#[test]
fn hints_are_published_with_the_readings() {
    let mut settings = quick();
    settings.guide.enabled = true;
    let played = play(vec![Ok(shown("LOT 1", 20))], settings);
    let hints = played.events.iter().filter_map(|event| match event {
        Event::Guide(guide) => Some(guide.hint),
        _ => None,
    });
    let hints: Vec<_> = hints.collect();
    assert_eq!(hints, [Hint::Steady]);
}

#[test]
fn places_are_those_in_the_picture_as_it_came() {
    let played = play(vec![Ok(shown("↻LOT 1", 8))], quick());
    let quads = played.events.iter().filter_map(|event| match event {
        Event::Line(line) => Some(line.quad),
        _ => None,
    });
    let turned = Rotation::Half.to_source(&place(0), (400, 400));
    assert_eq!(quads.collect::<Vec<_>>(), [turned]);
    assert_eq!(turned.0[0], Point { x: 390.0, y: 390.0 });
}

#[test]
fn an_unplugged_camera_is_opened_again_and_nothing_is_published_twice() {
    let mut before = shown("LOT 1", 3);
    before.extend([Nothing, Fail(Kind::NoDevice)]);
    let played = play(vec![Ok(before), Ok(shown("LOT 1", 4))], quick());
    assert_eq!(played.ended.as_ref().unwrap(), &Ended::NoMore);
    assert_eq!(played.lines(), [(Appeared, "LOT 1")]);
    let (_, camera, _) = played.health.figures();
    assert_eq!((camera.recoveries, camera.fault), (1, None));
    // Until its first picture.
    assert_eq!(camera.longest_away_ms, 200);
}

#[test]
fn a_picture_put_off_is_not_read_when_the_camera_was_away_since() {
    let mut settings = quick();
    settings.track.steady_frames = 1;
    let mut before = shown("≈LOT 1", 3);
    before.extend([Show("≈≈OLD"), Fail(Kind::NoDevice)]);
    let played = play(vec![Ok(before), Ok(shown("≈≈≈NEW", 4))], settings);
    let appeared = played.lines();
    let texts: Vec<_> = appeared.iter().map(|(_, text)| *text).collect();
    assert!(
        texts.contains(&"NEW") && !texts.contains(&"OLD"),
        "{texts:?}"
    );
}

#[test]
fn a_camera_that_falls_silent_has_failed_until_its_next_picture() {
    let mut steps = shown("LOT 1", 3);
    steps.extend(vec![Nothing; 40]);
    steps.extend(shown("LOT 1", 3));
    let played = play(vec![Ok(steps)], quick());
    let lines = [(Appeared, "LOT 1"), (Gone, "LOT 1"), (Appeared, "LOT 1")];
    assert_eq!(played.lines(), lines);
    let (state, camera, _) = played.health.figures();
    assert_eq!(
        (state, camera.recoveries, camera.fault),
        (State::Reading, 1, None)
    );
}

#[test]
fn a_camera_that_opens_and_fails_again_is_away_all_the_time() {
    let fails = || Ok(vec![Nothing, Fail(Kind::Io)]);
    let mut first = shown("LOT 1", 3);
    first.push(Fail(Kind::Io));
    let scripts = vec![Ok(first), fails(), fails(), fails(), Ok(shown("LOT 1", 3))];
    let (_, camera, _) = play(scripts, quick()).health.figures();
    // Four openings and six steps of the three that gave nothing, and the first picture.
    assert_eq!((camera.recoveries, camera.longest_away_ms), (1, 1100));
}

#[test]
fn a_camera_that_is_not_there_at_the_start_is_waited_for() {
    let away = || Err(err!(NoDevice, "not there"));
    let played = play(vec![away(), away(), Ok(shown("LOT 1", 3))], quick());
    assert_eq!(played.lines(), [(Appeared, "LOT 1")]);
    // It was never lost.
    assert_eq!(played.health.figures().1.recoveries, 0);
}

#[test]
fn what_was_in_view_is_gone_when_the_camera_is_away_for_long() {
    let mut before = shown("LOT 1", 3);
    before.push(Fail(Kind::Io));
    let away = || Err(err!(NoDevice, "not there"));
    let scripts = vec![
        Ok(before),
        away(),
        away(),
        away(),
        away(),
        Ok(shown("LOT 1", 3)),
    ];
    let lines = [(Appeared, "LOT 1"), (Gone, "LOT 1"), (Appeared, "LOT 1")];
    assert_eq!(play(scripts, quick()).lines(), lines);
}

#[test]
fn a_fault_that_cannot_pass_ends_the_daemon_with_its_kind() {
    let played = play(vec![Ok(vec![Fail(Kind::Config)])], quick());
    assert_eq!(played.ended.unwrap_err().kind(), Kind::Config);
    let played = play(vec![], quick());
    assert_eq!(played.ended.unwrap_err().kind(), Kind::NoInput);
}

#[test]
fn the_end_is_heard_between_two_pictures() {
    let mut steps = shown("LOT 1", 4);
    steps.push(Order(Orders::stop));
    steps.extend(shown("LOT 2", 4));
    let played = play(vec![Ok(steps)], quick());
    assert_eq!(played.ended.as_ref().unwrap(), &Ended::Stopped);
    assert_eq!(played.lines(), [(Appeared, "LOT 1")]);
}

#[test]
fn a_trigger_tells_again_what_is_in_view() {
    let mut steps = shown("LOT 1", 5);
    steps.push(Order(Orders::trigger));
    steps.extend(shown("LOT 1", 5));
    let played = play(vec![Ok(steps)], quick());
    let lines = [(Appeared, "LOT 1"), (Gone, "LOT 1"), (Appeared, "LOT 1")];
    assert_eq!(played.lines(), lines);
    assert_eq!(played.pages(), [("LOT 1", 1), ("LOT 1", 1)]);
    assert!(played.no_reads().is_empty());
    assert_eq!(played.health.figures().2.triggers, 1);
}

#[test]
fn a_trigger_without_a_reading_says_so_at_its_deadline_and_once() {
    let mut steps = vec![Order(Orders::trigger)];
    steps.extend(shown("", 30));
    let settings = Config {
        trigger: mode::Settings {
            deadline_ms: 1000,
            ..mode::Settings::default()
        },
        ..quick()
    };
    let played = play(vec![Ok(steps)], settings);
    assert_eq!(played.no_reads(), [1000]);
    assert_eq!(played.health.figures().2.no_reads, 1);
}

#[test]
fn a_trigger_is_over_when_it_is_told_to_be() {
    let steps = vec![
        Order(Orders::trigger),
        Nothing,
        Nothing,
        Order(Orders::cancel_trigger),
        Nothing,
    ];
    let played = play(vec![Ok(steps)], quick());
    assert_eq!(played.no_reads(), [300]);
}

#[test]
fn at_the_deadline_the_lines_that_were_read_are_the_page() {
    let mut settings = quick();
    settings.track.page_after_ms = 60_000;
    settings.trigger.deadline_ms = 1000;
    let mut steps = vec![Order(Orders::trigger)];
    steps.extend(shown("LOT 1\nBEST", 15));
    let played = play(vec![Ok(steps)], settings);
    assert_eq!(played.pages(), [("LOT 1\nBEST", 2)]);
    assert!(played.no_reads().is_empty());
}

#[test]
fn between_triggers_nothing_is_read() {
    let mut steps = shown("LOT 1", 5);
    steps.push(Order(Orders::trigger));
    steps.extend(shown("LOT 2", 8));
    let settings = Config {
        trigger: mode::Settings {
            mode: mode::Mode::Triggered,
            ..mode::Settings::default()
        },
        ..quick()
    };
    let played = play(vec![Ok(steps)], settings);
    assert_eq!(played.lines(), [(Appeared, "LOT 2")]);
    let (state, _, reading) = played.health.figures();
    // A line is published after three.
    assert_eq!((state, reading.frames), (State::Waiting, 3));
}

/// To read once, within a second.
fn once() -> Config {
    let mut settings = quick();
    settings.trigger.mode = mode::Mode::Once;
    settings.trigger.deadline_ms = 1000;
    settings
}

#[test]
fn once_it_ends_with_the_first_reading() {
    let mut steps = shown("", 3);
    steps.extend(shown("LOT 1", 30));
    let played = play(vec![Ok(steps)], once());
    assert_eq!(played.ended.as_ref().unwrap(), &Ended::Read);
    assert_eq!(played.lines(), [(Appeared, "LOT 1")]);
    assert_eq!(played.pages(), [("LOT 1", 1)]);
    assert!(played.health.figures().2.frames < 10);
}

#[test]
fn once_it_ends_at_the_deadline_with_what_there_is() {
    let mut settings = once();
    settings.track.page_after_ms = 60_000;
    let played = play(vec![Ok(shown("LOT 1", 30))], settings);
    assert_eq!(played.ended.as_ref().unwrap(), &Ended::Read);
    assert_eq!(played.pages(), [("LOT 1", 1)]);

    let away: Vec<_> = (0..30).map(|_| Err(err!(NoDevice, "not there"))).collect();
    for scripts in [vec![Ok(shown("", 30))], away] {
        let played = play(scripts, once());
        assert_eq!(played.ended.as_ref().unwrap(), &Ended::NothingRead);
        assert_eq!(played.no_reads(), [1000]);
    }
}

#[test]
fn once_the_end_of_a_recording_and_a_stop_are_the_end() {
    let played = play(vec![Ok(shown("", 5))], once());
    assert_eq!(played.ended.as_ref().unwrap(), &Ended::NothingRead);
    assert_eq!(played.no_reads().len(), 1);
    let steps = vec![Nothing, Order(Orders::cancel_trigger), Nothing, Nothing];
    let played = play(vec![Ok(steps)], once());
    assert_eq!(played.ended.as_ref().unwrap(), &Ended::NothingRead);
    assert_eq!(played.no_reads().len(), 1);
}

#[test]
fn while_paused_there_is_no_camera_and_afterwards_all_goes_on() {
    let mut before = shown("LOT 1", 4);
    before.push(Order(|orders| {
        orders.pause(true);
        let orders = orders.clone();
        std::thread::spawn(move || {
            // Whatever the order of the two threads, the reading rests at least once.
            while orders.wait(Duration::ZERO) {}
            orders.pause(false);
        });
    }));
    before.extend(shown("never seen", 4));
    let played = play(vec![Ok(before), Ok(shown("12.01.27", 4))], quick());
    let lines: Vec<_> = played
        .lines()
        .into_iter()
        .filter(|line| line.0 == Appeared)
        .collect();
    assert_eq!(lines, [(Appeared, "LOT 1"), (Appeared, "12.01.27")]);
}

#[test]
fn new_parts_take_effect_between_two_pictures() {
    let mut before = shown("LOT 1", 2);
    before.push(Order(|orders| {
        let mut settings = quick();
        settings.track.steady_frames = 2;
        settings.camera.width += 1;
        orders.change(None, Arc::new(settings));
    }));
    before.extend(shown("never seen", 4));
    let played = play(vec![Ok(before), Ok(shown("12.01.27", 2))], quick());
    assert_eq!(played.changes.len(), 1);
    assert!(
        played.lines().contains(&(Appeared, "12.01.27")),
        "{:?}",
        played.lines()
    );
    assert!(!played.lines().contains(&(Appeared, "never seen")));
}
