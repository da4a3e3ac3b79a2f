//! What was told against what was true: lines, pages and times.
//!
//! Takes a scene's truth and what came of playing it; gives counts. A line is truly told once in each of its presences; how
//! a line's readings in single frames would have done is counted beside it.

use std::collections::HashMap;

use glyphd::event::{Event, LineChange, LineEvent, PageEvent};
use glyphd::score::{Score, distance, plain};

use crate::play::Played;
use crate::truth::{Presence, Scene};

/// Seconds that a line must have been legible before it must be told.
const LEAST_LEGIBLE: f64 = 1.0;
/// Seconds back in which a line may have been where it is told to be: it is told of readings that have been.
const BACK: f64 = 0.6;
/// Seconds by which a line may be let go too early: a frame or two.
const EARLY: f64 = 0.2;
/// Seconds that a line may be told after it was last legible, beside the patience of the tracker.
const LATE: f64 = 1.0;

/// How long glyphd waits, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pub gone_after: f64,
    pub page_after: f64,
}

/// One way of reading a set of lines.
#[derive(Clone, Debug, Default)]
pub struct Way {
    pub score: Score,
}

impl Way {
    fn add(&mut self, truth: &str, reading: &str) {
        self.score.add(truth, reading, true);
    }
}

/// The counts of a scene.
#[derive(Clone, Debug, Default)]
pub struct Scored {
    /// Presences that must be told.
    pub due: usize,
    /// The last text told of each.
    pub last: Way,
    /// What its surest reading in a single frame said.
    pub surest: Way,
    /// What it read as in the frame of its label in which most lines were right.
    pub best: Way,
    /// What it read as in each frame in which it was read and legible.
    pub mean: Way,
    /// Those of `due` that were told as they are.
    pub found: usize,
    /// Told as it is, and for the first time in its presence.
    pub right: usize,
    /// Told again although it was told already.
    pub again: usize,
    /// Told otherwise than it is.
    pub wrong: usize,
    /// Told where there is nothing.
    pub stray: usize,
    /// Put right after it was told wrong; among `right`.
    pub corrected: usize,
    /// Said to be gone while it was there; and never said to be gone.
    pub gone_early: usize,
    pub gone_missed: usize,
    /// Pages that must be told; told as they are; told again; told otherwise.
    pub pages: usize,
    pub pages_right: usize,
    pub pages_again: usize,
    pub pages_wrong: usize,
    /// Seconds from the first legible frame to being told as it is.
    pub delays: Vec<f64>,
    /// What went wrong, in words.
    pub notes: Vec<String>,
}

impl Scored {
    /// Of all that was told of lines, the share that was due.
    pub fn precision(&self) -> f64 {
        let told = self.right + self.again + self.wrong + self.stray;
        self.right as f64 / told.max(1) as f64
    }

    /// Of all lines that were due, the share that was told.
    pub fn recall(&self) -> f64 {
        self.found as f64 / self.due.max(1) as f64
    }
}

/// Letters and digits alone, in small letters: what two texts are compared by.
pub fn alnum(text: &str) -> String {
    let lower = plain(text, true).to_lowercase();
    lower.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Scores all but hints.
pub fn score(scene: &Scene, played: &Played, patience: Patience) -> Scored {
    let presences = scene.presences(patience.gone_after);
    let mut lines = Lines::new(scene, &presences, patience);
    for told in &played.told {
        if let Event::Line(line) = &told.event {
            lines.take(line, told.t);
        }
    }
    let mut scored = lines.end();
    single_frames(scene, &presences, played, &mut scored);
    let pages = played.told.iter().filter_map(|told| match &told.event {
        Event::Page(page) => Some((told.t, page)),
        _ => None,
    });
    score_pages(scene, &presences, pages, patience, &mut scored);
    scored
}

fn is_due(presence: &Presence, fps: f64) -> bool {
    presence.legible as f64 >= LEAST_LEGIBLE * fps
}

/// What has been told of a presence.
#[derive(Clone, Debug, Default)]
struct State {
    /// The text it has now; none before it is told.
    text: Option<String>,
    appeared: bool,
    /// When it was first told as it is.
    right: Option<f64>,
}

/// A line as glyphd follows it.
struct Followed {
    text: String,
    presence: Option<usize>,
}

struct Lines<'a> {
    scene: &'a Scene,
    presences: &'a [Presence],
    patience: Patience,
    states: Vec<State>,
    followed: HashMap<u64, Followed>,
    scored: Scored,
}

impl<'a> Lines<'a> {
    fn new(scene: &'a Scene, presences: &'a [Presence], patience: Patience) -> Self {
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

    fn take(&mut self, line: &LineEvent, t: f64) {
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
        let told_before = state.text.replace(text.to_owned());
        let appeared_before = state.appeared;
        state.appeared |= line.event == LineChange::Appeared;
        if line.event == LineChange::Appeared && appeared_before {
            self.scored.again += 1;
            self.note(t, "told again", text);
        } else if !exact {
            self.scored.wrong += 1;
            self.note(
                t,
                &format!("{:?} otherwise than {wanted:?}", line.event),
                text,
            );
        } else if state.right.is_some()
            && told_before.is_some_and(|before| alnum(&before) == alnum(text))
        {
            // The same again but for signs or case.
            self.scored.again += 1;
            self.note(t, "told again", text);
        } else {
            self.scored.right += 1;
            if line.event == LineChange::Updated && appeared_before {
                self.scored.corrected += 1;
            }
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
            let over = self.presences[from].last;
            let next = self.presences.iter().enumerate().find(|(index, p)| {
                *index != from
                    && p.first <= t
                    && p.first > over
                    && p.first - over < self.patience.gone_after + LATE
                    && alnum(&p.text) == alnum(&followed.text)
                    && self.states[*index].text.is_none()
            });
            let Some((index, presence)) = next else {
                continue;
            };
            self.states[index] = State {
                text: Some(followed.text.clone()),
                appeared: false,
                right: Some(presence.first),
            };
            followed.presence = Some(index);
        }
    }

    fn gone(&mut self, line: &LineEvent, t: f64) {
        self.carry_on(t);
        let followed = self.followed.remove(&line.id);
        let Some(presence) = followed.and_then(|followed| followed.presence) else {
            return;
        };
        let presence = &self.presences[presence];
        if t < presence.last + self.patience.gone_after - EARLY {
            self.scored.gone_early += 1;
            self.note(t, "gone though it is there", line.text.as_str());
        }
    }

    fn end(mut self) -> Scored {
        let end = self.scene.frames.last().map_or(0.0, |frame| frame.t);
        self.carry_on(end);
        let left = self
            .followed
            .values()
            .filter_map(|followed| followed.presence);
        let left =
            left.filter(|&p| self.presences[p].last + self.patience.gone_after + 2.0 * LATE < end);
        self.scored.gone_missed = left.count();
        for (index, presence) in self.presences.iter().enumerate() {
            if !is_due(presence, self.scene.fps) {
                continue;
            }
            let state = &self.states[index];
            self.scored.due += 1;
            self.scored.found += usize::from(state.right.is_some());
            let last = state.text.clone().unwrap_or_default();
            self.scored.last.add(&presence.text, &last);
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

/// How the readings of single frames do.
fn single_frames(scene: &Scene, presences: &[Presence], played: &Played, scored: &mut Scored) {
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
                    scored.mean.add(&truth.text, &line.text);
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
        );
    }
    let mut labels: Vec<(&str, usize)> = due
        .iter()
        .map(|&i| (presences[i].label(), presences[i].visit))
        .collect();
    labels.dedup();
    labels.sort();
    labels.dedup();
    for (label, visit) in labels {
        let of_label = |&&i: &&usize| presences[i].label() == label && presences[i].visit == visit;
        let members: Vec<usize> = due.iter().filter(of_label).copied().collect();
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
            scored.best.add(&presences[index].text, text);
        }
    }
}

/// A label while all its lines can be read.
struct Whole {
    text: String,
    first: f64,
    last: f64,
    told: bool,
}

fn score_pages<'a>(
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
