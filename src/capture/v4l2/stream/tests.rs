//! What is made of the pictures that come.

use std::collections::BTreeSet;
use std::time::SystemTime;

use super::fake::*;
use super::*;
use crate::capture::clock::StoppedClock;

#[test]
fn one_picture_after_another_in_the_memory_of_the_frame() {
    let mut source = playing([1, 2, 3].map(|n| Step::Fill(vec![shot(n)])));
    let mut frame = Frame::empty();
    let mut places = BTreeSet::new();
    for n in 1..=3 {
        assert_eq!(next(&mut source, &mut frame), Ok(n));
        assert_eq!((frame.luma.dimensions(), frame.seq), ((4, 2), u64::from(n)));
        places.insert(frame.luma.as_ptr());
    }
    assert_eq!(places.len(), 1);
    assert_eq!(
        source.stats(),
        Stats {
            frames: 3,
            ..Stats::default()
        }
    );
}

#[test]
fn the_newest_wins_and_the_others_are_counted() {
    let mut source = playing([
        Step::Fill(vec![shot(5), shot(6), shot(7)]),
        Step::Fill(vec![shot(8)]),
    ]);
    let mut frame = Frame::empty();
    assert_eq!(next(&mut source, &mut frame), Ok(7));
    assert_eq!(frame.seq, 3);
    assert_eq!(next(&mut source, &mut frame), Ok(8));
    assert_eq!(
        source.stats(),
        Stats {
            frames: 2,
            skipped: 2,
            ..Stats::default()
        }
    );
}

#[test]
fn pictures_that_the_driver_dropped_show_in_its_numbers() {
    let mut source = playing([
        Step::Fill(vec![shot(u32::MAX - 1)]),
        // Wraps, six later: four were lost in the driver, one is passed over.
        Step::Fill(vec![shot(3), shot(4)]),
        // A driver that begins again from 0.
        Step::Fill(vec![shot(0)]),
        // And one that does not count at all.
        Step::Fill(vec![shot(0), shot(0)]),
    ]);
    let mut frame = Frame::empty();
    assert_eq!(next(&mut source, &mut frame), Ok(254));
    assert_eq!(next(&mut source, &mut frame), Ok(4));
    assert_eq!((frame.seq, source.stats().skipped), (7, 5));
    assert_eq!(next(&mut source, &mut frame), Ok(0));
    assert_eq!((frame.seq, source.stats().skipped), (8, 5));
    assert_eq!(next(&mut source, &mut frame), Ok(0));
    assert_eq!((frame.seq, source.stats().skipped), (10, 6));
}

#[test]
fn the_newest_whole_picture_wins_over_newer_damaged_ones() {
    let mut source = playing([
        Step::Fill(vec![shot(1), shot(2), flawed(3), cut(4)]),
        Step::Fill(vec![flawed(5)]),
        Step::Fill(vec![cut(6)]),
        Step::Fill(vec![shot(7)]),
    ]);
    let mut frame = Frame::empty();
    assert_eq!(next(&mut source, &mut frame), Ok(2));
    assert_eq!(next(&mut source, &mut frame), Ok(7));
    assert_eq!(
        source.stats(),
        Stats {
            frames: 2,
            skipped: 1,
            bad: 4,
            ..Stats::default()
        }
    );
    assert_eq!(frame.seq, 7);
}

#[test]
fn what_lies_in_the_buffer_beyond_the_picture_is_never_read() {
    let empty = Shot { told: 0, ..shot(1) };
    let mut source = playing([
        Step::Fill(vec![empty]),
        Step::Fill(vec![cut(2)]),
        Step::Silence,
    ]);
    assert_eq!(next(&mut source, &mut Frame::empty()), Err(Next::Timeout));
    assert_eq!(
        source.stats(),
        Stats {
            bad: 2,
            timeouts: 1,
            ..Stats::default()
        }
    );
}

#[test]
fn the_capture_time_is_the_drivers_where_its_clock_is_ours() {
    let mut source = playing([
        Step::Fill(vec![shot(1)]),
        Step::Fill(vec![Shot {
            stamp: Stamp::Foreign,
            ..shot(2)
        }]),
    ]);
    let mut frame = Frame::empty();
    let clock = source.clock.clone();
    let at = |wall: SystemTime| {
        wall.duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_millis()
    };
    let start = at(clock.wall());
    next(&mut source, &mut frame).unwrap();
    assert_eq!(at(frame.captured_at), start + 10);
    clock.advance(Duration::from_millis(500));
    next(&mut source, &mut frame).unwrap();
    assert_eq!(at(frame.captured_at), start + 520);
}

/// A source at 10 frames a second (so that a picture is fresh for 150 ms) that has given its first picture.
fn under_way(script: impl IntoIterator<Item = Step>) -> (Streaming<Fake, StoppedClock>, Frame) {
    let first = Step::Fill(vec![shot(1)]);
    let fake = Fake::new(std::iter::once(first).chain(script));
    let settings = Settings {
        fps: crate::capture::Rate::new(10.0),
        ..settings()
    };
    let mut source = open_with(fake, &settings).unwrap();
    let mut frame = Frame::empty();
    assert_eq!(next(&mut source, &mut frame), Ok(1));
    (source, frame)
}

fn pass(source: &mut Streaming<Fake, StoppedClock>, milliseconds: u64) {
    source.clock.advance(Duration::from_millis(milliseconds));
}

#[test]
fn a_fresh_picture_that_lies_ready_is_taken_without_waiting() {
    let (mut source, mut frame) = under_way([]);
    source.camera.fill(shot(2));
    source.camera.fill(shot(3));
    pass(&mut source, 150);
    assert_eq!(next(&mut source, &mut frame), Ok(3));
    assert_eq!((frame.seq, source.stats().skipped), (3, 1));
}

#[test]
fn an_old_picture_that_lies_ready_is_passed_over_for_the_next() {
    let (mut source, mut frame) = under_way([Step::Fill(vec![shot(4)])]);
    source.camera.fill(shot(2));
    source.camera.fill(shot(3));
    pass(&mut source, 151);
    assert_eq!(next(&mut source, &mut frame), Ok(4));
    assert_eq!(frame.taken, source.clock.monotonic());
    assert_eq!((frame.seq, source.stats().skipped), (4, 2));
    assert_eq!((source.stats().frames, source.stats().timeouts), (2, 0));
}

#[test]
fn where_the_driver_starved_the_next_picture_is_waited_for() {
    for stamp in [Stamp::Monotonic, Stamp::Foreign, Stamp::Off(5000)] {
        let (mut source, mut frame) = under_way([Step::Fill(vec![shot(20)])]);
        for n in 2..=9 {
            source.camera.fill(Shot { stamp, ..shot(n) });
        }
        assert_eq!(next(&mut source, &mut frame), Ok(20));
        // Of 18 pictures between the two, 4 lay ready and the driver dropped the others.
        assert_eq!((frame.seq, source.stats().skipped), (20, 18));
    }
}

#[test]
fn a_camera_whose_stamps_are_always_old_is_still_read() {
    let old = |n| Shot {
        stamp: Stamp::Off(-3000),
        ..shot(n)
    };
    let (mut source, mut frame) = under_way([3, 5, 7].map(|n| Step::Fill(vec![old(n)])));
    pass(&mut source, 60_000);
    for n in [3, 5, 7] {
        source.camera.fill(old(n - 1));
        assert_eq!(next(&mut source, &mut frame), Ok(n as u8));
    }
    assert_eq!((source.stats().frames, source.stats().skipped), (4, 3));
}

#[test]
fn after_an_old_picture_a_camera_that_falls_silent_is_a_timeout_in_time() {
    let (mut source, mut frame) = under_way([Step::Silence, Step::Fill(vec![shot(7)])]);
    source.camera.fill(shot(2));
    pass(&mut source, 500);
    let start = source.clock.monotonic();
    assert_eq!(next(&mut source, &mut frame), Err(Next::Timeout));
    assert_eq!(source.clock.monotonic() - start, source.timeout);
    assert_eq!(next(&mut source, &mut frame), Ok(7));
    // The picture passed over counts; what the driver counts is another stream now.
    assert_eq!((frame.seq, source.stats().skipped), (3, 1));
}

#[test]
fn a_picture_that_claims_more_bytes_than_there_can_be_is_never_read() {
    let claims = |bytes| Shot {
        told: bytes,
        ..shot(1)
    };
    // The format has 12 bytes, the buffer 64.
    for bytes in [13, 65, u32::MAX] {
        let mut source = playing([Step::Fill(vec![claims(bytes)]), Step::Fill(vec![shot(2)])]);
        assert_eq!(next(&mut source, &mut Frame::empty()), Ok(2), "{bytes}");
        assert_eq!(source.stats().bad, 1);
        source.agreed.granted.most_bytes = 0;
        source
            .camera
            .script
            .push_back(Step::Fill(vec![claims(bytes), shot(3)]));
        assert_eq!(next(&mut source, &mut Frame::empty()), Ok(3), "{bytes}");
    }
}

#[test]
fn the_time_of_pictures_goes_on_whatever_the_stamps_do() {
    let stamped = |n, off| {
        Step::Fill(vec![Shot {
            stamp: Stamp::Off(off),
            ..shot(n)
        }])
    };
    let hour = 3_600_000;
    let (mut source, mut frame) = under_way([
        stamped(2, 0),
        stamped(3, hour),
        stamped(4, -2 * hour),
        stamped(5, -500),
        stamped(6, 0),
    ]);
    pass(&mut source, hour as u64);
    for n in 2..=6 {
        let (before, wall) = (frame.taken, frame.captured_at);
        assert_eq!(next(&mut source, &mut frame), Ok(n));
        assert!(frame.taken > before && frame.captured_at > wall);
        assert!(frame.taken <= source.clock.monotonic());
    }
}
