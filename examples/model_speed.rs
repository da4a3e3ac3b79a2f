//! Times reader graphs against each other: `model_speed GRAPH...` prints for each the median CPU time of a line of 32 x 320 pixels.
//!
//! The graphs take turns, so that whatever else the machine does falls on all of them alike.

use std::time::Duration;

use glyphd::model::engine::Graph;
use nix::time::{ClockId, clock_gettime};

/// Turns: the median of these is steady to a few hundredths on a busy machine.
const TURNS: usize = 101;
/// The strip: a line of some thirty characters.
const SHAPE: [usize; 4] = [1, 1, 32, 320];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        return Err("usage: model_speed GRAPH...".into());
    }
    let mut plans = Vec::new();
    for file in &files {
        plans.push(Graph::parse(&std::fs::read(file)?, file)?.plan(SHAPE)?);
    }
    // Anything but a constant, which some kernels are quicker with.
    let pixels = 0..SHAPE.iter().product::<usize>() as u32;
    let strip: Vec<f32> = pixels
        .map(|i| f32::from((i.wrapping_mul(2_654_435_761) >> 24) as u8) / 127.5 - 1.0)
        .collect();
    let mut scores = Vec::new();
    let mut times = vec![Vec::new(); plans.len()];
    for _ in 0..TURNS {
        for (plan, times) in plans.iter().zip(&mut times) {
            let start = cpu_time()?;
            plan.run(&strip, &mut scores)?;
            times.push(cpu_time()? - start);
        }
    }
    for (file, times) in files.iter().zip(&mut times) {
        times.sort();
        let median = times.get(TURNS / 2).copied().unwrap_or_default();
        println!("{:.2} ms\t{file}", median.as_secs_f64() * 1000.0);
    }
    Ok(())
}

fn cpu_time() -> Result<Duration, nix::Error> {
    Ok(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?.into())
}
