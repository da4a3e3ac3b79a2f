//! Takes what a camera offers and what is wanted; gives what to ask it for, best first.

use super::camera::{Offer, Sizes, Wish};
use crate::capture::frame::convert::PixelFormat;
use crate::capture::{Rate, Settings};

/// The lowest rate in frames a second at which a cheaper format is still preferred, where the settings ask for no
/// rate: USB 2 carries large uncompressed pictures only slower than this.
const LEAST_FPS: f64 = 5.0;

/// What to ask for: the size nearest to the one wanted before all, then a rate that is fast enough,
/// then the order of `settings.formats`. One entry for each format that can be read.
pub(super) fn wishes(offers: &[Offer], settings: &Settings) -> Vec<Wish> {
    let mut ranked: Vec<_> = settings
        .formats
        .iter()
        .enumerate()
        .filter_map(|(preference, &format)| {
            let of_format = |offer: &&Offer| PixelFormat::from_fourcc(offer.fourcc) == Some(format);
            let best = offers
                .iter()
                .filter(of_format)
                .map(|offer| best_size(offer, settings))
                .min_by_key(|best| best.0)?;
            let ((distance, slow), (width, height)) = best;
            Some((
                (distance, slow, preference),
                Wish {
                    format,
                    width,
                    height,
                },
            ))
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, wish)| wish).collect()
}

/// The size of `offer` nearest to the one wanted, with its distance in pixels and whether it is too slow.
fn best_size(offer: &Offer, settings: &Settings) -> ((u64, bool), (u32, u32)) {
    let wanted = (settings.width, settings.height);
    let ranked = offer.sizes.iter().map(|sizes| {
        let size = nearest(sizes, wanted);
        let distance = u64::from(size.0.abs_diff(wanted.0)) + u64::from(size.1.abs_diff(wanted.1));
        (
            (
                distance,
                is_slow(sizes, settings.fps.map_or(LEAST_FPS, Rate::fps)),
            ),
            size,
        )
    });
    ranked
        .min_by_key(|(rank, _)| *rank)
        .unwrap_or(((0, false), wanted))
}

fn nearest(sizes: &Sizes, wanted: (u32, u32)) -> (u32, u32) {
    let along = |least: u32, most: u32, step: u32, wanted: u32| {
        let step = step.max(1);
        let steps = (wanted.clamp(least, most.max(least)) - least + step / 2) / step;
        (least + steps * step).min(most.max(least))
    };
    (
        along(sizes.least.0, sizes.most.0, sizes.step.0, wanted.0),
        along(sizes.least.1, sizes.most.1, sizes.step.1, wanted.1),
    )
}

fn is_slow(sizes: &Sizes, least_fps: f64) -> bool {
    // A camera asked for 30 that offers 29.97 is fast enough.
    const SLACK: f64 = 0.99;
    !sizes.rates.is_empty() && sizes.rates.iter().all(|&rate| rate < least_fps * SLACK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(width: u32, height: u32, fps: f64) -> Sizes {
        Sizes {
            least: (width, height),
            most: (width, height),
            step: (1, 1),
            rates: vec![fps / 2.0, fps],
        }
    }

    fn offer(fourcc: &[u8; 4], sizes: Vec<Sizes>) -> Offer {
        Offer {
            fourcc: *fourcc,
            sizes,
        }
    }

    fn chosen(offers: &[Offer], settings: &Settings) -> Vec<String> {
        let text = |wish: Wish| format!("{} {}x{}", wish.format, wish.width, wish.height);
        wishes(offers, settings).into_iter().map(text).collect()
    }

    #[test]
    fn at_the_same_size_the_cheapest_format_is_asked_first() {
        let all = |size: Sizes| {
            ["MJPG", "H264", "YUYV", "NV12", "GREY"].map(|name| {
                let mut fourcc = [0; 4];
                fourcc.copy_from_slice(name.as_bytes());
                offer(&fourcc, vec![one(640, 480, 30.0), size.clone()])
            })
        };
        let expected = [
            "GREY 1280x720",
            "NV12 1280x720",
            "YUYV 1280x720",
            "MJPG 1280x720",
        ];
        assert_eq!(
            chosen(&all(one(1280, 720, 30.0)), &Settings::default()),
            expected
        );
        let settings = Settings {
            formats: vec![PixelFormat::Mjpg, PixelFormat::Yuyv],
            ..Settings::default()
        };
        assert_eq!(
            chosen(&all(one(1280, 720, 30.0)), &settings),
            ["MJPG 1280x720", "YUYV 1280x720"]
        );
    }

    #[test]
    fn a_format_that_has_the_size_goes_before_one_that_has_not() {
        let offers = [
            offer(b"YUYV", vec![one(640, 480, 30.0)]),
            offer(b"MJPG", vec![one(1280, 720, 30.0)]),
        ];
        assert_eq!(
            chosen(&offers, &Settings::default()),
            ["MJPG 1280x720", "YUYV 640x480"]
        );
    }

    #[test]
    fn a_format_too_slow_at_the_size_goes_last_but_stays() {
        let offers = [
            offer(b"YUYV", vec![one(1280, 720, 2.0)]),
            offer(b"MJPG", vec![one(1280, 720, 30.0)]),
        ];
        assert_eq!(chosen(&offers, &Settings::default())[0], "MJPG 1280x720");
        assert_eq!(
            chosen(&offers[..1], &Settings::default()),
            ["YUYV 1280x720"]
        );
        let offers = [
            offer(b"YUYV", vec![one(1280, 720, 10.0)]),
            offer(b"MJPG", vec![one(1280, 720, 29.97)]),
        ];
        assert_eq!(chosen(&offers, &Settings::default())[0], "YUYV 1280x720");
        let settings = Settings {
            fps: Rate::new(30.0),
            ..Settings::default()
        };
        assert_eq!(chosen(&offers, &settings)[0], "MJPG 1280x720");
    }

    #[test]
    fn in_a_range_the_nearest_step_is_taken() {
        let range = Sizes {
            least: (32, 32),
            most: (1000, 4000),
            step: (16, 8),
            rates: Vec::new(),
        };
        assert_eq!(
            chosen(&[offer(b"GREY", vec![range])], &Settings::default()),
            ["GREY 1000x720"]
        );
        let range = Sizes {
            least: (0, 0),
            most: (u32::MAX, u32::MAX),
            step: (0, 0),
            rates: Vec::new(),
        };
        assert_eq!(
            chosen(&[offer(b"GREY", vec![range])], &Settings::default()),
            ["GREY 1280x720"]
        );
        let backwards = Sizes {
            least: (640, 480),
            most: (0, 0),
            step: (7, 7),
            rates: Vec::new(),
        };
        assert_eq!(
            chosen(&[offer(b"GREY", vec![backwards])], &Settings::default()),
            ["GREY 640x480"]
        );
    }

    #[test]
    fn a_driver_that_lists_no_sizes_is_asked_for_the_one_wanted() {
        assert_eq!(
            chosen(&[offer(b"YU12", Vec::new())], &Settings::default()),
            ["YU12 1280x720"]
        );
        assert_eq!(
            chosen(&[offer(b"pBAA", Vec::new())], &Settings::default()),
            [""; 0]
        );
    }
}
