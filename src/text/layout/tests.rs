use proptest::prelude::*;

use super::*;

fn line(text: &str, quad: Quad) -> ReadLine {
    let chars = text.chars().map(|c| (c, 1.0)).collect();
    ReadLine {
        quad,
        text: text.into(),
        confidence: 1.0,
        chars,
        region: None,
    }
}

/// Lines of `height` with a letter half as wide, at places (x, y).
fn page_of(height: f32, lines: &[(f32, f32, &str)]) -> Vec<ReadLine> {
    lines
        .iter()
        .map(|(x, y, text)| {
            let width = text.chars().count() as f32 * height / 2.0;
            line(text, Quad::upright(*x, *y, width, height))
        })
        .collect()
}

fn turned(lines: &[ReadLine], degrees: f32) -> Vec<ReadLine> {
    let (sin, cos) = degrees.to_radians().sin_cos();
    lines
        .iter()
        .map(|line| {
            let corners = line.quad.0.map(|corner| Point {
                x: 500.0 + corner.x * cos - corner.y * sin,
                y: 500.0 + corner.x * sin + corner.y * cos,
            });
            ReadLine {
                quad: Quad(corners),
                ..line.clone()
            }
        })
        .collect()
}

/// The text of a page, which must not depend on the order in which its lines were found,
/// nor on how the page lies.
fn read(lines: &[ReadLine]) -> String {
    let read_as_is = |lines: &[ReadLine]| {
        let quads: Vec<Quad> = lines.iter().map(|line| line.quad).collect();
        text(lines, &rows(&quads)).into()
    };
    let upright = read_as_is(lines);
    let mut backwards = lines.to_vec();
    backwards.reverse();
    assert_eq!(read_as_is(&backwards), upright, "found in another order");
    for degrees in [-30.0, -7.0, 15.0, 90.0, 180.0] {
        assert_eq!(
            read_as_is(&turned(lines, degrees)),
            upright,
            "turned by {degrees} degrees"
        );
    }
    upright
}

#[test]
fn a_receipt_is_read_row_by_row() {
    let lines = page_of(
        20.0,
        &[
            (120.0, 0.0, "CORNER SHOP"),
            (90.0, 30.0, "12 High Street, Leeds"),
            (0.0, 80.0, "2 x MILK 1L"),
            (400.0, 82.0, "2.40"),
            (0.0, 110.0, "BREAD WHOLEMEAL"),
            (400.0, 108.0, "1.85"),
            (0.0, 140.0, "COFFEE BEANS 500G"),
            (390.0, 143.0, "11.00"),
            (0.0, 170.0, "TOTAL GBP"),
            (390.0, 171.0, "15.25"),
            (100.0, 220.0, "THANK YOU"),
        ],
    );
    assert_eq!(
        read(&lines),
        "CORNER SHOP\n12 High Street, Leeds\n2 x MILK 1L 2.40\nBREAD WHOLEMEAL 1.85\n\
         COFFEE BEANS 500G 11.00\nTOTAL GBP 15.25\nTHANK YOU"
    );
}

#[test]
fn columns_are_read_one_after_another_between_what_spans_them() {
    let words = |n: usize| format!("{n} lorem ipsum dolor sit amet");
    let left: Vec<String> = (1..=5).map(words).collect();
    let right: Vec<String> = (6..=10).map(words).collect();
    let title = "A title over the whole of the width of both columns here";
    let foot = "and a foot that goes below both of the two columns alike";
    for shift in [0.0, 12.0] {
        let mut lines = page_of(20.0, &[(0.0, 0.0, title), (0.0, 230.0, foot)]);
        for (i, text) in left.iter().enumerate() {
            lines.extend(page_of(20.0, &[(0.0, 50.0 + 30.0 * i as f32, text)]));
        }
        for (i, text) in right.iter().enumerate() {
            lines.extend(page_of(
                20.0,
                &[(320.0, 50.0 + shift + 30.0 * i as f32, text)],
            ));
        }
        let expected: Vec<&str> = std::iter::once(title)
            .chain(left.iter().chain(&right).map(String::as_str))
            .chain([foot])
            .collect();
        assert_eq!(
            read(&lines),
            expected.join("\n"),
            "right column {shift} lower"
        );
    }
}

#[test]
fn three_columns_and_then_two_are_read_in_turn() {
    let mut lines = Vec::new();
    let mut expected = Vec::new();
    let mut column = |x: f32, y: f32, words: &'static [&'static str]| {
        for (i, text) in words.iter().enumerate() {
            lines.extend(page_of(20.0, &[(x, y + 25.0 * i as f32, text)]));
            expected.push(*text);
        }
    };
    column(
        0.0,
        0.0,
        &[
            "first of the lines",
            "second of the line",
            "third of the lines",
        ],
    );
    column(
        250.0,
        0.0,
        &[
            "fourth of the line",
            "fifth of the lines",
            "sixth of the lines",
        ],
    );
    column(
        500.0,
        0.0,
        &[
            "seventh of the lin",
            "eighth of the line",
            "ninth of the lines",
        ],
    );
    column(
        0.0,
        120.0,
        &[
            "a wider line of two columns",
            "and one more line under it",
            "and so",
        ],
    );
    column(
        350.0,
        120.0,
        &[
            "whose right side is as well",
            "filled with text of its own",
            "on",
        ],
    );
    assert_eq!(read(&lines), expected.join("\n"));
}

#[test]
fn a_table_is_read_row_by_row() {
    let mut lines = Vec::new();
    for (row, cells) in [
        ["Energy", "1520 kJ", "38 %"],
        ["Fat", "7.0 g", "10 %"],
        ["Salt", "0.1 g", "2 %"],
    ]
    .iter()
    .enumerate()
    {
        for (column, cell) in cells.iter().enumerate() {
            lines.extend(page_of(
                16.0,
                &[(column as f32 * 150.0, row as f32 * 24.0, cell)],
            ));
        }
    }
    assert_eq!(
        read(&lines),
        "Energy 1520 kJ 38 %\nFat 7.0 g 10 %\nSalt 0.1 g 2 %"
    );
}

#[test]
fn a_large_price_is_read_after_the_lines_beside_it() {
    let mut lines = page_of(
        16.0,
        &[
            (0.0, 0.0, "Olive oil"),
            (0.0, 22.0, "extra virgin"),
            (0.0, 44.0, "500 ml"),
        ],
    );
    lines.push(line("4.99", Quad::upright(150.0, 2.0, 120.0, 54.0)));
    lines.push(line("9.98 / l", Quad::upright(0.0, 80.0, 64.0, 16.0)));
    assert_eq!(
        read(&lines),
        "Olive oil\nextra virgin\n500 ml\n4.99\n9.98 / l"
    );
}

#[test]
fn small_print_on_the_level_of_large_print_is_in_its_row() {
    let lines = [
        line("LOT", Quad::upright(0.0, 24.0, 30.0, 14.0)),
        line("4711", Quad::upright(50.0, 0.0, 100.0, 40.0)),
        line("EXP 12/27", Quad::upright(0.0, 60.0, 90.0, 14.0)),
    ];
    assert_eq!(read(&lines), "LOT 4711\nEXP 12/27");
}

#[test]
fn rows_stay_together_under_perspective() {
    // The lower a row, the more it falls to the right: the ends of rows are up to a height off.
    let mut lines = Vec::new();
    for row in 0..6 {
        let slope = (row as f32 * 0.012).atan();
        for (x, text) in [
            (0.0, format!("item number {row}")),
            (420.0, format!("{row}.00 EUR")),
        ] {
            let width = text.len() as f32 * 10.0;
            let centre = Point {
                x: x + width / 2.0,
                y: row as f32 * 30.0 + (x + width / 2.0) * slope.tan(),
            };
            lines.push(line(&text, Quad::rotated(centre, width, 20.0, slope)));
        }
    }
    let expected: Vec<String> = (0..6)
        .map(|row| format!("item number {row} {row}.00 EUR"))
        .collect();
    assert_eq!(read(&lines), expected.join("\n"));
}

#[test]
fn lines_on_top_of_each_other_are_rows_of_their_own() {
    let quad = Quad::upright(0.0, 0.0, 100.0, 20.0);
    let quads = [quad, quad, quad];
    assert_eq!(rows(&quads).len(), 3);
}

#[test]
fn empty_lines_leave_no_gap() {
    let lines = page_of(20.0, &[(0.0, 0.0, "a"), (0.0, 30.0, " "), (0.0, 60.0, "b")]);
    assert_eq!(read(&lines), "a\nb");
    assert_eq!(text(&lines, &[vec![7], vec![0, 9, 2]]).as_str(), "a b");
    assert_eq!(rows(&[]), Vec::<Vec<usize>>::new());
}

#[test]
fn what_has_no_place_comes_last() {
    let nowhere = Quad::upright(f32::NAN, 0.0, 1.0, 1.0);
    let far = Quad::upright(0.0, f32::INFINITY, 1.0, 1.0);
    let here = Quad::upright(5.0, 5.0, 10.0, 2.0);
    assert_eq!(rows(&[nowhere, far, here]), [vec![2], vec![0], vec![1]]);
}

#[test]
fn too_many_lines_are_read_from_the_top_down() {
    for most in [MAX_LINES, MAX_LINES_IN_ROWS] {
        let quads: Vec<Quad> = (0..=most)
            .rev()
            .map(|i| Quad::upright(0.0, i as f32 * 10.0, 50.0, 8.0))
            .collect();
        let expected: Vec<Vec<usize>> = (0..quads.len()).rev().map(|i| vec![i]).collect();
        assert_eq!(rows(&quads), expected);
    }
}

fn any_quad() -> impl Strategy<Value = Quad> {
    let corner = || (any::<f32>(), any::<f32>()).prop_map(|(x, y)| Point { x, y });
    let sensible = (
        0.0f32..800.0,
        0.0f32..600.0,
        0.0f32..300.0,
        0.0f32..40.0,
        -0.3f32..0.3,
    )
        .prop_map(|(x, y, w, h, angle)| Quad::rotated(Point { x, y }, w, h, angle));
    prop_oneof![
        8 => sensible,
        1 => [corner(), corner(), corner(), corner()].prop_map(Quad),
        1 => Just(Quad::upright(3.0, 3.0, 0.0, 0.0)),
    ]
}

proptest! {
    #[test]
    fn every_line_is_read_once(quads in prop::collection::vec(any_quad(), 0..40)) {
        let mut read: Vec<usize> = rows(&quads).into_iter().flatten().collect();
        read.sort_unstable();
        prop_assert_eq!(read, (0..quads.len()).collect::<Vec<_>>());
    }

    /// Lines that are well apart and all of the width of the page: the plain reference is their order.
    #[test]
    fn one_column_is_read_from_the_top_down(
        steps in prop::collection::vec((1.0f32..4.0, 0.0f32..100.0, 4.0f32..30.0), 1..20),
        degrees in -30.0f32..30.0,
    ) {
        let mut y = 0.0;
        let lines: Vec<ReadLine> = steps
            .iter()
            .map(|(step, left, height)| {
                y += step * height + 30.0;
                line("x", Quad::upright(*left, y, 600.0, *height))
            })
            .collect();
        let quads: Vec<Quad> = turned(&lines, degrees).iter().map(|line| line.quad).collect();
        let expected: Vec<Vec<usize>> = (0..quads.len()).map(|i| vec![i]).collect();
        prop_assert_eq!(rows(&quads), expected);
    }
}
