//! A model as it ships: a description (`model.toml`), graphs (ONNX) of a reader and, where it has one, of a finder, and the
//! reader's characters.
//!
//! Takes the built-in model or a folder from outside; gives a [`Model`] whose parts fit together: sizes are
//! within bounds, the digest is that of the graph, each character is one character. Whether the graph
//! itself runs, and gives as many classes as there are characters, shows when `recognize` plans it.

pub mod engine;
mod finder;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::error::{Result, err};

pub use finder::{FinderModel, Maps};

/// The newest form of `model.toml` that this program knows.
const FORMAT: u32 = 1;
/// Bytes; five times the largest mobile recogniser in use, so that a wrong file cannot eat the memory.
const LARGEST_GRAPH: u64 = 64 << 20;
/// Bytes of `model.toml` and of the character list; the Chinese list of PP-OCR has 75 KB.
const LARGEST_TEXT: u64 = 1 << 20;
/// Rows; recognisers in use take 32 to 64.
const HEIGHTS: std::ops::RangeInclusive<u32> = 8..=128;

/// What `model.toml` says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Description {
    /// The form of the description; 1.
    pub format: u32,
    /// What the model is called.
    pub name: String,
    /// What it does.
    pub kind: Role,
    /// Under which licence its weights are.
    pub licence: String,
    /// The file of the graph, in the same folder.
    pub graph: String,
    /// The SHA-256 of the graph file, in hexadecimal; not checked when absent.
    pub sha256: Option<String>,
    /// The file of the characters, in the same folder, one a line.
    pub charset: String,
    /// The class that stands for no character.
    #[serde(default)]
    pub blank: usize,
    /// What goes in.
    pub input: Input,
    /// What comes out.
    pub output: Output,
    /// What a line's confidence is worth.
    #[serde(default)]
    pub confidence: Calibration,
    /// The net that finds lines; a model without one is read with the lines of the built-in.
    pub finder: Option<finder::Description>,
    /// How it was trained; for people only.
    #[serde(default)]
    pub training: toml::Table,
}

/// What a model does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Reads a strip with one line of text.
    Reader,
}

/// What a reader's graph takes: 1 x channels x height x width.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Input {
    /// Rows of the strip, in pixels.
    pub height: u32,
    /// 1, or 3 for a graph that wants colour; each then gets the same luma.
    #[serde(default = "one")]
    pub channels: usize,
    /// A pixel `v` of 0 to 255 goes in as `(v - mean) / scale`.
    pub mean: f32,
    /// See `mean`.
    pub scale: f32,
    /// Whether the strip is first stretched in contrast and made dark on light.
    #[serde(default)]
    pub canonical: bool,
}

/// What a reader's graph gives: steps x classes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Output {
    /// Whether the scores are still to go through a softmax.
    pub kind: Scores,
}

/// How a line's raw confidence `c` becomes the share of its characters that are right:
/// `logistic(slope * logit(c) + offset)` (Platt, "Probabilistic Outputs for Support Vector Machines", 1999).
/// As the network says it when absent.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Calibration {
    /// Above 0, so that the surer line stays the surer one.
    pub slope: f32,
    /// See `slope`.
    pub offset: f32,
}

impl Default for Calibration {
    fn default() -> Self {
        Calibration {
            slope: 1.0,
            offset: 0.0,
        }
    }
}

/// The form of the scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scores {
    /// Before softmax.
    Logits,
    /// After softmax: each row sums to 1.
    Probabilities,
}

fn one() -> usize {
    1
}

/// A model with all its parts.
#[derive(Clone, Debug)]
pub struct Model {
    /// What `model.toml` says.
    pub description: Description,
    /// The graph, as ONNX.
    pub graph: Vec<u8>,
    /// The character of each class, in order, the blank left out.
    pub charset: Vec<char>,
    /// The net that finds lines, where the model has one.
    pub finder: Option<FinderModel>,
    /// Where it came from, for messages.
    pub origin: String,
}

impl Model {
    /// The reader of Latin text that is part of the program.
    ///
    /// # Errors
    /// `Config`, when the built-in files do not fit together: a fault of the build.
    pub fn latin() -> Result<Self> {
        Self::assemble(
            "the built-in model",
            include_str!("../../models/latin/model.toml"),
            include_bytes!("../../models/latin/reader.onnx").to_vec(),
            Some(include_bytes!("../../models/latin/finder.onnx").to_vec()),
            include_str!("../../models/latin/charset.txt"),
        )
    }

    /// The characters that the built-in reader knows.
    pub fn latin_characters() -> Vec<char> {
        characters(
            "the built-in model",
            include_str!("../../models/latin/charset.txt"),
        )
        .unwrap_or_default()
    }

    /// The built-in net that finds lines.
    ///
    /// # Errors
    /// As for [`Model::latin`].
    pub fn latin_finder() -> Result<FinderModel> {
        Self::latin()?
            .finder
            .ok_or_else(|| err!(Bug, "the built-in model has no finder"))
    }

    /// The model in a folder that holds `model.toml` and the files it names.
    ///
    /// # Errors
    /// `Config`, with the file and what is wrong with it.
    pub fn load(folder: &Path) -> Result<Self> {
        let path = folder.join("model.toml");
        let text = read_text(&path)?;
        let description = parse(&path.display().to_string(), &text)?;
        let graph = read(&inside(folder, &path, &description.graph)?, LARGEST_GRAPH)?;
        let charset = read_text(&inside(folder, &path, &description.charset)?)?;
        let finder = match &description.finder {
            Some(finder) => Some(read(&inside(folder, &path, &finder.graph)?, LARGEST_GRAPH)?),
            None => None,
        };
        Self::assemble(&path.display().to_string(), &text, graph, finder, &charset)
    }

    fn assemble(
        origin: &str,
        description: &str,
        graph: Vec<u8>,
        finder: Option<Vec<u8>>,
        charset: &str,
    ) -> Result<Self> {
        let description = parse(origin, description)?;
        check_digest(
            origin,
            "",
            &description.graph,
            description.sha256.as_deref(),
            &graph,
        )?;
        let finder = match (&description.finder, finder) {
            (Some(described), Some(graph)) => {
                Some(FinderModel::assemble(origin, described.clone(), graph)?)
            }
            _ => None,
        };
        let charset = characters(origin, charset)?;
        if description.blank > charset.len() {
            return Err(err!(
                Config,
                "{origin}: blank = {} is past the last class, {}",
                description.blank,
                charset.len()
            ));
        }
        Ok(Model {
            description,
            graph,
            charset,
            finder,
            origin: origin.to_owned(),
        })
    }

    /// How many classes the graph has to give: one a character, and the blank.
    pub fn classes(&self) -> usize {
        self.charset.len() + 1
    }

    /// The character of a class; none for the blank and for classes there are not.
    pub fn character(&self, class: usize) -> Option<char> {
        let blank = self.description.blank;
        match class.cmp(&blank) {
            std::cmp::Ordering::Less => self.charset.get(class).copied(),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => self.charset.get(class - 1).copied(),
        }
    }
}

fn parse(origin: &str, text: &str) -> Result<Description> {
    let d: Description = toml::from_str(text).map_err(|e| {
        let line = e.span().map_or(1, |s| {
            1 + text[..s.start.min(text.len())].matches('\n').count()
        });
        err!(
            Config,
            "{origin}:{line}: not a model description: {}",
            e.message()
        )
        .caused_by(e)
    })?;
    if d.format != FORMAT {
        return Err(err!(
            Config,
            "{origin}: format = {}: this glyphd knows format {FORMAT} only",
            d.format
        ));
    }
    let input = &d.input;
    if !HEIGHTS.contains(&input.height) {
        return Err(err!(
            Config,
            "{origin}: input.height = {}: expected {} to {}",
            input.height,
            HEIGHTS.start(),
            HEIGHTS.end()
        ));
    }
    if !matches!(input.channels, 1 | 3) {
        return Err(err!(
            Config,
            "{origin}: input.channels = {}: expected 1 or 3",
            input.channels
        ));
    }
    check_numbers(origin, "input", input.mean, input.scale)?;
    let Calibration { slope, offset } = d.confidence;
    if !slope.is_finite() || slope <= 0.0 || !offset.is_finite() {
        return Err(err!(
            Config,
            "{origin}: confidence.slope = {slope} and confidence.offset = {offset}: expected finite numbers, the slope above 0"
        ));
    }
    Ok(d)
}

/// `mean` and `scale` of the table `table` must make numbers of pixels.
fn check_numbers(origin: &str, table: &str, mean: f32, scale: f32) -> Result<()> {
    if mean.is_finite() && scale.is_finite() && scale != 0.0 {
        return Ok(());
    }
    Err(err!(
        Config,
        "{origin}: {table}.mean and {table}.scale must be finite, and scale not 0"
    ))
}

/// The graph in the file `name` must be the one whose digest the description gives, if it gives one.
fn check_digest(
    origin: &str,
    table: &str,
    name: &str,
    expected: Option<&str>,
    graph: &[u8],
) -> Result<()> {
    let Some(expected) = expected else {
        return Ok(());
    };
    let digest = Sha256::digest(graph);
    let found: String = digest.iter().map(|b| format!("{b:02x}")).collect();
    if expected == found {
        return Ok(());
    }
    Err(err!(
        Config,
        "{origin}: {table}sha256 does not match {name}: it has {found}; copy the model anew"
    ))
}

/// One character a line; a line may be a single space.
fn characters(origin: &str, text: &str) -> Result<Vec<char>> {
    text.strip_suffix('\n')
        .unwrap_or(text)
        .split('\n')
        .enumerate()
        .map(|(i, line)| {
            let mut chars = line.strip_suffix('\r').unwrap_or(line).chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => Ok(c),
                _ => Err(err!(
                    Config,
                    "{origin}: line {} of the charset is {line:?}: expected one character",
                    i + 1
                )),
            }
        })
        .collect()
}

/// A name in `model.toml` must stay in the model's folder.
fn inside(folder: &Path, description: &Path, name: &str) -> Result<std::path::PathBuf> {
    let only_a_name = Path::new(name).file_name().is_some_and(|n| n == name);
    if only_a_name {
        Ok(folder.join(name))
    } else {
        Err(err!(
            Config,
            "{}: {name:?}: expected the name of a file in the same folder",
            description.display()
        ))
    }
}

fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let fail = |e: std::io::Error| {
        err!(Config, "{}: cannot read the model: {e}", path.display()).caused_by(e)
    };
    let file = File::open(path).map_err(fail)?;
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > limit {
        return Err(err!(
            Config,
            "{}: larger than {limit} bytes, so not a model that glyphd runs",
            path.display()
        ));
    }
    Ok(bytes)
}

fn read_text(path: &Path) -> Result<String> {
    String::from_utf8(read(path, LARGEST_TEXT)?)
        .map_err(|e| err!(Config, "{}: not UTF-8 text", path.display()).caused_by(e))
}

#[cfg(test)]
mod tests;
