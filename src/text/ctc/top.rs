//! The few classes of a row that are worth trying.

use heapless::Vec;

use super::probs::Scale;

/// The most probable classes of a step, without the blank.
///
/// Without a prior, one more than the beam is wide loses nothing: for a class outside, each of these (less the one
/// that repeats the prefix's last class) gives a prefix that is as probable, and these already
/// fill the beam. What classes outside add to prefixes in the beam is not taken from here.
pub(super) struct TopClasses<const MOST: usize> {
    /// Most probable first: class and probability.
    first: Vec<(u16, f32), MOST>,
    /// The next after those.
    next: Option<(u16, f32)>,
}

impl<const MOST: usize> TopClasses<MOST> {
    /// The most probable of those that `may` be.
    pub(super) fn of(
        row: &[f32],
        scale: &Scale,
        blank: u16,
        cut: f32,
        may: impl Fn(u16) -> bool,
    ) -> Self {
        let may = |class| class != blank && may(class);
        let mut top = TopClasses {
            first: Vec::new(),
            next: None,
        };
        top.take_above(row, scale, scale.value_at(cut), may);
        if top.first.is_empty() {
            // The most probable class always may extend: the beam could run empty otherwise.
            top.take_above(row, scale, 0.0, may);
            top.first.truncate(1);
            top.next = None;
        }
        top
    }

    /// Takes the classes with a value of more than `least` that `may` be.
    fn take_above(
        &mut self,
        row: &[f32],
        scale: &Scale,
        mut least: f32,
        may: impl Fn(u16) -> bool,
    ) {
        /// Values that are looked at together, as most rows hold few that matter.
        const GROUP: usize = 16;
        for (group, values) in row.chunks(GROUP).enumerate() {
            if !values
                .iter()
                .fold(false, |any, &value| any | (value > least))
            {
                continue;
            }
            for (at, &value) in values.iter().enumerate() {
                let class = (group * GROUP + at) as u16;
                if value > least && may(class) {
                    self.insert(class, scale.probability(value));
                    if let Some((_, probability)) = self.next {
                        least = least.max(scale.value_at(probability));
                    }
                }
            }
        }
    }

    /// Takes a class in its place in the order, if there is one. Of equals the first stays ahead.
    fn insert(&mut self, class: u16, probability: f32) {
        if probability <= 0.0 {
            return;
        }
        let at = self
            .first
            .partition_point(|&(_, other)| other >= probability);
        let last = if self.first.is_full() {
            self.first.pop()
        } else {
            None
        };
        match last {
            Some(last) if at > self.first.len() => {
                // Less probable than all of them, so only the last place is left.
                let _ = self.first.push(last);
                if self.next.is_none_or(|(_, other)| other < probability) {
                    self.next = Some((class, probability));
                }
            }
            last => {
                let _ = self.first.insert(at, (class, probability));
                self.next = last.or(self.next);
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u16, f32)> + Clone + '_ {
        self.first.iter().copied().chain(self.next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_of_the_row_sorted(
            row in prop::collection::vec((0u8..40).prop_map(f32::from), 1..80),
            blank in 0u16..80,
            cut in 0.0f32..0.2,
        ) {
            let Some(scale) = Scale::of(&row).0 else {
                return Ok(());
            };
            let mut sorted: std::vec::Vec<(u16, f32)> = row
                .iter()
                .enumerate()
                .map(|(class, &value)| (class as u16, scale.probability(value)))
                .filter(|&(class, p)| class != blank && p > 0.0)
                .collect();
            // Stable: of equals the first stays ahead.
            sorted.sort_by(|a, b| b.1.total_cmp(&a.1));
            let above = sorted.iter().filter(|(_, p)| *p > cut).count();
            // A value at the cut itself may fall to either side by rounding.
            prop_assume!(sorted.iter().all(|(_, p)| (p - cut).abs() > 1e-6));
            sorted.truncate(above.clamp(1, 4));
            let top = TopClasses::<3>::of(&row, &scale, blank, cut, |_| true);
            prop_assert_eq!(top.iter().collect::<std::vec::Vec<_>>(), sorted);
        }
    }
}
