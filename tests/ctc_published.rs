//! The decoder against a published one, fast-ctc-decode 0.3.7, on inputs of the size of a line.
//!
//! The vectors and their format are those of `tests/data/ctc/make_vectors.py`. Both decoders run
//! the same search (a beam of 8, no cut), so the published reading must be among our hypotheses.
//! Of those in its last beam the published decoder takes the one with the largest sum over the
//! alignments that it did not drop on its way; ours takes that with the largest sum over all. So
//! ours may read otherwise, and must then be more probable by the exact sum.

use glyphd::text::ctc::{CUT, Flags, Hypothesis, LineDecoder, Probs};

#[path = "ctc/vectors.rs"]
mod vectors;
use vectors::Vector;

/// What the logarithm of a line's probability may miss of the exact sum. 1 % of the probability.
const MOST_MISSED: f64 = 0.01;

/// The logarithm of the probability of a labelling: the forward algorithm of Graves et al. 2006,
/// section 4.1, over the states "blank, first class, blank, second class, ..., blank".
fn exact_ln_probability(vector: &Vector, labels: &[u16]) -> f64 {
    let mut extended = vec![0];
    for &label in labels {
        extended.extend([label, 0]);
    }
    let mut ln_unit = 0.0;
    let mut forward = vec![0.0f64; extended.len()];
    for (step, row) in vector.rows.chunks(vector.classes).enumerate() {
        let mass: f64 = row.iter().map(|&value| f64::from(value)).sum();
        let mut next = vec![0.0f64; extended.len()];
        for (at, &class) in extended.iter().enumerate() {
            let mut before = if step == 0 {
                f64::from(at < 2)
            } else {
                forward[at]
            };
            if step > 0 && at >= 1 {
                before += forward[at - 1];
            }
            if step > 0 && at >= 2 && class != 0 && class != extended[at - 2] {
                before += forward[at - 2];
            }
            next[at] = before * f64::from(row[usize::from(class)]) / mass;
        }
        let unit = next.iter().copied().fold(0.0, f64::max);
        next.iter_mut().for_each(|value| *value /= unit);
        ln_unit += unit.ln();
        forward = next;
    }
    forward.iter().rev().take(2).sum::<f64>().ln() + ln_unit
}

#[test]
fn the_exact_sum_is_right_where_it_can_be_done_by_hand() {
    let vector = Vector {
        line: false,
        classes: 2,
        rows: vec![0.6, 0.4, 3.0, 2.0],
        published: vec![],
    };
    assert!((exact_ln_probability(&vector, &[1]) - 0.64f64.ln()).abs() < 1e-7);
    assert!((exact_ln_probability(&vector, &[]) - 0.36f64.ln()).abs() < 1e-7);
    assert_eq!(exact_ln_probability(&vector, &[1, 1]), f64::NEG_INFINITY);
}

#[test]
fn readings_are_those_of_the_published_decoder_or_more_probable() {
    let mut decoder = LineDecoder::<()>::boxed();
    let vectors = vectors::load();
    assert!(vectors.len() > 100);
    let mut same = 0;
    for (number, vector) in vectors.iter().enumerate() {
        let probs = Probs::new(&vector.rows, vector.steps(), vector.classes, 0).unwrap();
        decoder.set_cut(0.0);
        let decoded = decoder.decode(&probs);
        assert_eq!(decoded.flags, Flags::default());
        let published =
            |found: &Hypothesis<_>| found.classes().eq(vector.published.iter().copied());
        assert!(
            decoded.hypotheses().iter().any(published),
            "vector {number}: the published reading was not found"
        );

        let best = decoded.best();
        let ours: Vec<u16> = best.classes().collect();
        let exact = exact_ln_probability(vector, &ours);
        if published(best) {
            same += 1;
        } else {
            let theirs = exact_ln_probability(vector, &vector.published);
            assert!(
                exact >= theirs,
                "vector {number}: {exact} is below the published {theirs}"
            );
        }
        let told = f64::from(best.ln_probability);
        assert!(
            told <= exact + 1e-6 * exact.abs().max(1.0),
            "vector {number}: {told} > {exact}"
        );

        if vector.line {
            assert!(
                told > exact - MOST_MISSED,
                "vector {number}: {told}, but it is {exact}"
            );
            // The cut that is used outside of tests changes no reading.
            decoder.set_cut(CUT);
            assert!(
                decoder.decode(&probs).best().classes().eq(ours),
                "vector {number}: cut"
            );
        }
    }
    // Otherwise the two would be running different searches.
    assert!(
        same > vectors.len() * 3 / 4,
        "{same} of {} read the same",
        vectors.len()
    );
    println!(
        "{same} of {} read the same, the others more probable",
        vectors.len()
    );
}
