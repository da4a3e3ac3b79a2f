//! What a region shows, cut out of the picture and set upright, and the way back.

use image::GrayImage;

use super::polygon::Rect;
use crate::quad::Quad;
use crate::rotation::Rotation;

/// Where a picture was cut out of a larger one, and how it was turned then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    rect: Rect,
    turn: Rotation,
}

impl Cut {
    /// Cuts `rect`, which lies in `picture`, into `out`, whose buffer is used again, and turns it.
    pub fn new(picture: &GrayImage, rect: Rect, turn: Rotation, out: &mut GrayImage) -> Self {
        let mut pixels = std::mem::take(out).into_raw();
        pixels.clear();
        let columns = rect.left as usize..(rect.left + rect.width) as usize;
        let rows = picture
            .as_raw()
            .chunks_exact((picture.width() as usize).max(1));
        for row in rows.skip(rect.top as usize).take(rect.height as usize) {
            pixels.extend_from_slice(row.get(columns.clone()).unwrap_or_default());
        }
        let part = GrayImage::from_raw(rect.width, rect.height, pixels).unwrap_or_default();
        *out = match turn {
            Rotation::None => part,
            turn => turn.apply(&part),
        };
        Cut { rect, turn }
    }

    /// The same after what was cut out was turned further.
    pub fn turned(self, further: Rotation) -> Self {
        Cut {
            turn: self.turn.and(further),
            ..self
        }
    }

    /// Where a place in what was cut out is in the larger picture.
    pub fn to_source(self, quad: &Quad) -> Quad {
        let before = self
            .turn
            .to_source(quad, (self.rect.width, self.rect.height));
        before.shifted(self.rect.left as f32, self.rect.top as f32)
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn a_place_in_the_part_is_found_again_in_the_picture() {
        let mut picture = GrayImage::new(40, 30);
        picture.put_pixel(23, 12, Luma([255]));
        let rect = Rect {
            left: 20,
            top: 10,
            width: 15,
            height: 9,
        };
        let mut part = GrayImage::new(100, 100);
        for turn in [
            Rotation::None,
            Rotation::Quarter,
            Rotation::Half,
            Rotation::ThreeQuarters,
        ] {
            let cut = Cut::new(&picture, rect, turn, &mut part);
            let (x, y, _) = part.enumerate_pixels().find(|p| p.2[0] > 0).unwrap();
            let centre = cut
                .to_source(&Quad::upright(x as f32, y as f32, 1.0, 1.0))
                .centre();
            assert_eq!((centre.x, centre.y), (23.5, 12.5), "{turn:?}");
        }
    }
}
