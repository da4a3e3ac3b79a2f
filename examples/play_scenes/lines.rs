//! The lines told, one after another, against those that were there.
//!
//! Takes events in their order; keeps for each presence what has been told of it, and for each line that glyphd follows which
//! presence it is of.

use std::collections::HashMap;

use glyphd::contract::event::{LineChange, LineEvent};

use crate::score::{LATE, Patience, Scored, alnum, is_due};
use crate::truth::{Presence, Scene};

/// Seconds back in which a line may have been where it is told to be: it is told of readings that have been.
const BACK: f64 = 0.6;
/// Seconds by which a line may be let go too early: a frame or two.
const EARLY: f64 = 0.2;

/// What has been told of a presence.
#[derive(Clone, Debug, Default)]
struct State {
    /// The text it has now; none before it is told.
    text: Option<String>,
    /// When it was first told as it is.
    right: Option<f64>,
}

/// A line as glyphd follows it.
struct Followed {
    text: String,
    presence: Option<usize>,
}

/// The count of lines.
pub struct Lines<'a> {
    scene: &'a Scene,
    presences: &'a [Presence],
    patience: Patience,
    states: Vec<State>,
    followed: HashMap<u64, Followed>,
    scored: Scored,
}

impl<'a> Lines<'a> {
    /// Nothing is told yet.
    pub fn new(scene: &'a Scene, presences: &'a [Presence], patience: Patience) -> Self {
        Lines {
            scene,
            presences,
            patience,
            states: vec![State::default(); presences.len()],
            followed: HashMap::new(),
            scored: Scored::default(),
        }
    }

    fn note(&mut self, t: f64, what: &str, text: &str) {
        let name = &self.scene.name;
        self.scored
            .notes
            .push(format!("{name} {t:6.2} s: {what}: {text:?}"));
    }

    /// The presence that is at this place and time.
    fn presence(&self, line: &LineEvent, t: f64) -> Option<usize> {
        let frame = line.frame as usize;
        let back = frame.saturating_sub((BACK * self.scene.fps) as usize);
        let truth = self
            .scene
            .at(back..=frame, line.quad.centre(), line.text.as_str())?;
        let of_line = || {
            self.presences
                .iter()
                .enumerate()
                .filter(|(_, p)| p.id == truth.id)
        };
        let current = of_line().find(|(_, p)| p.last + self.patience.gone_after + LATE >= t);
        current
            .or_else(|| of_line().next_back())
            .map(|(index, _)| index)
    }

    /// A line that was never legible long enough to count may be read all the same.
    fn is_there_though(&self, line: &LineEvent) -> bool {
        let frame = line.frame as usize;
        let back = frame.saturating_sub((BACK * self.scene.fps) as usize);
        let truth = self
            .scene
            .at(back..=frame, line.quad.centre(), line.text.as_str());
        truth.is_some_and(|truth| alnum(&truth.text) == alnum(line.text.as_str()))
    }

    /// The next event, told at `t`.
    pub fn take(&mut self, line: &LineEvent, t: f64) {
        let text = line.text.as_str();
        if line.event == LineChange::Gone {
            return self.gone(line, t);
        }
        self.carry_on(t);
        let presence = self.presence(line, t);
        let follow = |text: &str| Followed {
            text: text.to_owned(),
            presence,
        };
        self.followed.insert(line.id, follow(text));
        let Some(index) = presence else {
            if !self.is_there_though(line) {
                self.scored.stray += 1;
                self.note(t, "told where there is nothing", text);
            }
            return;
        };
        let (truth, fps) = (&self.presences[index], self.scene.fps);
        let (exact, due, wanted) = (
            alnum(&truth.text) == alnum(text),
            is_due(truth, fps),
            truth.text.clone(),
        );
        let state = &mut self.states[index];
        let before = state.text.replace(text.to_owned());
        let was_so = before.is_some_and(|before| alnum(&before) == alnum(text));
        if !exact {
            self.scored.wrong += 1;
            let what = format!("{:?} otherwise than {wanted:?}", line.event);
            self.note(t, &what, text);
        } else if state.right.is_none() {
            self.scored.right += 1;
        } else if line.event == LineChange::Appeared || was_so {
            // Also what is the same but for signs or case.
            self.scored.again += 1;
            self.note(t, "told again", text);
        } else {
            self.scored.corrected += 1;
        }
        let state = &mut self.states[index];
        if exact && state.right.is_none() {
            state.right = Some(t);
            if due {
                let first = self.presences[index].first;
                self.scored.delays.push((t - first).max(0.0));
            }
        }
    }

    /// What glyphd still has in view, and is in view again or on another label, need not be told anew.
    fn carry_on(&mut self, t: f64) {
        for followed in self.followed.values_mut() {
            let Some(from) = followed.presence else {
                continue;
            };
            let before = &self.presences[from];
            let over = before.last;
            let patience = self.patience.gone_after + LATE;
            let in_view = self.scene.in_view_until(&before.id, over, patience);
            let next = self.presences.iter().enumerate().find(|(index, p)| {
                let since = if p.id == before.id { in_view } else { over };
                *index != from
                    && p.first <= t
                    && p.first > over
                    && p.first - since < patience
                    && alnum(&p.text) == alnum(&followed.text)
                    && self.states[*index].text.is_none()
            });
            let Some((index, presence)) = next else {
                continue;
            };
            self.states[index] = State {
                text: Some(followed.text.clone()),
                right: Some(presence.first),
            };
            followed.presence = Some(index);
        }
    }

    fn gone(&mut self, line: &LineEvent, t: f64) {
        self.carry_on(t);
        let Some(followed) = self.followed.remove(&line.id) else {
            return;
        };
        let Some(presence) = followed.presence.map(|index| &self.presences[index]) else {
            return;
        };
        if alnum(&followed.text) != alnum(&presence.text) {
            // A piece of a line gives way to the whole.
            return;
        }
        if t < presence.last + self.patience.gone_after - EARLY {
            self.scored.gone_early += 1;
            self.note(t, "gone though it is there", line.text.as_str());
        }
    }

    /// The counts, the scene being over.
    pub fn end(mut self) -> Scored {
        let end = self.scene.frames.last().map_or(0.0, |frame| frame.t);
        self.carry_on(end);
        let left = self
            .followed
            .values()
            .filter_map(|followed| followed.presence);
        let patience = self.patience.gone_after;
        let missed = left.filter(|&index| {
            let Presence { id, last, .. } = &self.presences[index];
            let until = self.scene.in_view_until(id, *last, patience + LATE);
            until + patience + 2.0 * LATE < end
        });
        self.scored.gone_missed = missed.count();
        for (index, presence) in self.presences.iter().enumerate() {
            if !is_due(presence, self.scene.fps) {
                continue;
            }
            let state = &self.states[index];
            self.scored.due += 1;
            self.scored.found += usize::from(state.right.is_some());
            let last = state.text.clone().unwrap_or_default();
            self.scored.last.add(&presence.text, &last, true);
            if state.right.is_none() {
                let said = format!(
                    "{} {:6.2} s: never told: {:?}",
                    self.scene.name, presence.last, presence.text
                );
                self.scored.notes.push(said);
            }
        }
        self.scored
    }
}
