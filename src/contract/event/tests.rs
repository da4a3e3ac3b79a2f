use proptest::prelude::*;

use super::*;

fn line() -> LineEvent {
    LineEvent {
        event: LineChange::Appeared,
        id: 7,
        text: LineText::new("BEST BEFORE 12 JAN 27"),
        confidence: Confidence::new(0.98),
        quad: Quad::upright(10.0, 20.04, 300.0, 32.0),
        chars: vec![Glyph::new("B", 0.99), Glyph::new(" ", 0.5)],
        fields: Vec::new(),
        region: None,
        frame: 1234,
        captured_at: UNIX_EPOCH + Duration::from_millis(1_795_378_743_120),
        latency_ms: 84,
    }
}

#[test]
fn a_line_is_told_as_the_contract_says() {
    assert_eq!(
        Event::Line(line()).to_json(),
        concat!(
            r#"{"v":1,"type":"line","event":"appeared","id":7,"text":"BEST BEFORE 12 JAN 27","#,
            r#""confidence":0.98,"quad":[[10.0,20.0],[310.0,20.0],[310.0,52.0],[10.0,52.0]],"#,
            r#""chars":[["B",0.99],[" ",0.5]],"frame":1234,"#,
            r#""captured_at":"2026-11-22T20:19:03.120Z","latency_ms":84}"#
        )
    );
}

#[test]
fn a_page_and_a_hint_are_told_as_the_contract_says() {
    let page = Event::Page(PageEvent {
        event: PageChange::Steady,
        text: PageText::new(["first line", "second line"]),
        confidence: Confidence::new(0.912_345),
        lines: vec![7, 8],
        fields: Vec::new(),
        regions: Vec::new(),
        frame: 9,
        captured_at: UNIX_EPOCH,
        latency_ms: 3,
    });
    assert_eq!(
        page.to_json(),
        concat!(
            r#"{"v":1,"type":"page","event":"steady","text":"first line\nsecond line","confidence":0.912,"#,
            r#""lines":[7,8],"frame":9,"captured_at":"1970-01-01T00:00:00.000Z","latency_ms":3}"#
        )
    );
    assert_eq!(Event::from_json(&page.to_json()).unwrap(), page);
    let hint = Event::Guide(GuideEvent {
        hint: Hint::ClippedLeft,
    });
    assert_eq!(
        hint.to_json(),
        r#"{"v":1,"type":"guide","hint":"clipped-left"}"#
    );
}

#[test]
fn fields_that_came_later_are_passed_over() {
    let json = r#"{"type":"guide","colour":[{"a":1}],"hint":"dark","v":1}"#;
    assert_eq!(
        Event::from_json(json).unwrap(),
        Event::Guide(GuideEvent { hint: Hint::Dark })
    );
}

#[test]
fn another_version_is_refused_by_its_number() {
    let message = Event::from_json(r#"{"v":2,"type":"guide","hint":"dark"}"#)
        .unwrap_err()
        .to_string();
    assert!(message.contains("version 2"), "{message}");
}

#[test]
fn numbers_and_times_that_json_cannot_say_do_no_harm() {
    let mut event = line();
    event.quad = Quad::upright(f32::NAN, f32::INFINITY, f32::MAX, -0.04);
    event.confidence = Confidence::new(f32::NAN);
    for time in [
        UNIX_EPOCH - Duration::from_secs(1),
        UNIX_EPOCH + Duration::from_secs(1 << 50),
    ] {
        event.captured_at = time;
        let json = Event::Line(event.clone()).to_json();
        assert!(Event::from_json(&json).is_ok(), "{json}");
    }
}

fn any_time() -> impl Strategy<Value = SystemTime> {
    (0..LAST_SECOND, 0..1000u64)
        .prop_map(|(s, ms)| UNIX_EPOCH + Duration::from_secs(s) + Duration::from_millis(ms))
}

#[test]
fn a_region_is_told_as_the_contract_says() {
    let missing = Event::Region(RegionEvent {
        event: RegionChange::Missing,
        region: "expiry".to_owned().into(),
        expected: LineText::new("date"),
        text: PageText::new(["BEST BEFORE"]),
        frame: 9,
        captured_at: UNIX_EPOCH,
        latency_ms: 3,
    });
    let json = concat!(
        r#"{"v":1,"type":"region","event":"missing","region":"expiry","expected":"date","text":"BEST BEFORE","#,
        r#""frame":9,"captured_at":"1970-01-01T00:00:00.000Z","latency_ms":3}"#
    );
    assert_eq!(missing.to_json(), json);
    assert_eq!(Event::from_json(json).unwrap(), missing);
    let dirty = json.replace("expiry", "ex\\u001bpiry");
    assert_eq!(Event::from_json(&dirty).unwrap(), missing);
}

prop_compose! {
    fn any_line()(
        event in prop_oneof![Just(LineChange::Appeared), Just(LineChange::Updated), Just(LineChange::Gone)],
        (id, frame, latency_ms) in any::<(u64, u64, u64)>(),
        text in any::<String>(),
        confidence in any::<f32>(),
        quad in prop::array::uniform4((-20_000..20_000i32, -20_000..20_000i32)),
        chars in prop::collection::vec((any::<char>(), any::<f32>()), 0..5),
        captured_at in any_time(),
    ) -> LineEvent {
        LineEvent {
            event,
            id,
            text: LineText::new(&text),
            confidence: Confidence::new(confidence),
            quad: Quad(quad.map(|(x, y)| Point { x: x as f32 / 10.0, y: y as f32 / 10.0 })),
            chars: chars.iter().map(|(c, p)| Glyph::new(c.encode_utf8(&mut [0; 4]), *p)).collect(),
            fields: Vec::new(),
            region: None,
            frame,
            captured_at,
            latency_ms,
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(event in any_line()) {
        let event = Event::Line(event);
        let json = event.to_json();
        prop_assert!(!json.chars().any(char::is_control), "{json:?}");
        prop_assert_eq!(Event::from_json(&json).unwrap(), event);
    }

    #[test]
    fn no_text_read_from_json_holds_a_control_character(text in any::<String>(), seen in any::<String>()) {
        let mut json = serde_json::to_value(Event::Line(line())).unwrap();
        json["text"] = text.into();
        json["chars"][0][0] = seen.into();
        let Event::Line(line) = Event::from_json(&json.to_string()).unwrap() else { unreachable!() };
        prop_assert!(!line.text.as_str().chars().any(char::is_control));
        prop_assert!(!line.chars[0].as_str().chars().any(char::is_control));
    }

    #[test]
    fn no_line_of_input_makes_reading_panic(line in any::<String>()) {
        let _ = Event::from_json(&line);
    }
}
