//! How soft the print of one line is, beside its height: what the whole picture does not tell where only the label is out of focus.

use image::GrayImage;

use crate::quad::Quad;
use crate::vision::enhance::levels::percentile;

/// The percentage of steps that are taken for edges: print has one at each side of a stroke.
const EDGES: f32 = 5.0;
/// The percentage of pixels that are paper, and ink.
const FLAT: f32 = 5.0;

/// The width of the print's edges in heights of the line; none where there is nothing to be seen. Print whose edges are
/// as wide as a fifth of the line cannot be read.
pub fn softness(luma: &GrayImage, quad: &Quad) -> Option<f32> {
    let xs = quad.0.map(|p| p.x);
    let ys = quad.0.map(|p| p.y);
    let least = |all: [f32; 4]| all.into_iter().fold(f32::MAX, f32::min).max(0.0) as u32;
    let most = |all: [f32; 4], side: u32| {
        let most = all.into_iter().fold(0.0, f32::max) as u32;
        most.min(side.saturating_sub(1))
    };
    let (left, right) = (least(xs), most(xs, luma.width()));
    let (top, bottom) = (least(ys), most(ys, luma.height()));
    let (mut levels, mut steps) = ([0u32; 256], [0u32; 256]);
    let width = luma.width().max(1) as usize;
    let rows = luma.as_raw().chunks_exact(width);
    for row in rows
        .skip(top as usize)
        .take(bottom.saturating_sub(top) as usize)
    {
        let Some(row) = row.get(left as usize..=right as usize) else {
            continue;
        };
        for (&a, &b) in row.iter().zip(row.iter().skip(1)) {
            levels[usize::from(a)] += 1;
            steps[usize::from(a.abs_diff(b))] += 1;
        }
    }
    let (ink, paper) = (percentile(&levels, FLAT), percentile(&levels, 100.0 - FLAT));
    let contrast = paper.saturating_sub(ink);
    let steepest = percentile(&steps, 100.0 - EDGES);
    let height = quad.height().max(1.0);
    (contrast > 0).then(|| f32::from(contrast) / f32::from(steepest.max(1)) / height)
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use image::imageops::blur;

    use super::*;

    #[test]
    fn blurred_print_is_soft_and_small_sharp_print_is_not() {
        let print = |size: u32| {
            GrayImage::from_fn(400, 60, |x, y| {
                let ink = (x / size).is_multiple_of(3) && (10..10 + 6 * size).contains(&y);
                Luma([if ink { 40 } else { 210 }])
            })
        };
        let line = |size: u32| Quad::upright(0.0, 10.0, 400.0, 6.0 * size as f32);
        let of = |luma: &GrayImage, size| softness(luma, &line(size)).unwrap();
        assert!(of(&print(4), 4) < 0.06, "{}", of(&print(4), 4));
        let soft = of(&blur(&print(4), 3.0), 4);
        assert!(soft > 0.15, "{soft}");
        assert_eq!(
            softness(&GrayImage::from_pixel(9, 9, Luma([7])), &line(4)),
            None
        );
        assert_eq!(softness(&GrayImage::new(0, 0), &line(4)), None);
    }
}
