//! How usual wording weighs on the search: the n-gram model and the list of words, for the classes of one reader.
//!
//! Language has a say inside words alone. The first letter of a word, figures and signs are what the picture says: what
//! they are cannot be told from what stands before them, and an amount, a code or a sign read wrong does more harm than a
//! word. A letter after a letter gains or loses by the n-gram model. A word that no list has costs a fixed sum. When a
//! run of letters turns out to be part of a code (a figure touches it), or is in capitals and no word, what its letters
//! have gained or lost is settled: it comes to nothing in all.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::ngram::{self, Context, Ngram, STEPS_OF_NAT, Sign};
use super::words::{self, Words};
use crate::error::{Result, err};

/// The n-gram model that is part of the program.
pub const BUILT_IN: &[u8] = include_bytes!("../../../models/latin/text.ngram");
/// The list of words that is part of the program.
pub const BUILT_IN_WORDS: &[u8] = include_bytes!("../../../models/latin/words.filter");
/// Letters: shorter runs are words in some language nearly always, or short for one.
const SHORTEST_WORD: u8 = 3;
/// Nats that a run of letters costs that is no word. Measured on real lines: with 2 about as many are put right, and with 3
/// more names and brands become words that they are not.
const UNKNOWN_WORD: f32 = 1.5;
/// The same in capitals alone, as names, abbreviations and codes are: they are no word more often.
const UNKNOWN_CAPITALS: f32 = 1.0;
/// Steps of a nat in which gains and losses are counted.
const STEPS: f32 = 64.0;
/// Nats that the letters of one run can gain or lose in all; what is beyond does not count.
const MOST_LEAN: f32 = 200.0;

/// The n-gram model and the words as they weigh on the classes of one reader.
pub struct Usual {
    model: Ngram,
    words: Words<'static>,
    classes: Vec<Class>,
    /// How much the model's costs count, in steps for each of its own.
    weight: f32,
    /// What each letter after a letter gains, in steps.
    bonus: f32,
}

/// A class as usual wording sees it.
#[derive(Clone, Copy)]
struct Class {
    sign: Option<Sign>,
    kind: Kind,
    /// The small letter that it is in a word.
    letter: char,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Small,
    Capital,
    Figure,
    /// Spaces and signs: they end a word.
    Other,
}

/// What is known of the run of letters and figures at the end of a prefix.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    context: Context,
    /// The number of its letters among words.
    letters: u32,
    /// What its letters have gained so far, in steps of a nat.
    lean: i16,
    /// Letters so far.
    length: u8,
    nature: Nature,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Nature {
    /// Letters, all capitals so far.
    #[default]
    Capitals,
    /// Letters.
    Word,
    /// It has a figure.
    Code,
}

impl Usual {
    /// The models for a reader of the characters `chars`: the n-gram model at `path`, or the built-in one where that is empty,
    /// with the weight of its costs and the nats that each letter gains.
    ///
    /// # Errors
    /// `Config`, when the file of the n-gram model cannot be read or is none.
    pub fn new(path: &Path, weight: f32, bonus: f32, chars: &[Option<char>]) -> Result<Self> {
        let model = if path.as_os_str().is_empty() {
            Ngram::parse(BUILT_IN, "the built-in n-gram model")?
        } else {
            let origin = path.display().to_string();
            let fail = |e: std::io::Error| {
                err!(Config, "{origin}: cannot read the n-gram model: {e}").caused_by(e)
            };
            let mut bytes = Vec::new();
            let file = File::open(path).map_err(fail)?;
            file.take(ngram::LARGEST as u64)
                .read_to_end(&mut bytes)
                .map_err(fail)?;
            Ngram::parse(&bytes, &origin)?
        };
        Ok(Usual {
            classes: chars.iter().map(|&c| Class::new(c, &model)).collect(),
            model,
            words: Words::parse(BUILT_IN_WORDS, "the built-in words")?,
            weight: weight * STEPS / STEPS_OF_NAT,
            bonus: bonus * STEPS,
        })
    }

    /// The run at the start of a line.
    pub fn start(&self) -> Run {
        Run {
            context: self.model.start(),
            ..Run::default()
        }
    }

    /// The weight of `class` after a prefix that ends in `run`, and the run then.
    pub fn extend(&self, run: &Run, class: u16) -> (f32, Run) {
        let class = self.classes.get(usize::from(class)).copied();
        let class = class.unwrap_or(Class::NONE);
        let (cost, context) = self.model.extend(&run.context, class.sign);
        let (gain, mut next) = match class.kind {
            Kind::Small | Kind::Capital => self.letter(run, class, cost),
            Kind::Figure => self.figure(run),
            Kind::Other => (self.close(run), Run::default()),
        };
        next.context = context;
        (weight(gain), next)
    }

    /// The weight of a prefix that ends in `run` being all.
    pub fn end(&self, run: &Run) -> f32 {
        weight(self.close(run))
    }

    /// A weight that no extension exceeds.
    pub fn most(&self) -> f32 {
        weight(self.most_gain())
    }

    fn most_gain(&self) -> i16 {
        (self.bonus as i16).max(steps(UNKNOWN_WORD))
    }

    fn letter(&self, run: &Run, class: Class, cost: i32) -> (i16, Run) {
        let mut next = *run;
        if run.nature == Nature::Code {
            let gain = self.settled(&mut next);
            return (gain, next);
        }
        next.length = run.length.saturating_add(1);
        next.letters = words::hashed(run.letters, class.letter);
        if class.kind == Kind::Small {
            next.nature = Nature::Word;
        }
        if run.length == 0 {
            return (0, next);
        }
        let gain = (self.bonus - self.weight * cost as f32) as i16;
        let most = steps(MOST_LEAN);
        next.lean = run.lean.saturating_add(gain).clamp(-most, most);
        (gain, next)
    }

    /// A figure makes the run a code. The letters before it may be a word of their own, as in `LOT4471`; those that are none
    /// cost what they would if the run had ended, so that no letter gains by being taken for a figure.
    fn figure(&self, run: &Run) -> (i16, Run) {
        let mut next = *run;
        next.nature = Nature::Code;
        let settled = self.settled(&mut next);
        (settled - self.unknown(run), next)
    }

    /// What a run gains or loses when its letters come to nothing; what would be too much at once stays for the next.
    fn settled(&self, run: &mut Run) -> i16 {
        let gain = (-run.lean).min(self.most_gain());
        run.lean += gain;
        gain
    }

    /// What the end of a run gains or loses. A known word loses nothing, however rare its letters are.
    fn close(&self, run: &Run) -> i16 {
        let unknown = self.unknown(run);
        let is_word = unknown == 0 && run.length >= SHORTEST_WORD;
        let comes_to_nothing = match run.nature {
            Nature::Code => true,
            Nature::Capitals => !is_word || run.lean < 0,
            Nature::Word => is_word && run.lean < 0,
        };
        let settled = if comes_to_nothing {
            self.settled(&mut run.clone())
        } else {
            0
        };
        settled - unknown
    }

    /// What letters cost that are no word: nothing where they are one, or too few to tell.
    fn unknown(&self, run: &Run) -> i16 {
        let penalty = match run.nature {
            Nature::Code => return 0,
            Nature::Capitals => UNKNOWN_CAPITALS,
            Nature::Word => UNKNOWN_WORD,
        };
        if run.length < SHORTEST_WORD || self.words.has(run.letters) {
            0
        } else {
            steps(penalty)
        }
    }
}

fn steps(nats: f32) -> i16 {
    (nats * STEPS) as i16
}

impl Default for Run {
    fn default() -> Self {
        Run {
            context: Context::default(),
            letters: words::NO_LETTERS,
            lean: 0,
            length: 0,
            nature: Nature::default(),
        }
    }
}

impl Class {
    /// A class that is no character.
    const NONE: Class = Class {
        sign: None,
        kind: Kind::Other,
        letter: '\0',
    };

    fn new(c: Option<char>, model: &Ngram) -> Self {
        let Some(c) = c else { return Class::NONE };
        let small = c.to_lowercase().next().unwrap_or(c);
        Class {
            sign: model.sign(c),
            kind: if c.is_numeric() {
                Kind::Figure
            } else if !c.is_alphabetic() {
                Kind::Other
            } else if c.is_uppercase() {
                Kind::Capital
            } else {
                Kind::Small
            },
            letter: small,
        }
    }
}

fn weight(gain: i16) -> f32 {
    (f32::from(gain) / STEPS).exp()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::Model;

    fn usual() -> (Usual, Vec<char>) {
        let chars = Model::latin_characters();
        let classes: Vec<Option<char>> = chars.iter().copied().map(Some).collect();
        (
            Usual::new(Path::new(""), 0.25, 0.8, &classes).unwrap(),
            chars,
        )
    }

    /// Nats that a line gains.
    fn gain((usual, chars): &(Usual, Vec<char>), text: &str) -> f32 {
        let mut run = usual.start();
        let mut nats = 0.0;
        for c in text.chars() {
            let class = chars.iter().position(|&known| known == c).expect("known");
            let (weight, next) = usual.extend(&run, class as u16);
            assert!(
                weight > 0.0 && weight <= usual.most(),
                "{text}: {c} {weight}"
            );
            (run, nats) = (next, nats + weight.ln());
        }
        nats + usual.end(&run).ln()
    }

    #[test]
    fn signs_and_figures_are_what_the_picture_says() {
        let usual = usual();
        for text in [
            "2 l",
            "21",
            "1/2",
            "112",
            "+4 °C",
            "14 °C",
            "±0.5",
            "40.5",
            "- 18.6",
            "12.05.2027",
            "I/O",
            "(01)",
            "N/A",
        ] {
            assert!(
                gain(&usual, text).abs() < 1e-3,
                "{text}: {}",
                gain(&usual, text)
            );
        }
        for (sign, letter) in [
            ("and/or", "andlor"),
            ("Type/Typ", "TypelTyp"),
            ("AUG/AOUT", "AUGIAOUT"),
        ] {
            assert!(gain(&usual, sign) > gain(&usual, letter), "{sign}");
        }
    }

    #[test]
    fn codes_come_to_nothing() {
        let usual = usual();
        for text in ["L4471", "4471B", "KL12AB", "7F-2290-KX", "AUG292020", "B0B"] {
            assert!(
                gain(&usual, text).abs() < 0.02,
                "{text}: {}",
                gain(&usual, text)
            );
        }
        for text in ["XKVQ", "QX", "DN", "WVZR"] {
            assert!(gain(&usual, text) <= 1e-3, "{text}: {}", gain(&usual, text));
        }
    }

    #[test]
    fn words_are_words() {
        let usual = usual();
        for (word, mistake) in [
            ("Tortillas", "Tartillas"),
            ("BEST BEFORE", "BEST BEF0RE"),
            ("Ingredients", "lngredients"),
            ("Ingrédients", "Ingrédienls"),
            ("zużyć", "zuzyc"),
            ("Líquido", "Liquída"),
            ("fruttosio", "frutosio"),
            ("haltbar bis", "haitbar bis"),
        ] {
            let (more, less) = (gain(&usual, word), gain(&usual, mistake));
            assert!(more > less + 0.2, "{word} {more}, {mistake} {less}");
        }
    }

    proptest! {
        /// Whatever is read, no character gains more than the most there is.
        #[test]
        fn no_weight_exceeds_the_most(classes in prop::collection::vec(0u16..260, 0..40)) {
            let (usual, _) = usual();
            let mut run = usual.start();
            for class in classes {
                let (weight, next) = usual.extend(&run, class);
                prop_assert!(weight > 0.0 && weight <= usual.most());
                run = next;
            }
            prop_assert!(usual.end(&run) <= usual.most());
        }
    }
}
