//! Probabilities as they come from outside, made safe to calculate with.
//!
//! A row is divided by its sum, so that whatever it held it is a distribution afterwards; nothing
//! is copied, each value is put right as it is read.

use crate::error::{Error, Kind, Result};

/// Classes are numbered in 16 bits.
const MOST_CLASSES: usize = u16::MAX as usize + 1;

/// Sums of a row outside these bounds are taken again in f64: within them neither the sum nor its
/// inverse has lost precision to underflow or overflow.
const PLAIN_SUM: std::ops::RangeInclusive<f32> = 1e-30..=1e30;

/// A view of class probabilities: `steps` rows of `classes` values, row-major, one class of which
/// is the blank. Rows need not sum to 1.
#[derive(Clone, Copy, Debug)]
pub struct Probs<'a> {
    data: &'a [f32],
    steps: usize,
    classes: usize,
    blank: u16,
}

impl<'a> Probs<'a> {
    /// The view of `data`.
    ///
    /// # Errors
    ///
    /// `Kind::Data` when `data` does not hold `steps` times `classes` values, when `blank` is not
    /// one of the classes (so always when there are none), or when there are more than 65,536.
    /// No steps, and no class but the blank, are fine: they decode to nothing.
    pub fn new(data: &'a [f32], steps: usize, classes: usize, blank: usize) -> Result<Self> {
        let refuse = |message| Err(Error::new(Kind::Data, message));
        if classes > MOST_CLASSES {
            return refuse(format!(
                "class probabilities: {classes} classes, but at most {MOST_CLASSES} can be decoded"
            ));
        }
        if blank >= classes {
            return refuse(format!(
                "class probabilities: the blank is class {blank}, but there are {classes} classes; \
                 correct the model's blank index"
            ));
        }
        if steps.checked_mul(classes) != Some(data.len()) {
            return refuse(format!(
                "class probabilities: {} values, but {steps} steps of {classes} classes; \
                 the model's output has another shape than it declares",
                data.len()
            ));
        }
        Ok(Probs {
            data,
            steps,
            classes,
            blank: blank as u16,
        })
    }

    /// How many rows there are.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// How many values a row has.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The class that stands for no character.
    pub fn blank(&self) -> u16 {
        self.blank
    }

    /// The values of a step as they came; empty past the last.
    pub(super) fn row(&self, step: usize) -> &'a [f32] {
        let start = step.saturating_mul(self.classes);
        self.data
            .get(start..start.saturating_add(self.classes))
            .unwrap_or(&[])
    }
}

/// The sum of the values, taken in lanes so that it compiles to vector instructions.
pub(super) fn sum(values: &[f32]) -> f32 {
    const LANES: usize = 8;
    let mut sums = [0.0f32; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += value;
        }
    }
    sums.iter().chain(rest).sum()
}

/// How the values of one row become probabilities.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// One over the mass of the row. In f64, as rows may be as small or as large as f32 goes.
    factor: f64,
    /// Whether the row has infinite values, which then share the whole mass.
    infinite: bool,
}

impl Scale {
    /// The scale of a row, or none when it has no mass; and whether it has values that are no
    /// probabilities.
    pub(super) fn of(row: &[f32]) -> (Option<Scale>, bool) {
        let sum = sum(row);
        let negative = row.iter().fold(false, |any, &value| any | (value < 0.0));
        // A NaN anywhere makes the sum NaN, which no range contains.
        if !negative && PLAIN_SUM.contains(&sum) {
            return (
                Some(Scale {
                    factor: 1.0 / f64::from(sum),
                    infinite: false,
                }),
                false,
            );
        }
        Scale::of_odd(row)
    }

    #[cold]
    fn of_odd(row: &[f32]) -> (Option<Scale>, bool) {
        let infinite = row.iter().filter(|&&value| value == f32::INFINITY).count();
        if infinite > 0 {
            return (
                Some(Scale {
                    factor: 1.0 / infinite as f64,
                    infinite: true,
                }),
                true,
            );
        }
        let bad = row.iter().any(|&value| value.is_nan() || value < 0.0);
        let sum = row
            .iter()
            .map(|value| f64::from(value.max(0.0)))
            .sum::<f64>();
        (
            (sum > 0.0).then(|| Scale {
                factor: 1.0 / sum,
                infinite: false,
            }),
            bad,
        )
    }

    /// The probability, 0 to 1, that `value` of the row stands for.
    pub(super) fn probability(&self, value: f32) -> f32 {
        if self.infinite {
            return if value == f32::INFINITY {
                self.factor as f32
            } else {
                0.0
            };
        }
        // The maximum is zero for a NaN too; the minimum is for rounding only.
        ((f64::from(value.max(0.0)) * self.factor) as f32).min(1.0)
    }

    /// A value of the row above which every value with more than this probability lies.
    pub(super) fn value_at(&self, probability: f32) -> f32 {
        if self.infinite {
            f32::MAX
        } else {
            (f64::from(probability) / self.factor) as f32
        }
    }
}

/// A step that has probabilities, and how to read them.
#[derive(Clone, Copy, Debug)]
pub(super) struct LiveStep {
    /// The number of the step in [`Probs`].
    pub(super) step: u16,
    pub(super) scale: Scale,
}

impl LiveStep {
    /// The probability of a class at this step.
    pub(super) fn probability(&self, probs: &Probs<'_>, class: u16) -> f32 {
        let row = probs.row(usize::from(self.step));
        row.get(usize::from(class))
            .map_or(0.0, |&value| self.scale.probability(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row_of(values: &[f32]) -> (Option<std::vec::Vec<f32>>, bool) {
        let (scale, bad) = Scale::of(values);
        (
            scale.map(|scale| {
                values
                    .iter()
                    .map(|&value| scale.probability(value))
                    .collect()
            }),
            bad,
        )
    }

    #[test]
    fn a_view_is_refused_unless_its_numbers_agree() {
        let data = [0.5f32; 6];
        assert!(Probs::new(&data, 2, 3, 2).is_ok());
        assert!(Probs::new(&data, 3, 3, 0).is_err());
        assert!(Probs::new(&data, 2, 3, 3).is_err());
        assert!(Probs::new(&data, usize::MAX, 3, 0).is_err());
        assert!(Probs::new(&[], 0, 0, 0).is_err());
        assert!(Probs::new(&[], 0, 1, 0).is_ok());
        assert!(Probs::new(&[], 0, 65_537, 0).is_err());
        assert!(Probs::new(&[], 0, 65_536, 65_535).is_ok());
    }

    #[test]
    fn rows_become_distributions() {
        assert_eq!(row_of(&[1.0, 3.0]), (Some(vec![0.25, 0.75]), false));
        assert_eq!(row_of(&[f32::MAX, f32::MAX]), (Some(vec![0.5, 0.5]), false));
        let least = f32::from_bits(1);
        assert_eq!(
            row_of(&[least, 0.0, least]),
            (Some(vec![0.5, 0.0, 0.5]), false)
        );
    }

    #[test]
    fn values_that_are_no_probabilities_are_put_right_and_told() {
        let inf = f32::INFINITY;
        assert_eq!(
            row_of(&[f32::NAN, 0.5, 0.5]),
            (Some(vec![0.0, 0.5, 0.5]), true)
        );
        assert_eq!(
            row_of(&[-1.0, 0.5, 0.5, -inf]),
            (Some(vec![0.0, 0.5, 0.5, 0.0]), true)
        );
        assert_eq!(
            row_of(&[inf, 3.0, inf, f32::NAN]),
            (Some(vec![0.5, 0.0, 0.5, 0.0]), true)
        );
        // Also where the value lies in the vector lanes.
        let mut long = [0.25f32; 20];
        long[3] = -0.25;
        assert!(row_of(&long).1);
        long[3] = f32::NAN;
        assert!(row_of(&long).1);
    }

    #[test]
    fn rows_without_mass_have_no_scale() {
        assert_eq!(row_of(&[0.0, -0.0]), (None, false));
        assert_eq!(row_of(&[f32::NAN, -1.0]), (None, true));
        assert_eq!(row_of(&[]), (None, false));
    }
}
