//! `glyphd eval`: reads a folder of labelled images and scores what was read.

mod labels;
mod show;

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::ValueEnum;

use self::labels::Row;
use super::Reading;
use super::output::Output;
use crate::capture::photo;
use crate::error::Result;
use crate::line::Page;
use crate::pipeline::Pipeline;
use crate::text::score::{Calibration, Confusions, Edit, Score, Told, edits, plain};

/// How the figures are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table with a row a folder, and below it what else was asked for.
    Text,
    /// One object a folder and line; shares and rates are between 0 and 1.
    Json,
}

/// Score the reading of labelled images
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folders, each with labels.tsv: FILE<TAB>TEXT a row, line breaks as \n
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Each image is one line of text already: do not look for lines
    #[arg(long)]
    line: bool,
    /// Capital and small letters count as the same
    #[arg(long)]
    ignore_case: bool,
    /// Show the N readings of each folder with most characters wrong
    #[arg(long, value_name = "N", default_value_t = 0)]
    worst: usize,
    /// Show the N most frequent confusions of characters in each folder
    #[arg(long, value_name = "N", default_value_t = 0)]
    confusions: usize,
    /// Show how far the confidence of a line can be trusted
    #[arg(long, requires = "line")]
    calibration: bool,
    /// How the figures are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    reading: Reading,
}

/// One image as it was read.
struct Outcome {
    edits: usize,
    cer: f64,
    file: String,
    truth: String,
    reading: String,
}

/// The figures of one folder.
struct Figures {
    folder: PathBuf,
    score: Score,
    /// Milliseconds that half of the images took at most, without opening the file.
    ms_median: f64,
    /// The most frequent first, as many as were asked for.
    confusions: Vec<(Edit, usize)>,
    /// The one with most edits first, as many as were asked for.
    worst: Vec<Outcome>,
    calibration: Option<Calibration>,
    /// What would have been reported of the lines.
    told: Told,
}

/// Prints the figures of each folder.
///
/// # Errors
/// `NoInput` or `Data`, when a folder has no usable labels; a single image that cannot be read counts as read as nothing.
pub fn run(args: &Args) -> Result<()> {
    let settings = args.reading.settings()?;
    let mut pipeline = Pipeline::new(&settings)?;
    let mut out = Output::stdout();
    if args.format == Format::Text {
        show::heading(&mut out)?;
    }
    for folder in &args.folders {
        let figures = figures(&mut pipeline, folder, settings.read.min_confidence, args)?;
        match args.format {
            Format::Text => show::text(&mut out, &figures)?,
            Format::Json => show::json(&mut out, &figures)?,
        }
    }
    out.flush()
}

/// Reads a folder; what is read less surely than `least` would not be reported.
fn figures(pipeline: &mut Pipeline, folder: &Path, least: f32, args: &Args) -> Result<Figures> {
    let rows = labels::load(folder)?;
    let mut score = Score::default();
    let mut confusions = Confusions::default();
    let mut calibration = Calibration::default();
    let mut told = Told::default();
    let mut times = Vec::with_capacity(rows.len());
    let mut outcomes = Vec::with_capacity(rows.len());
    for Row { file, truth } in rows {
        let page = photo::load(&folder.join(&file)).and_then(|luma| {
            let start = Instant::now();
            let page = if args.line {
                pipeline.line(&luma)
            } else {
                pipeline.page(&luma)
            };
            times.push(start.elapsed().as_secs_f64() * 1e3);
            page
        });
        let page = page.unwrap_or_else(|e| {
            eprintln!("glyphd: {e}");
            Page::default()
        });
        let mut one = Score::default();
        one.add(&truth, page.text.as_str(), !args.ignore_case);
        score.add(&truth, page.text.as_str(), !args.ignore_case);
        let sure = page.lines.iter().all(|line| line.confidence >= least);
        match &page.doubtful[..] {
            [doubted] if page.lines.is_empty() => told.add(&truth, &doubted.text, false),
            _ => told.add(&truth, page.text.as_str(), sure),
        }
        if args.confusions > 0 {
            let plain = |text| plain(text, !args.ignore_case);
            let edits = edits(&plain(&truth), &plain(page.text.as_str()));
            confusions.add(&edits.unwrap_or_default());
        }
        for line in page.lines.iter().filter(|_| args.calibration) {
            calibration.add(
                line.confidence,
                one.right(page.text.as_str().chars().count()),
            );
        }
        outcomes.push(Outcome {
            edits: one.edits,
            cer: one.cer(),
            file,
            truth,
            reading: page.text.into(),
        });
    }
    times.sort_by(f64::total_cmp);
    outcomes.sort_by(|a, b| b.edits.cmp(&a.edits).then(b.cer.total_cmp(&a.cer)));
    outcomes.truncate(args.worst);
    Ok(Figures {
        folder: folder.to_owned(),
        score,
        ms_median: times.get(times.len() / 2).copied().unwrap_or_default(),
        confusions: confusions.top(args.confusions),
        worst: outcomes,
        calibration: args.calibration.then_some(calibration),
        told,
    })
}
