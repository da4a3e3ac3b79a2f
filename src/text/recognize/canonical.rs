//! The form in which the built-in reader sees a strip: contrast stretched, dark on light.
//!
//! The training scripts (`models/train/render.py`) do exactly the same to what they render, down to the
//! integer, so that the reader meets nothing here that it was not trained on.

/// Quantiles of luma, in percent, that become black and white: outliers (glare, specks) do not set the scale.
const LOW_PERCENT: usize = 1;
const HIGH_PERCENT: usize = 99;
/// Levels of luma. A flatter strip is stretched no further: its noise would become text.
const LEAST_SPAN: i32 = 24;

/// Stretches the contrast of a strip in place and inverts it when it is more dark than light, since ink
/// covers less of a line than its ground.
pub fn canonical(luma: &mut [u8]) {
    let mut counts = [0usize; 256];
    for &v in luma.iter() {
        counts[usize::from(v)] += 1;
    }
    let level_where = |reached: &dyn Fn(usize) -> bool| {
        let mut sum = 0;
        counts.iter().position(|&c| {
            sum += c;
            reached(sum)
        })
    };
    let n = luma.len();
    let low = level_where(&|sum| sum * 100 > n * LOW_PERCENT).unwrap_or(255) as i32;
    let high = level_where(&|sum| sum * 100 >= n * HIGH_PERCENT).unwrap_or(255) as i32;
    let span = (high - low).max(LEAST_SPAN);
    let low = if high - low >= LEAST_SPAN {
        low
    } else {
        (low + high - span).div_euclid(2)
    };
    let stretched: [u8; 256] =
        std::array::from_fn(|v| ((v as i32 - low) * 255).div_euclid(span).clamp(0, 255) as u8);
    let mut sum = 0u64;
    for v in luma.iter_mut() {
        *v = stretched[usize::from(*v)];
        sum += u64::from(*v);
    }
    if sum * 2 < 255 * n as u64 {
        luma.iter_mut().for_each(|v| *v = 255 - *v);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faint_light_on_dark_becomes_full_dark_on_light() {
        let mut strip = [40u8; 100];
        strip[10..30].fill(90);
        canonical(&mut strip);
        assert!(strip[..10].iter().all(|&v| v == 255));
        assert!(strip[10..30].iter().all(|&v| v == 0));
    }

    #[test]
    fn a_flat_strip_is_not_stretched_to_noise() {
        let mut strip: Vec<u8> = (0..1000).map(|i| 128 + (i % 3) as u8).collect();
        canonical(&mut strip);
        let (least, most) = (strip.iter().min().unwrap(), strip.iter().max().unwrap());
        assert!(most - least < 30, "{least}..{most}");
    }

    /// The values that `canonical` in models/train/render.py gives for the same strip.
    #[test]
    fn equals_the_training_scripts() {
        let mut strip: Vec<u8> = (0..64u32).map(|i| (60 + i * i % 97) as u8).collect();
        canonical(&mut strip);
        assert_eq!(&strip[..12], PYTHON);
    }
    const PYTHON: &[u8] = &[0, 2, 10, 23, 42, 66, 95, 130, 170, 215, 7, 63];

    #[test]
    fn nothing_stays_nothing() {
        canonical(&mut []);
    }
}
