//! Hints told against hints true.
//!
//! Takes the truth of each frame and the hints in the order in which they were told; gives counts. A hint counts as wrong when
//! it was true in none of the frames of the last second, as glyphd waits before it tells one; and as missed where
//! one was clearly true for a second and a half and was not told.

use glyphd::contract::event::{Event, Hint};

use crate::play::Told;
use crate::truth::Scene;

/// Seconds after which a hint may still be told.
const GRACE: f64 = 1.0;
/// Seconds that it must have been clearly true before it must be told.
const CLEAR: f64 = 1.5;

#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// Stretches in which one hint was clearly true.
    pub due: usize,
    pub found: usize,
    pub told: usize,
    pub wrong: usize,
    /// Seconds from its beginning to the hint; 0 where it was told already.
    pub delays: Vec<f64>,
    pub notes: Vec<String>,
}

pub fn score(scene: &Scene, told: &[Told]) -> Hints {
    let told: Vec<(f64, Hint)> = told
        .iter()
        .filter_map(|told| match &told.event {
            Event::Guide(guide) => Some((told.t, guide.hint)),
            _ => None,
        })
        .collect();
    let mut hints = Hints {
        told: told.len(),
        ..Hints::default()
    };
    for &(t, hint) in &told {
        let recent = scene
            .frames
            .iter()
            .filter(|frame| (t - GRACE..=t).contains(&frame.t));
        if !recent.into_iter().any(|frame| frame.may.contains(&hint)) {
            hints.wrong += 1;
            hints
                .notes
                .push(format!("{} {t:6.2} s: untrue hint {hint:?}", scene.name));
        }
    }
    for (hint, from, to) in stretches(scene) {
        if to - from < CLEAR {
            continue;
        }
        hints.due += 1;
        let before = told.iter().rev().find(|(t, _)| *t <= from);
        let found = match before {
            Some((_, held)) if *held == hint => Some(0.0),
            _ => told
                .iter()
                .find(|(t, h)| *h == hint && *t > from && *t <= to + GRACE)
                .map(|(t, _)| t - from),
        };
        match found {
            Some(delay) => {
                hints.found += 1;
                hints.delays.push(delay);
            }
            None => hints.notes.push(format!(
                "{} {from:6.2} to {to:.2} s: no hint {hint:?}",
                scene.name
            )),
        }
    }
    hints
}

/// From when to when which hint was clearly true.
fn stretches(scene: &Scene) -> Vec<(Hint, f64, f64)> {
    let mut all: Vec<(Hint, f64, f64)> = Vec::new();
    let mut before = None;
    for frame in &scene.frames {
        if let Some(hint) = frame.hint {
            match all.last_mut() {
                Some(stretch) if before == Some(hint) => stretch.2 = frame.t,
                _ => all.push((hint, frame.t, frame.t)),
            }
        }
        before = frame.hint;
    }
    all
}
