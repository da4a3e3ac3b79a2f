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
use crate::capture::photo::{self, Photo};
use crate::contract::event::Content;
use crate::error::{Error, Kind, Result};
use crate::explain::Explain;
use crate::line::{Page, ReadLine};
use crate::live::region::Regions;
use crate::pipeline::{Observer, Pipeline};
use crate::text::fields::Fields;

/// What to do about an image of which nothing can be read as it is.
const UPSIDE_DOWN: &str = "the print is upside down: turn the image, or set orientation = \"auto\" under [enhance] in a --config";

/// How the text of the images is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The text alone; with several images a heading before each. The pages of a file come one after another.
    Text,
    /// One object an image and line: path, page (of a file with several), text, lines with their place and confidence, doubtful
    /// lines, what regions hold, milliseconds.
    Json,
    /// One row an image: path, text, milliseconds, divided by tabs; line breaks, tabs and \ in the text as \n, \t, \\.
    /// A file of several pages has a row for each.
    Tsv,
}

/// Read the text in images (PNG, JPEG, WebP, TIFF, BMP, PNM)
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Images, or folders with images; - is an image from standard input
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Each image is one line of text already: do not look for lines
    #[arg(long)]
    line: bool,
    /// How the text is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Show also what was read less surely than [read] min-confidence: each such line behind a "?", with its confidence
    #[arg(long)]
    doubtful: bool,
    /// Write the picture after each step, with the lines found and read, into this folder
    #[arg(long, value_name = "DIR")]
    explain: Option<PathBuf>,
    /// Write to this file instead of the terminal
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
}

/// Reads each image; one that fails is reported and the rest are read.
///
/// # Errors
/// The first failure, after everything else was read and written.
pub fn run(args: &Args) -> Result<()> {
    let config = args.reading.settings()?;
    let pipeline = Pipeline::new(&config)?;
    let files = photo::list(&args.paths);
    let many = files.len() > 1;
    let mut run = Run {
        args,
        pipeline,
        regions: if args.line {
            Regions::default()
        } else {
            Regions::new(&config.region)
        },
        fields: Fields::new(config.fields),
        out: match &args.output {
            Some(path) => Output::file(path)?,
            None => Output::stdout(),
        },
        many,
        explained: HashMap::new(),
        bar: progress(many.then_some(files.len() as u64)),
        first_failure: None,
    };
    for file in files {
        match file {
            Ok(path) => run.file(&path)?,
            Err(error) => run.fail(None, error)?,
        }
        run.bar.inc(1);
        if run.out.is_closed() {
            break;
        }
    }
    run.bar.finish_and_clear();
    run.out.flush()?;
    match run.first_failure {
        // It has been reported already, with its image.
        Some(kind) => Err(Error::told(kind)),
        None => Ok(()),
    }
}

/// What reads all images, and where it writes.
struct Run<'a> {
    args: &'a Args,
    pipeline: Pipeline,
    regions: Regions,
    fields: Fields,
    out: Output<'a>,
    /// Whether there are several files.
    many: bool,
    /// How often each name was there before, of the folders with pictures that explain.
    explained: HashMap<OsString, u32>,
    bar: ProgressBar,
    first_failure: Option<Kind>,
}

impl Run<'_> {
    /// Reads one file, page by page.
    fn file(&mut self, path: &Path) -> Result<()> {
        let mut photo = match Photo::open(path) {
            Ok(photo) => photo,
            Err(error) => return self.fail(Some((path, None)), error),
        };
        let pages = photo.pages();
        for page in 0..pages {
            let number = (pages > 1).then_some(page + 1);
            match self.read(&mut photo, page, path) {
                Ok(read) => self.write(&read, path, number)?,
                Err(error) => self.fail(Some((path, number)), error)?,
            }
            if self.out.is_closed() {
                break;
            }
        }
        Ok(())
    }

    fn read(&mut self, photo: &mut Photo, page: usize, path: &Path) -> Result<Read> {
        let explain = self.folder(path, photo.pages() > 1);
        let luma = photo.page(page)?;
        let mut explain = explain.as_deref().map(Explain::new).transpose()?;
        let start = Instant::now();
        let observer: &mut dyn Observer = match &mut explain {
            Some(explain) => explain,
            None => &mut (),
        };
        let page = if self.args.line {
            self.pipeline.line_watched(&luma, observer)?
        } else {
            self.pipeline.page_watched(&luma, observer)?
        };
        let time = start.elapsed();
        explain.map_or(Ok(()), Explain::finish)?;
        Ok(Read {
            regions: self.regions.contents(&page.lines, &self.fields),
            page,
            time,
        })
    }

    /// The folder for the pictures that explain one image: of several, each has its own, also where two have the same name.
    fn folder(&mut self, image: &Path, has_pages: bool) -> Option<PathBuf> {
        let folder = self.args.explain.as_deref()?;
        if !self.many && !has_pages {
            return Some(folder.to_owned());
        }
        let mut name = image.file_name().unwrap_or_default().to_owned();
        let before = self.explained.entry(name.clone()).or_default();
        *before += 1;
        if *before > 1 {
            name.push(format!("-{before}"));
        }
        Some(folder.join(name))
    }

    /// Writes what was read, and reports what is missing.
    fn write(&mut self, read: &Read, path: &Path, number: Option<usize>) -> Result<()> {
        let (out, args) = (&mut self.out, self.args);
        let (name, ms) = (shown(path), read.time.as_secs_f64() * 1e3);
        self.bar.suspend(|| match args.format {
            Format::Text => {
                let text = read.text(args.doubtful);
                if self.many {
                    let page = number.map_or_else(String::new, |number| format!(", page {number}"));
                    out.line(format_args!("==> {name}{page} <==\n{text}\n"))
                } else if text.is_empty() {
                    Ok(())
                } else {
                    out.line(text)
                }
            }
            Format::Tsv => {
                let (name, text) = (escape(&name), escape(read.page.text.as_str()));
                out.line(format_args!("{name}\t{text}\t{ms:.1}"))
            }
            Format::Json => out.line(read.json(&name, number, ms)),
        })?;
        let mut said = Vec::new();
        if read.page.lines.is_empty() && args.format == Format::Text {
            said.push(nothing_read(&read.page, args.doubtful));
        }
        said.extend(
            read.regions
                .iter()
                .filter(|region| region.is_missing())
                .map(missing),
        );
        let page = number.map_or_else(String::new, |number| format!("page {number}: "));
        for what in said {
            let name = path.display();
            self.bar
                .suspend(|| eprintln!("glyphd: {name}: {page}{what}"));
        }
        Ok(())
    }

    /// Reports an image that could not be read, and writes a row for it, so that rows and images stay one to one.
    fn fail(&mut self, image: Option<(&Path, Option<usize>)>, error: Error) -> Result<()> {
        self.bar.suspend(|| eprintln!("glyphd: {error}"));
        self.first_failure.get_or_insert(error.kind());
        let Some((path, number)) = image else {
            return Ok(());
        };
        let name = shown(path);
        match self.args.format {
            Format::Text => Ok(()),
            Format::Tsv => self.out.line(format_args!("{}\t\t", escape(&name))),
            Format::Json => {
                let mut row = serde_json::json!({ "path": name, "error": error.to_string() });
                if let Some(number) = number {
                    row["page"] = number.into();
                }
                self.out.line(row)
            }
        }
    }
}

/// Why there is no text, as far as that is known.
fn nothing_read(page: &Page, shows_doubtful: bool) -> String {
    match (page.rejected, page.doubtful.len()) {
        _ if page.upside_down => UPSIDE_DOWN.to_owned(),
        (0, 0) => "no text found".to_owned(),
        (0, 1) if !shows_doubtful => {
            "no text found; 1 line is below the minimum confidence, --doubtful shows it".to_owned()
        }
        (0, n) if !shows_doubtful => {
            format!(
                "no text found; {n} lines are below the minimum confidence, --doubtful shows them"
            )
        }
        (0, _) => "no text found that is sure".to_owned(),
        (n, _) => format!("no text that fits; {n} lines were rejected"),
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

/// One image, or one page of it, that was read.
struct Read {
    page: Page,
    regions: Vec<Content>,
    time: Duration,
}

impl Read {
    /// The text, and what is doubtful where that is asked for.
    fn text(&self, with_doubtful: bool) -> String {
        let mut rows = Vec::new();
        if !self.page.text.is_empty() {
            rows.push(self.page.text.as_str().to_owned());
        }
        if with_doubtful {
            let marked = |line: &ReadLine| format!("? {} ({:.2})", line.text, line.confidence);
            rows.extend(self.page.doubtful.iter().map(marked));
        }
        rows.join("\n")
    }

    fn json(&self, name: &str, number: Option<usize>, ms: f64) -> serde_json::Value {
        let Read { page, regions, .. } = self;
        let mut row = serde_json::json!({
            "path": name, "text": page.text, "lines": page.lines, "doubtful": page.doubtful,
            "rejected": page.rejected, "ms": (ms * 10.0).round() / 10.0,
        });
        if let Some(number) = number {
            row["page"] = number.into();
        }
        if !regions.is_empty() {
            row["regions"] = serde_json::json!(regions);
        }
        row
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
