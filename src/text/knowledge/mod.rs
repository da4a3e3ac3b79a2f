//! What is known about the text before it is read: how labels are usually worded, which words and patterns to expect, which
//! characters there are.
//!
//! Takes [`Settings`] and a reader's characters, gives [`Knowledge`]: priors for the search ([`Known`]), one that leans to
//! usual text and one that is held to what fits. A line is never bent to fit: `recognize` compares the best reading that
//! fits with the best one there is, and rejects. Made at start-up; asking allocates nothing.

mod automaton;
mod matcher;
mod net;
mod ngram;
mod pattern;
mod settings;
mod usual;
mod words;
mod zone;

use std::sync::Arc;

use crate::error::{Result, err};
use crate::fault::Fault;
use crate::model::Model;
use crate::text::ctc::Prior;
use automaton::{Automaton, START};
use pattern::{Pattern, Set};
use usual::{Run, Usual};

pub use matcher::Matcher;
pub use settings::{Fit, Mode, Settings};

/// All that is known.
pub struct Knowledge {
    usual: Option<Arc<Usual>>,
    /// What words and patterns ask for, within what is allowed.
    expected: Option<Expected>,
    /// The lines that are of allowed characters only.
    allowed: Option<Automaton>,
    /// What becomes of lines that do not fit.
    pub mode: Mode,
    /// The logarithm of [`Settings::bend`].
    pub ln_bend: f32,
}

/// What words and patterns ask for.
struct Expected {
    /// The lines that fit.
    lines: Automaton,
    /// Where a part is enough, what that part is.
    part: Option<Automaton>,
    /// For each class, whether it is a letter or digit.
    alphanumeric: Vec<bool>,
}

/// What is kept of a prefix.
#[derive(Clone, Copy, Debug, Default)]
pub struct State {
    run: Run,
    fit: u32,
}

impl Knowledge {
    /// Knowledge from the settings, for the reader `model`.
    ///
    /// # Errors
    /// `Config`, when a file cannot be read, or when nothing this reader reads could fit.
    pub fn new(settings: &Settings, model: &Model) -> Result<Self> {
        let chars = chars(model);
        let usual = (settings.ngram_weight > 0.0)
            .then(|| {
                let (weight, bonus) = (settings.ngram_weight, settings.ngram_bonus);
                Usual::new(&settings.ngram_file, weight, bonus, &chars)
            })
            .transpose()?;
        Self::beside(usual.map(Arc::new), settings, &chars).map_err(|fault| {
            let fault = fault.within("read.knowledge");
            err!(Config, "{}: {}", fault.key, fault.message)
        })
    }

    /// Knowledge from other words, patterns and characters; the n-gram model is shared with this one.
    ///
    /// # Errors
    /// What cannot be used.
    pub fn otherwise(
        &self,
        settings: &Settings,
        model: &Model,
    ) -> std::result::Result<Self, Fault> {
        Self::beside(self.usual.clone(), settings, &chars(model))
    }

    fn beside(
        usual: Option<Arc<Usual>>,
        settings: &Settings,
        chars: &[Option<char>],
    ) -> std::result::Result<Self, Fault> {
        let (expected, allowed) = Self::fits(settings, chars)?;
        Ok(Knowledge {
            usual,
            expected,
            allowed,
            mode: settings.mode,
            ln_bend: settings.bend.ln(),
        })
    }

    /// The automata of what fits and of what is allowed.
    fn fits(
        settings: &Settings,
        chars: &[Option<char>],
    ) -> std::result::Result<(Option<Expected>, Option<Automaton>), Fault> {
        let set = settings.allowed()?;
        let chars: Vec<Option<char>> = chars
            .iter()
            .map(|c| c.filter(|&c| set.as_ref().is_none_or(|set| set.has(c))))
            .collect();
        let fault = |key: &'static str| move |message| Fault::new(key, message);
        let key = if settings.patterns.is_empty() {
            "words"
        } else {
            "patterns"
        };
        let expected = settings
            .pattern()?
            .map(|pattern| Expected::new(&pattern, settings.fit, &chars).map_err(fault(key)));
        let any = Pattern::Repeat(Box::new(Pattern::One(Set::any())), 1, None);
        let allowed = set.map(|_| Automaton::new(&any, &chars).map_err(fault("characters")));
        Ok((expected.transpose()?, allowed.transpose()?))
    }

    /// Whether the search has a prior at all.
    pub fn is_usual(&self) -> bool {
        self.usual.is_some()
    }

    /// Usual text is more likely than unusual text.
    pub fn leaning(&self) -> Known<'_> {
        Known {
            usual: self.usual.as_deref(),
            fit: None,
        }
    }

    /// The same, and nothing but what words and patterns ask for; none when nothing is asked for.
    pub fn expecting(&self) -> Option<Known<'_>> {
        let fit = &self.expected.as_ref()?.lines;
        Some(Known {
            usual: self.usual.as_deref(),
            fit: Some(fit),
        })
    }

    /// The same as leaning, and nothing but allowed characters; none when all are.
    pub fn allowing(&self) -> Option<Known<'_>> {
        let fit = self.allowed.as_ref()?;
        Some(Known {
            usual: self.usual.as_deref(),
            fit: Some(fit),
        })
    }

    /// Which characters of a line that fits are the part that is expected: all, unless a part is enough.
    pub fn part(&self, classes: impl Iterator<Item = u16> + Clone) -> std::ops::Range<usize> {
        let count = classes.clone().count();
        self.expected
            .as_ref()
            .and_then(|expected| expected.part(classes))
            .unwrap_or(0..count)
    }
}

/// The character of each class.
fn chars(model: &Model) -> Vec<Option<char>> {
    (0..model.classes())
        .map(|class| model.character(class))
        .collect()
}

impl Expected {
    fn new(
        pattern: &Pattern,
        fit: Fit,
        chars: &[Option<char>],
    ) -> std::result::Result<Self, String> {
        let part = (fit == Fit::Part)
            .then(|| Automaton::new(pattern, chars))
            .transpose()?;
        Ok(Expected {
            lines: match fit {
                Fit::Line => Automaton::new(pattern, chars)?,
                Fit::Part => Automaton::within(pattern, chars)?,
            },
            part,
            alphanumeric: chars
                .iter()
                .map(|c| c.is_some_and(char::is_alphanumeric))
                .collect(),
        })
    }

    /// The longest of the first parts.
    fn part(&self, classes: impl Iterator<Item = u16> + Clone) -> Option<std::ops::Range<usize>> {
        let part = self.part.as_ref()?;
        let letter = |at: usize| {
            let class = classes.clone().nth(at);
            class.is_some_and(|class| {
                self.alphanumeric
                    .get(usize::from(class))
                    .copied()
                    .unwrap_or(false)
            })
        };
        (0..classes.clone().count()).find_map(|start| {
            if start.checked_sub(1).is_some_and(letter) {
                return None;
            }
            let count = part.longest(classes.clone().skip(start), |count| !letter(start + count));
            count.map(|count| start..start + count)
        })
    }
}

/// Knowledge as a prior of the search.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    usual: Option<&'a Usual>,
    fit: Option<&'a Automaton>,
}

impl Known<'_> {
    /// Whether a line of these classes fits.
    pub fn accepts(&self, classes: impl Iterator<Item = u16>) -> bool {
        self.fit.is_none_or(|fit| fit.accepts(classes))
    }
}

impl Prior for Known<'_> {
    type State = State;

    fn start(&self) -> State {
        State {
            run: self.usual.map_or_else(Run::default, Usual::start),
            fit: START,
        }
    }

    fn may(&self, class: u16) -> bool {
        self.fit.is_none_or(|fit| fit.has(class))
    }

    fn extend(&self, state: &State, class: u16) -> Option<(f32, State)> {
        let fit = match self.fit {
            Some(fit) => fit.step(state.fit, class)?,
            None => START,
        };
        let Some(usual) = self.usual else {
            return Some((1.0, State { fit, ..*state }));
        };
        let (weight, run) = usual.extend(&state.run, class);
        Some((weight, State { run, fit }))
    }

    fn end(&self, state: &State) -> f32 {
        if self.fit.is_some_and(|fit| !fit.fits(state.fit)) {
            return 0.0;
        }
        self.usual.map_or(1.0, |usual| usual.end(&state.run))
    }

    fn most(&self) -> f32 {
        self.usual.map_or(1.0, Usual::most)
    }
}
