//! Slow, plain ways to the same results, for tests to compare with.

use std::collections::BTreeMap;

/// Rows of probabilities, each summing to 1.
pub(super) type Rows = [Vec<f64>];

/// What an alignment reads as: repeats joined, blanks removed.
pub(super) fn collapse(alignment: &[u16], blank: u16) -> Vec<u16> {
    let mut labels = alignment.to_vec();
    labels.dedup();
    labels.retain(|&class| class != blank);
    labels
}

/// The probability of an alignment.
pub(super) fn alignment_probability(rows: &Rows, alignment: &[u16]) -> f64 {
    rows.iter()
        .zip(alignment)
        .map(|(row, &class)| row[usize::from(class)])
        .product()
}

/// Every labelling that is possible, with its probability and that of its best alignment, by
/// writing down every alignment there is.
pub(super) fn enumerate(rows: &Rows, blank: u16) -> BTreeMap<Vec<u16>, (f64, f64)> {
    let classes = rows.first().map_or(0, Vec::len);
    let mut found = BTreeMap::new();
    for mut number in 0..classes.pow(rows.len() as u32) {
        let alignment: Vec<u16> = rows
            .iter()
            .map(|_| {
                let class = number % classes;
                number /= classes;
                class as u16
            })
            .collect();
        let probability = alignment_probability(rows, &alignment);
        if probability > 0.0 {
            let (sum, best) = found
                .entry(collapse(&alignment, blank))
                .or_insert((0.0, 0.0f64));
            *sum += probability;
            *best = best.max(probability);
        }
    }
    found
}

/// Prefix beam search as it is written down in papers: whole prefixes in a map, every class tried.
/// The labellings in the last beam with their probabilities, most likely first.
pub(super) fn plain_beam_search(rows: &Rows, blank: u16, width: usize) -> Vec<(Vec<u16>, f64)> {
    let mut beam = vec![(vec![], (1.0, 0.0))];
    for row in rows {
        let mut next: BTreeMap<Vec<u16>, (f64, f64)> = BTreeMap::new();
        for (prefix, (in_blank, in_label)) in &beam {
            for (class, p) in row.iter().enumerate() {
                let class = class as u16;
                let mut longer = prefix.clone();
                longer.push(class);
                if class == blank {
                    next.entry(prefix.clone()).or_default().0 += (in_blank + in_label) * p;
                } else if prefix.last() == Some(&class) {
                    next.entry(prefix.clone()).or_default().1 += in_label * p;
                    next.entry(longer).or_default().1 += in_blank * p;
                } else {
                    next.entry(longer).or_default().1 += (in_blank + in_label) * p;
                }
            }
        }
        beam = next.into_iter().filter(|(_, (a, b))| a + b > 0.0).collect();
        beam.sort_by(|(_, a), (_, b)| (b.0 + b.1).total_cmp(&(a.0 + a.1)));
        beam.truncate(width);
    }
    beam.into_iter()
        .map(|(prefix, (a, b))| (prefix, a + b))
        .collect()
}

/// The probability of a labelling: the forward algorithm of Graves et al. 2006, section 4.1, over
/// the states "blank, first class, blank, second class, ..., blank".
pub(super) fn forward(rows: &Rows, blank: u16, labels: &[u16]) -> f64 {
    let mut states = vec![blank];
    for &label in labels {
        states.extend([label, blank]);
    }
    let mut sums = vec![0.0; states.len()];
    for (step, row) in rows.iter().enumerate() {
        sums = (0..states.len())
            .map(|at| {
                let skips = at >= 2 && states[at] != blank && states[at] != states[at - 2];
                let before = match step {
                    0 => f64::from(at < 2),
                    _ if skips => sums[at] + sums[at - 1] + sums[at - 2],
                    _ => sums[at] + if at > 0 { sums[at - 1] } else { 0.0 },
                };
                before * row[usize::from(states[at])]
            })
            .collect();
    }
    sums.iter().rev().take(2).sum()
}
