//! Boxes from drawn maps, and the built-in net on drawn print.

use image::{GrayImage, Luma};
use proptest::prelude::*;

use super::boxes::{Boxes, Line, Maps};
use super::*;
use crate::error::Kind;
use crate::model::Model;

const LEAST: f32 = 0.0;

/// Maps of `columns` x `rows` cells as a perfect net would give them for `lines`: centre, width, height, angle, in pixels.
fn maps_of(columns: usize, rows: usize, lines: &[(Point, f32, f32, f32)]) -> Vec<f32> {
    let mut values = vec![0.0; CHANNELS * columns * rows];
    for y in 0..rows * SUB {
        for x in 0..columns * SUB {
            let at = Point {
                x: x as f32 * 2.0 + 1.0,
                y: y as f32 * 2.0 + 1.0,
            };
            let cell = y / SUB * columns + x / SUB;
            let channel = y % SUB * SUB + x % SUB;
            let point = channel * columns * rows + cell;
            values[point] = -6.0;
            for &(centre, width, height, angle) in lines {
                let (sin, cos) = angle.sin_cos();
                let (dx, dy) = (at.x - centre.x, at.y - centre.y);
                let (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
                if u.abs() <= width / 2.0 - 0.12 * height && v.abs() <= 0.21 * height {
                    values[point] = 6.0;
                    let told = [
                        (height / 16.0).log2(),
                        (2.0 * angle).cos(),
                        (2.0 * angle).sin(),
                    ];
                    for (i, value) in told.into_iter().enumerate() {
                        values[(SUB * SUB + i) * columns * rows + cell] = 3.0 * value;
                    }
                }
            }
        }
    }
    values
}

fn lines_in(columns: usize, rows: usize, values: &[f32]) -> Vec<Line> {
    let maps = Maps {
        values,
        columns,
        rows,
        size: (columns * STRIDE, rows * STRIDE),
    };
    let mut lines = Vec::new();
    Boxes::default().lines(&maps, LEAST, 0.0..1e4, &mut lines);
    lines
}

fn turned(angle: f32) -> (Point, f32, f32, f32) {
    (Point { x: 160.0, y: 160.0 }, 200.0, 24.0, angle)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_line_is_boxed_at_every_angle(angle in -1.5f32..1.5, height in 10.0f32..60.0) {
        let (centre, width, _, _) = turned(angle);
        let lines = lines_in(40, 40, &maps_of(40, 40, &[(centre, width, height, angle)]));
        prop_assert_eq!(lines.len(), 1);
        let line = lines[0];
        prop_assert!(line.quad.centre().distance(centre) < 1.5, "{line:?}");
        prop_assert!((line.height / height - 1.0).abs() < 0.05, "{line:?}");
        prop_assert!((line.quad.angle() - angle).sin().abs() < 0.04, "{line:?}");
        // The box has a margin of paper, and no more than that.
        prop_assert!((1.0..1.5).contains(&(line.quad.height() / height)), "{line:?}");
        let along = line.quad.width() - width;
        prop_assert!((0.0..height).contains(&along), "{line:?}");
    }

    #[test]
    fn no_maps_are_too_wild(values in proptest::collection::vec(prop_oneof![-1e30f32..1e30, -9.0f32..9.0, Just(f32::NAN), Just(f32::INFINITY)], CHANNELS * 6)) {
        for (columns, rows) in [(3, 2), (6, 1), (1, 6)] {
            for line in lines_in(columns, rows, &values) {
                prop_assert!(line.quad.0.iter().all(|p| p.x.is_finite() && p.y.is_finite()), "{line:?}");
            }
        }
    }
}

#[test]
fn tight_lines_stay_apart_and_follow_their_order() {
    let row = |k: usize| {
        (
            Point {
                x: 160.0,
                y: 40.0 + 13.0 * k as f32,
            },
            260.0,
            12.0,
            0.03,
        )
    };
    let drawn: Vec<_> = (0..15).map(row).collect();
    assert_eq!(lines_in(40, 40, &maps_of(40, 40, &drawn)).len(), 15);
}

#[test]
fn a_single_character_has_the_direction_that_the_net_gives() {
    for angle in [0.0, 0.6, 1.5, -0.8] {
        let drawn = (Point { x: 80.0, y: 80.0 }, 20.0, 40.0, angle);
        let lines = lines_in(20, 20, &maps_of(20, 20, &[drawn]));
        assert_eq!(lines.len(), 1);
        assert!(
            (lines[0].quad.angle() - angle).sin().abs() < 0.05,
            "{:?}",
            lines[0]
        );
    }
}

#[test]
fn a_bent_line_is_one_box_that_holds_the_bend() {
    // Pieces of an arch that rises by 30 px.
    let piece = |k: i32| {
        let x = k as f32 * 10.0;
        (
            Point {
                x: 160.0 + x,
                y: 100.0 + x * x / 333.0,
            },
            26.0,
            20.0,
            (x / 166.0).atan(),
        )
    };
    let drawn: Vec<_> = (-10..=10).map(piece).collect();
    let lines = lines_in(40, 40, &maps_of(40, 40, &drawn));
    assert_eq!(lines.len(), 1);
    let (top, bottom) = (90.0, 140.0);
    let [tl, _, br, _] = lines[0].quad.0;
    assert!(tl.y < top + 2.0 && br.y > bottom - 2.0, "{:?}", lines[0]);
}

#[test]
fn empty_full_and_tiny_maps_are_borne() {
    assert_eq!(lines_in(4, 4, &maps_of(4, 4, &[])), []);
    let full = vec![5.0; CHANNELS * 16];
    assert!(lines_in(4, 4, &full).len() <= 1);
    let maps = Maps {
        values: &full,
        columns: 4,
        rows: 4,
        size: (1, 1),
    };
    let mut lines = Vec::new();
    Boxes::default().lines(&maps, LEAST, 0.0..1e4, &mut lines);
    assert!(lines.len() <= 1);
    // Fewer numbers than the shape says.
    assert!(lines_in(4, 4, &full[..20]).len() <= 4);
}

fn line(x: f32, y: f32, width: f32, height: f32, copy: u32) -> Line {
    Line {
        quad: Quad::upright(x, y, width, height),
        height,
        copy,
    }
}

#[test]
fn pieces_of_one_line_are_joined_and_neighbours_are_not() {
    let mut torn: Vec<Line> = (0..5)
        .map(|k| line(60.0 * k as f32, 0.5 * k as f32, 54.0, 20.0, 0))
        .collect();
    join::join(&mut torn);
    assert_eq!(torn.len(), 1);
    assert!((torn[0].quad.width() - 294.0).abs() < 2.0, "{:?}", torn[0]);
    // The next row, another column, and print of another size stay by themselves.
    let apart = [
        line(0.0, 0.0, 100.0, 20.0, 0),
        line(0.0, 21.0, 100.0, 20.0, 0),
        line(130.0, 0.0, 100.0, 20.0, 0),
        line(101.0, 40.0, 100.0, 20.0, 0),
        line(0.0, 42.0, 100.0, 44.0, 0),
    ];
    let mut lines = apart.to_vec();
    join::join(&mut lines);
    assert_eq!(lines.len(), apart.len());
}

#[test]
fn of_a_line_seen_in_two_copies_one_stays() {
    let mut lines = vec![
        line(10.0, 10.0, 300.0, 60.0, 0),
        line(5.0, 8.0, 310.0, 66.0, 1),
    ];
    settle::settle(&mut lines);
    assert_eq!(lines.len(), 1);
    // Specks within large letters go, and a large line that is a block of small ones goes too.
    let mut lines = vec![
        line(0.0, 0.0, 600.0, 200.0, 1),
        line(40.0, 90.0, 30.0, 20.0, 0),
    ];
    settle::settle(&mut lines);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].copy, 1);
    let mut lines = vec![line(0.0, 0.0, 600.0, 200.0, 1)];
    lines.extend((0..6).map(|k| line(5.0, 5.0 + 32.0 * k as f32, 590.0, 24.0, 0)));
    settle::settle(&mut lines);
    assert_eq!(lines.len(), 6);
}

fn built_in() -> Finder {
    Finder::new(&Settings::default(), &Model::latin_finder().unwrap()).unwrap()
}

#[test]
fn the_built_in_net_bears_every_picture() {
    let mut finder = built_in();
    for (width, height) in [(0, 0), (1, 1), (1, 900), (900, 1), (33, 17), (700, 64)] {
        for value in [0, 128, 255] {
            let luma = GrayImage::from_pixel(width, height, Luma([value]));
            assert_eq!(
                finder.find(&luma).unwrap(),
                [],
                "{width} x {height} of {value}"
            );
        }
    }
}

#[test]
fn another_graph_is_refused_in_one_line() {
    let mut model = Model::latin_finder().unwrap();
    model.graph = Model::latin().unwrap().graph;
    let error = Finder::new(&Settings::default(), &model).err().unwrap();
    assert_eq!(error.kind(), Kind::Config);
    assert!(!error.to_string().contains('\n'), "{error}");
}
