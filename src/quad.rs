//! Places in a picture: points and rotated four-sided boxes, in pixels, x to the right and y down.

use serde::{Deserialize, Serialize};

/// A point in pixels; (0, 0) is the top left corner of the top left pixel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "[f32; 2]", from = "[f32; 2]")]
pub struct Point {
    /// To the right.
    pub x: f32,
    /// Down.
    pub y: f32,
}

impl From<Point> for [f32; 2] {
    fn from(p: Point) -> Self {
        [p.x, p.y]
    }
}

impl From<[f32; 2]> for Point {
    fn from([x, y]: [f32; 2]) -> Self {
        Point { x, y }
    }
}

impl Point {
    /// The distance to `other`, in pixels.
    pub fn distance(self, other: Point) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The point half-way to `other`.
    pub fn midpoint(self, other: Point) -> Point {
        Point {
            x: (self.x + other.x) / 2.0,
            y: (self.y + other.y) / 2.0,
        }
    }
}

/// A line of text in a picture: its corners, as a reader of the line sees them, are
/// top left, top right, bottom right, bottom left. An upright line runs to the right.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quad(pub [Point; 4]);

impl Quad {
    /// A box with its sides along the axes.
    pub fn upright(x: f32, y: f32, width: f32, height: f32) -> Self {
        Quad([
            Point { x, y },
            Point { x: x + width, y },
            Point {
                x: x + width,
                y: y + height,
            },
            Point { x, y: y + height },
        ])
    }

    /// A box of the given size about `centre`, turned clockwise (as seen on screen) by `angle` radians.
    pub fn rotated(centre: Point, width: f32, height: f32, angle: f32) -> Self {
        let (sin, cos) = angle.sin_cos();
        let corner = |dx: f32, dy: f32| Point {
            x: centre.x + dx * cos - dy * sin,
            y: centre.y + dx * sin + dy * cos,
        };
        let (w, h) = (width / 2.0, height / 2.0);
        Quad([corner(-w, -h), corner(w, -h), corner(w, h), corner(-w, h)])
    }

    /// This box, moved.
    pub fn shifted(&self, x: f32, y: f32) -> Quad {
        Quad(self.0.map(|p| Point {
            x: p.x + x,
            y: p.y + y,
        }))
    }

    /// The middles of the sides at which the line begins and ends.
    pub fn ends(&self) -> [Point; 2] {
        let [tl, tr, br, bl] = self.0;
        [tl.midpoint(bl), tr.midpoint(br)]
    }

    /// The place at `u` along the line and `v` across it, each from 0 to 1 in the box.
    pub fn at(&self, u: f32, v: f32) -> Point {
        let [tl, tr, br, bl] = self.0;
        let mix = |a: Point, b: Point, share: f32| Point {
            x: a.x + (b.x - a.x) * share,
            y: a.y + (b.y - a.y) * share,
        };
        mix(mix(tl, tr, u), mix(bl, br, u), v)
    }

    /// The part of the box from `start` to `end` along the line, 0 to 1 being all of it.
    pub fn part(&self, start: f32, end: f32) -> Quad {
        Quad([
            self.at(start, 0.0),
            self.at(end, 0.0),
            self.at(end, 1.0),
            self.at(start, 1.0),
        ])
    }

    /// Mean length of the sides along the line, in pixels.
    pub fn width(&self) -> f32 {
        let [tl, tr, br, bl] = self.0;
        (tl.distance(tr) + bl.distance(br)) / 2.0
    }

    /// Mean length of the sides across the line, in pixels.
    pub fn height(&self) -> f32 {
        let [tl, tr, br, bl] = self.0;
        (tl.distance(bl) + tr.distance(br)) / 2.0
    }

    /// The middle of the four corners.
    pub fn centre(&self) -> Point {
        let [tl, tr, br, bl] = self.0;
        tl.midpoint(br).midpoint(tr.midpoint(bl))
    }

    /// The direction of the line in radians, 0 to the right, clockwise as seen on screen.
    pub fn angle(&self) -> f32 {
        let [start, end] = self.ends();
        (end.y - start.y).atan2(end.x - start.x)
    }

    /// A place seen from the middle of the box: how far along the line, and how far across it.
    pub fn along_across(&self, at: Point) -> (f32, f32) {
        let (sin, cos) = self.angle().sin_cos();
        let centre = self.centre();
        let (x, y) = (at.x - centre.x, at.y - centre.y);
        (x * cos + y * sin, y * cos - x * sin)
    }

    /// Whether a place lies in the box, taken as a rectangle in its direction.
    pub fn holds(&self, at: Point) -> bool {
        let (along, across) = self.along_across(at);
        along.abs() <= self.width() / 2.0 && across.abs() <= self.height() / 2.0
    }
}

/// Pixels from the edge of a picture within which print runs out of it, and the same in heights of its line.
const AT_EDGE: f32 = 3.0;
const AT_EDGE_HEIGHTS: f32 = 0.1;

/// A side of a picture; in clockwise order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// y is 0.
    Top,
    /// x is the width.
    Right,
    /// y is the height.
    Bottom,
    /// x is 0.
    Left,
}

impl Quad {
    /// The side at which the line runs out of a picture of this size.
    pub fn cut_at(&self, (width, height): (u32, u32)) -> Option<Side> {
        let margin = AT_EDGE.max(AT_EDGE_HEIGHTS * self.height());
        let (right, bottom) = (width as f32 - margin, height as f32 - margin);
        let cut = |p: &Point| match p {
            p if p.x < margin => Some(Side::Left),
            p if p.x > right => Some(Side::Right),
            p if p.y < margin => Some(Side::Top),
            p if p.y > bottom => Some(Side::Bottom),
            _ => None,
        };
        self.0.iter().find_map(cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotated_box_keeps_its_size_centre_and_angle() {
        let quad = Quad::rotated(Point { x: 50.0, y: 40.0 }, 60.0, 12.0, 0.4);
        assert!((quad.width() - 60.0).abs() < 1e-3);
        assert!((quad.height() - 12.0).abs() < 1e-3);
        assert!((quad.angle() - 0.4).abs() < 1e-4);
        assert!(quad.centre().distance(Point { x: 50.0, y: 40.0 }) < 1e-3);
    }
}
