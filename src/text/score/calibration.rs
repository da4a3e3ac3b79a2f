//! Whether nine in ten characters of lines read with 90 % confidence are right.
//!
//! Takes the confidence of each line and what of it was right; gives a reliability table of ten bins and the expected
//! calibration error (Naeini et al. 2015; Guo et al., "On Calibration of Modern Neural Networks", 2017).

use serde::Serialize;

/// Bins of equal width between 0 and 1; ten, as in the literature.
pub const BINS: usize = 10;

/// Lines by their confidence.
#[derive(Clone, Debug, Default)]
pub struct Calibration {
    bins: [Tally; BINS],
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    lines: usize,
    right: f64,
    exact: usize,
    confidence: f64,
}

/// One bin of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// Confidences from here on, ...
    pub from: f64,
    /// ... up to but without this (the last bin: with it).
    pub to: f64,
    /// Lines in the bin.
    pub lines: usize,
    /// Their mean confidence; none without lines.
    pub confidence: Option<f64>,
    /// The mean share of their characters that was right: what the confidence should be.
    pub right: Option<f64>,
    /// The share of them that was right as a whole.
    pub exact: Option<f64>,
}

impl Calibration {
    /// Counts one line, of whose characters the share `right` is right. A confidence outside 0 to 1 counts as the
    /// nearer end, one that is no number as 0.
    pub fn add(&mut self, confidence: f32, right: f64) {
        let confidence = if confidence.is_nan() {
            0.0
        } else {
            confidence.clamp(0.0, 1.0)
        };
        let bin = ((confidence * BINS as f32) as usize).min(BINS - 1);
        if let Some(tally) = self.bins.get_mut(bin) {
            tally.lines += 1;
            tally.right += right;
            tally.exact += usize::from(right >= 1.0);
            tally.confidence += f64::from(confidence);
        }
    }

    /// Lines counted.
    pub fn lines(&self) -> usize {
        self.bins.iter().map(|tally| tally.lines).sum()
    }

    /// The reliability table, least confidence first.
    pub fn bins(&self) -> Vec<Bin> {
        let mean = |sum: f64, n: usize| (n > 0).then(|| sum / n as f64);
        let bins = self.bins.iter().enumerate();
        bins.map(|(i, tally)| Bin {
            from: i as f64 / BINS as f64,
            to: (i + 1) as f64 / BINS as f64,
            lines: tally.lines,
            confidence: mean(tally.confidence, tally.lines),
            right: mean(tally.right, tally.lines),
            exact: mean(tally.exact as f64, tally.lines),
        })
        .collect()
    }

    /// The expected calibration error: how far confidence and share of right characters lie apart, 0 to 1, as the
    /// mean over the lines' bins. 0 without lines.
    pub fn expected_error(&self) -> f64 {
        let gaps = self.bins.iter();
        let gaps: f64 = gaps
            .map(|tally| (tally.right - tally.confidence).abs())
            .sum();
        gaps / self.lines().max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_and_error_of_a_case_by_hand() {
        let mut calibration = Calibration::default();
        for right in [1.0, 1.0, 0.75, 0.25] {
            calibration.add(0.95, right);
        }
        calibration.add(0.25, 0.0);
        let bins = calibration.bins();
        assert_eq!((bins[9].lines, bins[9].right), (4, Some(0.75)));
        assert_eq!(bins[9].exact, Some(0.5));
        assert_eq!((bins[2].from, bins[2].to), (0.2, 0.3));
        assert_eq!((bins[2].lines, bins[2].right), (1, Some(0.0)));
        assert_eq!((bins[0].lines, bins[0].confidence), (0, None));
        // Four lines 0.2 apart and one 0.25 apart.
        let by_hand = (4.0 * 0.2 + 0.25) / 5.0;
        assert!((calibration.expected_error() - by_hand).abs() < 1e-6);
    }

    #[test]
    fn ends_and_no_numbers_have_a_bin() {
        let mut calibration = Calibration::default();
        for confidence in [0.0, 1.0, -3.0, 7.0, f32::NAN, f32::INFINITY] {
            calibration.add(confidence, 1.0);
        }
        let bins = calibration.bins();
        assert_eq!((bins[0].lines, bins[9].lines), (3, 3));
        assert_eq!(Calibration::default().expected_error(), 0.0);
    }

    #[test]
    fn a_confidence_on_a_bound_belongs_to_the_upper_bin() {
        for bin in 1..BINS {
            let mut calibration = Calibration::default();
            calibration.add(bin as f32 / BINS as f32, 1.0);
            assert_eq!(calibration.bins()[bin].lines, 1, "{bin}");
        }
    }
}
