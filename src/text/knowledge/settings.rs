//! The `[read.knowledge]` table: what is known about the text beforehand.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Knowledge;
use super::pattern::{Pattern, Set};
use crate::fault::Fault;
use crate::model::Model;

/// Bytes of a file of words; as many words as an automaton can hold are far fewer.
const LARGEST_WORDS: u64 = 4 << 20;

/// The `[read.knowledge]` table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// How much the n-gram model of label text counts beside what the picture says, 0 (not at all) to 2.
    pub ngram_weight: f32,
    /// What each character gains, in nats, so that the n-gram model does not favour short text; 0 to 5.
    pub ngram_bonus: f32,
    /// An n-gram model to use instead of the built-in one; empty for that.
    pub ngram_file: PathBuf,
    /// Words, or several in a row, that lines say.
    pub words: Vec<String>,
    /// A file with more of them, one a line.
    pub words_file: PathBuf,
    /// Patterns of what lines say.
    pub patterns: Vec<String>,
    /// Whether a word or pattern is for all of a line or for a part that stands by itself.
    pub fit: Fit,
    /// What becomes of lines that no word or pattern fits.
    pub mode: Mode,
    /// How many times less likely, for each of its characters, the reading that fits may be than the most likely one
    /// there is. More puts more mistakes right, and bends more of what is something else; docs/decoder.md has the figures.
    pub bend: f32,
    /// The characters that lines are made of, as in `0-9A-Z/.-`; all when not set.
    pub characters: Option<String>,
}

/// What has to fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// The whole line.
    #[default]
    Line,
    /// A part of it, with no letter or digit next to it.
    Part,
}

/// What becomes of lines that do not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// They are read as they are.
    #[default]
    Prefer,
    /// They are rejected.
    Only,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            ngram_weight: 0.25,
            ngram_bonus: 0.8,
            ngram_file: PathBuf::new(),
            words: Vec::new(),
            words_file: PathBuf::new(),
            patterns: Vec::new(),
            fit: Fit::Line,
            mode: Mode::Prefer,
            bend: 4.0,
            characters: None,
        }
    }
}

impl Settings {
    /// All that is wrong with the settings. The characters of words are checked against those of the built-in reader, if
    /// that is the one in use.
    pub fn check(&self, built_in: bool) -> Vec<Fault> {
        let mut faults = Fault::outside(&[
            ("ngram-weight", self.ngram_weight, 0.0, 2.0),
            ("ngram-bonus", self.ngram_bonus, 0.0, 5.0),
            ("bend", self.bend, 1.0, 1e6),
        ]);
        let latin = if built_in {
            Model::latin_characters()
        } else {
            Vec::new()
        };
        let allowed = self.allowed().unwrap_or_else(|fault| {
            faults.push(fault);
            None
        });
        match self.all_words() {
            Ok(words) => {
                let wrong = words.iter().find_map(|(key, word)| {
                    let message = word_fault(word, &latin, allowed.as_ref())?;
                    Some(Fault::new(*key, message))
                });
                faults.extend(wrong);
            }
            Err(fault) => faults.push(fault),
        }
        for pattern in &self.patterns {
            if let Err(message) = Pattern::parse(pattern) {
                faults.push(about("patterns", pattern, &message));
            }
        }
        if faults.is_empty() && built_in {
            let chars: Vec<Option<char>> = latin.into_iter().map(Some).collect();
            faults.extend(Knowledge::fits(self, &chars).err());
        }
        faults
    }

    /// The allow-list, if there is one.
    pub(super) fn allowed(&self) -> Result<Option<Set>, Fault> {
        let parsed = self.characters.as_deref().map(Set::parse).transpose();
        parsed.map_err(|message| Fault::new("characters", message))
    }

    /// All words, each with the key that names it.
    pub(super) fn all_words(&self) -> Result<Vec<(&'static str, String)>, Fault> {
        let mut words: Vec<(&str, String)> = self
            .words
            .iter()
            .map(|word| ("words", word.clone()))
            .collect();
        if !self.words_file.as_os_str().is_empty() {
            let text =
                read(&self.words_file).map_err(|message| Fault::new("words-file", message))?;
            let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
            words.extend(
                lines
                    .filter(|line| !line.is_empty())
                    .map(|line| ("words-file", line.to_owned())),
            );
        }
        Ok(words)
    }

    /// What fits, if there are words or patterns. Only for settings that have been checked.
    pub(super) fn pattern(&self) -> Result<Option<Pattern>, Fault> {
        let words = self.all_words()?;
        let mut choices: Vec<Pattern> = words
            .iter()
            .map(|(_, word)| Pattern::literal(word))
            .collect();
        for pattern in &self.patterns {
            choices.push(
                Pattern::parse(pattern).map_err(|message| about("patterns", pattern, &message))?,
            );
        }
        Ok((!choices.is_empty()).then_some(Pattern::Either(choices)))
    }
}

/// What is wrong with a word, if anything.
fn word_fault(word: &str, latin: &[char], allowed: Option<&Set>) -> Option<String> {
    if word.trim() != word || word.is_empty() || word.contains("  ") {
        return Some(format!(
            "{word:?}: expected words with single spaces between and none around"
        ));
    }
    let unknown = word
        .chars()
        .find(|c| !latin.is_empty() && !latin.contains(c));
    if let Some(c) = unknown {
        return Some(format!(
            "{word:?}: the built-in reader does not know {c:?}, so it would never be read"
        ));
    }
    let c = word
        .chars()
        .find(|&c| allowed.is_some_and(|set| !set.has(c)))?;
    Some(format!(
        "{word:?}: {c:?} is not among the characters allowed, so it would never be read"
    ))
}

fn about(key: &str, what: &str, message: &str) -> Fault {
    Fault::new(key, format!("{what:?}: {message}"))
}

fn read(path: &Path) -> Result<String, String> {
    let fail = |e: std::io::Error| format!("{}: cannot read the words: {e}", path.display());
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(fail)?;
    file.take(LARGEST_WORDS + 1)
        .read_to_end(&mut bytes)
        .map_err(fail)?;
    if bytes.len() as u64 > LARGEST_WORDS {
        return Err(format!(
            "{}: larger than {LARGEST_WORDS} bytes: this is no list of words",
            path.display()
        ));
    }
    String::from_utf8(bytes)
        .map_err(|_| format!("{}: is not UTF-8: save the file as UTF-8", path.display()))
}
