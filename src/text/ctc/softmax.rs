//! Logits become probabilities, in place.

use super::probs::sum;
use crate::error::{Result, err};

/// Logits this far below the highest of their row have the probability 0: e^-80 is nothing beside
/// 1, and is still within the range of exponents that [`exp`] can make.
const FARTHEST: f32 = -80.0;

/// Makes each row of `classes` logits a distribution, in place. Gives how many logits were NaN.
///
/// A NaN counts as minus infinity, which has the probability 0. Logits of plus infinity share the
/// whole row evenly. A row without any logit above minus infinity becomes all zeros: no
/// probabilities, which the decoders pass over. The relative error is below 1e-5.
///
/// # Errors
///
/// `Kind::Data`, and `logits` as they were, when they are not whole rows (or `classes` is 0 while
/// there are logits).
pub fn softmax_rows(logits: &mut [f32], classes: usize) -> Result<usize> {
    if logits.is_empty() {
        return Ok(0);
    }
    if logits.len().checked_rem(classes) != Some(0) {
        return Err(err!(
            Data,
            "logits: {} values are not whole rows of {classes} classes; \
                 the model's output has another shape than it declares",
            logits.len()
        ));
    }
    let mut not_numbers = 0;
    for row in logits.chunks_exact_mut(classes) {
        let highest = row
            .iter()
            .fold(f32::NEG_INFINITY, |high, &logit| high.max(logit));
        not_numbers += row.iter().filter(|logit| logit.is_nan()).count();
        if highest.is_finite() {
            for logit in row.iter_mut() {
                *logit = exp(*logit - highest);
            }
            // At least 1, as the highest has become 1.
            let factor = 1.0 / sum(row);
            for value in row {
                *value *= factor;
            }
        } else {
            let infinite = row.iter().filter(|&&logit| logit == f32::INFINITY).count();
            for logit in row {
                *logit = if *logit == f32::INFINITY {
                    1.0 / infinite as f32
                } else {
                    0.0
                };
            }
        }
    }
    Ok(not_numbers)
}

/// e to the power of a number of at most 0; 0 below [`FARTHEST`] and for a NaN.
///
/// Plain arithmetic that compiles to vector instructions, which calls of the C library's function
/// do not: 2^x is split into a whole power, written into the exponent, and a Taylor polynomial.
#[inline]
fn exp(x: f32) -> f32 {
    /// Added to a small number, this leaves its nearest whole number in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2: f32 = std::f32::consts::LN_2;
    let power = x.max(FARTHEST) * std::f32::consts::LOG2_E;
    let shifted = power + ROUND;
    let rest = (power - (shifted - ROUND)) * LN_2;
    let whole = shifted.to_bits().wrapping_sub(ROUND.to_bits());
    let two_to_whole = f32::from_bits(whole.wrapping_add(127) << 23);
    let series = [
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ];
    let e_to_rest = series
        .iter()
        .fold(0.0, |value, factor| value * rest + factor);
    if x > FARTHEST {
        e_to_rest * two_to_whole
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whole_rows_only() {
        assert_eq!(softmax_rows(&mut [], 0).ok(), Some(0));
        let mut logits = [1.0, 2.0, 3.0];
        assert!(softmax_rows(&mut logits, 2).is_err());
        assert!(softmax_rows(&mut logits, 0).is_err());
        assert_eq!(logits, [1.0, 2.0, 3.0]);
        assert!(softmax_rows(&mut logits, 3).is_ok());
    }

    #[test]
    fn logits_that_are_no_numbers() {
        let (nan, inf) = (f32::NAN, f32::INFINITY);
        let mut logits = [
            [0.0, nan, 0.0, -inf],
            [inf, 5.0, inf, nan],
            [nan, nan, nan, nan],
            [-inf, -inf, -inf, nan],
            [f32::MAX, f32::MIN, f32::MAX, 0.0],
        ];
        assert_eq!(softmax_rows(logits.as_flattened_mut(), 4).ok(), Some(7));
        assert_eq!(logits[0], [0.5, 0.0, 0.5, 0.0]);
        assert_eq!(logits[1], [0.5, 0.0, 0.5, 0.0]);
        assert_eq!(logits[2], [0.0; 4]);
        assert_eq!(logits[3], [0.0; 4]);
        assert_eq!(logits[4], [0.5, 0.0, 0.5, 0.0]);
    }

    proptest! {
        #[test]
        fn as_the_textbook_has_it(
            mut logits in prop::collection::vec(-60.0f32..60.0, 1..70),
            offset in -1000.0f32..1000.0,
        ) {
            let sum: f64 = logits.iter().map(|&logit| f64::from(logit).exp()).sum();
            let expected: Vec<f64> =
                logits.iter().map(|&logit| f64::from(logit).exp() / sum).collect();
            let classes = logits.len();
            let mut shifted: Vec<f32> = logits.iter().map(|logit| logit + offset).collect();
            softmax_rows(&mut logits, classes).unwrap();
            for (&found, &expected) in logits.iter().zip(&expected) {
                // e^-80 of the highest and less is cut to 0.
                prop_assert!((f64::from(found) - expected).abs() <= 1e-5 * expected + 1e-34);
            }
            softmax_rows(&mut shifted, classes).unwrap();
            for (&found, &expected) in shifted.iter().zip(&expected) {
                // The offset itself costs digits of the logit: 6e-5 at 1000.
                prop_assert!((f64::from(found) - expected).abs() <= 3e-4 * expected + 1e-34);
            }
        }

        #[test]
        fn any_bits_become_a_distribution_or_zeros(
            mut bits in prop::collection::vec(any::<u32>().prop_map(f32::from_bits), 0..60),
            classes in 1usize..20,
        ) {
            bits.truncate(bits.len() / classes * classes);
            softmax_rows(&mut bits, classes).unwrap();
            for row in bits.chunks(classes) {
                prop_assert!(row.iter().all(|value| (0.0..=1.0).contains(value)));
                let sum: f32 = row.iter().sum();
                prop_assert!(sum == 0.0 || (sum - 1.0).abs() < 1e-5);
            }
        }
    }
}
