//! The score against small made-up scenes: one line each, at a place of its own.

use glyphd::contract::event::{Event, GuideEvent, Hint, LineChange};
use glyphd::quad::Quad;
use serde_json::json;

use super::*;
use crate::hints;
use crate::play::Told;
use crate::truth::{Frame, Line};

use LineChange::{Appeared, Gone, Updated};

const FPS: f64 = 10.0;
const PATIENCE: Patience = Patience {
    gone_after: 1.0,
    page_after: 0.5,
};

/// (name, text, from, to) in frames; names end in the number of the row.
type Shown = (&'static str, &'static str, usize, usize);

fn place(id: &str) -> Quad {
    let row = id.rsplit_once('.').unwrap().1.parse::<f32>().unwrap();
    Quad::upright(100.0, 40.0 * row, 200.0, 20.0)
}

fn scene(shown: &[Shown]) -> Scene {
    let frames = (0..100).map(|number| {
        let lines = shown
            .iter()
            .filter(|line| (line.2..line.3).contains(&number));
        Frame {
            t: number as f64 / FPS,
            hint: Some(if number < 50 {
                Hint::Dark
            } else {
                Hint::Steady
            }),
            may: vec![if number < 50 {
                Hint::Dark
            } else {
                Hint::Steady
            }],
            lines: lines
                .map(|line| Line {
                    id: line.0.into(),
                    text: line.1.into(),
                    quad: place(line.0),
                    seen: 1.0,
                    legible: true,
                })
                .collect(),
        }
    });
    Scene {
        name: "test".into(),
        fps: FPS,
        pages: vec!["a".into()],
        frames: frames.collect(),
    }
}

fn told(t: f64, event: Event) -> Told {
    let frame = (t * FPS) as usize;
    Told { t, frame, event }
}

fn line(t: f64, event: LineChange, id: u64, row: &str, text: &str) -> Told {
    let line = json!({
        "v": 1, "type": "line", "event": event, "id": id, "text": text, "confidence": 0.9, "quad": place(row),
        "frame": (t * FPS) as u64, "captured_at": "2026-11-22T20:19:03.120Z", "latency_ms": 0,
    });
    told(t, Event::from_json(&line.to_string()).unwrap())
}

fn page(t: f64, text: &str) -> Told {
    let page = json!({
        "v": 1, "type": "page", "event": "steady", "text": text, "confidence": 0.9, "lines": [1],
        "frame": (t * FPS) as u64, "captured_at": "2026-11-22T20:19:03.120Z", "latency_ms": 0,
    });
    told(t, Event::from_json(&page.to_string()).unwrap())
}

fn scored(shown: &[Shown], told: Vec<Told>) -> Scored {
    let played = Played {
        told,
        ..Played::default()
    };
    score(&scene(shown), &played, PATIENCE)
}

#[test]
fn a_line_told_once_and_let_go_in_time_is_faultless() {
    let told = vec![
        line(1.5, Appeared, 1, "a.1", "LOT 42"),
        line(5.1, Gone, 1, "a.1", "LOT 42"),
    ];
    let s = scored(&[("a.1", "LOT 42", 10, 40)], told);
    assert_eq!(
        (s.due, s.found, s.right, s.gone_early, s.gone_missed),
        (1, 1, 1, 0, 0),
        "{:?}",
        s.notes
    );
    assert_eq!((s.precision(), s.recall()), (1.0, 1.0));
    assert_eq!((s.delays, s.last.exact), (vec![0.5], 1));
}

#[test]
fn what_is_told_twice_otherwise_or_nowhere_is_counted() {
    let shown = [
        ("a.1", "LOT 42", 10, 90),
        ("a.2", "EXP 2029", 10, 90),
        ("a.3", "NET 5 kg", 10, 90),
    ];
    let told = vec![
        line(1.5, Appeared, 1, "a.1", "LOT 42"),
        line(3.0, Appeared, 2, "a.1", "LOT 42"),
        line(3.0, Appeared, 3, "a.2", "EXP 2020"),
        line(3.5, Updated, 3, "a.2", "EXP 2029"),
        line(4.5, Updated, 3, "a.2", "EXP 202"),
        line(5.0, Updated, 3, "a.2", "EXP 2029"),
        line(4.0, Appeared, 4, "a.9", "L"),
    ];
    let s = scored(&shown, told);
    assert_eq!(
        (s.right, s.corrected, s.again, s.wrong, s.stray),
        (2, 1, 1, 2, 1),
        "{:?}",
        s.notes
    );
    assert_eq!((s.due, s.found), (3, 2));
    assert_eq!((s.last.pairs, s.last.exact), (3, 2));
}

#[test]
fn a_line_that_comes_back_after_a_moment_is_the_same_and_after_a_while_another() {
    let twice = |gap: usize| {
        let shown = [("a.1", "LOT 42", 10, 40), ("a.1", "LOT 42", 40 + gap, 90)];
        let told = vec![
            line(1.5, Appeared, 1, "a.1", "LOT 42"),
            line(6.5, Appeared, 2, "a.1", "LOT 42"),
        ];
        let s = scored(&shown, told);
        (s.due, s.right, s.again)
    };
    assert_eq!(twice(8), (1, 1, 1));
    assert_eq!(twice(20), (2, 2, 0));
}

#[test]
fn a_twin_must_be_told_where_it_differs_alone() {
    let shown = [
        ("a.1", "Rye bread", 10, 50),
        ("a.2", "LOT 42", 10, 50),
        ("b.1", "Rye bread", 54, 95),
        ("b.2", "LOT 47", 54, 95),
    ];
    let told = vec![
        line(1.5, Appeared, 1, "a.1", "Rye bread"),
        line(1.5, Appeared, 2, "a.2", "LOT 42"),
        line(5.8, Updated, 2, "a.2", "LOT 47"),
    ];
    let s = scored(&shown, told);
    assert_eq!(
        (s.due, s.found, s.right, s.wrong),
        (4, 4, 3, 0),
        "{:?}",
        s.notes
    );
    // Nobody told of the swap.
    let s = scored(
        &shown,
        vec![
            line(1.5, Appeared, 1, "a.1", "Rye bread"),
            line(1.5, Appeared, 2, "a.2", "LOT 42"),
        ],
    );
    assert_eq!((s.due, s.found), (4, 3));
}

#[test]
fn gone_is_early_while_it_is_there_and_missed_when_it_is_not_told() {
    let told = vec![
        line(1.5, Appeared, 1, "a.1", "LOT 42"),
        line(3.0, Gone, 1, "a.1", "LOT 42"),
    ];
    assert_eq!(scored(&[("a.1", "LOT 42", 10, 40)], told).gone_early, 1);
    let told = vec![line(1.5, Appeared, 1, "a.1", "LOT 42")];
    assert_eq!(scored(&[("a.1", "LOT 42", 10, 40)], told).gone_missed, 1);
}

#[test]
fn a_page_counts_once_and_only_whole_and_in_order() {
    let shown = [("a.1", "Rye bread", 10, 90), ("a.2", "LOT 42", 10, 90)];
    let pages = [
        "LOT 42\nRye bread",
        "Rye bread\nLOT 42",
        "Rye bread\nLOT 42",
    ];
    let told = pages
        .iter()
        .zip([2.0, 3.0, 4.0])
        .map(|(text, t)| page(t, text));
    let s = scored(&shown, told.collect());
    assert_eq!(
        (s.pages, s.pages_right, s.pages_again, s.pages_wrong),
        (1, 1, 1, 1)
    );
}

#[test]
fn hints_are_due_where_they_are_clear_and_wrong_where_they_are_not_true() {
    let hint = |t: f64, hint: Hint| told(t, Event::Guide(GuideEvent { hint }));
    let all = |told: &[Told]| {
        let h = hints::score(&scene(&[]), told);
        (h.due, h.found, h.wrong)
    };
    assert_eq!(
        all(&[hint(0.5, Hint::Dark), hint(5.5, Hint::Steady)]),
        (2, 2, 0)
    );
    // What was true a moment ago may still be told.
    assert_eq!(all(&[hint(5.5, Hint::Dark)]), (2, 1, 0));
    assert_eq!(
        all(&[hint(6.5, Hint::Dark), hint(7.0, Hint::Small)]),
        (2, 0, 2)
    );
}
