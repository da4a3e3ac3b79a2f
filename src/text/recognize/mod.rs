//! Strips of text to characters: the network in width buckets, then the CTC decoder.
//!
//! Takes a model and, for each line, an upright strip of its input height; gives a [`ReadLine`] whose quad is the strip.
//! After the first line of each width only tract and the text itself allocate.

mod canonical;
mod confidence;
mod decode;
mod figures;
mod settings;

use image::GrayImage;
use image::imageops::{self, FilterType};

use crate::error::{Result, err};
use crate::fault::Fault;
use crate::line::ReadLine;
use crate::model::engine::{Graph, Plan};
use crate::model::{Model, Scores};
use crate::quad::Quad;
use crate::text::ctc::{self, Probs};
use crate::text::knowledge::{self, Knowledge};

pub use canonical::canonical;
use confidence::calibrated;
use decode::{LineReader, Verdict};
use figures::Sense;
pub use settings::Settings;

/// Pixels: the widths that the graph is optimised for. A strip is padded to the next, so the steps are a
/// trade of padding (at most a third, a fifth from 96 px on average) against plans (50 ms and 2 MB each, made when first needed). All are
/// multiples of 32, which suits every stride that recognisers have.
const BUCKETS: [u32; 14] = [
    32, 64, 96, 128, 192, 256, 320, 384, 512, 640, 800, 1024, 1280, 1600,
];

/// A strip that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// What became of it.
    pub reading: Reading,
    /// How likely each character is, 0 to 1, in the geometric mean and by network and language together: what readings of one
    /// line in several forms are compared by.
    pub likely: f32,
    /// How sure its figures and signs are, 0 to 1: the share of the readings' probability that agrees with it in these.
    pub figures: f32,
}

/// What became of a strip.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// The text of the line.
    Line(ReadLine),
    /// It fits nothing that was asked for; this is what it seems to be.
    Rejected(ReadLine),
}

impl Reading {
    /// The text of the strip, or what it seems to be.
    pub fn line(&self) -> &ReadLine {
        match self {
            Reading::Line(line) | Reading::Rejected(line) => line,
        }
    }

    /// The same, mutable.
    pub fn line_mut(&mut self) -> &mut ReadLine {
        match self {
            Reading::Line(line) | Reading::Rejected(line) => line,
        }
    }
}

/// Which kind of line a strip is, when more is known about some lines than about others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineKind(usize);

impl LineKind {
    /// Lines about which only `[read.knowledge]` is known.
    pub const USUAL: LineKind = LineKind(0);
}

/// Reads strips with one model.
pub struct Recognizer {
    model: Model,
    graph: Graph,
    plans: [Option<Plan>; BUCKETS.len()],
    reader: LineReader,
    /// What is known about each kind of line.
    known: Vec<Knowledge>,
    input: Vec<f32>,
    scores: Vec<f32>,
}

impl Recognizer {
    /// Loads the model that the settings name and runs it once, so that a model that cannot work is known at once.
    ///
    /// # Errors
    /// `Config`, when the model is none, or gives other classes than its charset has.
    pub fn new(settings: &Settings) -> Result<Self> {
        let model = if settings.model.as_os_str().is_empty() {
            Model::latin()?
        } else {
            Model::load(&settings.model)?
        };
        let graph = Graph::parse(&model.graph, &model.origin)?;
        let known = vec![Knowledge::new(&settings.knowledge, &model)?];
        let sense = |class| model.character(class).map_or(Sense::Letter, Sense::of);
        let senses = (0..model.classes()).map(sense).collect();
        let mut recognizer = Recognizer {
            model,
            graph,
            plans: Default::default(),
            reader: LineReader::new(senses),
            known,
            input: Vec::new(),
            scores: Vec::new(),
        };
        recognizer.read(
            &mut GrayImage::new(BUCKETS[0], recognizer.height()),
            LineKind::USUAL,
        )?;
        Ok(recognizer)
    }

    /// Adds a kind of line with knowledge of its own. All kinds share the model, and what is known about usual text.
    ///
    /// # Errors
    /// What cannot be used, as when nothing that the model reads could fit.
    pub fn learn(
        &mut self,
        settings: &knowledge::Settings,
    ) -> std::result::Result<LineKind, Fault> {
        if let Some(usual) = self.known.first() {
            let known = usual.otherwise(settings, &self.model)?;
            self.known.push(known);
        }
        Ok(LineKind(self.known.len() - 1))
    }

    /// Rows of the strips that the model takes, in pixels.
    pub fn height(&self) -> u32 {
        self.model.description.input.height
    }

    /// The model in use.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Reads an upright strip as high as the model takes; brings the strip into the form in which the network sees it. A strip
    /// that is wider than the widest bucket is squeezed.
    ///
    /// # Errors
    /// `Config`, when the model fails on the strip.
    pub fn read(&mut self, strip: &mut GrayImage, kind: LineKind) -> Result<Seen> {
        let widest = BUCKETS[BUCKETS.len() - 1];
        if strip.width() > widest {
            *strip = imageops::resize(strip, widest, self.height(), FilterType::Triangle);
        }
        let input = &self.model.description.input;
        if input.canonical {
            canonical(strip);
        }
        let bucket = BUCKETS
            .iter()
            .position(|&b| strip.width() <= b)
            .unwrap_or(BUCKETS.len() - 1);
        let (width, height) = (BUCKETS[bucket] as usize, input.height as usize);
        fill(strip, width, input.mean, input.scale, &mut self.input);
        for _ in 1..input.channels {
            self.input.extend_from_within(..width * height);
        }
        let plan = match &mut self.plans[bucket] {
            Some(plan) => plan,
            empty => empty.insert(self.graph.plan([1, input.channels, height, width])?),
        };
        let shape = plan.run(&self.input, &mut self.scores)?;
        let ([1, 1, steps, classes] | [1, steps, 1, classes]) = shape else {
            return Err(err!(
                Config,
                "{}: the graph gives {shape:?}, not 1 x steps x classes: it is no reader",
                self.model.origin
            ));
        };
        if classes != self.model.classes() {
            return Err(err!(
                Config,
                "{}: the graph gives {classes} classes and the charset has {} characters and a blank: they do not belong together",
                self.model.origin,
                self.model.charset.len()
            ));
        }
        if self.model.description.output.kind == Scores::Logits {
            ctc::softmax_rows(&mut self.scores, classes)?;
        }
        let blank = self.model.description.blank;
        let probs = Probs::new(&self.scores, steps, classes, blank)?;
        // A kind comes from `learn` alone, so it is there.
        let known = &self.known[kind.0];
        let verdict = self.reader.read(&probs, known);
        let rejected = matches!(verdict, Verdict::Rejected(_));
        let (hypothesis, part, confidence, figures) = match verdict {
            Verdict::Reads {
                hypothesis,
                part,
                confidence,
                figures,
            } => (hypothesis, part, confidence, figures),
            Verdict::Rejected(free) => (free, 0..free.chars.len(), free.confidence, 1.0),
        };
        let read = hypothesis.chars.get(part).unwrap_or_default();
        let chars: Vec<(char, f32)> = read
            .iter()
            .filter_map(|c| Some((self.model.character(usize::from(c.class))?, c.confidence)))
            .collect();
        let characters = hypothesis.chars.len().max(1) as f32;
        let likely = confidence * (hypothesis.ln_prior / characters).exp();
        let line = ReadLine {
            quad: Quad::upright(0.0, 0.0, strip.width() as f32, strip.height() as f32),
            text: chars.iter().map(|(c, _)| c).collect(),
            confidence: calibrated(confidence, &self.model.description.confidence),
            chars,
            region: None,
        };
        let reading = if rejected {
            Reading::Rejected(line)
        } else {
            Reading::Line(line)
        };
        Ok(Seen {
            reading,
            likely,
            figures,
        })
    }
}

/// Puts a strip into the network's numbers, row after row, each padded on the right with the middle value of the strip's
/// last column: the training does the same.
fn fill(strip: &GrayImage, width: usize, mean: f32, scale: f32, input: &mut Vec<f32>) {
    let taken = (strip.width() as usize).min(width);
    let mut last: Vec<u8> = strip
        .rows()
        .filter_map(|mut row| row.next_back())
        .map(|p| p.0[0])
        .collect();
    last.sort_unstable();
    let ground = last.get(last.len() / 2).copied().unwrap_or(255);
    let number = |v: u8| (f32::from(v) - mean) / scale;
    input.clear();
    for row in strip.as_raw().chunks_exact((strip.width() as usize).max(1)) {
        input.extend(row[..taken].iter().map(|&v| number(v)));
        input.extend(std::iter::repeat_n(number(ground), width - taken));
    }
}
