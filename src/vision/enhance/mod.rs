//! The classic steps that make print easier to read, each with a setting.
//!
//! Takes a page or an upright strip of one line; gives it turned upright (page), and dark on light, evenly lit,
//! with full contrast, without specks or with ink and paper only (strip). Each step is a plain function of the
//! picture; none changes the size of a strip, and none panics on any picture.
//!
//! | step | on | setting | default |
//! |---|---|---|---|
//! | [`orientation`] | page | `orientation` | 0 |
//! | [`noise`] | page | `noise`, `noise-radius` | off |
//! | [`straighten`](crate::vision::straighten) | line | `straighten` | on |
//! | [`polarity`] | strip | `polarity` | auto |
//! | [`light`] | strip | `flatten` | off |
//! | [`levels`] | strip | `stretch`, `stretch-low`, `stretch-high` | off |
//! | [`threshold`] | strip | `threshold`, `sauvola-window`, `sauvola-k` | off |

pub(crate) mod levels;
pub(crate) mod light;
pub(crate) mod noise;
pub(crate) mod orientation;
pub(crate) mod polarity;
pub(crate) mod threshold;

use image::GrayImage;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::rotation::Rotation;
pub use noise::Noise;
pub use orientation::Orientation;
pub use polarity::Polarity;
pub use threshold::Threshold;

/// Which steps are taken, and how. docs/finder.md has the figures behind the defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// By how many degrees the page must be turned clockwise to be upright: `0`, `90`, `180`, `270`, or `auto`, which
    /// reads a page that reads badly again, turned upside down and sideways, and keeps the turn that reads best. The default is 0: cameras
    /// are mounted once.
    pub orientation: Orientation,
    /// How specks are taken out of the page before lines are searched for: `off` or `median`. Off: a
    /// median of the least radius already closes the eyes of 10 px letters.
    pub noise: Noise,
    /// The radius of the median, in pixels, 1 to 5: specks smaller than this vanish.
    pub noise_radius: u32,
    /// Whether a line that bends, leans or shares its box with its neighbours is cut out along its own course.
    pub straighten: bool,
    /// Whether a strip is text light on dark, which is inverted: `auto` decides by the strip, `dark` (dark on light) and `light`
    /// (light on dark) are for places where all print is alike.
    pub polarity: Polarity,
    /// Whether uneven light along a strip is divided out. Off: the built-in reader was taught on uneven light.
    pub flatten: bool,
    /// Whether the luma of a strip is stretched so that ink is black and paper white. Off: the built-in reader stretches
    /// its strips itself.
    pub stretch: bool,
    /// The part of the pixels, in percent, that become fully black. Letters fill 10 to 40 percent of a strip.
    pub stretch_low: f32,
    /// The part of the pixels, in percent, below which they do not become fully white.
    pub stretch_high: f32,
    /// Whether a strip is made ink and paper only: `off`, `otsu` (one threshold for the strip), `sauvola` (one for the
    /// surroundings of each pixel). Off: the reader was taught on greys, in which small letters keep their shape.
    pub threshold: Threshold,
    /// The side of the surroundings of a pixel for `sauvola`, in heights of the strip.
    pub sauvola_window: f32,
    /// How much darker than the mean around it ink is for `sauvola`: more makes thinner letters. 0.2 to 0.5 is usual.
    pub sauvola_k: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            orientation: Orientation::default(),
            noise: Noise::default(),
            noise_radius: 1,
            straighten: true,
            polarity: Polarity::default(),
            flatten: false,
            stretch: false,
            stretch_low: 1.0,
            stretch_high: 99.0,
            threshold: Threshold::default(),
            sauvola_window: 1.0,
            sauvola_k: 0.3,
        }
    }
}

impl Settings {
    /// What cannot be used, key by key.
    pub fn check(&self) -> Vec<Fault> {
        let ranges = [
            ("noise-radius", self.noise_radius as f32, 1.0, 5.0),
            ("stretch-low", self.stretch_low, 0.0, 49.0),
            ("stretch-high", self.stretch_high, 51.0, 100.0),
            ("sauvola-window", self.sauvola_window, 0.1, 8.0),
            ("sauvola-k", self.sauvola_k, 0.0, 1.0),
        ];
        Fault::outside(&ranges)
    }
}

/// Takes the steps for a page, in place. `seen` is called with the name of each step taken and its result. Returns how the page
/// was turned.
pub fn page(
    luma: &mut GrayImage,
    settings: &Settings,
    mut seen: impl FnMut(&'static str, &GrayImage),
) -> Rotation {
    let turn = settings.orientation.turn();
    if turn != Rotation::None {
        *luma = turn.apply(luma);
        seen("orientation", luma);
    }
    if settings.noise == Noise::Median {
        *luma = noise::median(luma, settings.noise_radius);
        seen("noise", luma);
    }
    turn
}

/// Takes the steps for a strip, in place. `seen` is called with the name of each step taken and its result.
pub fn strip(
    luma: &mut GrayImage,
    settings: &Settings,
    mut seen: impl FnMut(&'static str, &GrayImage),
) {
    if settings.polarity.is_light(luma) {
        image::imageops::invert(luma);
        seen("polarity", luma);
    }
    if settings.flatten {
        light::flatten(luma);
        seen("flatten", luma);
    }
    if settings.stretch {
        levels::stretch(luma, settings.stretch_low, settings.stretch_high);
        seen("stretch", luma);
    }
    match settings.threshold {
        Threshold::Off => return,
        Threshold::Otsu => threshold::otsu(luma),
        Threshold::Sauvola => {
            let side = settings.sauvola_window * luma.height() as f32;
            threshold::sauvola(luma, (side / 2.0) as u32, settings.sauvola_k);
        }
    }
    seen("threshold", luma);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_have_no_fault_and_wild_values_have_each_their_own() {
        assert_eq!(Settings::default().check(), []);
        let wild = Settings {
            noise_radius: 0,
            stretch_low: f32::NAN,
            stretch_high: 200.0,
            sauvola_window: 0.0,
            sauvola_k: -1.0,
            ..Settings::default()
        };
        let keys: Vec<String> = wild.check().into_iter().map(|fault| fault.key).collect();
        assert_eq!(
            keys,
            [
                "noise-radius",
                "stretch-low",
                "stretch-high",
                "sauvola-window",
                "sauvola-k"
            ]
        );
    }

    #[test]
    fn settings_are_written_as_they_are_read() {
        let settings: Settings = toml::from_str(
            "orientation = \"auto\"\nnoise = \"median\"\npolarity = \"light\"\nthreshold = \"sauvola\"",
        )
        .unwrap();
        assert_eq!(settings.orientation, Orientation::Auto);
        let again: Settings = toml::from_str(&toml::to_string(&settings).unwrap()).unwrap();
        assert_eq!(again, settings);
        assert!(toml::from_str::<Settings>("thresold = \"off\"").is_err());
    }

    #[test]
    fn every_step_bears_every_size() {
        let all = Settings {
            noise: Noise::Median,
            orientation: Orientation::Auto,
            threshold: Threshold::Sauvola,
            ..Settings::default()
        };
        for size in [(0, 0), (1, 1), (1, 40), (40, 1), (0, 7), (33, 17)] {
            for value in [0, 127, 255] {
                for threshold in [Threshold::Off, Threshold::Otsu, Threshold::Sauvola] {
                    let settings = Settings {
                        threshold,
                        ..all.clone()
                    };
                    let mut luma = GrayImage::from_pixel(size.0, size.1, image::Luma([value]));
                    page(&mut luma, &settings, |_, _| {});
                    strip(&mut luma, &settings, |_, _| {});
                    assert_eq!(luma.width() * luma.height(), size.0 * size.1);
                }
            }
        }
    }
}
