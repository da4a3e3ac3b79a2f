//! Times the CTC decoder on the line-like test vectors: `cargo bench --bench ctc_speed`.
//!
//! To time fast-ctc-decode on the same: `tests/data/ctc/make_vectors.py --time`.

#[path = "../tests/ctc/vectors.rs"]
mod vectors;

use std::hint::black_box;
use std::time::Instant;

use glyphd::model::Model;
use glyphd::text::ctc::{CUT, Hypothesis, LINE_BEAM, LINE_STEPS, LineDecoder, Probs};
use glyphd::text::ctc::{greedy, softmax_rows};
use glyphd::text::knowledge::{Knowledge, Settings, State};

/// Rounds over all vectors, of which the median counts.
const ROUNDS: usize = 20;

/// The unit of what is put in the place of zeros.
const LEAST: f32 = 1e-7;

fn main() {
    let mut lines: Vec<_> = vectors::load()
        .into_iter()
        .filter(|vector| vector.line)
        .collect();
    for line in &mut lines {
        for row in line.rows.chunks_mut(line.classes) {
            let sum: f32 = row.iter().sum();
            // A softmax leaves no zeros, as the vectors have them.
            for (class, value) in row.iter_mut().enumerate() {
                *value = *value / sum + LEAST * (class * 37 % 101) as f32;
            }
        }
    }
    let mut decoder = LineDecoder::<()>::boxed();
    let mut read = Hypothesis::<LINE_STEPS>::new();
    let model = Model::latin().expect("the built-in model");
    let knowledge = Knowledge::new(&Settings::default(), &model).expect("the built-in model");
    println!("the decoder takes {} bytes", size_of::<LineDecoder>());
    let same = lines.iter().filter(|line| {
        let probs = Probs::new(&line.rows, line.steps(), line.classes, 0).expect("a whole view");
        decoder
            .decode(&probs)
            .best()
            .classes()
            .eq(line.published.iter().copied())
    });
    println!(
        "{} of {} lines read as published",
        same.count(),
        lines.len()
    );
    for steps in [80, 400] {
        let of_this_length = || lines.iter().filter(|line| line.steps() == steps);
        let probs = |line: &'_ vectors::Vector| (line.rows.clone(), line.classes);
        for cut in [0.0, CUT] {
            decoder.set_cut(cut);
            let beam = median(of_this_length().map(probs), |rows, classes| {
                let probs = Probs::new(rows, steps, classes, 0).expect("a whole view");
                black_box(decoder.decode(black_box(&probs)));
            });
            println!("{steps} steps x 210 classes: beam {LINE_BEAM}, cut {cut}: {beam:.0} us");
        }
        let mut leaning = LineDecoder::<State>::boxed();
        let usual = median(of_this_length().map(probs), |rows, classes| {
            let probs = Probs::new(rows, steps, classes, 0).expect("a whole view");
            black_box(leaning.decode_with(black_box(&probs), &knowledge.leaning()));
        });
        println!("{steps} steps x 210 classes: beam {LINE_BEAM}, n-gram model: {usual:.0} us");
        let plain = median(of_this_length().map(probs), |rows, classes| {
            let probs = Probs::new(rows, steps, classes, 0).expect("a whole view");
            black_box(greedy(black_box(&probs), &mut read));
        });
        println!("{steps} steps x 210 classes: greedy: {plain:.0} us");
        let softmax = median(of_this_length().map(probs), |rows, classes| {
            let _ = black_box(softmax_rows(black_box(rows), classes));
        });
        println!("{steps} steps x 210 classes: softmax: {softmax:.0} us");
    }
}

/// The median time of `work` on each input, in microseconds.
fn median(
    inputs: impl Iterator<Item = (Vec<f32>, usize)> + Clone,
    mut work: impl FnMut(&mut [f32], usize),
) -> f64 {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        for (mut rows, classes) in inputs.clone() {
            let start = Instant::now();
            work(&mut rows, classes);
            times.push(start.elapsed().as_secs_f64() * 1e6);
        }
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
