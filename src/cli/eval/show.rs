//! How the figures of a folder are written: for a person, or one JSON object a folder.

use serde_json::{Value, json};

use super::{Figures, Outcome};
use crate::cli::output::Output;
use crate::error::Result;
use crate::text::score::{Calibration, Edit};

/// Writes the heading of the table.
pub fn heading(out: &mut Output) -> Result<()> {
    out.line(format_args!(
        "{:<24} {:>6} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>9}",
        "folder",
        "images",
        "CER %",
        "exact %",
        "alnum %",
        "word R%",
        "word F1",
        "wrong %",
        "lost %",
        "ms median"
    ))
}

/// Writes a row of the table and below it what else was asked for.
pub fn text(out: &mut Output, figures: &Figures) -> Result<()> {
    let score = &figures.score;
    out.line(format_args!(
        "{:<24} {:>6} {:>7.2} {:>7.1} {:>7.1} {:>7.1} {:>7.1} {:>7.2} {:>7.1} {:>9.1}",
        figures.folder.display(),
        score.pairs,
        100.0 * score.cer(),
        100.0 * score.exact_share(),
        100.0 * score.alnum_share(),
        100.0 * score.recall(),
        100.0 * score.f1(),
        100.0 * figures.told.wrong_share(),
        100.0 * figures.told.lost_share(),
        figures.ms_median,
    ))?;
    for (edit, count) in &figures.confusions {
        out.line(format_args!("  {count:6}  {edit}"))?;
    }
    for o in &figures.worst {
        out.line(format_args!(
            "  {:6.1}  {}\n          true {:?}\n          read {:?}",
            100.0 * o.cer,
            o.file,
            o.truth,
            o.reading
        ))?;
    }
    match &figures.calibration {
        Some(calibration) => reliability(out, calibration, score.pairs),
        None => Ok(()),
    }
}

fn reliability(out: &mut Output, calibration: &Calibration, images: usize) -> Result<()> {
    out.line("  confidence   mean %  right %  exact %   lines")?;
    for bin in calibration.bins() {
        let share = |share: Option<f64>| share.map_or("-".into(), |x| format!("{:.1}", 100.0 * x));
        out.line(format_args!(
            "  {:.1} to {:.1}  {:>8} {:>8} {:>8} {:>7}",
            bin.from,
            bin.to,
            share(bin.confidence),
            share(bin.right),
            share(bin.exact),
            bin.lines
        ))?;
    }
    out.line(format_args!(
        "  expected calibration error {:.1} %, over the {} of {images} lines in which something was read",
        100.0 * calibration.expected_error(),
        calibration.lines(),
    ))
}

/// Writes the folder's figures as one object on one line; shares are between 0 and 1.
pub fn json(out: &mut Output, figures: &Figures) -> Result<()> {
    let score = &figures.score;
    let mut object = json!({
        "folder": figures.folder.display().to_string(),
        "images": score.pairs,
        "chars": score.chars,
        "edits": score.edits,
        "cer": rounded(score.cer()),
        "exact": rounded(score.exact_share()),
        "alnum": rounded(score.alnum_share()),
        "word_recall": rounded(score.recall()),
        "word_f1": rounded(score.f1()),
        "told": figures.told.told,
        "told_wrong": figures.told.wrong,
        "right": figures.told.right,
        "right_lost": figures.told.lost,
        "ms_median": rounded(figures.ms_median),
        "confusions": figures.confusions.iter().map(|(e, n)| confusion(*e, *n)).collect::<Vec<_>>(),
        "worst": figures.worst.iter().map(outcome).collect::<Vec<_>>(),
    });
    if let (Some(calibration), Some(object)) = (&figures.calibration, object.as_object_mut()) {
        let bins = calibration.bins().into_iter().map(|bin| {
            json!({
                "from": bin.from, "to": bin.to, "lines": bin.lines,
                "confidence": bin.confidence.map(rounded), "right": bin.right.map(rounded),
                "exact": bin.exact.map(rounded),
            })
        });
        let error = rounded(calibration.expected_error());
        object.insert(
            "calibration".into(),
            json!({ "lines": calibration.lines(), "expected_error": error, "bins": bins.collect::<Vec<_>>() }),
        );
    }
    out.line(object)
}

/// What was in the truth and what was read for it; "" stands for nothing.
fn confusion(edit: Edit, count: usize) -> Value {
    let (truth, read) = match edit {
        Edit::Replaced(truth, read) => (truth.to_string(), read.to_string()),
        Edit::Missed(truth) => (truth.to_string(), String::new()),
        Edit::Added(read) => (String::new(), read.to_string()),
    };
    json!({ "true": truth, "read": read, "count": count })
}

fn outcome(o: &Outcome) -> Value {
    json!({
        "file": o.file, "edits": o.edits, "cer": rounded(o.cer), "true": o.truth, "read": o.reading,
    })
}

/// Five decimals: a share of a set of 100 000 characters.
fn rounded(share: f64) -> f64 {
    (share * 1e5).round() / 1e5
}
