//! The search with a prior against enumeration.

use proptest::prelude::*;

use super::reference::enumerate;
use super::tests::{flat, rows};
use super::{Decoder, LineDecoder, Prior, Probs};

/// Classes of the test, and a row for the start.
const CLASSES: usize = 4;

/// A bigram model that forbids some pairs and some ends. The state is the last class and how many there were: that the
/// count is right shows that states go with their prefixes.
#[derive(Clone, Debug)]
struct Bigrams {
    pairs: Vec<f32>,
    ends: Vec<f32>,
    longest: u8,
}

impl Prior for Bigrams {
    type State = (u16, u8);

    fn start(&self) -> (u16, u8) {
        (CLASSES as u16, 0)
    }

    fn may(&self, class: u16) -> bool {
        self.pairs
            .iter()
            .skip(usize::from(class))
            .step_by(CLASSES)
            .any(|&weight| weight > 0.0)
    }

    fn extend(&self, &(last, count): &(u16, u8), class: u16) -> Option<(f32, (u16, u8))> {
        let weight = self.pairs[usize::from(last) * CLASSES + usize::from(class)];
        (weight > 0.0 && count < self.longest).then_some((weight, (class, count + 1)))
    }

    fn end(&self, &(last, _): &(u16, u8)) -> f32 {
        self.ends[usize::from(last)]
    }

    fn most(&self) -> f32 {
        2.0
    }
}

impl Bigrams {
    fn weight(&self, labels: &[u16]) -> f64 {
        let mut state = self.start();
        let mut product = 1.0;
        for &label in labels {
            match self.extend(&state, label) {
                Some((weight, next)) => (product, state) = (product * f64::from(weight), next),
                None => return 0.0,
            }
        }
        product * f64::from(self.end(&state))
    }
}

fn bigrams() -> impl Strategy<Value = Bigrams> {
    let weight = prop_oneof![1 => Just(0.0f32), 3 => 0.01f32..2.0];
    let pairs = prop::collection::vec(weight.clone(), CLASSES * (CLASSES + 1));
    let ends = prop::collection::vec(weight, CLASSES + 1);
    (pairs, ends, 0u8..6).prop_map(|(pairs, ends, longest)| Bigrams {
        pairs,
        ends,
        longest,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// A beam as wide as there are labellings finds each that the prior allows, in the order of the product of the two,
    /// and tells the two apart.
    #[test]
    fn fusion_finds_what_enumeration_finds(rows in rows(1..6, CLASSES), prior in bigrams(), blank in 0u16..4) {
        let data = flat(&rows);
        let probs = Probs::new(&data, rows.len(), CLASSES, usize::from(blank)).unwrap();
        let mut decoder = Decoder::<364, 365, 5, (u16, u8)>::boxed();
        decoder.set_cut(0.0);
        let allowed: std::collections::BTreeMap<Vec<u16>, (f64, f64)> = enumerate(&rows, blank)
            .into_iter()
            .map(|(labels, (sum, _))| {
                let weight = prior.weight(&labels);
                (labels, (sum, weight))
            })
            .filter(|(_, (_, weight))| *weight > 0.0)
            .collect();
        // What is all but impossible may be lost to rounding on the way.
        let plain = allowed.values().all(|(sum, weight)| sum * weight > 1e-9);
        prop_assume!(plain);
        let Some(decoded) = decoder.decode_with(&probs, &prior) else {
            prop_assert!(allowed.is_empty());
            return Ok(());
        };
        prop_assert_eq!(decoded.hypotheses().len(), allowed.len());
        let mut in_order: Vec<f64> = allowed.values().map(|(sum, weight)| sum * weight).collect();
        in_order.sort_by(|a, b| b.total_cmp(a));
        for (hypothesis, score) in decoded.hypotheses().iter().zip(in_order) {
            let labels: Vec<u16> = hypothesis.classes().collect();
            let (sum, weight) = allowed[&labels];
            prop_assert!((f64::from(hypothesis.ln_probability) - sum.ln()).abs() < 1e-3);
            prop_assert!((f64::from(hypothesis.ln_prior) - weight.ln()).abs() < 1e-3);
            prop_assert!((f64::from(hypothesis.ln_score()) - score.ln()).abs() < 1e-3);
            let shares = labels.len().max(1) as f64;
            prop_assert!((f64::from(hypothesis.confidence) - sum.powf(1.0 / shares)).abs() < 1e-4);
        }
    }

    /// A decoder that was used with a prior reads the next line as if it had not been.
    #[test]
    fn no_prior_stays_behind(rows in rows(1..30, CLASSES), prior in bigrams()) {
        let data = flat(&rows);
        let probs = Probs::new(&data, rows.len(), CLASSES, 0).unwrap();
        let mut used = LineDecoder::<(u16, u8)>::boxed();
        used.decode_with(&probs, &prior);
        let mut fresh = LineDecoder::<()>::boxed();
        prop_assert_eq!(used.decode(&probs).hypotheses(), fresh.decode(&probs).hypotheses());
    }
}

#[test]
fn nothing_allowed_is_told() {
    let prior = |pairs: f32, ends: f32| Bigrams {
        pairs: vec![pairs; CLASSES * (CLASSES + 1)],
        ends: vec![ends; CLASSES + 1],
        longest: 9,
    };
    let data = [0.0, 0.5, 0.5, 0.0];
    let probs = Probs::new(&data, 1, CLASSES, 0).unwrap();
    let mut decoder = LineDecoder::<(u16, u8)>::boxed();
    assert!(decoder.decode_with(&probs, &prior(0.0, 1.0)).is_none());
    assert!(decoder.decode_with(&probs, &prior(1.0, 0.0)).is_none());
    assert!(decoder.decode_with(&probs, &prior(1.0, 1.0)).is_some());
}
