use image::Luma;

use super::*;

/// Thirty pictures a second.
const PERIOD: Duration = Duration::from_millis(33);

/// Pictures that are drawn of one scene.
const SCENES: u32 = 16;

/// Noise of a cheap sensor: the same for the same seed.
fn noise(seed: u32, spread: i32) -> impl FnMut() -> i32 {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    move || {
        // xorshift (Marsaglia 2003); the sum of four is near enough to normal.
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 8) as i32 % (2 * spread + 1) - spread
        };
        (next() + next() + next() + next()) / 4
    }
}

/// Paper under uneven light with strokes of print, 10 px high, on it; `digits` are the strokes of one of its characters.
fn scene(seed: u32, light: i32, digits: &[(u32, u32)]) -> GrayImage {
    let mut grain = noise(seed, 18);
    let mut luma = GrayImage::from_fn(320, 240, |x, y| {
        let paper = 150 + (x / 8) as i32 + light;
        let print = (100..110).contains(&y) && (40..200).contains(&x) && x % 6 < 2;
        let level = if print { paper - 90 } else { paper };
        Luma([(level + grain()).clamp(0, 255) as u8])
    });
    for &(x, y) in digits {
        for dy in 0..7 {
            for dx in 0..2 {
                luma.put_pixel(x + dx, y + dy, Luma([60]));
            }
        }
    }
    luma
}

struct Bench {
    gate: Gate,
    taken: Duration,
}

impl Bench {
    fn new() -> Self {
        Bench {
            gate: Gate::new(Settings::default()),
            taken: Duration::from_secs(100),
        }
    }

    fn look(&mut self, luma: &GrayImage) -> bool {
        self.taken += PERIOD;
        self.gate.worth(luma, self.taken, false) == Worth::Now
    }

    /// How many of `count` pictures of one still scene are read.
    fn read_of(&mut self, count: u32, scene: impl Fn(u32) -> GrayImage) -> usize {
        // Drawn once: their grain differs, which is all that counts.
        let scenes: Vec<GrayImage> = (0..count.min(SCENES)).map(scene).collect();
        let shown = (0..count).filter_map(|n| scenes.get((n % SCENES) as usize));
        shown.filter(|luma| self.look(luma)).count()
    }
}

#[test]
fn a_still_scene_is_read_a_few_times_and_then_now_and_then() {
    let mut bench = Bench::new();
    assert_eq!(bench.read_of(200, |n| scene(n, 0, &[])), 12);
    // Ten seconds are 303 pictures.
    assert_eq!(bench.read_of(303, |n| scene(1000 + n, 0, &[])), 1);
}

#[test]
fn one_stroke_of_small_print_is_a_change() {
    for place in [(148, 102), (153, 101), (62, 103)] {
        let mut bench = Bench::new();
        bench.read_of(50, |n| scene(n, 0, &[]));
        assert_eq!(bench.read_of(50, |n| scene(100 + n, 0, &[place])), 12);
    }
}

#[test]
fn exposure_and_flicker_are_no_change() {
    let mut bench = Bench::new();
    bench.read_of(50, |n| scene(n, 0, &[]));
    assert_eq!(bench.read_of(50, |n| scene(100 + n, 12, &[])), 0);
    let banded = |n: u32| {
        let mut luma = scene(200 + n, 0, &[]);
        for (_, y, pixel) in luma.enumerate_pixels_mut() {
            let band = (f64::from(y + 7 * n) / 20.0).sin() * 8.0;
            pixel.0[0] = (f64::from(pixel.0[0]) + band).clamp(0.0, 255.0) as u8;
        }
        luma
    };
    assert_eq!(bench.read_of(50, banded), 0);
}

#[test]
fn a_scene_that_moves_is_always_read() {
    let mut bench = Bench::new();
    let moved =
        |n: u32| image::imageops::crop_imm(&scene(n, 0, &[]), n % 7, n % 3, 304, 232).to_image();
    assert!(bench.read_of(64, moved) >= 60);
}

#[test]
fn another_size_and_a_forgotten_scene_are_new() {
    let mut bench = Bench::new();
    bench.read_of(50, |n| scene(n, 0, &[]));
    assert!(!bench.look(&scene(1, 0, &[])));
    bench.gate.forget();
    assert_eq!(bench.read_of(50, |n| scene(n, 0, &[])), 12);
    assert!(bench.look(&GrayImage::new(100, 50)));
    for (width, height) in [(0, 0), (3, 900), (900, 3), (8, 8)] {
        assert!(bench.look(&GrayImage::new(width, height)));
    }
}

#[test]
fn switched_off_it_lets_all_through() {
    let settings = Settings {
        skip_still: false,
        ..Settings::default()
    };
    let mut gate = Gate::new(settings);
    assert!((0..100).all(|n| gate.worth(&scene(n, 0, &[]), PERIOD * n, false) == Worth::Now));
    let wrong = Settings {
        still_readings: 0,
        refresh_ms: 1,
        ..Settings::default()
    };
    assert_eq!(wrong.check().len(), 2);
}

#[test]
fn while_a_hand_moves_a_sharper_picture_is_waited_for_but_not_for_long() {
    let label = GrayImage::from_fn(640, 360, |x, y| {
        image::Luma([if (x / 6 + y / 9) % 3 == 0 { 30 } else { 200 }])
    });
    let blurred = image::imageops::blur(&label, 3.0);
    let mut gate = Gate::new(Settings {
        skip_still: false,
        ..Settings::default()
    });
    let mut at = |n: u32, luma: &GrayImage, live| gate.worth(luma, PERIOD * n, live);
    assert_eq!(at(1, &label, true), Worth::Now);
    let first = (2..20).find(|&n| at(n, &blurred, true) == Worth::Now);
    let waited = first.map(|n| PERIOD * (n - 2));
    assert!(waited.is_some_and(|waited| (DEFERRED..DEFERRED + PERIOD).contains(&waited)));
    assert_eq!(at(20, &label, true), Worth::Now);
    assert_eq!(at(21, &blurred, false), Worth::Now);
    // Where all is blurred for long, nothing sharper is to come.
    let late = (22..100).filter(|&n| at(n, &blurred, true) == Worth::Later && n > 70);
    assert_eq!(late.count(), 0);
}
