//! Polygons in a picture, of corners in shares of its width and height.
//!
//! Shares, not pixels: a camera gives the size that is nearest to what was asked of it, and another one another day.

use image::GrayImage;

use crate::quad::Point;

/// Corners of a polygon. More follow the edge of a label no better.
pub const CORNERS: std::ops::RangeInclusive<usize> = 3..=32;
/// The least width and height of a polygon, as a share of the picture's: 7 of 720 pixels are the lowest line that is found.
const LEAST_SIDE: f32 = 0.01;
/// What is searched around a polygon, as a share of the picture's longer side: a corner that was set by hand may cut off
/// the foot of a letter.
const MARGIN: f32 = 0.01;

/// A polygon. Its edges do not cross, and it lies in the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Polygon {
    corners: Vec<Point>,
    from: Point,
    to: Point,
}

/// A part of a picture, in whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// Pixels left of it.
    pub left: u32,
    /// Pixels above it.
    pub top: u32,
    /// At least 1, in a picture that is not empty.
    pub width: u32,
    /// At least 1, in a picture that is not empty.
    pub height: u32,
}

impl Polygon {
    /// The polygon of these corners, in order along its edge, either way round.
    ///
    /// # Errors
    /// What is wrong, and with which corner if with one.
    pub fn new(corners: &[[f32; 2]]) -> Result<Self, (Option<usize>, String)> {
        let fault = |message: String| Err((None, message));
        if !CORNERS.contains(&corners.len()) {
            return fault(format!(
                "has {} corners, expected {} to {}, each [x, y] from [0, 0] (top left) to [1, 1] (bottom right)",
                corners.len(),
                CORNERS.start(),
                CORNERS.end()
            ));
        }
        let share = 0.0..=1.0;
        let outside = |[x, y]: &[f32; 2]| !(share.contains(x) && share.contains(y));
        if let Some((at, [x, y])) = corners.iter().enumerate().find(|(_, c)| outside(c)) {
            let message =
                format!("is [{x}, {y}], expected shares of the picture's width and height, 0 to 1");
            return Err((Some(at), message));
        }
        let corners: Vec<Point> = corners.iter().map(|&corner| corner.into()).collect();
        if let Some((first, second)) = crossing(&corners) {
            return fault(format!(
                "crosses or touches itself, between corners {first} and {second}: name the corners in their order along the edge"
            ));
        }
        let least = |of: fn(&Point) -> f32| corners.iter().map(of).fold(f32::INFINITY, f32::min);
        let most = |of: fn(&Point) -> f32| corners.iter().map(of).fold(0.0, f32::max);
        let from = Point {
            x: least(|p| p.x),
            y: least(|p| p.y),
        };
        let to = Point {
            x: most(|p| p.x),
            y: most(|p| p.y),
        };
        let (width, height) = (to.x - from.x, to.y - from.y);
        if width < LEAST_SIDE || height < LEAST_SIDE {
            return fault(format!(
                "is {width:.3} wide and {height:.3} high, expected at least {LEAST_SIDE} of the picture each way"
            ));
        }
        Ok(Polygon { corners, from, to })
    }

    /// The corners.
    pub fn corners(&self) -> &[Point] {
        &self.corners
    }

    /// Whether a point, in shares of the picture, lies inside: a ray from it to the right meets the edge an odd number of
    /// times.
    pub fn holds(&self, at: Point) -> bool {
        let meets = edges(&self.corners).filter(|(a, b)| {
            (a.y > at.y) != (b.y > at.y) && at.x < a.x + (at.y - a.y) / (b.y - a.y) * (b.x - a.x)
        });
        meets.count() % 2 == 1
    }

    /// The smallest upright part of a picture that shows the polygon and a little around it.
    pub fn bounds(&self, picture: &GrayImage) -> Rect {
        let (width, height) = picture.dimensions();
        let margin = MARGIN * width.max(height) as f32;
        let span = |from: f32, to: f32, side: u32| {
            let first = (from * side as f32 - margin).floor().max(0.0) as u32;
            let last = (to * side as f32 + margin).ceil() as u32;
            let first = first.min(side.saturating_sub(1));
            (first, last.min(side).saturating_sub(first))
        };
        let (left, width) = span(self.from.x, self.to.x, width);
        let (top, height) = span(self.from.y, self.to.y, height);
        Rect {
            left,
            top,
            width,
            height,
        }
    }
}

/// The edges, each from a corner to the next.
fn edges(corners: &[Point]) -> impl Iterator<Item = (Point, Point)> + Clone + '_ {
    let next = corners.iter().cycle().skip(1);
    corners.iter().copied().zip(next.copied())
}

/// Two edges that have a point in common, other than neighbours their corner: the numbers of their first corners, from 1.
fn crossing(corners: &[Point]) -> Option<(usize, usize)> {
    let count = corners.len();
    edges(corners).enumerate().find_map(|(i, (a, b))| {
        let later = edges(corners).enumerate().skip(i + 1);
        later
            .filter(|&(j, (c, d))| {
                if j == i + 1 {
                    return folds_back(a, b, d);
                }
                if i == 0 && j + 1 == count {
                    return folds_back(c, d, b);
                }
                meet(a, b, c, d)
            })
            .map(|(j, _)| (i + 1, j + 1))
            .next()
    })
}

/// On which side of the line from `a` to `b` the point lies: the sign; 0 for on it.
fn side(a: Point, b: Point, at: Point) -> f64 {
    let [ax, ay, bx, by, x, y] = [a.x, a.y, b.x, b.y, at.x, at.y].map(f64::from);
    (bx - ax) * (y - ay) - (by - ay) * (x - ax)
}

/// Whether the way from `a` over `b` to `c` runs back on itself.
fn folds_back(a: Point, b: Point, c: Point) -> bool {
    let ahead = (b.x - a.x) * (c.x - b.x) + (b.y - a.y) * (c.y - b.y);
    a == b || b == c || (side(a, b, c) == 0.0 && ahead < 0.0)
}

/// Whether the edges from `a` to `b` and from `c` to `d` have a point in common.
fn meet(a: Point, b: Point, c: Point, d: Point) -> bool {
    let between = |a: Point, b: Point, at: Point| {
        side(a, b, at) == 0.0
            && (a.x.min(b.x)..=a.x.max(b.x)).contains(&at.x)
            && (a.y.min(b.y)..=a.y.max(b.y)).contains(&at.y)
    };
    let across = |a, b, c, d| side(a, b, c) * side(a, b, d) < 0.0;
    (across(a, b, c, d) && across(c, d, a, b))
        || between(a, b, c)
        || between(a, b, d)
        || between(c, d, a)
        || between(c, d, b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(x: f32, y: f32) -> Point {
        Point { x, y }
    }

    fn fault(corners: &[[f32; 2]]) -> (Option<usize>, String) {
        Polygon::new(corners).expect_err("no polygon")
    }

    /// A step of stairs: what lies in its corner at the top right is outside.
    const STEP: [[f32; 2]; 6] = [
        [0.1, 0.1],
        [0.5, 0.1],
        [0.5, 0.5],
        [0.9, 0.5],
        [0.9, 0.9],
        [0.1, 0.9],
    ];

    #[test]
    fn a_point_is_inside_whichever_way_round_the_corners_go() {
        let mut backwards = STEP;
        backwards.reverse();
        for corners in [STEP, backwards] {
            let polygon = Polygon::new(&corners).unwrap();
            for inside in [at(0.2, 0.2), at(0.2, 0.8), at(0.8, 0.8), at(0.2, 0.5)] {
                assert!(polygon.holds(inside), "{inside:?}");
            }
            for outside in [
                at(0.7, 0.3),
                at(0.05, 0.5),
                at(0.95, 0.5),
                at(f32::NAN, 0.5),
            ] {
                assert!(!polygon.holds(outside), "{outside:?}");
            }
        }
    }

    #[test]
    fn what_is_no_polygon_is_refused() {
        assert!(
            fault(&[[0.0, 0.0], [1.0, 1.0]])
                .1
                .starts_with("has 2 corners")
        );
        assert!(fault(&[[0.5, 0.5]; 33]).1.starts_with("has 33 corners"));
        let outside = fault(&[[0.0, 0.0], [640.0, 0.0], [0.0, 480.0]]);
        assert_eq!(outside.0, Some(1));
        assert!(outside.1.contains("[640, 0]"), "{}", outside.1);
        assert_eq!(fault(&[[0.0, 0.0], [1.0, 0.0], [0.0, f32::NAN]]).0, Some(2));
        let hourglass = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]];
        assert!(fault(&hourglass).1.contains("between corners 1 and 3"));
        let spike = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.9, 0.2], [0.1, 0.5]];
        assert!(fault(&spike).1.contains("crosses or touches"));
        assert!(
            fault(&[[0.2, 0.2], [0.5, 0.5], [0.8, 0.8]])
                .1
                .contains("touches")
        );
        assert!(fault(&[[0.2, 0.2]; 4]).1.contains("touches"));
        let touching = [
            [0.1, 0.1],
            [0.9, 0.1],
            [0.5, 0.5],
            [0.9, 0.9],
            [0.1, 0.9],
            [0.5, 0.5],
        ];
        assert!(fault(&touching).1.contains("touches"));
        let flat = [[0.1, 0.5], [0.9, 0.5], [0.9, 0.505], [0.1, 0.505]];
        assert!(fault(&flat).1.contains("high, expected at least 0.01"));
        assert!(Polygon::new(&[[0.1, 0.1], [0.5, 0.1], [0.9, 0.1], [0.5, 0.9]]).is_ok());
    }

    #[test]
    fn the_bounds_stay_in_the_picture() {
        let whole = Polygon::new(&[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]).unwrap();
        let part = Polygon::new(&[[0.5, 0.5], [0.75, 0.5], [0.5, 0.75]]).unwrap();
        let bounds = |polygon: &Polygon, width, height| {
            let rect = polygon.bounds(&GrayImage::new(width, height));
            (rect.left, rect.top, rect.width, rect.height)
        };
        assert_eq!(bounds(&whole, 400, 200), (0, 0, 400, 200));
        assert_eq!(bounds(&part, 400, 200), (196, 96, 108, 58));
        assert_eq!(bounds(&part, 1, 1), (0, 0, 1, 1));
        assert_eq!(bounds(&part, 0, 0), (0, 0, 0, 0));
    }

    proptest! {
        #[test]
        fn any_corners_are_a_polygon_or_refused(
            corners in prop::collection::vec([-0.2f32..1.2, -0.2f32..1.2], 0..40),
            width in 0u32..300, height in 0u32..300,
        ) {
            if let Ok(polygon) = Polygon::new(&corners) {
                let rect = polygon.bounds(&GrayImage::new(width, height));
                prop_assert!(rect.left + rect.width <= width && rect.top + rect.height <= height);
            }
        }

        /// Three corners have an inside that is told by the sides alone.
        #[test]
        fn a_triangle_holds_what_is_on_the_same_side_of_its_edges(
            corners in [[0f32..1.0, 0f32..1.0], [0f32..1.0, 0f32..1.0], [0f32..1.0, 0f32..1.0]],
            x in 0f32..1.0, y in 0f32..1.0,
        ) {
            let point = at(x, y);
            if let Ok(polygon) = Polygon::new(&corners) {
                let sides: Vec<f64> = edges(polygon.corners()).map(|(a, b)| side(a, b, point)).collect();
                // What lies on an edge, but for rounding, may be either.
                prop_assume!(sides.iter().all(|side| side.abs() > 1e-6));
                let same = sides.iter().all(|&s| s > 0.0) || sides.iter().all(|&s| s < 0.0);
                prop_assert_eq!(polygon.holds(point), same);
            }
        }
    }
}
