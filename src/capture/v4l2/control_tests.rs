//! A webcam with knobs, and what becomes of what it is asked for.

use v4l::v4l_sys::*;

use super::super::stream::fake::{self, Fake, Knob, Step, open, open_with, shot};
use super::*;
use crate::capture::Source;
use crate::capture::frame::Frame;

fn knob(least: i32, most: i32, step: i32, value: i32) -> Knob {
    Knob {
        about: Control {
            least,
            most,
            step,
            choices: None,
        },
        value,
        locked_by: None,
        stuck_at: None,
    }
}

fn menu(choices: &[i32], value: i32) -> Knob {
    let mut knob = knob(0, 3, 1, value);
    knob.about.choices = Some(choices.to_vec());
    knob
}

/// As a common webcam has them: exposure by hand or by aperture priority, both focus and white balance with a switch,
/// no switch for the gain, power line without "auto"; what is left to the camera cannot be set.
fn webcam() -> Fake {
    let mut fake = Fake::new([]);
    let locked = |knob: Knob, by: u32, at: i32| Knob {
        locked_by: Some((by, at)),
        ..knob
    };
    fake.controls.extend([
        (V4L2_CID_EXPOSURE_AUTO, menu(&[1, 3], 3)),
        (
            V4L2_CID_EXPOSURE_ABSOLUTE,
            locked(knob(3, 2047, 1, 250), V4L2_CID_EXPOSURE_AUTO, 3),
        ),
        (V4L2_CID_GAIN, knob(0, 255, 1, 64)),
        (V4L2_CID_FOCUS_AUTO, knob(0, 1, 1, 1)),
        (
            V4L2_CID_FOCUS_ABSOLUTE,
            locked(knob(0, 250, 5, 0), V4L2_CID_FOCUS_AUTO, 1),
        ),
        (V4L2_CID_AUTO_WHITE_BALANCE, knob(0, 1, 1, 0)),
        (
            V4L2_CID_WHITE_BALANCE_TEMPERATURE,
            locked(knob(2800, 6500, 1, 4000), V4L2_CID_AUTO_WHITE_BALANCE, 1),
        ),
        (V4L2_CID_POWER_LINE_FREQUENCY, menu(&[0, 1, 2], 2)),
        (V4L2_CID_BRIGHTNESS, knob(-64, 64, 1, 0)),
    ]);
    fake
}

fn wanted(toml: &str) -> Controls {
    toml::from_str(toml).unwrap()
}

#[test]
fn what_the_camera_has_is_set_by_hand_after_its_switch() {
    let mut camera = webcam();
    let controls = wanted(
        "exposure = 100\ngain = 5\nfocus = 30\nwhite-balance = 4600\npower-line = \"50\"\nbrightness = -10",
    );
    assert_eq!(apply(&mut camera, &controls), [""; 0]);
    let expected = [
        (V4L2_CID_EXPOSURE_AUTO, 1),
        (V4L2_CID_EXPOSURE_ABSOLUTE, 100),
        (V4L2_CID_GAIN, 5),
        (V4L2_CID_FOCUS_AUTO, 0),
        (V4L2_CID_FOCUS_ABSOLUTE, 30),
        (V4L2_CID_AUTO_WHITE_BALANCE, 0),
        (V4L2_CID_WHITE_BALANCE_TEMPERATURE, 4600),
        (V4L2_CID_POWER_LINE_FREQUENCY, 1),
        (V4L2_CID_BRIGHTNESS, -10),
    ];
    assert_eq!(camera.settings, expected);
}

#[test]
fn a_control_is_set_by_the_kernels_own_name() {
    let mut camera = webcam();
    camera
        .controls
        .insert(V4L2_CID_SATURATION, knob(0, 100, 1, 64));
    let text =
        "saturation = 0\nfocus_absolute = 30\nfocus_automatic_continuous = 0\nauto_exposure = 1";
    assert_eq!(apply(&mut camera, &wanted(text)), [""; 0]);
    let expected = [
        (V4L2_CID_EXPOSURE_AUTO, 1),
        (V4L2_CID_FOCUS_AUTO, 0),
        (V4L2_CID_FOCUS_ABSOLUTE, 30),
        (V4L2_CID_SATURATION, 0),
    ];
    assert_eq!(camera.settings, expected);
    let amiss = apply(&mut camera, &wanted("auto_exposure = 0"));
    assert_eq!(amiss, ["auto_exposure = 0: the camera has 1, 3"]);
}

#[test]
fn nothing_is_touched_that_is_not_asked_for() {
    let mut camera = webcam();
    assert_eq!(apply(&mut camera, &Controls::default()), [""; 0]);
    assert_eq!(camera.settings, []);
}

#[test]
fn what_is_left_to_the_camera_is_left_in_its_own_way() {
    let mut camera = webcam();
    let controls = wanted("exposure = \"auto\"\nfocus = \"auto\"\nwhite-balance = \"auto\"");
    assert_eq!(apply(&mut camera, &controls), [""; 0]);
    let expected = [
        (V4L2_CID_EXPOSURE_AUTO, 3),
        (V4L2_CID_FOCUS_AUTO, 1),
        (V4L2_CID_AUTO_WHITE_BALANCE, 1),
    ];
    assert_eq!(camera.settings, expected);
    // One that has the real thing.
    camera
        .controls
        .insert(V4L2_CID_EXPOSURE_AUTO, menu(&[0, 1], 1));
    camera.settings.clear();
    assert_eq!(apply(&mut camera, &wanted("exposure = \"auto\"")), [""; 0]);
    assert_eq!(camera.settings, [(V4L2_CID_EXPOSURE_AUTO, 0)]);
}

#[test]
fn what_is_not_as_asked_is_said_with_what_there_is() {
    for (toml, said) in [
        (
            "gain = 500",
            "gain = 500: the camera took 255; it has 0 to 255",
        ),
        (
            "focus = 33",
            "focus = 33: the camera took 35; it has \"auto\", 0 to 250 in steps of 5",
        ),
        (
            "gain = \"auto\"",
            "gain = \"auto\": the camera has 0 to 255",
        ),
        (
            "power-line = \"auto\"",
            "power-line = \"auto\": the camera has \"off\", \"50\", \"60\"",
        ),
        (
            "contrast = 3",
            "contrast = 3: the camera has no such control",
        ),
    ] {
        assert_eq!(apply(&mut webcam(), &wanted(toml)), [said]);
    }
    let mut camera = webcam();
    for knob in camera.controls.values_mut() {
        knob.stuck_at = Some(knob.value);
    }
    let controls = wanted("exposure = 100\nbrightness = 3\nwhite-balance = \"auto\"");
    let said = [
        "exposure = 100: the camera took \"auto\"; it has \"auto\", 3 to 2047",
        "white-balance = \"auto\": the camera took 4000; it has \"auto\", 2800 to 6500",
        "brightness = 3: the camera took 0; it has -64 to 64",
    ];
    assert_eq!(apply(&mut camera, &controls), said);
}

#[test]
fn a_camera_that_does_not_answer_is_not_asked_on() {
    let said = |errno: Errno| {
        let mut camera = webcam();
        camera.control_fault = Some(errno);
        apply(&mut camera, &wanted("gain = 5\nbrightness = 1"))
    };
    let timeout = "gain = 5 failed: Connection timed out; the rest is not set";
    assert_eq!(said(Errno::ETIMEDOUT), [timeout]);
    let each = [
        "gain = 5 failed: I/O error",
        "brightness = 1 failed: I/O error",
    ];
    assert_eq!(said(Errno::EIO), each);
    assert_eq!(said(Errno::ENODEV), [""; 0]);
}

#[test]
fn values_are_the_nearest_there_are() {
    let nearest = |(least, most, step): (i32, i32, i32), wanted: i32| {
        knob(least, most, step, 0).about.nearest(wanted)
    };
    assert_eq!(nearest((0, 250, 5), 248), Some(250));
    assert_eq!(nearest((0, 253, 5), 253), Some(250));
    assert_eq!(nearest((3, 2047, 1), i32::MIN), Some(3));
    assert_eq!(nearest((i32::MIN, i32::MAX, 1), 7), Some(7));
    assert_eq!(
        nearest((i32::MIN, i32::MAX, i32::MAX), i32::MAX),
        Some(i32::MAX - 1)
    );
    assert_eq!(nearest((10, 0, 0), 5), Some(10));
}

#[test]
fn controls_are_set_whenever_the_stream_starts() {
    let mut camera = webcam();
    camera.script.extend([
        Step::Fill(vec![shot(1)]),
        Step::WaitFails(Errno::EIO),
        Step::Fill(vec![shot(2)]),
    ]);
    let settings = crate::capture::Settings {
        controls: wanted("gain = 5"),
        ..fake::settings()
    };
    let mut source = open_with(camera, &settings).unwrap();
    let mut frame = Frame::empty();
    source.next(&mut frame).unwrap();
    source.next(&mut frame).unwrap();
    let camera = fake::camera(&mut source);
    assert_eq!(camera.settings, [(V4L2_CID_GAIN, 5), (V4L2_CID_GAIN, 5)]);

    // One that is lost meanwhile is told of by what the stream does next.
    let mut camera = webcam();
    camera.control_fault = Some(Errno::ENODEV);
    assert!(open(camera).is_ok());
}

#[test]
fn a_list_for_people_shows_ranges_and_values() {
    let expected = [
        ("exposure", "\"auto\", 3 to 2047", "\"auto\""),
        ("gain", "0 to 255", "64"),
        ("focus", "\"auto\", 0 to 250 in steps of 5", "\"auto\""),
        ("white-balance", "\"auto\", 2800 to 6500", "4000"),
        ("power-line", "\"off\", \"50\", \"60\"", "\"60\""),
        ("brightness", "-64 to 64", "0"),
    ];
    let as_expected = |camera: &mut Fake, expected: &[(&str, &str, &str)]| {
        let listed = list(camera);
        let listed = listed
            .iter()
            .map(|control| (control.key, &*control.range, &*control.value));
        assert_eq!(listed.collect::<Vec<_>>(), expected);
    };
    as_expected(&mut webcam(), &expected);
    as_expected(&mut Fake::new([]), &[]);
    // What has no short name is listed by the kernel's.
    let mut camera = Fake::new([]);
    camera
        .controls
        .insert(V4L2_CID_SATURATION, knob(0, 100, 1, 64));
    as_expected(&mut camera, &[("saturation", "0 to 100", "64")]);
}
