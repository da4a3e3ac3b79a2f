use image::Luma;
use image::imageops::{blur, rotate270};

use super::*;
use crate::quad::Quad;
use crate::rotation::Rotation;

const PERIOD: Duration = Duration::from_millis(100);

/// A picture of one line of bars as high as print, where a quad says.
fn scene(quad: &Quad, ink: u8, paper: u8) -> GrayImage {
    let [tl, _, br, _] = quad.0;
    GrayImage::from_fn(640, 360, |x, y| {
        let (px, py) = (x as f32, y as f32);
        let inside = (tl.x..br.x).contains(&px) && (tl.y..br.y).contains(&py);
        Luma([if inside && (x / 4) % 3 == 0 {
            ink
        } else {
            paper
        }])
    })
}

fn line(quad: Quad, confidence: f32) -> ReadLine {
    ReadLine {
        quad,
        text: "LOT 4711".into(),
        confidence,
        chars: "LOT 4711".chars().map(|c| (c, confidence)).collect(),
        region: None,
    }
}

const MIDDLE: (f32, f32) = (200.0, 150.0);

fn at((x, y): (f32, f32), height: f32) -> Quad {
    Quad::upright(x, y, 8.0 * height, height)
}

struct Bench {
    guide: Guide,
    now: Duration,
    hints: Vec<Hint>,
}

impl Bench {
    fn new() -> Self {
        Bench {
            guide: Guide::new(Settings::default()),
            now: Duration::ZERO,
            hints: Vec::new(),
        }
    }

    /// Two seconds of this picture, read so.
    fn show(&mut self, luma: &GrayImage, page: &Page) {
        for _ in 0..20 {
            self.frame(luma, page);
        }
    }

    fn frame(&mut self, luma: &GrayImage, page: &Page) {
        self.now += PERIOD;
        self.guide.read(luma, page);
        let hint = self.guide.observe(&Look::at(luma, None), self.now);
        self.hints.extend(hint);
    }

    fn given(&mut self) -> Vec<Hint> {
        std::mem::take(&mut self.hints)
    }
}

fn read(quad: Quad) -> Page {
    Page {
        lines: vec![line(quad, 0.95)],
        ..Page::default()
    }
}

fn doubtful(quad: Quad) -> Page {
    Page {
        doubtful: vec![line(quad, 0.3)],
        ..Page::default()
    }
}

#[test]
fn print_that_can_be_read_and_a_view_without_print_need_no_hint() {
    let mut bench = Bench::new();
    let quad = at(MIDDLE, 24.0);
    bench.show(&scene(&quad, 30, 200), &read(quad));
    bench.show(
        &GrayImage::from_pixel(640, 360, Luma([120])),
        &Page::default(),
    );
    assert_eq!(bench.given(), []);
}

#[test]
fn too_little_and_too_much_light_are_hinted_at_once_while_they_last() {
    let mut bench = Bench::new();
    let quad = at(MIDDLE, 24.0);
    bench.show(&scene(&quad, 5, 25), &Page::default());
    bench.show(&scene(&quad, 5, 25), &Page::default());
    assert_eq!(bench.given(), [Hint::Dark]);
    bench.show(&scene(&quad, 252, 255), &Page::default());
    assert_eq!(bench.given(), [Hint::Bright]);
    // Print that can be read in dim light needs no hint.
    bench.show(&scene(&quad, 5, 25), &read(quad));
    assert_eq!(bench.given(), []);
}

#[test]
fn print_that_was_sharp_a_moment_ago_is_blurred_when_it_can_no_longer_be_found() {
    let mut bench = Bench::new();
    let quad = at(MIDDLE, 24.0);
    let sharp = scene(&quad, 30, 200);
    bench.show(&sharp, &read(quad));
    bench.show(&blur(&sharp, 4.0), &Page::default());
    assert_eq!(bench.given(), [Hint::Blurred]);
    // The label has gone: nobody knows what is there now.
    let mut bench = Bench::new();
    bench.show(&sharp, &read(quad));
    let empty = GrayImage::from_fn(640, 360, |x, _| Luma([(x / 4) as u8]));
    bench.show(&empty, &Page::default());
    assert_eq!(bench.given(), []);
}

#[test]
fn print_that_is_found_and_cannot_be_read_is_blurred_or_small() {
    let mut bench = Bench::new();
    let quad = at(MIDDLE, 24.0);
    bench.show(&blur(&scene(&quad, 30, 200), 4.0), &doubtful(quad));
    assert_eq!(bench.given(), [Hint::Blurred]);
    let mut bench = Bench::new();
    let quad = at(MIDDLE, 9.0);
    bench.show(&scene(&quad, 30, 200), &doubtful(quad));
    assert_eq!(bench.given(), [Hint::Small]);
    // Neither: nobody knows why it is not read.
    let mut bench = Bench::new();
    let quad = at(MIDDLE, 24.0);
    bench.show(&scene(&quad, 30, 200), &doubtful(quad));
    assert_eq!(bench.given(), []);
}

#[test]
fn a_label_on_the_move_is_hinted_at_only_when_it_lasts() {
    let mut bench = Bench::new();
    let place = |n: u32| at((20.0 + 40.0 * n as f32, 150.0), 40.0);
    for n in 0..6 {
        bench.frame(&scene(&place(n), 30, 200), &doubtful(place(n)));
    }
    assert_eq!(bench.given(), []);
    for n in 0..12 {
        bench.frame(&scene(&place(n), 30, 200), &doubtful(place(n)));
    }
    assert_eq!(bench.given(), [Hint::Moving]);
}

#[test]
fn in_a_picture_that_was_turned_the_side_is_that_of_the_page() {
    let mut bench = Bench::new();
    // The page is 360 pixels wide and 640 high; its line ends at the right edge, which is the camera's top.
    let turn = Rotation::Quarter;
    let quad = at((360.0 - 192.0, 300.0), 24.0);
    let mut page = read(turn.to_source(&quad, (640, 360)));
    page.turn = turn;
    let luma = rotate270(&GrayImage::from_pixel(360, 640, Luma([200])));
    assert_eq!(luma.dimensions(), (640, 360));
    bench.show(&luma, &page);
    assert_eq!(bench.given(), [Hint::ClippedRight]);
}

#[test]
fn print_that_runs_out_of_the_picture_is_hinted_at_with_its_side() {
    for (place, hint) in [
        ((0.0, 150.0), Hint::ClippedLeft),
        ((640.0 - 192.0, 150.0), Hint::ClippedRight),
        ((200.0, 0.0), Hint::ClippedTop),
        ((200.0, 336.0), Hint::ClippedBottom),
    ] {
        let mut bench = Bench::new();
        let quad = at(place, 24.0);
        bench.show(&scene(&quad, 30, 200), &read(quad));
        assert_eq!(bench.given(), [hint]);
    }
}

#[test]
fn print_on_its_head_is_hinted_at() {
    let mut bench = Bench::new();
    let quad = at(MIDDLE, 24.0);
    let page = Page {
        upside_down: true,
        ..doubtful(quad)
    };
    bench.show(&scene(&quad, 30, 200), &page);
    assert_eq!(bench.given(), [Hint::UpsideDown]);
}

#[test]
fn a_reason_that_comes_and_goes_is_no_hint_and_one_that_comes_back_soon_is_not_given_again() {
    let mut bench = Bench::new();
    let quad = at(MIDDLE, 24.0);
    let (good, dark) = (scene(&quad, 30, 200), scene(&quad, 2, 20));
    for _ in 0..10 {
        bench.frame(&dark, &Page::default());
        bench.frame(&good, &read(quad));
    }
    assert_eq!(bench.given(), []);
    bench.show(&dark, &Page::default());
    bench.frame(&good, &read(quad));
    bench.show(&dark, &Page::default());
    assert_eq!(bench.given(), [Hint::Dark]);
    bench.show(&good, &read(quad));
    bench.show(&dark, &Page::default());
    assert_eq!(bench.given(), [Hint::Dark]);
}

#[test]
fn a_page_that_is_published_is_steady_once() {
    let mut guide = Guide::new(Settings::default());
    assert_eq!(guide.page_published(PERIOD), Some(Hint::Steady));
    assert_eq!(guide.page_published(2 * PERIOD), None);
}

#[test]
fn none_is_given_where_none_is_wanted() {
    let mut bench = Bench::new();
    bench.guide.set(Settings {
        enabled: false,
        ..Settings::default()
    });
    bench.show(&GrayImage::new(640, 360), &Page::default());
    assert_eq!(bench.given(), []);
    assert_eq!(bench.guide.page_published(PERIOD), None);
}
