//! What is true in each frame of a scene, as `tests/scenes/long.py` wrote it.
//!
//! Takes the folder of a scene; gives its frames and the *presences* of its lines: from one time on a line can be read, until it
//! cannot for as long as glyphd waits before it lets a line go.

use std::path::Path;

use glyphd::contract::event::Hint;
use glyphd::quad::{Point, Quad};
use glyphd::text::score::distance;
use serde::Deserialize;

use crate::score::alnum;

/// How far beside its box a line may be found, in lengths and in heights of the box.
const ALONG: f32 = 0.1;
const ACROSS: f32 = 0.5;
/// What is covered by more than this cannot be what was found there.
const LEAST_SEEN: f64 = 0.1;
/// The share of a line that is enough to know that it is still there.
const PIECE_SEEN: f64 = 0.25;

#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    pub id: String,
    pub text: String,
    pub quad: Quad,
    pub seen: f64,
    pub legible: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Frame {
    pub t: f64,
    /// The hint that should be told; none where that is not clear.
    pub hint: Option<Hint>,
    /// All that would not be wrong.
    pub may: Vec<Hint>,
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug, Deserialize)]
struct About {
    name: String,
    fps: f64,
    pages: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Scene {
    pub name: String,
    pub fps: f64,
    /// The labels that are read as a whole.
    pub pages: Vec<String>,
    pub frames: Vec<Frame>,
}

/// One line while it can be read, with short interruptions.
#[derive(Clone, Debug, PartialEq)]
pub struct Presence {
    pub id: String,
    pub text: String,
    /// Which of the presences of this line it is.
    pub visit: usize,
    /// The first and last time that it was legible, in seconds, and for how many frames.
    pub first: f64,
    pub last: f64,
    pub legible: usize,
}

impl Presence {
    /// The label that the line is on.
    pub fn label(&self) -> &str {
        self.id
            .rsplit_once('.')
            .map_or(&self.id, |(label, _)| label)
    }
}

impl Scene {
    /// # Errors
    /// When a file is missing or not as it should be, with its name.
    pub fn load(folder: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let text = |name: &str| {
            let file = folder.join(name);
            std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))
        };
        let about: About = serde_json::from_str(&text("scene.json")?)?;
        let truth = text("truth.jsonl")?;
        let frames: Result<Vec<Frame>, _> = truth.lines().map(serde_json::from_str).collect();
        Ok(Scene {
            name: about.name,
            fps: about.fps,
            pages: about.pages,
            frames: frames?,
        })
    }

    /// The line that something read as `text` about `centre` in one of these frames is: of those that are there, the one most like it.
    pub fn at(
        &self,
        frames: std::ops::RangeInclusive<usize>,
        centre: Point,
        text: &str,
    ) -> Option<&Line> {
        let text = alnum(text);
        frames
            .rev()
            .filter_map(|number| self.frames.get(number))
            .flat_map(|frame| &frame.lines)
            .filter(|line| line.seen >= LEAST_SEEN && is_at(&line.quad, centre))
            .min_by_key(|line| distance(&alnum(&line.text), &text))
    }

    /// Until when something of this line was in view from `t` on, if never out of it for longer than `patience`, in seconds.
    pub fn in_view_until(&self, id: &str, t: f64, patience: f64) -> f64 {
        let seen = |line: &Line| line.id == id && line.seen >= PIECE_SEEN;
        let mut until = t;
        for frame in self.frames.iter().filter(|frame| frame.t > t) {
            if frame.t - until >= patience {
                break;
            }
            if frame.lines.iter().any(seen) {
                until = frame.t;
            }
        }
        until
    }

    /// All presences, lines in the order in which they came; `patience` is how long a line may be out of sight, in seconds.
    pub fn presences(&self, patience: f64) -> Vec<Presence> {
        let mut all: Vec<Presence> = Vec::new();
        for frame in &self.frames {
            for line in frame.lines.iter().filter(|line| line.legible) {
                let before = all.iter_mut().rev().find(|p| p.id == line.id);
                let visit = match before {
                    Some(p) if frame.t - p.last < patience => {
                        p.last = frame.t;
                        p.legible += 1;
                        continue;
                    }
                    Some(p) => p.visit + 1,
                    None => 0,
                };
                all.push(Presence {
                    id: line.id.clone(),
                    text: line.text.clone(),
                    visit,
                    first: frame.t,
                    last: frame.t,
                    legible: 1,
                });
            }
        }
        all
    }
}

fn is_at(quad: &Quad, point: Point) -> bool {
    let [tl, tr, _, bl] = quad.0;
    let share = |to: Point| {
        let (dx, dy) = (to.x - tl.x, to.y - tl.y);
        let length = (dx * dx + dy * dy).max(f32::MIN_POSITIVE);
        ((point.x - tl.x) * dx + (point.y - tl.y) * dy) / length
    };
    let (u, v) = (share(tr), share(bl));
    (-ALONG..=1.0 + ALONG).contains(&u) && (-ACROSS..=1.0 + ACROSS).contains(&v)
}
