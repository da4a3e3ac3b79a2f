//! From a picture to its text: find, rectify, read, tidy, put in order.
//!
//! Takes a luma plane; gives a [`Page`], its lines in reading order. The one way through glyphd for a photo and
//! for a camera's frame alike. Each step can be shown to an [`Explain`].

use image::GrayImage;

use crate::config::Config;
use crate::enhance;
use crate::error::Result;
use crate::explain::Explain;
use crate::find::Finder;
use crate::layout;
use crate::line::ReadLine;
use crate::quad::Quad;
use crate::recognize::Recognizer;
use crate::tidy;

/// What a picture says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The lines, in reading order.
    pub lines: Vec<ReadLine>,
    /// The lines' text, with a line break after each row.
    pub text: String,
}

/// Reads pictures, one after another.
pub struct Pipeline {
    enhance: enhance::Settings,
    tidy: tidy::Settings,
    min_confidence: f32,
    finder: Finder,
    recognizer: Recognizer,
    luma: GrayImage,
}

impl Pipeline {
    /// Loads the models.
    ///
    /// # Errors
    /// `Config`, when the model that the configuration names cannot be used.
    pub fn new(config: &Config) -> Result<Self> {
        Ok(Pipeline {
            enhance: config.enhance.clone(),
            tidy: config.tidy.clone(),
            min_confidence: config.read.min_confidence,
            finder: Finder::new(config.find.clone()),
            recognizer: Recognizer::new(&config.read)?,
            luma: GrayImage::default(),
        })
    }
}
