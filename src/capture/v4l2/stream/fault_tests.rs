//! What is made of a camera that fails, falls silent or is pulled out.

use super::fake::*;
use super::*;
use crate::capture::Rate;
use crate::error::Kind;

#[test]
fn a_silent_camera_is_a_timeout_then_started_again_then_given_up() {
    // The first picture may take 3 s: three waits.
    const WAITS: u32 = 3;
    let mut source = playing([]);
    let start = source.clock.monotonic();
    let mut frame = Frame::empty();
    for wait in 1..=FRUITLESS_RESTARTS * WAITS {
        assert_eq!(next(&mut source, &mut frame), Err(Next::Timeout));
        assert_eq!(
            source.clock.monotonic() - start,
            Duration::from_secs(1) * wait
        );
        assert_eq!(source.camera.starts, 1 + wait / WAITS);
    }
    for _ in 1..WAITS {
        assert_eq!(next(&mut source, &mut frame), Err(Next::Timeout));
    }
    let error = source.next(&mut frame).unwrap_err();
    assert_eq!(error.kind(), Kind::Io);
    let expected = "/dev/video0: no whole picture for 3.0 s; restarted 3 times without a picture";
    assert_eq!(error.to_string(), expected);
    // Asked again, it tries again.
    source.camera.script.push_back(Step::Fill(vec![shot(9)]));
    assert_eq!(next(&mut source, &mut frame), Ok(9));
}

#[test]
fn a_camera_that_stalls_is_started_again_within_a_second() {
    // In the log once, and again after there was a picture.
    let mut source = playing([Step::Fill(vec![shot(1)]), Step::Silence]);
    let mut frame = Frame::empty();
    assert_eq!(next(&mut source, &mut frame), Ok(1));
    let stalled = source.clock.monotonic();
    assert_eq!(next(&mut source, &mut frame), Err(Next::Timeout));
    assert_eq!(source.clock.monotonic() - stalled, Duration::from_secs(1));
    assert_eq!((source.camera.starts, source.log_level), (2, Level::Debug));
    source.camera.script.push_back(Step::Fill(vec![shot(2)]));
    assert_eq!(next(&mut source, &mut frame), Ok(2));
    assert_eq!((source.log_level, source.out_since), (Level::Warn, None));
}

#[test]
fn a_slow_camera_is_given_its_time_however_short_the_waits() {
    // Timeout in milliseconds, rate, waits before the camera is started again.
    for (timeout_ms, fps, waits) in [
        (1000, Some(30.0), 1),
        (1000, None, 1),
        (50, Some(30.0), 20),
        (3000, Some(30.0), 1),
        (1000, Some(0.5), 8),
    ] {
        let settings = Settings {
            timeout_ms,
            fps: fps.and_then(Rate::new),
            ..settings()
        };
        let mut source = open_with(Fake::new([Step::Fill(vec![shot(1)])]), &settings).unwrap();
        let mut frame = Frame::empty();
        assert_eq!(next(&mut source, &mut frame), Ok(1));
        for wait in 1..=waits {
            assert_eq!(source.camera.starts, 1, "{timeout_ms} {fps:?} {wait}");
            assert_eq!(next(&mut source, &mut frame), Err(Next::Timeout));
        }
        assert_eq!(source.camera.starts, 2, "{timeout_ms} {fps:?}");
    }
    for fps in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let mut patience = Patience::new(Some(fps));
        patience.delivered();
        assert!(patience.waited(Duration::from_secs(240)).is_some());
    }
}

#[test]
fn a_fault_anywhere_starts_the_stream_again_and_goes_on() {
    for fault in [
        Step::WaitFails(Errno::EIO),
        Step::DequeueFails(Errno::EIO),
        Step::DequeueFails(Errno::EINVAL),
        Step::QueueFails(Errno::EIO, flawed(1)),
        Step::WildIndex,
    ] {
        let mut source = playing([
            Step::Fill(vec![shot(1)]),
            fault.clone(),
            Step::Fill(vec![shot(2)]),
        ]);
        let mut frame = Frame::empty();
        assert_eq!(next(&mut source, &mut frame), Ok(1));
        assert_eq!(next(&mut source, &mut frame), Ok(2), "{fault:?}");
        assert_eq!(
            (source.camera.starts, source.stats().restarts),
            (2, 1),
            "{fault:?}"
        );
    }
}

#[test]
fn a_whole_picture_is_given_even_where_its_buffer_cannot_be_given_back() {
    let mut source = playing([
        Step::QueueFails(Errno::EIO, shot(1)),
        Step::Fill(vec![shot(2)]),
    ]);
    let mut frame = Frame::empty();
    assert_eq!(next(&mut source, &mut frame), Ok(1));
    assert_eq!(next(&mut source, &mut frame), Ok(2));
    assert_eq!(source.stats().restarts, 1);
}

#[test]
fn a_signal_is_no_fault() {
    let mut source = playing([Step::WaitFails(Errno::EINTR), Step::Fill(vec![shot(1)])]);
    assert_eq!(next(&mut source, &mut Frame::empty()), Ok(1));
    assert_eq!(source.stats().restarts, 0);
}

#[test]
fn a_camera_that_only_fails_is_given_up_after_few_restarts() {
    let mut source = playing((0..100).map(|_| Step::DequeueFails(Errno::EIO)));
    let error = source.next(&mut Frame::empty()).unwrap_err();
    assert_eq!(error.kind(), Kind::Io);
    assert_eq!(source.camera.starts, 1 + FRUITLESS_RESTARTS);
    assert!(
        error
            .to_string()
            .contains("taking a picture failed: I/O error"),
        "{error}"
    );
}

#[test]
fn an_unplugged_camera_is_said_at_once() {
    for step in [
        Step::WaitFails(Errno::ENODEV),
        Step::DequeueFails(Errno::ENODEV),
        Step::WaitFails(Errno::ENXIO),
    ] {
        let mut source = playing([Step::Fill(vec![shot(1)]), step]);
        let mut frame = Frame::empty();
        assert_eq!(next(&mut source, &mut frame), Ok(1));
        let error = source.next(&mut frame).unwrap_err();
        assert_eq!(error.kind(), Kind::NoDevice);
        assert_eq!(error.to_string(), "/dev/video0: the camera was unplugged");
        assert_eq!((source.camera.starts, source.camera.running), (1, false));
        // And again for as long as it is gone.
        source.camera.start_faults.push_back(Errno::ENODEV);
        assert_eq!(source.next(&mut frame).unwrap_err().kind(), Kind::NoDevice);
    }
}

#[test]
fn a_camera_that_does_not_start_is_said_and_can_be_asked_again() {
    for (errno, kind, part) in [
        (Errno::EBUSY, Kind::NoDevice, "the camera is busy"),
        (Errno::ENOSPC, Kind::NoDevice, "not enough USB bandwidth"),
        (Errno::ENODEV, Kind::NoDevice, "the camera was unplugged"),
        (
            Errno::EPROTO,
            Kind::Io,
            "starting the stream failed: Protocol error (the camera does not answer",
        ),
        (
            Errno::EPIPE,
            Kind::Io,
            "starting the stream failed: Broken pipe (the camera does not answer",
        ),
        (
            Errno::EIO,
            Kind::Io,
            "starting the stream failed: I/O error",
        ),
    ] {
        let mut fake = Fake::new([]);
        fake.start_faults.push_back(errno);
        let error = open(fake).err().unwrap();
        assert_eq!(error.kind(), kind);
        let text = error.to_string();
        assert!(
            text.starts_with("/dev/video0: ") && text.contains(part),
            "{text}"
        );
        assert!(!text.contains('\n'));

        // The same after a fault under way; the next call starts it.
        let mut source = playing([Step::WaitFails(Errno::EIO), Step::Fill(vec![shot(1)])]);
        source.camera.start_faults.push_back(errno);
        let mut frame = Frame::empty();
        assert_eq!(source.next(&mut frame).unwrap_err().to_string(), text);
        assert_eq!(next(&mut source, &mut frame), Ok(1));
    }
}

#[test]
fn a_driver_that_fails_to_give_pictures_is_started_again() {
    for errno in [Errno::EPIPE, Errno::EPROTO, Errno::EOVERFLOW, Errno::EILSEQ] {
        let mut source = playing([Step::DequeueFails(errno), Step::Fill(vec![shot(1)])]);
        assert_eq!(next(&mut source, &mut Frame::empty()), Ok(1));
        assert_eq!(source.stats().restarts, 1);
    }
}
