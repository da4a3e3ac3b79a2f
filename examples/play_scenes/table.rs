//! The figures as tables for a person and as JSON.

use std::fmt::Write;
use std::time::Duration;

use glyphd::text::score::Score;
use serde_json::{Value, json};

use crate::hints::Hints;
use crate::play::Played;
use crate::score::Scored;
use crate::truth::Scene;

/// Seconds after which a scene that stands still is known to.
const SETTLED: f64 = 5.0;

/// One scene.
#[derive(Default)]
pub struct Row {
    pub name: String,
    pub frames: usize,
    pub read: usize,
    pub scored: Scored,
    pub hints: Hints,
    pub load: Option<Load>,
}

/// CPU time on this machine.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Of reading a frame, and of all else that is done with one, in milliseconds.
    pub read_ms: f64,
    pub rest_ms: f64,
    /// Share of the frames after the first seconds that were read.
    pub read_share: f64,
    /// CPU time after the first seconds against that of a scene that is read all the time, second for second.
    pub ratio: f64,
}

impl Load {
    pub fn of(scene: &Scene, played: &Played, cost: u64) -> Self {
        let mean = |times: Vec<Duration>| {
            let sum: Duration = times.iter().sum();
            sum.as_secs_f64() * 1000.0 / times.len().max(1) as f64
        };
        let read_ms = mean(played.reads.iter().map(|read| read.cpu).collect());
        let rest_ms = mean(played.given.iter().map(|given| given.cpu).collect());
        let settled = (SETTLED * scene.fps) as usize;
        let seconds = (scene.frames.len().saturating_sub(settled)) as f64 / scene.fps;
        let reads = played
            .reads
            .iter()
            .filter(|read| read.frame >= settled)
            .count() as f64;
        let given = played
            .given
            .iter()
            .filter(|given| given.frame >= settled)
            .count() as f64;
        let period = (cost as f64 / 1000.0 * scene.fps).ceil().max(1.0) / scene.fps;
        let busy = (read_ms + rest_ms) / period;
        let still = (reads * read_ms + given * rest_ms) / seconds.max(f64::MIN_POSITIVE);
        Load {
            read_ms,
            rest_ms,
            read_share: reads / given.max(1.0),
            ratio: still / busy.max(f64::MIN_POSITIVE),
        }
    }
}

/// The middle and the greatest of some seconds.
fn median_worst(values: &[f64]) -> (Option<f64>, Option<f64>) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    (
        sorted.get(sorted.len() / 2).copied(),
        sorted.last().copied(),
    )
}

fn seconds(value: Option<f64>) -> String {
    value.map_or("-".into(), |v| format!("{v:.2}"))
}

fn way(score: &Score) -> String {
    match score.pairs {
        0 => "-".into(),
        pairs => format!(
            "{:.1} / {:.1} / {:.2}",
            score.alnum_share() * 100.0,
            score.exact as f64 * 100.0 / pairs as f64,
            score.cer() * 100.0
        ),
    }
}

/// All scenes together.
pub fn total(rows: &[Row]) -> Row {
    let mut all = Row {
        name: "all".into(),
        ..Row::default()
    };
    let add = |sum: &mut Score, score: &Score| {
        sum.pairs += score.pairs;
        sum.chars += score.chars;
        sum.edits += score.edits;
        sum.exact += score.exact;
        sum.with_letters += score.with_letters;
        sum.alnum += score.alnum;
    };
    for row in rows {
        let (sum, s) = (&mut all.scored, &row.scored);
        add(&mut sum.last, &s.last);
        add(&mut sum.surest, &s.surest);
        add(&mut sum.best, &s.best);
        add(&mut sum.mean, &s.mean);
        sum.due += s.due;
        sum.found += s.found;
        sum.right += s.right;
        sum.again += s.again;
        sum.wrong += s.wrong;
        sum.stray += s.stray;
        sum.corrected += s.corrected;
        sum.gone_early += s.gone_early;
        sum.gone_missed += s.gone_missed;
        sum.pages += s.pages;
        sum.pages_right += s.pages_right;
        sum.pages_again += s.pages_again;
        sum.pages_wrong += s.pages_wrong;
        sum.delays.extend(&s.delays);
        let (sum, h) = (&mut all.hints, &row.hints);
        sum.due += h.due;
        sum.found += h.found;
        sum.told += h.told;
        sum.wrong += h.wrong;
        sum.delays.extend(&h.delays);
        all.frames += row.frames;
        all.read += row.read;
    }
    all
}

pub fn text(cost: u64, rows: &[Row]) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        let _ = writeln!(out, "{text}");
    };
    line(format!("A reading takes {cost} ms.\n"));
    line(
        "Lines, in %: letters and digits correct / everything correct / character error rate"
            .into(),
    );
    line("| scene | lines | glyphd at the end | frame of highest confidence | best frame in hindsight | mean frame |".into());
    line("|---|---|---|---|---|---|".into());
    for row in rows {
        let s = &row.scored;
        let ways = [&s.last, &s.surest, &s.best, &s.mean].map(way).join(" | ");
        line(format!("| {} | {} | {ways} |", row.name, s.due));
    }
    line("\nEvents".into());
    line("| scene | due | emitted | right | wrong | put right | again | stray | precision | recall | gone early | gone missed | pages right of due (again, otherwise) | appeared after, median / worst s |".into());
    line("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|".into());
    for row in rows {
        let s = &row.scored;
        let (median, worst) = median_worst(&s.delays);
        line(format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {:.3} | {:.3} | {} | {} | {} of {} ({}, {}) | {} / {} |",
            row.name,
            s.due,
            s.told(),
            s.right,
            s.wrong,
            s.corrected,
            s.again,
            s.stray,
            s.precision(),
            s.recall(),
            s.gone_early,
            s.gone_missed,
            s.pages_right,
            s.pages,
            s.pages_again,
            s.pages_wrong,
            seconds(median),
            seconds(worst),
        ));
    }
    line("\nHints and load".into());
    line("| scene | hints due | found | sent | untrue | median delay s | frames read of all | CPU per reading, ms | CPU of the rest per frame, ms | read after 5 s, % | CPU against reading all the time, % |".into());
    line("|---|---|---|---|---|---|---|---|---|---|---|".into());
    for row in rows {
        let h = &row.hints;
        let load = row.load.map_or("- | - | - | -".into(), |l| {
            format!(
                "{:.0} | {:.2} | {:.1} | {:.1}",
                l.read_ms,
                l.rest_ms,
                l.read_share * 100.0,
                l.ratio * 100.0
            )
        });
        line(format!(
            "| {} | {} | {} | {} | {} | {} | {} of {} | {load} |",
            row.name,
            h.due,
            h.found,
            h.told,
            h.wrong,
            seconds(median_worst(&h.delays).0),
            row.read,
            row.frames,
        ));
    }
    out
}

pub fn json(cost: u64, rows: &[Row]) -> Value {
    let way = |score: &Score| json!({"lines": score.pairs, "alnum-exact": score.alnum, "exact": score.exact, "cer": score.cer()});
    let scenes: Vec<Value> = rows
        .iter()
        .map(|row| {
            let (s, h) = (&row.scored, &row.hints);
            let (median, worst) = median_worst(&s.delays);
            json!({
                "scene": row.name, "frames": row.frames, "read": row.read,
                "last": way(&s.last), "surest": way(&s.surest), "best": way(&s.best), "mean": way(&s.mean),
                "due": s.due, "found": s.found, "right": s.right, "corrected": s.corrected, "wrong": s.wrong,
                "again": s.again, "stray": s.stray, "precision": s.precision(), "recall": s.recall(),
                "gone-early": s.gone_early, "gone-missed": s.gone_missed,
                "pages": s.pages, "pages-right": s.pages_right, "pages-again": s.pages_again, "pages-wrong": s.pages_wrong,
                "appeared-after-median-s": median, "appeared-after-worst-s": worst,
                "hints": {"due": h.due, "found": h.found, "told": h.told, "wrong": h.wrong, "median-delay-s": median_worst(&h.delays).0},
                "load": row.load.map(|l| json!({"reading-ms": l.read_ms, "rest-ms": l.rest_ms, "read-share": l.read_share, "ratio": l.ratio})),
                "notes": s.notes.iter().chain(&h.notes).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({"read-ms": cost, "scenes": scenes})
}
