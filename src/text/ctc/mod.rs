//! Class probabilities along a line of text become the most likely labellings (CTC decoding).
//!
//! Takes [`Probs`], one row of class probabilities a time step; gives [`Decoded`], the best
//! [`Hypothesis`]es with a probability, a confidence and a time span for each character. Everything
//! lies in storage of fixed capacity, set by const generics: decoding allocates nothing, cannot
//! fail and cannot panic, and every limit that is met is told by [`Flags`].
//!
//! The method is prefix beam search (Graves et al., "Connectionist Temporal Classification", ICML
//! 2006, section 3.2; Hannun et al., "First-Pass Large Vocabulary Continuous Speech Recognition
//! using Bi-Directional Recurrent DNNs", 2014), with linear probabilities that are renormalised at
//! each step. The spans come from the best alignment of each labelling (Viterbi), its probability
//! from the sum over all of them (the forward algorithm).

mod align;
mod greedy;
mod prior;
mod probs;
mod search;
mod softmax;
mod top;
mod tree;

#[cfg(test)]
mod prior_tests;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;

pub use greedy::greedy;
pub use prior::Prior;
pub use probs::Probs;
pub use search::Decoder;
pub use softmax::softmax_rows;

use heapless::Vec;

/// Time steps of the longest line: 1600 px, the widest line the recogniser takes, at one step
/// every 4 px.
pub const LINE_STEPS: usize = 400;

/// Prefixes kept at each step. Of the 64 line-like test vectors, half of them hard, a beam of 4
/// reads 61 as a beam of 128 does, and 8 reads all.
pub const LINE_BEAM: usize = 8;

/// Prefixes remembered at once. A step adds at most one prefix for each place in the beam, so with
/// this many (and one for the empty prefix) the tree of a line cannot fill up: 20 bytes each and the prior's state.
pub const LINE_NODES: usize = LINE_BEAM * LINE_STEPS + 1;

/// The decoder for a line of print, whose prior keeps an `S` of each prefix. About 289 KB without, most of it the
/// alignment's way back: put it in a box (see [`Decoder::boxed`]) and use it again.
pub type LineDecoder<S = ()> = Decoder<LINE_BEAM, LINE_NODES, LINE_STEPS, S>;

/// Classes less probable than this (unit: probability of the class at one step) do not begin a
/// character at that step; the most probable class always may. Alignments in which a character
/// begins at such a step are hopeless, and looking for the best of a row's 200 tiny values doubles
/// the time of a line. No reading of the test vectors changes by it.
pub const CUT: f32 = 1e-4;

/// Classes tried at each step when a prior decides which of them are likely: it may forbid the most probable ones.
/// Where a confusable one is allowed at all, it is among so many.
pub const WIDE: usize = 32;

/// One character of a hypothesis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Char {
    /// The index of the class.
    pub class: u16,
    /// The first time step that the character takes.
    pub start: u16,
    /// One past the last time step that it takes.
    pub end: u16,
    /// How sure the character is, 0 to 1: the probability of its class at the surest step of its
    /// span.
    pub confidence: f32,
}

/// One labelling of a line: what it may say, how likely, and where each character stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Hypothesis<const STEPS: usize> {
    /// The characters in order of time. Spans do not overlap.
    pub chars: Vec<Char, STEPS>,
    /// The natural logarithm of the probability that the line reads exactly so: the sum over all
    /// alignments but hopeless ones. At most 0, and never above the true value by more than
    /// rounding.
    pub ln_probability: f32,
    /// The natural logarithm of the weight that the prior gives to it; 0 without one. No part of the confidence.
    pub ln_prior: f32,
    /// How sure the line is, 0 to 1: the geometric mean, one share for each character, of its
    /// probability (`exp(ln_probability / max(1, characters))`), so that long lines compare with
    /// short ones.
    pub confidence: f32,
}

impl<const STEPS: usize> Hypothesis<STEPS> {
    /// A labelling without characters and without doubt.
    pub const fn new() -> Self {
        Hypothesis {
            chars: Vec::new(),
            ln_probability: 0.0,
            ln_prior: 0.0,
            confidence: 1.0,
        }
    }

    /// The indices of the classes in order of time.
    pub fn classes(&self) -> impl Iterator<Item = u16> + Clone + '_ {
        self.chars.iter().map(|char| char.class)
    }

    /// What hypotheses are ordered by: the logarithm of the probability with the prior's weight.
    pub fn ln_score(&self) -> f32 {
        self.ln_probability + self.ln_prior
    }

    /// Sets the probability of the labelling and what follows from it.
    fn set_probability(&mut self, ln_probability: f64) {
        let ln_probability = ln_probability.clamp(f64::from(f32::MIN), 0.0);
        let shares = self.chars.len().max(1) as f64;
        self.ln_probability = ln_probability as f32;
        self.confidence = (ln_probability / shares).exp() as f32;
    }
}

impl<const STEPS: usize> Default for Hypothesis<STEPS> {
    fn default() -> Self {
        Hypothesis::new()
    }
}

/// What the decoder met and had to get by with. All false on good input that fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// There were more steps than the decoder holds; the rest was left out.
    pub steps_cut: bool,
    /// More prefixes were in play than the tree holds; the least likely extensions were dropped.
    pub truncated: bool,
    /// Some probabilities were NaN or negative (taken as zero) or infinite (all infinite classes
    /// of a row share its whole mass).
    pub bad_values: bool,
    /// Some steps had no probability at all and were passed over as if they were not there.
    pub silent_steps: bool,
}

/// What a decoder found in one line.
#[derive(Clone, Debug)]
pub struct Decoded<const BEAM: usize, const STEPS: usize> {
    /// Room for the hypotheses, of which the first `len` (at least one) are set.
    hypotheses: [Hypothesis<STEPS>; BEAM],
    len: usize,
    /// What the decoder had to get by with.
    pub flags: Flags,
}

impl<const BEAM: usize, const STEPS: usize> Decoded<BEAM, STEPS> {
    const fn new() -> Self {
        Decoded {
            hypotheses: [const { Hypothesis::new() }; BEAM],
            len: 1,
            flags: Flags {
                steps_cut: false,
                truncated: false,
                bad_values: false,
                silent_steps: false,
            },
        }
    }

    /// The hypotheses, most likely first, no two with the same classes: 1 to `BEAM` of them.
    pub fn hypotheses(&self) -> &[Hypothesis<STEPS>] {
        self.hypotheses.get(..self.len).unwrap_or(&self.hypotheses)
    }

    /// The most likely hypothesis.
    pub fn best(&self) -> &Hypothesis<STEPS> {
        // The decoder's constructor refuses, at compile time, a beam of none.
        &self.hypotheses[0]
    }
}
