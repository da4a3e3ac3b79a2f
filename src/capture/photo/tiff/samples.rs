//! Takes samples as a TIFF stores them; gives luma, and how opaque each pixel is.

use crate::capture::frame::luma_of_rgb;

/// What the samples of a pixel mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Model {
    WhiteIsZero,
    BlackIsZero,
    Rgb,
    /// The luma of each entry.
    Palette(Vec<u8>),
    Cmyk,
    /// The first sample is luma, or lightness, which is as good.
    LumaFirst,
}

impl Model {
    /// The fewest samples that a pixel of this model has.
    pub(super) fn samples(&self) -> usize {
        match self {
            Model::Rgb => 3,
            Model::Cmyk => 4,
            _ => 1,
        }
    }
}

/// What kind of number a sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Unsigned,
    Signed,
    Float,
}

/// The sample that says how opaque a pixel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Alpha {
    pub(super) index: usize,
    /// Whether the colours were multiplied with it already.
    pub(super) associated: bool,
}

/// The lowest and the highest sample of a picture that does not say what is white.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    low: f64,
    high: f64,
}

impl Default for Range {
    fn default() -> Self {
        Range {
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
        }
    }
}

/// How the samples of a page are stored, and what they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Samples {
    pub(super) model: Model,
    pub(super) format: Format,
    /// Bits a sample: 1, 2, 4, 8, 16, 32 or 64.
    pub(super) bits: usize,
    /// Samples a pixel.
    pub(super) count: usize,
    /// Whether all first samples come first, then all second ones.
    pub(super) planar: bool,
    pub(super) alpha: Option<Alpha>,
}

impl Samples {
    /// Whether the numbers themselves do not say what is white, as measurements do not: the highest is taken for it then.
    pub(super) fn has_no_white(&self) -> bool {
        self.format != Format::Unsigned || self.bits > 16
    }

    /// What [`Self::shade`] gives for a pixel: luma, or luma and alpha.
    pub(super) fn channels(&self) -> usize {
        if self.alpha.is_some() { 2 } else { 1 }
    }

    /// Makes `range` hold the samples of `width` pixels; see [`Self::shade`].
    pub(super) fn widen(&self, planes: &[&[u8]], width: u32, range: &mut Range) {
        for pixel in 0..width as usize {
            for nth in 0..self.model.samples() {
                let value = self.number(planes, pixel, nth);
                if value.is_finite() {
                    range.low = range.low.min(value);
                    range.high = range.high.max(value);
                }
            }
        }
    }

    /// Writes luma (and alpha) of the first `width` pixels to `row`. `planes` begin with the row: all samples of its pixels
    /// in one plane, or a plane for each sample. `range` is that of the whole picture where it is needed.
    pub(super) fn shade(
        &self,
        planes: &[&[u8]],
        width: u32,
        range: Option<&Range>,
        row: &mut Vec<u8>,
    ) {
        row.clear();
        let is_luma =
            matches!(self.model, Model::BlackIsZero | Model::LumaFirst) && self.alpha.is_none();
        if is_luma && self.bits == 8 && range.is_none() && (self.planar || self.count == 1) {
            let plane = planes.first().copied().unwrap_or_default();
            row.extend(plane.iter().take(width as usize));
            return;
        }
        for pixel in 0..width as usize {
            let sample = |nth: usize| match range {
                Some(range) => self.within(range, self.number(planes, pixel, nth)),
                None => self.byte(planes, pixel, nth),
            };
            let luma = match &self.model {
                Model::WhiteIsZero => 255 - sample(0),
                Model::BlackIsZero | Model::LumaFirst => sample(0),
                Model::Rgb => luma_of_rgb([sample(0), sample(1), sample(2)]),
                Model::Palette(luma) => {
                    let entry = self.stored(planes, pixel, 0) as usize;
                    luma.get(entry).copied().unwrap_or(0)
                }
                Model::Cmyk => {
                    let key = 255 - u32::from(sample(3));
                    let ink = |nth| ((255 - u32::from(sample(nth))) * key / 255) as u8;
                    luma_of_rgb([ink(0), ink(1), ink(2)])
                }
            };
            let Some(Alpha { index, associated }) = self.alpha else {
                row.push(luma);
                continue;
            };
            let alpha = sample(index);
            let luma = match (associated, alpha) {
                (true, 1..) => (u32::from(luma) * 255 / u32::from(alpha)).min(255) as u8,
                _ => luma,
            };
            row.extend([luma, alpha]);
        }
    }

    /// A sample as it is stored; of multi-byte samples the decoder has put the bytes in this machine's order.
    fn stored(&self, planes: &[&[u8]], pixel: usize, nth: usize) -> u64 {
        let (plane, index) = if self.planar {
            (nth, pixel)
        } else {
            (0, pixel * self.count + nth)
        };
        let plane = planes.get(plane).copied().unwrap_or_default();
        let at = |size: usize| plane.get(index * size..).unwrap_or_default();
        match self.bits {
            16 => at(2)
                .first_chunk()
                .map_or(0, |b| u16::from_ne_bytes(*b).into()),
            32 => at(4)
                .first_chunk()
                .map_or(0, |b| u32::from_ne_bytes(*b).into()),
            64 => at(8).first_chunk().map_or(0, |b| u64::from_ne_bytes(*b)),
            8 => at(1).first().copied().unwrap_or(0).into(),
            bits => {
                let bit = index * bits;
                let byte = plane.get(bit / 8).copied().unwrap_or(0);
                u64::from(byte >> (8 - bits - bit % 8)) & ((1 << bits) - 1)
            }
        }
    }

    /// An unsigned sample of at most 16 bits, as 0 to 255.
    fn byte(&self, planes: &[&[u8]], pixel: usize, nth: usize) -> u8 {
        let stored = self.stored(planes, pixel, nth) as u32;
        match self.bits {
            16 => ((stored + 128) / 257) as u8,
            8 => stored as u8,
            bits => (stored * 255 / ((1 << bits) - 1)) as u8,
        }
    }

    /// Any sample as a number.
    fn number(&self, planes: &[&[u8]], pixel: usize, nth: usize) -> f64 {
        let stored = self.stored(planes, pixel, nth);
        match (self.format, self.bits) {
            (Format::Float, 64) => f64::from_bits(stored),
            (Format::Float, _) => f32::from_bits(stored as u32).into(),
            (Format::Unsigned, _) => stored as f64,
            (Format::Signed, bits) => {
                let up = 64 - bits.min(64);
                ((stored << up) as i64 >> up) as f64
            }
        }
    }

    /// Where `value` lies in the range of the picture, as 0 to 255; for fractions between 0 and 1 those are black and white.
    fn within(&self, range: &Range, value: f64) -> u8 {
        let is_fraction = self.format == Format::Float && range.low >= 0.0 && range.high <= 1.0;
        let (low, high) = if is_fraction {
            (0.0, 1.0)
        } else {
            (range.low, range.high)
        };
        let share = (value - low) / (high - low);
        // Not a number is black.
        (share * 255.0).round() as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(model: Model, bits: usize, count: usize) -> Samples {
        Samples {
            model,
            format: Format::Unsigned,
            bits,
            count,
            planar: false,
            alpha: None,
        }
    }

    fn shaded(samples: &Samples, planes: &[&[u8]], width: u32) -> Vec<u8> {
        let mut row = vec![9];
        samples.shade(planes, width, None, &mut row);
        row
    }

    #[test]
    fn few_bits_are_spread_from_black_to_white() {
        let row = |bits, byte: u8, width| {
            shaded(&samples(Model::BlackIsZero, bits, 1), &[&[byte]], width)
        };
        assert_eq!(row(1, 0b1010_0000, 4), [255, 0, 255, 0]);
        assert_eq!(row(2, 0b00_01_10_11, 4), [0, 85, 170, 255]);
        assert_eq!(row(4, 0x0F, 2), [0, 255]);
        assert_eq!(
            shaded(&samples(Model::WhiteIsZero, 1, 1), &[&[0x80]], 2),
            [0, 255]
        );
    }

    #[test]
    fn colours_become_luma_whether_side_by_side_or_in_planes() {
        let mut rgb = samples(Model::Rgb, 8, 3);
        assert_eq!(shaded(&rgb, &[&[255, 0, 0, 0, 0, 255]], 2), [76, 29]);
        rgb.planar = true;
        assert_eq!(shaded(&rgb, &[&[255, 0], &[0, 0], &[0, 255]], 2), [76, 29]);
        let cmyk = samples(Model::Cmyk, 8, 4);
        assert_eq!(
            shaded(&cmyk, &[&[0, 0, 0, 0, 0, 0, 0, 255, 0, 255, 255, 0]], 3),
            [255, 0, 76]
        );
        let palette = samples(Model::Palette(vec![7, 8, 9]), 2, 1);
        assert_eq!(shaded(&palette, &[&[0b10_00_11_01]], 4), [9, 7, 0, 8]);
    }

    #[test]
    fn colours_that_alpha_was_multiplied_into_are_divided_again() {
        let mut grey = samples(Model::BlackIsZero, 8, 2);
        grey.alpha = Some(Alpha {
            index: 1,
            associated: true,
        });
        assert_eq!(shaded(&grey, &[&[50, 100, 0, 0]], 2), [127, 100, 0, 0]);
        grey.alpha = Some(Alpha {
            index: 1,
            associated: false,
        });
        assert_eq!(shaded(&grey, &[&[50, 100]], 1), [50, 100]);
    }

    #[test]
    fn measurements_span_from_their_lowest_to_their_highest() {
        let mut signed = samples(Model::BlackIsZero, 16, 1);
        signed.format = Format::Signed;
        let stored: Vec<u8> = [-100i16, 0, 100]
            .iter()
            .flat_map(|v| v.to_ne_bytes())
            .collect();
        let mut range = Range::default();
        signed.widen(&[&stored], 3, &mut range);
        let mut row = Vec::new();
        signed.shade(&[&stored], 3, Some(&range), &mut row);
        assert_eq!(row, [0, 128, 255]);

        let mut float = samples(Model::BlackIsZero, 32, 1);
        float.format = Format::Float;
        let stored: Vec<u8> = [0.25f32, f32::NAN, 0.5]
            .iter()
            .flat_map(|v| v.to_ne_bytes())
            .collect();
        let mut range = Range::default();
        float.widen(&[&stored], 3, &mut range);
        float.shade(&[&stored], 3, Some(&range), &mut row);
        assert_eq!(row, [64, 0, 128]);
    }
}
