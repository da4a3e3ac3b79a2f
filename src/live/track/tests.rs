use super::limits::MAX_CHARS;
use super::*;
use crate::contract::event::LineChange;
use crate::quad::Quad;

fn line(text: &str, x: f32, y: f32) -> ReadLine {
    ReadLine {
        quad: Quad::upright(x, y, 12.0 * text.len() as f32, 20.0),
        text: text.into(),
        confidence: 0.9,
        chars: text.chars().map(|c| (c, 0.9)).collect(),
        region: None,
    }
}

fn sight(taken: Duration) -> Sight {
    Sight {
        taken,
        clarity: 1.0,
        size: (9000, 9000),
    }
}

/// A tracker and a clock that goes on 100 ms a frame.
struct Bench {
    tracker: Tracker,
    now: Duration,
}

impl Bench {
    fn new() -> Self {
        Bench {
            tracker: Tracker::new(Settings::default()),
            now: Duration::ZERO,
        }
    }

    fn frame(&mut self, lines: &[ReadLine]) -> Vec<(LineChange, String)> {
        self.now += Duration::from_millis(100);
        let changes = self.tracker.observe(lines, &[], sight(self.now));
        let texts = changes.into_iter().map(|c| (c.change, c.line.text));
        texts.collect()
    }

    fn frames(&mut self, n: usize, lines: &[ReadLine]) -> Vec<(LineChange, String)> {
        (0..n).flat_map(|_| self.frame(lines)).collect()
    }

    fn page(&mut self) -> Option<Vec<String>> {
        let page = self.tracker.page(self.now)?;
        Some(
            page.into_iter()
                .map(|(_, line)| line.text.clone())
                .collect(),
        )
    }
}

use LineChange::{Appeared, Gone, Updated};

#[test]
fn a_line_is_published_once_when_it_is_steady_and_once_when_it_is_gone() {
    let mut bench = Bench::new();
    let lot = [line("LOT 4711", 10.0, 10.0)];
    assert_eq!(bench.frames(2, &lot), []);
    assert_eq!(bench.frames(40, &lot), [(Appeared, "LOT 4711".into())]);
    assert_eq!(bench.frames(14, &[]), []);
    assert_eq!(bench.frames(10, &[]), [(Gone, "LOT 4711".into())]);
}

#[test]
fn a_hand_passing_and_a_flickering_character_send_nothing_again() {
    let mut bench = Bench::new();
    let (good, bad) = (
        [line("LOT 4711", 10.0, 10.0)],
        [line("LOT 47I1", 10.0, 10.0)],
    );
    assert_eq!(bench.frames(5, &good).len(), 1);
    assert_eq!(bench.frames(8, &[]), []);
    for _ in 0..10 {
        assert_eq!(bench.frames(2, &good), []);
        assert_eq!(bench.frame(&bad), []);
    }
}

#[test]
fn a_line_that_moves_stays_the_same_line() {
    let mut bench = Bench::new();
    let published: Vec<_> = (0..30)
        .flat_map(|i| bench.frame(&[line("NET WT 500 g", 10.0 + 30.0 * i as f32, 10.0)]))
        .collect();
    assert_eq!(published, [(Appeared, "NET WT 500 g".into())]);
}

#[test]
fn a_label_swapped_at_the_same_place_is_an_update() {
    let mut bench = Bench::new();
    bench.frames(5, &[line("LOT 4711", 10.0, 10.0)]);
    let published = bench.frames(20, &[line("LOT 4712", 10.0, 10.0)]);
    assert_eq!(published, [(Updated, "LOT 4712".into())]);
}

#[test]
fn another_label_after_a_short_absence_appears_as_new() {
    let mut bench = Bench::new();
    bench.frames(5, &[line("LOT 4711", 10.0, 10.0)]);
    bench.frames(3, &[]);
    let published = bench.frames(20, &[line("12.01.27", 10.0, 10.0)]);
    assert_eq!(
        published,
        [(Appeared, "12.01.27".into()), (Gone, "LOT 4711".into())]
    );
}

#[test]
fn a_near_twin_after_a_short_absence_is_published_once() {
    let mut bench = Bench::new();
    bench.frames(5, &[line("LOT 4711", 10.0, 10.0)]);
    bench.frames(3, &[]);
    let published = bench.frames(20, &[line("LOT 4712", 10.0, 10.0)]);
    assert_eq!(published, [(Updated, "LOT 4712".into())]);
}

#[test]
fn the_same_text_twice_in_view_is_two_lines() {
    let mut bench = Bench::new();
    let both = [line("500 g", 10.0, 10.0), line("500 g", 10.0, 90.0)];
    assert_eq!(bench.frames(10, &both).len(), 2);
}

#[test]
fn a_page_is_published_once_it_is_calm_and_again_after_a_change() {
    let mut bench = Bench::new();
    let first = [line("A", 10.0, 10.0), line("B", 10.0, 50.0)];
    bench.frames(3, &first);
    assert_eq!(bench.page(), None);
    bench.frames(6, &first);
    assert_eq!(bench.page(), Some(vec!["A".into(), "B".into()]));
    bench.frames(6, &first);
    assert_eq!(bench.page(), None);
    // What leaves makes no new page, what comes does.
    bench.frames(30, &first[..1]);
    assert_eq!(bench.page(), None);
    bench.frames(10, &first);
    assert_eq!(bench.page(), Some(vec!["A".into(), "B".into()]));
    bench.frames(30, &[]);
    assert_eq!(bench.page(), None);
}

#[test]
fn more_lines_than_there_is_room_for_lose_nothing_published() {
    let mut bench = Bench::new();
    let many: Vec<_> = (0..MAX_LINES + 10)
        .map(|i| line(&format!("line {i}"), 10.0, 10.0 + 30.0 * i as f32))
        .collect();
    assert_eq!(bench.frames(3, &many).len(), MAX_LINES);
    assert_eq!(bench.frames(3, &many), []);
}

#[test]
fn what_is_held_is_not_gone_and_its_page_comes_in_time() {
    let mut bench = Bench::new();
    bench.frames(3, &[line("LOT 4711", 10.0, 10.0)]);
    assert_eq!(bench.page(), None);
    for _ in 0..30 {
        bench.now += Duration::from_millis(100);
        assert_eq!(bench.tracker.hold(bench.now), [], "it is in view");
    }
    assert_eq!(bench.page(), Some(vec!["LOT 4711".into()]));
    assert_eq!(bench.frame(&[line("LOT 4711", 10.0, 10.0)]), []);
    // Out of view in the last frame that was read, and nothing moves any more.
    assert_eq!(bench.frames(2, &[]), []);
    let mut gone = 0;
    for _ in 0..30 {
        bench.now += Duration::from_millis(100);
        gone += bench.tracker.hold(bench.now).len();
    }
    assert_eq!(gone, 1);
}

#[test]
fn a_source_that_begins_anew_loses_no_line() {
    let mut bench = Bench::new();
    let lot = [line("LOT 4711", 10.0, 10.0)];
    bench.frames(5, &lot);
    bench.now = Duration::ZERO;
    assert_eq!(bench.frames(5, &[]), []);
    assert_eq!(bench.frames(5, &lot), []);
}

#[test]
fn lines_of_two_regions_are_never_one() {
    let mut bench = Bench::new();
    let within = |name: &str| ReadLine {
        region: Some(name.to_owned().into()),
        ..line("LOT 1", 10.0, 10.0)
    };
    assert_eq!(bench.frames(4, &[within("a")]).len(), 1);
    assert_eq!(
        bench.frames(4, &[within("b")]),
        [(Appeared, "LOT 1".into())]
    );
}

/// What is published of one line that reads so from picture to picture.
fn readings(bench: &mut Bench, readings: &[&str]) -> Vec<(LineChange, String)> {
    let lines = readings.iter().map(|text| [line(text, 10.0, 10.0)]);
    lines.flat_map(|line| bench.frame(&line)).collect()
}

#[test]
fn a_line_that_no_picture_shows_without_fault_is_combined_from_all() {
    let mut bench = Bench::new();
    let published = readings(
        &mut bench,
        &[
            "BEST 8EFORE 12.01.27",
            "BEST BEFORE 12.O1.27",
            "BEST BEFOR 12.01.27",
            "BEST BEFORE 12.01.2",
            "BEST BEEFORE 12.01.27",
            "8EST BEFORE I2.01.27",
        ],
    );
    assert_eq!(published, [(Appeared, "BEST BEFORE 12.01.27".into())]);
}

#[test]
fn a_blurred_reading_counts_less_than_a_sharp_one() {
    let mut bench = Bench::new();
    let mut published = Vec::new();
    for i in 0..9 {
        bench.now += Duration::from_millis(100);
        let sharp = i % 3 == 0;
        let sight = Sight {
            taken: bench.now,
            clarity: if sharp { 1.0 } else { 0.2 },
            ..sight(bench.now)
        };
        let seen = [line(if sharp { "LOT 80" } else { "LOT B0" }, 10.0, 10.0)];
        let changes = bench.tracker.observe(&seen, &[], sight);
        published.extend(changes.into_iter().map(|c| c.line.text));
    }
    assert_eq!(published, ["LOT 80"]);
}

#[test]
fn a_hand_before_a_part_of_a_line_changes_nothing() {
    let mut bench = Bench::new();
    let whole = line("BEST BEFORE 12.01.27", 10.0, 10.0);
    assert_eq!(bench.frames(5, std::slice::from_ref(&whole)).len(), 1);
    let left = line("BEST BEF", 10.0, 10.0);
    let right = line("1.27", 10.0 + 12.0 * 16.0, 10.0);
    assert_eq!(bench.frames(20, std::slice::from_ref(&left)), []);
    assert_eq!(bench.frames(20, &[left, right]), []);
    assert_eq!(bench.frames(20, &[whole]), []);
}

#[test]
fn lines_that_are_joined_and_split_again_are_published_once() {
    let mut bench = Bench::new();
    let parted = [line("NET WT", 10.0, 10.0), line("500 g", 100.0, 10.0)];
    let joined = [line("NET WT  500 g", 10.0, 10.0)];
    assert_eq!(bench.frames(5, &parted).len(), 2);
    for _ in 0..10 {
        assert_eq!(bench.frames(2, &joined), []);
        assert_eq!(bench.frames(2, &parted), []);
    }
}

#[test]
fn a_label_that_turns_in_the_hand_is_followed_by_the_lines_that_read_well() {
    let mut bench = Bench::new();
    let texts = ["ALDERBROOK MILL", "NET WEIGHT 250 g", "LOT L4127-06B"];
    let mut published = Vec::new();
    for i in 0..60 {
        let angle = i as f32 * 0.012;
        let lines: Vec<_> = texts
            .iter()
            .enumerate()
            .map(|(row, text)| {
                let (sin, cos) = angle.sin_cos();
                let down = 60.0 * row as f32 + 200.0;
                let centre = crate::quad::Point {
                    x: 400.0 + 4.0 * i as f32 - down * sin,
                    y: 100.0 + down * cos,
                };
                // The last line is hardly ever read right.
                let text = match row {
                    2 if i % 5 != 0 => format!("L{}T Y/{}", i % 10, (i * 7) % 10),
                    _ => (*text).to_owned(),
                };
                let mut line = line(&text, 0.0, 0.0);
                line.quad = Quad::rotated(centre, 200.0, 20.0, angle);
                line.confidence = if row == 2 && i % 5 != 0 { 0.3 } else { 0.9 };
                line.chars.iter_mut().for_each(|c| c.1 = line.confidence);
                line
            })
            .collect();
        published.extend(bench.frame(&lines));
    }
    assert_eq!(published.len(), 3, "{published:?}");
    assert!(
        published.contains(&(Appeared, texts[2].into())),
        "{published:?}"
    );
}

#[test]
fn a_line_longer_than_is_combined_is_cut() {
    let mut bench = Bench::new();
    let long = "x1".repeat(MAX_CHARS);
    let published = bench.frames(5, &[line(&long, 10.0, 10.0)]);
    assert_eq!(published, [(Appeared, long[..MAX_CHARS].into())]);
}

#[test]
fn a_gap_that_comes_and_goes_is_no_update() {
    let mut bench = Bench::new();
    let (apart, joined) = ([line("50 bags", 10.0, 10.0)], [line("50bags", 10.0, 10.0)]);
    assert_eq!(bench.frames(5, &apart).len(), 1);
    assert_eq!(bench.frames(20, &joined), []);
    assert_eq!(bench.frames(20, &apart), []);
}

#[test]
fn a_fine_mark_at_an_end_is_no_update_and_one_within_is() {
    let mut bench = Bench::new();
    let (bare, dotted) = (
        [line("grape must", 10.0, 10.0)],
        [line("grape must.", 10.0, 10.0)],
    );
    assert_eq!(bench.frames(5, &bare).len(), 1);
    assert_eq!(bench.frames(20, &dotted), []);
    let mut bench = Bench::new();
    let (whole, part) = ([line("125 g", 10.0, 10.0)], [line("12.5 g", 10.0, 10.0)]);
    assert_eq!(bench.frames(5, &whole).len(), 1);
    assert_eq!(bench.frames(20, &part).len(), 1);
}

#[test]
fn what_the_edge_leaves_of_a_line_that_was_shoved_aside_is_not_published() {
    let mut bench = Bench::new();
    let card = |x: f32, cut: usize| {
        let x = if cut > 0 { 0.0 } else { x };
        ["TREGARTH", "Oak smoked almonds"].map(|text| {
            let y = if text.len() > 10 { 60.0 } else { 10.0 };
            line(&text[cut..], x, y)
        })
    };
    assert_eq!(bench.frames(5, &card(150.0, 0)).len(), 2);
    // Two pictures in which nothing can be read for the motion, then half of it is out.
    assert_eq!(bench.frames(2, &[]), []);
    assert_eq!(bench.frames(20, &card(0.0, 3)), []);
    assert_eq!(bench.frames(20, &card(150.0, 0)), []);
}

#[test]
fn a_line_that_comes_out_from_behind_something_becomes_the_whole_line() {
    let mut bench = Bench::new();
    let text = "Ingredients: figs,";
    assert_eq!(bench.frames(8, &[line(&text[..3], 200.0, 10.0)]).len(), 1);
    let mut published = Vec::new();
    for long in 4..=text.len() {
        published.extend(bench.frame(&[line(&text[..long], 200.0 - 5.0 * long as f32, 10.0)]));
    }
    published.extend(bench.frames(10, &[line(text, 110.0, 10.0)]));
    assert!(
        published.iter().all(|(change, _)| *change == Updated),
        "{published:?}"
    );
    assert_eq!(published.last().unwrap().1, text);
}

#[test]
fn a_line_that_has_truly_become_shorter_is_published_anew_and_one_that_is_covered_for_a_moment_is_not()
 {
    let mut bench = Bench::new();
    let (long, short) = ([line("100.5 kg", 10.0, 10.0)], [line("100.5", 10.0, 10.0)]);
    assert_eq!(bench.frames(30, &long).len(), 1);
    assert_eq!(bench.frames(6, &short), []);
    assert_eq!(bench.frames(30, &long), []);
    assert_eq!(bench.frames(20, &short), [(Updated, "100.5".to_owned())]);
}

#[test]
fn where_nothing_may_be_put_together_only_what_was_read_so_is_published() {
    let mut bench = Bench::new();
    bench.tracker.set(Settings {
        combine: false,
        ..Settings::default()
    });
    let never = ["LOT 4711", "L0T 4712", "LOT 4722", "LQT 4712", "LOT 1712"];
    let published = readings(&mut bench, &never[1..].repeat(2));
    assert_eq!(published, []);
    let published = readings(&mut bench, &["LOT 4712"; 20]);
    assert_eq!(published, [(Appeared, "LOT 4712".into())]);
}

#[test]
fn a_label_that_leaves_the_picture_piece_by_piece_is_not_published_by_pieces() {
    let mut bench = Bench::new();
    let text = "BEST BEFORE 12.01.27";
    assert_eq!(bench.frames(5, &[line(text, 10.0, 10.0)]).len(), 1);
    for left in 0..14 {
        // It moves to the left by a character a frame; what is beyond the edge is not read.
        assert_eq!(bench.frame(&[line(&text[left..], 0.0, 10.0)]), []);
    }
    // And comes back.
    for left in (0..14).rev() {
        assert_eq!(bench.frame(&[line(&text[left..], 0.0, 10.0)]), []);
    }
    assert_eq!(bench.frames(20, &[line(text, 10.0, 10.0)]), []);
}

#[test]
fn what_runs_out_of_the_picture_is_published_only_when_it_stays() {
    let mut bench = Bench::new();
    let cut = [line("EFORE 12.01.27", 0.0, 10.0)];
    assert_eq!(bench.frames(10, &cut), []);
    assert_eq!(bench.frames(10, &cut).len(), 1);
}
