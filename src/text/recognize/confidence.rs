//! How sure the reader says it is, and how often it is right when it says so.
//!
//! Takes a line's raw confidence, the geometric mean of a share of its probability for each character; gives the share of
//! its characters that are expected to be right. The order of two lines never changes.

use crate::model::Calibration;

/// Confidences are kept this far from 0 and 1, where the logit has no end; models/train/calibrate.py does the same.
const LEAST: f32 = 1e-4;

/// What a line's raw confidence becomes before anybody sees it.
pub fn calibrated(raw: f32, calibration: &Calibration) -> f32 {
    if *calibration == Calibration::default() {
        return raw;
    }
    let raw = raw.clamp(LEAST, 1.0 - LEAST);
    let logit = (raw / (1.0 - raw)).ln();
    1.0 / (1.0 + (-(calibration.slope * logit + calibration.offset)).exp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn without_a_calibration_it_is_what_the_network_says() {
        for raw in [0.0, 0.3, 1.0] {
            assert_eq!(calibrated(raw, &Calibration::default()), raw);
        }
    }

    #[test]
    fn an_overconfident_reader_is_corrected() {
        let overconfident = Calibration {
            slope: 0.5,
            offset: -0.2,
        };
        // logit(0.9) = 2.1972; 0.5 of it less 0.2 is 0.8986.
        assert!((calibrated(0.9, &overconfident) - 0.7107).abs() < 1e-3);
        assert!(calibrated(0.0, &overconfident) < 0.01);
        assert!(calibrated(1.0, &overconfident) > 0.98);
    }

    proptest! {
        #[test]
        fn it_stays_a_share_and_in_order(
            a in 0f32..=1.0, b in 0f32..=1.0, slope in 0.1f32..5.0, offset in -3f32..3.0,
        ) {
            let calibration = Calibration { slope, offset };
            let (low, high) = (a.min(b), a.max(b));
            let (low, high) = (calibrated(low, &calibration), calibrated(high, &calibration));
            prop_assert!((0.0..=1.0).contains(&low) && low <= high && high <= 1.0);
        }
    }
}
