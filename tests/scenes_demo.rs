//! The recorded scene of the demo through the whole way: two cards, held up one after the other, each line told once.

use std::path::Path;
use std::time::Duration;

use glyphd::config::Config;
use glyphd::contract::event::{Event, LineChange};
use glyphd::pipeline::Pipeline;

#[allow(
    dead_code,
    reason = "shared with examples/play_scenes, which also looks at the readings"
)]
#[path = "../examples/play_scenes/play.rs"]
mod play;

/// As the scene was drawn.
const FPS: f64 = 10.0;
/// A board that keeps up with it.
const READING: Duration = Duration::from_millis(60);

/// What is printed on either card; the second has the last two otherwise.
const PRINTED: [&str; 7] = [
    "NORDHAVN",
    "Smoked mackerel",
    "Net weight 180 g",
    "BEST BEFORE 14 FEB 2027",
    "LOT M2206-A",
    "BEST BEFORE 03 MAR 2027",
    "LOT M2219-C",
];

#[test]
fn each_line_of_two_cards_held_up_by_hand_is_told_once() {
    let config = Config::default();
    let reader = Pipeline::new(&config).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenes/demo");
    let played = play::play(&folder, FPS, reader, READING, config).unwrap();
    let told = played.told.iter().filter_map(|told| match &told.event {
        Event::Line(line) if line.event != LineChange::Gone => Some(line.text.as_str()),
        _ => None,
    });
    let mut told: Vec<&str> = told.collect();
    let mut printed = PRINTED;
    told.sort_unstable();
    printed.sort_unstable();
    assert_eq!(told, printed);
    // Every frame came, and no card was read from less than it takes to be sure.
    assert_eq!(played.given.len(), 32);
    assert!(played.reads.len() >= 20, "{} readings", played.reads.len());
}
