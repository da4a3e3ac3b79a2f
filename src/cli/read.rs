//! `glyphd read`: images or folders of images to text.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};

use super::Reading;
use super::output::Output;
use crate::capture::photo;
use crate::contract::event::Content;
use crate::error::{Error, Result};
use crate::explain::Explain;
use crate::line::Page;
use crate::live::region::Regions;
use crate::pipeline::{Observer, Pipeline};
use crate::text::fields::Fields;

/// What to do about an image of which nothing can be read as it is.
const UPSIDE_DOWN: &str = "the print is upside down: turn the image, or set orientation = \"auto\" under [enhance] in a --config";

/// How the text of the images is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The text alone; with several images a heading before each.
    Text,
    /// One object an image and line: path, text, lines with their place and confidence, what regions hold, milliseconds.
    Json,
    /// One row an image: path, text, milliseconds, divided by tabs; line breaks, tabs and \ in the text as \n, \t, \\.
    Tsv,
}

/// Read the text in images (PNG, JPEG, WebP, TIFF, BMP, PNM)
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Images, or folders with images
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Each image is one line of text already: do not look for lines
    #[arg(long)]
    line: bool,
    /// How the text is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the picture after each step, with the lines found and read, into this folder
    #[arg(long, value_name = "DIR")]
    explain: Option<PathBuf>,
    /// Write to this file instead of the terminal
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
}

/// Reads each image; one that fails is told and the rest are read.
///
/// # Errors
/// The first failure, after everything else was read and written.
pub fn run(args: &Args) -> Result<()> {
    let config = args.reading.settings()?;
    let mut pipeline = Pipeline::new(&config)?;
    let looked_at = match args.line {
        true => Regions::default(),
        false => Regions::new(&config.region),
    };
    let fields = Fields::new(config.fields);
    let mut out = match &args.output {
        Some(path) => Output::file(path)?,
        None => Output::stdout(),
    };
    let images = photo::list(&args.paths);
    let many = images.len() > 1;
    let mut explained = Explained {
        folder: args.explain.as_deref(),
        many,
        names: HashMap::new(),
    };
    let bar = progress(many.then_some(images.len() as u64));
    let mut first_failure = None;
    for image in images {
        let outcome = image.map_err(|e| (None, e)).and_then(|path| {
            let explain = explained.folder(&path);
            match read(&mut pipeline, &path, args.line, explain.as_deref()) {
                Ok((page, time)) => Ok((path, page, time)),
                Err(e) => Err((Some(path), e)),
            }
        });
        match outcome {
            Ok((path, page, time)) => {
                let regions = looked_at.contents(&page.lines, &fields);
                let read = Read {
                    path: &path,
                    page: &page,
                    regions: &regions,
                    time,
                };
                bar.suspend(|| read.write(&mut out, args.format, many))?;
                if page.lines.is_empty() && args.format == Format::Text {
                    let what = match page.rejected {
                        _ if page.upside_down => UPSIDE_DOWN.to_owned(),
                        0 => "no text found".to_owned(),
                        n => format!("no text that fits; {n} lines were rejected"),
                    };
                    bar.suspend(|| eprintln!("glyphd: {}: {what}", path.display()));
                }
                for region in regions.iter().filter(|region| region.is_missing()) {
                    let what = missing(region);
                    bar.suspend(|| eprintln!("glyphd: {}: {what}", path.display()));
                }
            }
            Err((path, e)) => {
                bar.suspend(|| eprintln!("glyphd: {e}"));
                if let Some(path) = path {
                    bar.suspend(|| write_failure(&mut out, args.format, &path, &e))?;
                }
                first_failure.get_or_insert(e);
            }
        }
        bar.inc(1);
        if out.is_closed() {
            break;
        }
    }
    bar.finish_and_clear();
    out.flush()?;
    match first_failure {
        // It has been told already, with its image.
        Some(e) => Err(Error::told(e.kind())),
        None => Ok(()),
    }
}

fn read(
    pipeline: &mut Pipeline,
    path: &Path,
    line: bool,
    explain: Option<&Path>,
) -> Result<(Page, Duration)> {
    let luma = photo::load(path)?;
    let mut explain = explain.map(Explain::new).transpose()?;
    let start = Instant::now();
    let observer: &mut dyn Observer = match &mut explain {
        Some(explain) => explain,
        None => &mut (),
    };
    let page = if line {
        pipeline.line_watched(&luma, observer)?
    } else {
        pipeline.page_watched(&luma, observer)?
    };
    let time = start.elapsed();
    explain.map_or(Ok(()), Explain::finish)?;
    Ok((page, time))
}

/// Where the pictures that explain an image go.
struct Explained<'a> {
    folder: Option<&'a Path>,
    many: bool,
    /// How often each name was there before.
    names: HashMap<OsString, u32>,
}

impl Explained<'_> {
    /// The folder for one image: of several, each has its own, also where two have the same name.
    fn folder(&mut self, image: &Path) -> Option<PathBuf> {
        let folder = self.folder?;
        if !self.many {
            return Some(folder.to_owned());
        }
        let mut name = image.file_name().unwrap_or_default().to_owned();
        let before = self.names.entry(name.clone()).or_default();
        *before += 1;
        if *before > 1 {
            name.push(format!("-{before}"));
        }
        Some(folder.join(name))
    }
}

fn progress(images: Option<u64>) -> ProgressBar {
    match images {
        Some(n) if io::stderr().is_terminal() => {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} images, {eta} left");
            ProgressBar::new(n).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        }
        _ => ProgressBar::hidden(),
    }
}

/// One image that was read.
struct Read<'a> {
    path: &'a Path,
    page: &'a Page,
    regions: &'a [Content],
    time: Duration,
}

impl Read<'_> {
    fn write(&self, out: &mut Output, format: Format, many: bool) -> Result<()> {
        let Read { page, regions, .. } = self;
        let ms = self.time.as_secs_f64() * 1e3;
        let name = shown(self.path);
        match format {
            Format::Text if many => out.line(format_args!("==> {name} <==\n{}\n", page.text)),
            Format::Text if page.text.is_empty() => Ok(()),
            Format::Text => out.line(&page.text),
            Format::Tsv => out.line(format_args!(
                "{}\t{}\t{ms:.1}",
                escape(&name),
                escape(page.text.as_str())
            )),
            Format::Json => {
                let mut row = serde_json::json!({
                    "path": name, "text": page.text, "lines": page.lines, "rejected": page.rejected, "ms": (ms * 10.0).round() / 10.0,
                });
                if !regions.is_empty() {
                    row["regions"] = serde_json::json!(regions);
                }
                out.line(row)
            }
        }
    }
}

/// That a region is not filled, for a person.
fn missing(region: &Content) -> String {
    let name = region.name.as_str();
    match region.expected.as_str() {
        "" => format!("region {name}: no text found"),
        expected => format!("region {name}: no {expected} found"),
    }
}

/// A row for an image that could not be read, so that rows and images stay one to one.
fn write_failure(out: &mut Output, format: Format, path: &Path, error: &Error) -> Result<()> {
    let name = shown(path);
    match format {
        Format::Text => Ok(()),
        Format::Tsv => out.line(format_args!("{}\t\t", escape(&name))),
        Format::Json => out.line(serde_json::json!({ "path": name, "error": error.to_string() })),
    }
}

/// The path as the user would name the file: `./a.png`, from reading the folder `.`, is `a.png`.
fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\t', "\\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tsv_rows_stay_one_row() {
        assert_eq!(escape("a\tb\\n\nc"), "a\\tb\\\\n\\nc");
    }

    #[test]
    fn files_of_the_current_folder_have_their_bare_name() {
        assert_eq!(shown(Path::new("./a.png")), "a.png");
        assert_eq!(shown(Path::new("x/a.png")), "x/a.png");
    }
}
