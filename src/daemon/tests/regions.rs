//! What must be read in a region, and what is published where it is not.

use super::*;
use crate::contract::event::RegionChange::{self, Filled, Missing};
use crate::live::region;

/// A date must be read, and a lot may be.
fn with_regions() -> Config {
    let region = |name: &str, expect: &str, required| region::Region {
        name: name.into(),
        polygon: vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]],
        expect: expect.into(),
        required,
        ..region::Region::default()
    };
    Config {
        region: region::Settings(vec![
            region("expiry", "date", true),
            region("lot", r"L\d", false),
        ]),
        trigger: mode::Settings {
            deadline_ms: 1000,
            ..mode::Settings::default()
        },
        ..quick()
    }
}

fn published(played: &Played) -> Vec<(RegionChange, &str, &str)> {
    let changes = played.events.iter().filter_map(|event| match event {
        Event::Region(region) => Some((region.event, region.region.as_str(), region.text.as_str())),
        _ => None,
    });
    changes.collect()
}

/// The types of the events, lines left out.
fn types(played: &Played) -> Vec<&'static str> {
    let types = played.events.iter().filter_map(|event| match event {
        Event::Line(_) => None,
        Event::Page(_) => Some("page"),
        Event::Region(_) => Some("region"),
        Event::NoRead(_) => Some("no-read"),
        Event::Guide(_) => Some("guide"),
    });
    types.collect()
}

#[test]
fn a_region_that_must_be_filled_is_published_as_missing_with_the_page_and_once_filled() {
    let mut steps = shown("@lot L1", 12);
    steps.extend(shown("@lot L1\n@expiry 12 JAN 27", 8));
    let played = play(vec![Ok(steps)], with_regions());
    assert_eq!(
        published(&played),
        [(Missing, "expiry", ""), (Filled, "expiry", "12 JAN 27")]
    );
    assert_eq!(types(&played), ["page", "region", "page", "region"]);
    // In the order of the file, not of the view.
    assert_eq!(played.pages()[1], ("12 JAN 27\nL1", 2));
    let Some(Event::Page(page)) = played.events.iter().rfind(|e| matches!(e, Event::Page(_)))
    else {
        panic!("no page");
    };
    let filled: Vec<bool> = page.regions.iter().map(|region| region.filled).collect();
    assert_eq!(filled, [true, true]);
    let regions = played.events.iter().filter_map(|event| match event {
        Event::Line(line) => line.region.as_ref().map(|region| region.as_str()),
        _ => None,
    });
    assert_eq!(regions.collect::<Vec<_>>(), ["lot", "expiry"]);
}

#[test]
fn what_was_published_of_one_label_does_not_count_for_the_next() {
    let mut steps = shown("@expiry ??", 6);
    steps.extend(shown("", 8));
    steps.extend(shown("@expiry 12 JAN 27", 6));
    steps.extend(shown("", 8));
    steps.extend(shown("@expiry !!", 6));
    let played = play(vec![Ok(steps)], with_regions());
    assert_eq!(
        published(&played),
        [(Missing, "expiry", "??"), (Missing, "expiry", "!!")]
    );
    assert_eq!(played.pages().len(), 3);
}

#[test]
fn a_trigger_waits_for_what_must_be_read() {
    let mut steps = vec![Order(Orders::trigger)];
    steps.extend(shown("@lot L1", 5));
    steps.extend(shown("@lot L1\n@expiry 12 JAN 27", 8));
    let played = play(vec![Ok(steps)], with_regions());
    assert_eq!(types(&played), ["page"]);
    assert_eq!(played.pages(), [("12 JAN 27\nL1", 2)]);
}

#[test]
fn a_trigger_without_what_must_be_read_is_no_reading() {
    for shows in ["@lot L1", ""] {
        let mut steps = vec![Order(Orders::trigger)];
        steps.extend(shown(shows, 30));
        let mut settings = with_regions();
        settings.trigger.mode = mode::Mode::Triggered;
        let played = play(vec![Ok(steps)], settings);
        assert_eq!(types(&played), ["region", "no-read"], "{shows:?}");
        assert_eq!(published(&played), [(Missing, "expiry", "")]);
        assert_eq!(played.health.figures().2.no_reads, 1);
    }
}

#[test]
fn other_regions_count_from_a_reload_on() {
    fn no_regions(orders: &Orders<Lookup>) {
        orders.change(None, Arc::new(quick()));
    }
    let mut steps = shown("@lot L1", 6);
    steps.push(Order(no_regions));
    steps.extend(shown("@lot L2", 10));
    let played = play(vec![Ok(steps)], with_regions());
    assert_eq!(types(&played)[..2], ["page", "region"]);
    let Some(Event::Page(page)) = played.events.iter().rfind(|e| matches!(e, Event::Page(_)))
    else {
        panic!("no page");
    };
    assert!(page.regions.is_empty() && published(&played).len() == 1);
}
