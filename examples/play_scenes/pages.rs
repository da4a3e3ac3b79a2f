//! The pages told against the labels that were there as a whole.

use std::collections::BTreeMap;

use glyphd::contract::event::PageEvent;
use glyphd::text::score::distance;

use crate::score::{LATE, LEAST_LEGIBLE, Patience, Scored, alnum};
use crate::truth::{Presence, Scene};

/// A label while all its lines can be read.
struct Whole {
    text: String,
    first: f64,
    last: f64,
    told: bool,
}

/// Counts the pages, which come in their order, each with when it was told.
pub fn score<'a>(
    scene: &Scene,
    presences: &[Presence],
    told: impl Iterator<Item = (f64, &'a PageEvent)>,
    patience: Patience,
    scored: &mut Scored,
) {
    let mut wholes = wholes(scene, presences, patience);
    scored.pages = wholes.len();
    for (t, page) in told {
        let text = page.text.as_str();
        // What can be read before it must be is no fault.
        let is_it = |w: &Whole| w.first <= t || alnum(&w.text) == alnum(text);
        let there = |w: &&mut Whole| is_it(w) && t <= w.last + patience.gone_after + LATE;
        let likest = wholes
            .iter_mut()
            .filter(there)
            .min_by_key(|w| distance(&alnum(&w.text), &alnum(text)));
        match likest {
            Some(whole) if alnum(&whole.text) == alnum(text) => {
                scored.pages_right += usize::from(!whole.told);
                scored.pages_again += usize::from(whole.told);
                whole.told = true;
            }
            _ => {
                scored.pages_wrong += 1;
                let name = &scene.name;
                scored
                    .notes
                    .push(format!("{name} {t:6.2} s: page otherwise: {text:?}"));
            }
        }
    }
}

/// When which label was there as a whole for long enough.
fn wholes(scene: &Scene, presences: &[Presence], patience: Patience) -> Vec<Whole> {
    let mut all: Vec<Whole> = Vec::new();
    for label in &scene.pages {
        let of_label = presences.iter().filter(|p| p.label() == label);
        let lines: BTreeMap<&str, &str> = of_label.map(|p| (&*p.id, &*p.text)).collect();
        let text = lines.values().copied().collect::<Vec<_>>().join("\n");
        let before = all.len();
        for frame in &scene.frames {
            let legible = |id: &&&str| frame.lines.iter().any(|l| l.legible && l.id == **id);
            if lines.is_empty() || lines.keys().filter(legible).count() < lines.len() {
                continue;
            }
            match all.get_mut(before..).and_then(|these| these.last_mut()) {
                Some(whole) if frame.t - whole.last < patience.gone_after => whole.last = frame.t,
                _ => all.push(Whole {
                    text: text.clone(),
                    first: frame.t,
                    last: frame.t,
                    told: false,
                }),
            }
        }
    }
    all.retain(|whole| whole.last - whole.first >= LEAST_LEGIBLE + patience.page_after);
    all
}
