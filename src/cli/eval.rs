//! `glyphd eval`: reads a folder of labelled images and scores what was read.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::Reading;
use super::output::Output;
use crate::error::{Error, Kind, Result};
use crate::photo;
use crate::pipeline::Pipeline;
use crate::score::Score;

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
    /// Show the N worst readings of each folder
    #[arg(long, value_name = "N", default_value_t = 0)]
    worst: usize,
    #[command(flatten)]
    reading: Reading,
}

struct Row {
    file: String,
    truth: String,
}

struct Outcome {
    cer: f64,
    file: String,
    truth: String,
    reading: String,
}

/// Prints a row of figures for each folder.
///
/// # Errors
/// `NoInput` or `Data`, when a folder has no usable labels; a single image that cannot be read counts as read as nothing.
pub fn run(args: &Args) -> Result<()> {
    let mut pipeline = Pipeline::new(&args.reading.settings()?)?;
    let mut out = Output::stdout();
    out.line(format_args!(
        "{:<24} {:>6} {:>7} {:>7} {:>7} {:>7} {:>7} {:>9}",
        "folder", "images", "CER %", "exact %", "alnum %", "word R%", "word F1", "ms median"
    ))?;
    for folder in &args.folders {
        let rows = labels(folder)?;
        let mut score = Score::default();
        let mut times = Vec::with_capacity(rows.len());
        let mut outcomes = Vec::with_capacity(rows.len());
        for Row { file, truth } in rows {
            let reading = photo::load(&folder.join(&file)).and_then(|luma| {
                let start = Instant::now();
                let page = if args.line {
                    pipeline.line(&luma, None)
                } else {
                    pipeline.page(&luma, None)
                };
                times.push(start.elapsed().as_secs_f64() * 1e3);
                page
            });
            let reading = reading.map(|page| page.text).unwrap_or_else(|e| {
                eprintln!("glyphd: {e}");
                String::new()
            });
            let mut one = Score::default();
            one.add(&truth, &reading, !args.ignore_case);
            score.add(&truth, &reading, !args.ignore_case);
            outcomes.push(Outcome {
                cer: one.cer(),
                file,
                truth,
                reading,
            });
        }
        times.sort_by(f64::total_cmp);
        out.line(format_args!(
            "{:<24} {:>6} {:>7.2} {:>7.1} {:>7.1} {:>7.1} {:>7.1} {:>9.1}",
            folder.display(),
            score.pairs,
            100.0 * score.cer(),
            100.0 * score.exact_share(),
            100.0 * score.alnum_share(),
            100.0 * score.recall(),
            100.0 * score.f1(),
            times.get(times.len() / 2).copied().unwrap_or_default(),
        ))?;
        outcomes.sort_by(|a, b| b.cer.total_cmp(&a.cer));
        for o in outcomes.iter().take(args.worst) {
            out.line(format_args!(
                "  {:6.1}  {}\n          true {:?}\n          read {:?}",
                100.0 * o.cer,
                o.file,
                o.truth,
                o.reading
            ))?;
        }
    }
    Ok(())
}

fn labels(folder: &Path) -> Result<Vec<Row>> {
    let path = folder.join("labels.tsv");
    let text = std::fs::read_to_string(&path).map_err(|e| {
        Error::new(
            Kind::NoInput,
            format!("{}: cannot read: {e}", path.display()),
        )
    })?;
    let rows = text
        .lines()
        .enumerate()
        .filter(|(_, row)| !row.is_empty())
        .map(|(i, row)| {
            let (file, truth) = row.split_once('\t').ok_or_else(|| {
                Error::new(
                    Kind::Data,
                    format!(
                        "{}:{}: no tab: expected FILE<TAB>TEXT",
                        path.display(),
                        i + 1
                    ),
                )
            })?;
            let truth = truth.split('\t').next().unwrap_or_default();
            Ok(Row {
                file: file.to_owned(),
                truth: unescape(truth),
            })
        });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    if rows.is_empty() {
        return Err(Error::new(
            Kind::Data,
            format!("{}: no rows in it", path.display()),
        ));
    }
    Ok(rows)
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_unescape_to_what_was_escaped() {
        assert_eq!(unescape(r"a\nb\tc\\n"), "a\nb\tc\\n");
        assert_eq!(unescape("end\\"), "end\\");
    }
}
