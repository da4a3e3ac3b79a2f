//! Lines of text in a picture, as rotated boxes.
//!
//! Takes a luma plane; gives a box for each line of text, dark on light or light on dark, in no particular order. Never
//! panics, whatever the picture; the work is bounded by the number of pixels.
//!
//! There are two ways: [`classic`] image processing, which finds clean print tilted up to 30 degrees, down to single figures in
//! tables, and a trained net ([`net`]), which finds lines in any direction and on any ground, in a copy of capped size. By default
//! what only the net finds is added to what the first does ([`union`]), and where both find something else in one place, the reader says
//! which is right ([`Rival`]). The boxes of both are made to hold their whole line ([`ends`]) and no other column ([`gutter`]).

pub(crate) mod classic;
mod ends;
mod gutter;
pub(crate) mod net;
mod union;

use image::GrayImage;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::fault::Fault;
use crate::model::FinderModel;
use crate::quad::Quad;

pub use union::Rival;

/// How lines are searched for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// By both.
    #[default]
    Both,
    /// By a trained net.
    Net,
    /// By classic image processing.
    Classic,
}

/// The `[find]` table. Each method has keys of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The method: `both`, `net` or `classic`; docs/finder.md has the figures of each.
    pub method: Method,
    /// The net: a larger picture is searched in a copy of so many megapixels, and, where letters are small there and the method is
    /// `net`, once more in one of four times as many. The time goes with it; letters must be 6 px high in the last copy.
    pub megapixels: f32,
    /// The net: how sure the net must be that a place is in a line, 0 to 1. Less finds fainter lines, and more that is no text.
    pub certainty: f32,
    /// Classic: how far ink must differ from the mean around it, in standard deviations of the luma around it. Smaller
    /// finds fainter strokes beside bold ones, larger keeps letters apart.
    pub spread: f32,
    /// Classic: how far ink must at least differ from the mean around it, in levels of 255. Smaller finds fainter
    /// text, larger is quicker on grainy pictures.
    pub contrast: f32,
    /// Classic: the widest gap within a line, in heights of its letters. Words stand 0.3 to 1 apart, columns 2.
    pub gap: f32,
    /// Classic: the least quality of a line, 0 (any row of marks) to 1 (as even as print).
    pub quality: f32,
    /// Classic: how often the picture is halved to find larger letters: at 0 they are found up to 56 px high, at 3 up to
    /// 450 px.
    pub levels: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            method: Method::default(),
            megapixels: 0.5,
            certainty: 0.8,
            spread: 0.6,
            contrast: 12.0,
            gap: 1.3,
            quality: 0.25,
            levels: 3,
        }
    }
}

impl Settings {
    /// What cannot be used, key by key.
    pub fn check(&self) -> Vec<Fault> {
        let ranges = [
            ("megapixels", self.megapixels, 0.1, 16.0),
            ("certainty", self.certainty, 0.05, 0.95),
            ("spread", self.spread, 0.0, 3.0),
            ("contrast", self.contrast, 1.0, 255.0),
            ("gap", self.gap, 0.1, 10.0),
            ("quality", self.quality, 0.0, 1.0),
            ("levels", self.levels as f32, 0.0, 6.0),
        ];
        Fault::outside(&ranges)
    }
}

/// Finds lines; keeps its buffers between pictures.
pub struct Finder {
    net: Option<Box<net::Finder>>,
    classic: Option<Box<classic::Finder>>,
    ends: ends::Ends,
    gutters: gutter::Gutters,
    quads: Vec<Quad>,
    more: Vec<Quad>,
    rivals: Vec<Rival>,
}

/// The lines of a picture, in its pixels.
#[derive(Clone, Copy, Debug)]
pub struct Lines<'a> {
    pub quads: &'a [Quad],
    /// Lines that may stand in the place of some of those: of each pair one is right.
    pub rivals: &'a [Rival],
}

impl Finder {
    /// A finder with the given settings, which were checked; `model` is for the net.
    ///
    /// # Errors
    /// `Config`, when the model cannot be run.
    pub fn new(settings: &Settings, model: &FinderModel) -> Result<Self> {
        let net = match settings.method {
            Method::Classic => None,
            Method::Both | Method::Net => Some(Box::new(net::Finder::new(settings, model)?)),
        };
        let classic = match settings.method {
            Method::Net => None,
            Method::Both | Method::Classic => {
                Some(Box::new(classic::Finder::new(settings.clone())))
            }
        };
        Ok(Finder {
            net,
            classic,
            ends: ends::Ends::default(),
            gutters: gutter::Gutters::default(),
            quads: Vec::new(),
            more: Vec::new(),
            rivals: Vec::new(),
        })
    }

    /// The lines of text in `luma`.
    ///
    /// # Errors
    /// `Config`, when the model fails on the picture.
    pub fn find(&mut self, luma: &GrayImage) -> Result<Lines<'_>> {
        self.quads.clear();
        self.rivals.clear();
        if let Some(classic) = &mut self.classic {
            self.quads.extend_from_slice(classic.find(luma));
            self.gutters.cut(luma, &mut self.ends, &mut self.quads);
        }
        if let Some(net) = &mut self.net {
            self.more.clear();
            self.more.extend_from_slice(net.find(luma)?);
            self.gutters.cut(luma, &mut self.ends, &mut self.more);
            union::add(&mut self.quads, &self.more, &mut self.rivals);
        }
        // Only now: what one finder's line seems to have beyond its end may be a line of the other.
        self.ends.extend(luma, &mut self.quads);
        for Rival { quad, of, .. } in &mut self.rivals {
            let others = self.quads.iter().enumerate();
            let taken = |at| others.clone().any(|(i, o)| !of.contains(&i) && o.holds(at));
            *quad = self.ends.extended(luma, quad, taken);
        }
        Ok(Lines {
            quads: &self.quads,
            rivals: &self.rivals,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_out_of_range_are_named() {
        assert_eq!(Settings::default().check(), []);
        let wild = Settings {
            method: Method::Classic,
            megapixels: 0.0,
            certainty: 1.0,
            spread: -1.0,
            contrast: f32::NAN,
            gap: 0.0,
            quality: 2.0,
            levels: 60,
        };
        let keys: Vec<String> = wild.check().into_iter().map(|fault| fault.key).collect();
        let expected = [
            "megapixels",
            "certainty",
            "spread",
            "contrast",
            "gap",
            "quality",
            "levels",
        ];
        assert_eq!(keys, expected);
    }
}
