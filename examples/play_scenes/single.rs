//! What the same lines would be if one frame had to do.

use std::collections::BTreeSet;

use glyphd::text::score::distance;

use crate::play::Played;
use crate::score::{Scored, alnum, is_due};
use crate::truth::{Presence, Scene};

/// How the readings of single frames do.
pub fn score(scene: &Scene, presences: &[Presence], played: &Played, scored: &mut Scored) {
    // Of each presence: the frame, the confidence and the text of each reading while it was legible.
    let mut readings: Vec<Vec<(usize, f32, &str)>> = vec![Vec::new(); presences.len()];
    for read in &played.reads {
        let t = read.frame as f64 / scene.fps;
        for line in &read.lines {
            let Some(truth) = scene.at(read.frame..=read.frame, line.quad.centre(), &line.text)
            else {
                continue;
            };
            let at = |p: &Presence| p.id == truth.id && (p.first..=p.last).contains(&t);
            if let Some(index) = presences.iter().position(at) {
                readings[index].push((read.frame, line.confidence, &line.text));
                if truth.legible {
                    scored.mean.add(&truth.text, &line.text, true);
                }
            }
        }
    }
    let due: Vec<usize> = (0..presences.len())
        .filter(|&i| is_due(&presences[i], scene.fps))
        .collect();
    for &index in &due {
        let surest = readings[index].iter().max_by(|a, b| a.1.total_cmp(&b.1));
        scored.surest.add(
            &presences[index].text,
            surest.map_or("", |reading| reading.2),
            true,
        );
    }
    // On what is no page no frame has all lines: each may have its own.
    let whole = |p: &Presence| scene.pages.iter().any(|page| page == p.label());
    let group = |p: &Presence| {
        if whole(p) {
            (p.label().to_owned(), p.visit)
        } else {
            (p.id.clone(), p.visit)
        }
    };
    let groups: BTreeSet<_> = due.iter().map(|&i| group(&presences[i])).collect();
    for of in groups {
        let members = due.iter().copied().filter(|&i| group(&presences[i]) == of);
        let members: Vec<usize> = members.collect();
        let in_frame = |index: usize, frame: usize| {
            let found = readings[index].iter().find(|reading| reading.0 == frame);
            found.map_or("", |reading| reading.2)
        };
        let best = played
            .reads
            .iter()
            .map(|read| read.frame)
            .max_by_key(|&frame| {
                let exact = |&&i: &&usize| alnum(&presences[i].text) == alnum(in_frame(i, frame));
                let edits = |&i: &usize| distance(&presences[i].text, in_frame(i, frame));
                let edits: usize = members.iter().map(edits).sum();
                (
                    members.iter().filter(exact).count(),
                    std::cmp::Reverse(edits),
                )
            });
        for &index in &members {
            let text = best.map_or("", |frame| in_frame(index, frame));
            scored.best.add(&presences[index].text, text, true);
        }
    }
}
