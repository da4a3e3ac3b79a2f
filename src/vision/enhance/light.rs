//! Uneven light along a strip, divided out.
//!
//! Paper is what most of a stretch of a line is, and the brightest: its luma is a high percentile in a window that
//! slides along the line, which is then smoothed. Dividing by it undoes a shadow, for light multiplies (as in
//! the shading correction of microscopes).

use image::GrayImage;

/// The percentile that is paper even under bold letters, which fill under half of a strip.
const PAPER: f32 = 85.0;
/// Half the window's width, in heights of the strip: it must hold a few letters and be shorter than shadows are.
const REACH: f32 = 1.5;
/// The darkest paper, in levels: dividing by less would blow up grain.
const MIN_PAPER: f32 = 16.0;

/// Makes the paper of a dark-on-light strip evenly white, in place.
pub fn flatten(luma: &mut GrayImage) {
    let (width, height) = luma.dimensions();
    if width == 0 || height == 0 {
        return;
    }
    let reach = ((REACH * height as f32) as usize).max(1);
    let paper = smoothed(&column_paper(luma, reach), reach);
    for row in luma.as_mut().chunks_exact_mut(width as usize) {
        for (value, paper) in row.iter_mut().zip(&paper) {
            *value = (f32::from(*value) * 255.0 / paper.max(MIN_PAPER)).min(255.0) as u8;
        }
    }
}

/// For each column the luma of the paper within `reach` columns.
fn column_paper(luma: &GrayImage, reach: usize) -> Vec<f32> {
    let width = luma.width() as usize;
    let column = |x: usize| luma.as_raw().iter().skip(x).step_by(width);
    let mut counts = [0u32; 256];
    for x in 0..reach.min(width) {
        column(x).for_each(|&value| counts[usize::from(value)] += 1);
    }
    let mut paper = Vec::with_capacity(width);
    for x in 0..width {
        if x + reach < width {
            column(x + reach).for_each(|&value| counts[usize::from(value)] += 1);
        }
        if x > reach {
            column(x - reach - 1).for_each(|&value| counts[usize::from(value)] -= 1);
        }
        paper.push(f32::from(super::levels::percentile(&counts, PAPER)));
    }
    paper
}

/// The mean of the values within `reach` places.
fn smoothed(values: &[f32], reach: usize) -> Vec<f32> {
    let mut sums = vec![0.0f64; values.len() + 1];
    for (i, &value) in values.iter().enumerate() {
        sums[i + 1] = sums[i] + f64::from(value);
    }
    (0..values.len())
        .map(|i| {
            let (from, to) = (i.saturating_sub(reach), (i + reach + 1).min(values.len()));
            ((sums[to] - sums[from]) / (to - from) as f64) as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn a_shadow_over_letters_goes_and_the_letters_stay() {
        // Bars of a fifth of the paper's luma, in light that falls to less than half along the strip.
        let mut luma = GrayImage::from_fn(320, 32, |x, y| {
            let light = 230.0 - 140.0 * x as f32 / 320.0;
            let ink = (6..26).contains(&y) && x % 16 < 5;
            Luma([(light * if ink { 0.2 } else { 1.0 }) as u8])
        });
        flatten(&mut luma);
        for (x, y, pixel) in luma.enumerate_pixels() {
            let ink = (6..26).contains(&y) && x % 16 < 5;
            if ink {
                assert!(pixel[0] < 70, "ink at {x}, {y} is {}", pixel[0]);
            } else {
                // At the dark end the windows see brighter paper on one side only: its 90 levels are divided by 116.
                assert!(pixel[0] > 190, "paper at {x}, {y} is {}", pixel[0]);
            }
        }
    }
}
