//! The decoder against slow, plain references, at its limits, and on whatever bits may come.

use proptest::prelude::*;

use super::reference::{self, collapse, enumerate, forward, plain_beam_search};
use super::{Decoded, Decoder, Flags, Hypothesis, Probs, greedy};

/// Rows of weights, some of them zero, some far larger than others, as distributions.
pub(super) fn rows(
    steps: std::ops::Range<usize>,
    classes: usize,
) -> impl Strategy<Value = Vec<Vec<f64>>> {
    let weight = prop_oneof![
        1 => Just(0.0),
        4 => 0.01f64..1.0,
        1 => 5.0f64..50.0,
    ];
    let row = prop::collection::vec(weight, classes).prop_map(move |mut row| {
        let sum: f64 = row.iter().sum();
        if sum == 0.0 {
            row.fill(1.0 / classes as f64);
        } else {
            row.iter_mut().for_each(|weight| *weight /= sum);
        }
        row
    });
    prop::collection::vec(row, steps)
}

pub(super) fn flat(rows: &[Vec<f64>]) -> Vec<f32> {
    rows.iter().flatten().map(|&p| p as f32).collect()
}

fn decode<const BEAM: usize, const NODES: usize, const STEPS: usize>(
    data: &[f32],
    steps: usize,
    blank: usize,
) -> Decoded<BEAM, STEPS> {
    let classes = data.len().checked_div(steps).unwrap_or(1);
    let probs = Probs::new(data, steps, classes, blank).unwrap();
    let mut decoder = Decoder::<BEAM, NODES, STEPS, ()>::boxed();
    decoder.set_cut(0.0);
    decoder.decode(&probs).clone()
}

/// The alignment that the spans of a hypothesis stand for.
fn alignment<const STEPS: usize>(
    hypothesis: &Hypothesis<STEPS>,
    steps: usize,
    blank: u16,
) -> Vec<u16> {
    let mut alignment = vec![blank; steps];
    for char in &hypothesis.chars {
        alignment[usize::from(char.start)..usize::from(char.end)].fill(char.class);
    }
    alignment
}

/// What must hold of every result, whatever the input.
fn check_sound<const BEAM: usize, const STEPS: usize>(
    decoded: &Decoded<BEAM, STEPS>,
    probs: &Probs<'_>,
) {
    let found = decoded.hypotheses();
    assert!((1..=BEAM).contains(&found.len()));
    for (at, hypothesis) in found.iter().enumerate() {
        check_sound_one(hypothesis, probs);
        let again = found[..at]
            .iter()
            .any(|other| other.classes().eq(hypothesis.classes()));
        assert!(!again, "the same labelling twice");
    }
    let order = found
        .windows(2)
        .all(|pair| pair[0].ln_probability >= pair[1].ln_probability);
    assert!(order, "not in the order of probability");
}

fn check_sound_one<const STEPS: usize>(hypothesis: &Hypothesis<STEPS>, probs: &Probs<'_>) {
    assert!(hypothesis.ln_probability.is_finite() && hypothesis.ln_probability <= 0.0);
    assert!((0.0..=1.0).contains(&hypothesis.confidence));
    let mut free_from = 0;
    for char in &hypothesis.chars {
        assert!(char.class != probs.blank() && usize::from(char.class) < probs.classes());
        assert!((0.0..=1.0).contains(&char.confidence));
        assert!(
            free_from <= char.start && char.start < char.end,
            "{hypothesis:?}"
        );
        free_from = char.end;
    }
    assert!(usize::from(free_from) <= probs.steps().min(STEPS));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// A beam as wide as there are labellings (364 of three classes in up to 5 steps) must find
    /// every one of them, with its whole probability and its best alignment.
    #[test]
    fn a_wide_beam_finds_what_enumeration_finds(rows in rows(0..6, 4), blank in 0u16..4) {
        let decoded_blank = if rows.is_empty() { 0 } else { usize::from(blank) };
        let decoded = decode::<364, 365, 5>(&flat(&rows), rows.len(), decoded_blank);
        prop_assert_eq!(decoded.flags, Flags::default());
        let all = enumerate(&rows, blank);
        prop_assert_eq!(decoded.hypotheses().len(), all.len());
        let mut in_order: Vec<f64> = all.values().map(|&(sum, _)| sum).collect();
        in_order.sort_by(|a, b| b.total_cmp(a));
        for (hypothesis, expected) in decoded.hypotheses().iter().zip(in_order) {
            let probability = f64::from(hypothesis.ln_probability).exp();
            prop_assert!((probability - expected).abs() < 1e-5);
            let labels: Vec<u16> = hypothesis.classes().collect();
            let (sum, best) = all[&labels];
            prop_assert!((probability - sum).abs() < 1e-5);
            let shares = labels.len().max(1) as f64;
            prop_assert!((f64::from(hypothesis.confidence) - sum.powf(1.0 / shares)).abs() < 1e-4);

            let alignment = alignment(hypothesis, rows.len(), blank);
            prop_assert_eq!(collapse(&alignment, blank), labels);
            let found = reference::alignment_probability(&rows, &alignment);
            prop_assert!(found > best * (1.0 - 1e-4), "{} is not the best, {}", found, best);
            for char in &hypothesis.chars {
                let surest = rows[usize::from(char.start)..usize::from(char.end)]
                    .iter()
                    .map(|row| row[usize::from(char.class)])
                    .fold(0.0, f64::max);
                prop_assert!((f64::from(char.confidence) - surest).abs() < 1e-6);
            }
        }
    }

    /// With a narrow beam the result must be that of the plain search: the few classes that are
    /// tried lose nothing, and no prefix is ever in the beam twice.
    #[test]
    fn a_narrow_beam_keeps_what_the_plain_search_keeps(rows in rows(1..40, 12)) {
        let decoded = decode::<3, 121, 40>(&flat(&rows), rows.len(), 0);
        prop_assert_eq!(decoded.flags, Flags::default());
        let plain = plain_beam_search(&rows, 0, 3);
        prop_assert_eq!(decoded.hypotheses().len(), plain.len());
        // Rounding may settle a tie otherwise; such inputs tell nothing.
        let wider = plain_beam_search(&rows, 0, 4);
        prop_assume!(wider.windows(2).all(|pair| pair[0].1 > pair[1].1 * 1.0001));
        for hypothesis in decoded.hypotheses() {
            let labels: Vec<u16> = hypothesis.classes().collect();
            let same = plain.iter().find(|(found, _)| *found == labels);
            let (_, searched) = same.expect("a labelling that the plain search has not");
            let found = f64::from(hypothesis.ln_probability);
            // The sum that the search lost part of is made whole afterwards.
            prop_assert!(found > searched.ln() - 1e-4);
            prop_assert!(found < forward(&rows, 0, &labels).ln() + 1e-4);
        }
    }

    /// A tree that must be collected again and again, but never has too little room for what is in
    /// play, gives what a tree gives that is never collected.
    #[test]
    fn collecting_changes_nothing(rows in rows(50..60, 12)) {
        let data = flat(&rows);
        let never = decode::<4, 241, 60>(&data, rows.len(), 4);
        let often = decode::<4, 85, 60>(&data, rows.len(), 4);
        prop_assume!(!often.flags.truncated);
        prop_assert_eq!(never.hypotheses(), often.hypotheses());
    }

    #[test]
    fn any_bits_give_a_sound_result(
        mut bits in prop::collection::vec(any_value(), 0..200),
        classes in 1usize..12,
        blank in 0usize..12,
        cut in any_value(),
    ) {
        let steps = bits.len() / classes;
        bits.truncate(steps * classes);
        let probs = Probs::new(&bits, steps, classes, blank % classes).unwrap();
        fn run<const BEAM: usize, const NODES: usize, const STEPS: usize>(
            probs: &Probs<'_>,
            cut: f32,
        ) {
            let mut decoder = Decoder::<BEAM, NODES, STEPS, ()>::boxed();
            decoder.set_cut(cut);
            check_sound(decoder.decode(probs), probs);
            let mut read = Hypothesis::<STEPS>::new();
            greedy(probs, &mut read);
            check_sound_one(&read, probs);
        }
        run::<1, 1, 1>(&probs, cut);
        run::<1, 201, 200>(&probs, cut);
        run::<5, 4, 30>(&probs, cut);
        run::<3, 30, 200>(&probs, cut);
        run::<8, 1601, 200>(&probs, cut);
    }
}

/// Any bits, and more often than chance would have it those that mean trouble.
fn any_value() -> impl Strategy<Value = f32> {
    prop_oneof![
        2 => any::<u32>().prop_map(f32::from_bits),
        4 => 0.0f32..1.0,
        1 => prop::sample::select(vec![
            0.0, -0.0, 1.0, -1.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY,
            f32::MAX, f32::MIN_POSITIVE, f32::from_bits(1),
        ]),
    ]
}

const A: u16 = 1;
const B: u16 = 2;

fn read<const BEAM: usize, const STEPS: usize>(decoded: &Decoded<BEAM, STEPS>) -> Vec<u16> {
    decoded.best().classes().collect()
}

#[test]
fn nothing_reads_as_nothing() {
    let decoded = decode::<4, 9, 4>(&[], 0, 0);
    assert_eq!(decoded.hypotheses(), [Hypothesis::new()]);
    assert_eq!(decoded.flags, Flags::default());
    // Steps, but no class but the blank.
    let decoded = decode::<4, 9, 4>(&[0.5, 1.0], 2, 0);
    assert_eq!(decoded.hypotheses(), [Hypothesis::new()]);
    let mut read = Hypothesis::<4>::new();
    greedy(&Probs::new(&[0.5, 1.0], 2, 1, 0).unwrap(), &mut read);
    assert_eq!(read, Hypothesis::new());
}

#[test]
fn the_likeliest_labelling_may_differ_from_the_likeliest_alignment() {
    // Graves' example: blank, blank is the best alignment (0.36), but "a" sums to 0.64.
    let data = [0.6, 0.4, 0.6, 0.4];
    let decoded = decode::<4, 9, 4>(&data, 2, 0);
    assert_eq!(read(&decoded), [A]);
    assert!((decoded.best().ln_probability.exp() - 0.64).abs() < 1e-6);
    let mut plain = Hypothesis::<4>::new();
    greedy(&Probs::new(&data, 2, 2, 0).unwrap(), &mut plain);
    assert_eq!(plain.chars.len(), 0);
    assert!((plain.ln_probability.exp() - 0.36).abs() < 1e-6);
}

#[test]
fn a_character_doubles_only_with_a_blank_between() {
    let (blank, a) = ([0.98, 0.01, 0.01], [0.01, 0.98, 0.01]);
    let decoded = decode::<4, 40, 8>([a, a, a].as_flattened(), 3, 0);
    assert_eq!(read(&decoded), [A]);
    assert_eq!(
        (decoded.best().chars[0].start, decoded.best().chars[0].end),
        (0, 3)
    );
    let decoded = decode::<4, 40, 8>([a, blank, a].as_flattened(), 3, 0);
    assert_eq!(read(&decoded), [A, A]);
    let spans: Vec<_> = decoded
        .best()
        .chars
        .iter()
        .map(|char| (char.start, char.end))
        .collect();
    assert_eq!(spans, [(0, 1), (2, 3)]);
}

#[test]
fn greedy_joins_repeats_and_tells_spans() {
    let data = [
        [0.1, 0.7, 0.2],
        [0.1, 0.9, 0.0],
        [0.0, 0.4, 0.6],
        [1.0, 0.0, 0.0],
        [0.2, 0.0, 0.8],
    ];
    let probs = Probs::new(data.as_flattened(), 5, 3, 0).unwrap();
    let mut found = Hypothesis::<5>::new();
    assert_eq!(greedy(&probs, &mut found), Flags::default());
    let chars: Vec<_> = found
        .chars
        .iter()
        .map(|char| (char.class, char.start, char.end, char.confidence))
        .collect();
    assert_eq!(chars, [(A, 0, 2, 0.9), (B, 2, 3, 0.6), (B, 4, 5, 0.8)]);
    assert!((found.ln_probability.exp() - 0.7 * 0.9 * 0.6 * 0.8).abs() < 1e-6);
}

#[test]
fn steps_past_the_room_are_cut_and_told() {
    let (blank, a, b) = ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]);
    let data = [a, blank, b, a];
    let decoded = decode::<2, 9, 3>(data.as_flattened(), 4, 0);
    assert_eq!(read(&decoded), [A, B]);
    assert!(decoded.flags.steps_cut);
    let mut found = Hypothesis::<3>::new();
    assert!(
        greedy(
            &Probs::new(data.as_flattened(), 4, 3, 0).unwrap(),
            &mut found
        )
        .steps_cut
    );
    assert!(found.classes().eq([A, B]));
    assert!(!decode::<2, 9, 4>(data.as_flattened(), 4, 0).flags.steps_cut);
}

#[test]
fn a_tree_without_room_drops_the_least_likely_and_tells() {
    // "a" or "b", then nothing new: with two nodes only the likelier of them finds room.
    let data = [0.2, 0.3, 0.5];
    let decoded = decode::<3, 3, 1>(&data, 1, 0);
    assert_eq!(
        (decoded.hypotheses().len(), decoded.flags.truncated),
        (3, false)
    );
    let decoded = decode::<3, 2, 1>(&data, 1, 0);
    assert!(decoded.flags.truncated);
    let found: Vec<Vec<u16>> = decoded
        .hypotheses()
        .iter()
        .map(|hypothesis| hypothesis.classes().collect())
        .collect();
    assert_eq!(found, [vec![B], vec![]]);

    // No room for anything, and no way to stay: the step is passed over.
    let decoded = decode::<3, 1, 2>(&[0.0, 1.0, 0.0, 1.0], 2, 0);
    assert!(decoded.flags.truncated);
    assert!(read(&decoded).is_empty());

    // A line longer than the tree: what fits, and every probability in its bounds.
    let (a, b) = ([0.0, 1.0, 0.0], [0.0, 0.0, 1.0]);
    let decoded = decode::<3, 4, 6>([a, b, a, b, a, b].as_flattened(), 6, 0);
    assert!(decoded.flags.truncated);
    assert_eq!(read(&decoded), [A, B, A]);
}

#[test]
fn values_that_are_no_probabilities_are_put_right_and_told() {
    let (nan, inf) = (f32::NAN, f32::INFINITY);
    let bad = Flags {
        bad_values: true,
        ..Flags::default()
    };
    let decoded = decode::<3, 20, 4>(&[nan, 1.0, 0.0, 0.0, nan, 1.0], 2, 0);
    assert_eq!((read(&decoded), decoded.flags), (vec![A, B], bad));
    let decoded = decode::<3, 20, 4>(&[0.5, inf, -inf, -3.0, 0.1, 0.9], 2, 0);
    assert_eq!((read(&decoded), decoded.flags), (vec![A, B], bad));
    assert_eq!(decoded.best().chars[0].confidence, 1.0);
    // Two infinite classes share the row.
    let decoded = decode::<3, 20, 4>(&[inf, inf, 9.0], 1, 0);
    assert!((decoded.best().ln_probability.exp() - 0.5).abs() < 1e-6);
    // Rows of any size count the same.
    let decoded = decode::<3, 20, 4>(&[0.0, 3e38, 1e38, 0.0, 1e-45, 1e-40], 2, 0);
    assert_eq!(
        (read(&decoded), decoded.flags),
        (vec![A, B], Flags::default())
    );
}

#[test]
fn steps_without_probability_are_passed_over_and_told() {
    let (a, b, none) = ([0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]);
    let silent = Flags {
        silent_steps: true,
        ..Flags::default()
    };
    // Not as if it were a blank: the character goes on.
    let decoded = decode::<3, 20, 6>([a, none, a, none, b].as_flattened(), 5, 0);
    assert_eq!((read(&decoded), decoded.flags), (vec![A, B], silent));
    let spans: Vec<_> = decoded
        .best()
        .chars
        .iter()
        .map(|char| (char.start, char.end))
        .collect();
    assert_eq!(spans, [(0, 3), (4, 5)]);
    let decoded = decode::<3, 20, 6>([none; 4].as_flattened(), 4, 0);
    assert_eq!(
        (decoded.hypotheses(), decoded.flags),
        (&[Hypothesis::new()][..], silent)
    );
}

#[test]
fn the_cut_leaves_a_way_on_where_every_class_is_below_it() {
    // 3 classes of a third each and no blank: a cut of 0.5 leaves the first of them.
    let third = 1.0 / 3.0;
    let data = [0.0, third, third, third];
    let probs = Probs::new(&data, 1, 4, 0).unwrap();
    let mut decoder = Decoder::<4, 9, 2, ()>::boxed();
    decoder.set_cut(0.5);
    let decoded = decoder.decode(&probs);
    assert_eq!(read(decoded), [A]);
    assert_eq!(decoded.hypotheses().len(), 1);
}

#[test]
fn a_decoder_forgets_the_line_before() {
    let first = [0.1, 0.2, 0.7, 0.3, 0.3, 0.4, 0.5, 0.5, 0.0, 0.0, 0.6, 0.4];
    let second = [0.3, 0.3, 0.4, 0.8, 0.1, 0.1];
    let mut decoder = Decoder::<4, 17, 4, ()>::boxed();
    decoder.set_cut(0.0);
    decoder.decode(&Probs::new(&first, 4, 3, 0).unwrap());
    let again = decoder.decode(&Probs::new(&second, 2, 3, 1).unwrap());
    let fresh = decode::<4, 17, 4>(&second, 2, 1);
    assert_eq!(again.hypotheses(), fresh.hypotheses());
}
