//! The pages told against the labels that were there as a whole.

use glyphd::event::PageEvent;
use glyphd::score::distance;

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
    let mut wholes: Vec<Whole> = Vec::new();
    for label in &scene.pages {
        let lines: Vec<&Presence> = presences.iter().filter(|p| p.label() == label).collect();
        let visits = lines
            .iter()
            .map(|p| p.visit)
            .max()
            .map_or(0, |most| most + 1);
        for visit in 0..visits {
            let mut lines: Vec<&&Presence> = lines.iter().filter(|p| p.visit == visit).collect();
            lines.sort_by(|a, b| a.id.cmp(&b.id));
            let text = lines
                .iter()
                .map(|p| p.text.as_str())
                .collect::<Vec<_>>()
                .join("\n");
            let first = lines.iter().map(|p| p.first).fold(0.0, f64::max);
            let last = lines.iter().map(|p| p.last).fold(f64::INFINITY, f64::min);
            let told = false;
            if last - first >= LEAST_LEGIBLE + patience.page_after {
                wholes.push(Whole {
                    text,
                    first,
                    last,
                    told,
                });
            }
        }
    }
    scored.pages = wholes.len();
    for (t, page) in told {
        let text = page.text.as_str();
        let there = |w: &&mut Whole| w.first <= t && t <= w.last + patience.gone_after + LATE;
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
