//! Contrast: the luma between two percentiles stretched over the whole range.

use image::GrayImage;

/// Percentiles closer than this, in levels, are of a strip without print: stretching would show only grain.
const MIN_RANGE: u8 = 8;

/// How many pixels have each luma.
pub fn histogram(luma: &GrayImage) -> [u32; 256] {
    let mut counts = [0; 256];
    for &value in luma.as_raw() {
        counts[usize::from(value)] += 1;
    }
    counts
}

/// The least luma that `percent` of the counted pixels do not exceed.
pub fn percentile(counts: &[u32; 256], percent: f32) -> u8 {
    let total: u32 = counts.iter().sum();
    let wanted = f64::from(percent) / 100.0 * f64::from(total);
    let mut below = 0;
    for (value, count) in counts.iter().enumerate() {
        below += count;
        if f64::from(below) >= wanted && below > 0 {
            return value as u8;
        }
    }
    u8::MAX
}

/// Makes the `low` percentile black and the `high` percentile white, in place, and what is between in proportion.
pub fn stretch(luma: &mut GrayImage, low: f32, high: f32) {
    let counts = histogram(luma);
    let (black, white) = (percentile(&counts, low), percentile(&counts, high));
    if white.saturating_sub(black) < MIN_RANGE {
        return;
    }
    let range = u32::from(white - black);
    let mut table = [0u8; 256];
    for (value, out) in table.iter_mut().enumerate() {
        let above = (value as u32).saturating_sub(u32::from(black)).min(range);
        *out = ((above * 255 + range / 2) / range) as u8;
    }
    for value in luma.iter_mut() {
        *value = table[usize::from(*value)];
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn a_faint_ramp_fills_the_range_and_stays_in_order() {
        let mut luma = GrayImage::from_fn(100, 10, |x, _| Luma([100 + (x / 4) as u8]));
        stretch(&mut luma, 1.0, 99.0);
        let row: Vec<u8> = luma.rows().next().unwrap().map(|p| p[0]).collect();
        assert!(row.is_sorted());
        assert_eq!((row[0], row[99]), (0, 255));
        assert!((i32::from(row[50]) - 128).abs() < 12);
    }

    #[test]
    fn a_strip_without_print_stays_as_it_is() {
        let mut luma =
            GrayImage::from_fn(60, 20, |x, y| Luma([200 + ((x * 7 + y * 13) % 5) as u8]));
        let before = luma.clone();
        stretch(&mut luma, 1.0, 99.0);
        assert_eq!(luma, before);
    }
}
