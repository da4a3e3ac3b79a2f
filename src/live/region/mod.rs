//! Regions of interest: the parts of a picture in which glyphd reads, each with its name, what is known about its lines
//! and what must be read there.
//!
//! Takes the `[[region]]` tables; gives for each line the region that it lies in, and for the lines in view what each region
//! holds and whether that is what must be read. A line belongs to one region: the first, in the order of the file, that holds
//! its middle. Without regions the picture is read as a whole, and this module does nothing.

mod cut;
mod polygon;
mod settings;
mod watch;

use image::GrayImage;

pub use cut::Cut;
pub use polygon::Polygon;
pub use settings::{Expect, Region, Settings};
pub use watch::Watch;

use crate::contract::event::Content;
use crate::contract::plain::{LineText, PageText, RegionName};
use crate::line::ReadLine;
use crate::quad::{Point, Quad};
use crate::text::fields::Fields;
use crate::text::knowledge::Matcher;
use crate::text::layout;
use crate::vision::enhance::Orientation;

/// One region, ready for use.
pub struct Area {
    /// Its name.
    pub name: RegionName,
    /// Where it is.
    pub polygon: Polygon,
    /// How what is in it is turned.
    pub orientation: Orientation,
    expected: Expected,
    /// What is expected, as it is written in the configuration.
    wording: LineText,
    required: bool,
}

enum Expected {
    Text,
    Field(crate::text::fields::Kind),
    Pattern(Matcher),
}

/// All regions, in the order of the file.
#[derive(Default)]
pub struct Regions(Vec<Area>);

impl Regions {
    /// The regions of settings that were checked; one that cannot be is left out.
    pub fn new(settings: &Settings) -> Self {
        let areas = settings.0.iter().filter_map(|region| {
            let expected = match region.expected().ok()? {
                Expect::Text => Expected::Text,
                Expect::Field(kind) => Expected::Field(kind),
                Expect::Pattern(pattern) => Expected::Pattern(Matcher::new(&pattern).ok()?),
            };
            Some(Area {
                name: region.name.clone().into(),
                polygon: Polygon::new(&region.polygon).ok()?,
                orientation: region.orientation,
                expected,
                wording: LineText::new(&region.expect),
                required: region.required,
            })
        });
        Regions(areas.collect())
    }

    /// The regions; none when the whole picture is read.
    pub fn areas(&self) -> &[Area] {
        &self.0
    }

    /// The region, with its number, that a line belongs to which lies there in a picture.
    pub fn of(&self, quad: &Quad, picture: &GrayImage) -> Option<(usize, &Area)> {
        let centre = quad.centre();
        let at = Point {
            x: centre.x / picture.width() as f32,
            y: centre.y / picture.height() as f32,
        };
        let mut areas = self.0.iter().enumerate();
        areas.find(|(_, area)| area.polygon.holds(at))
    }

    /// The order of a page's lines, and its text: region after region, each in reading order; then what lies in none.
    pub fn arrange(&self, lines: &[ReadLine]) -> (Vec<usize>, PageText) {
        let rows = self.rows(lines);
        let text = layout::text(lines, &rows);
        (rows.into_iter().flatten().collect(), text)
    }

    fn rows(&self, lines: &[ReadLine]) -> Vec<Vec<usize>> {
        let areas = self.0.iter().map(Some);
        let known = |line: &ReadLine| self.0.iter().any(|area| area.has(line));
        areas
            .chain([None])
            .flat_map(|area| {
                rows_of(lines, |line| {
                    area.map_or(!known(line), |area| area.has(line))
                })
            })
            .collect()
    }

    /// What each region holds, by the lines in view.
    pub fn contents(&self, lines: &[ReadLine], fields: &Fields) -> Vec<Content> {
        let contents = self.0.iter().map(|area| {
            let text = layout::text(lines, &rows_of(lines, |line| area.has(line)));
            Content {
                name: area.name.clone(),
                expected: area.wording.clone(),
                filled: area.expected.is_in(text.as_str(), fields),
                text,
                required: area.required,
            }
        });
        contents.collect()
    }
}

impl Area {
    /// Whether the line is one of this region's.
    fn has(&self, line: &ReadLine) -> bool {
        line.region.as_ref() == Some(&self.name)
    }
}

impl Expected {
    fn is_in(&self, text: &str, fields: &Fields) -> bool {
        match self {
            Expected::Text => !text.is_empty(),
            Expected::Field(kind) => fields.of(text).iter().any(|field| field.kind == *kind),
            Expected::Pattern(matcher) => matcher.is_in(text),
        }
    }
}

/// The rows of some of the lines.
fn rows_of(lines: &[ReadLine], of: impl Fn(&ReadLine) -> bool) -> Vec<Vec<usize>> {
    let own = lines.iter().enumerate().filter(|(_, line)| of(line));
    let (some, quads): (Vec<usize>, Vec<Quad>) = own.map(|(i, line)| (i, line.quad)).unzip();
    let rows = layout::rows(&quads).into_iter();
    rows.map(|row| row.iter().filter_map(|&i| some.get(i).copied()).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    const TWO: &str = r#"
[[region]]
name = "lot"
polygon = [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]]
expect = '[A-Z]\d{5}'
required = true
[[region]]
name = "expiry"
polygon = [[0.0, 0.0], [1.0, 0.0], [1.0, 0.6], [0.0, 0.6]]
expect = "date"
[[region]]
name = "rest"
polygon = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
"#;

    fn regions() -> Regions {
        #[derive(Deserialize)]
        struct File {
            region: Settings,
        }
        let file: File = toml::from_str(TWO).unwrap();
        assert_eq!(file.region.check(), []);
        Regions::new(&file.region)
    }

    fn line(text: &str, y: f32, region: &str) -> ReadLine {
        ReadLine {
            quad: Quad::upright(10.0, y, 80.0, 10.0),
            text: text.into(),
            confidence: 0.9,
            chars: text.chars().map(|c| (c, 0.9)).collect(),
            region: (!region.is_empty()).then(|| region.to_owned().into()),
        }
    }

    #[test]
    fn a_line_belongs_to_the_first_region_that_holds_its_middle() {
        let (regions, picture) = (regions(), GrayImage::new(100, 200));
        let of = |y: f32| {
            let area = regions.of(&Quad::upright(10.0, y, 80.0, 10.0), &picture);
            area.map(|(_, area)| area.name.as_str().to_owned())
        };
        assert_eq!(of(10.0).as_deref(), Some("expiry"));
        assert_eq!(of(94.0).as_deref(), Some("expiry"));
        assert_eq!(of(96.0).as_deref(), Some("lot"));
        assert_eq!(of(196.0), None);
        assert!(
            regions
                .of(&Quad::upright(0.0, 0.0, 0.0, 0.0), &GrayImage::new(0, 0))
                .is_none()
        );
    }

    #[test]
    fn the_page_goes_region_after_region_in_the_order_of_the_file() {
        let lines = [
            line("?", 5.0, "renamed"),
            line("BEST BEFORE", 10.0, "expiry"),
            line("12 JAN 27", 30.0, "expiry"),
            line("L41270", 120.0, "lot"),
        ];
        assert_eq!(regions().rows(&lines), [[3], [1], [2], [0]]);
        assert_eq!(Regions::default().rows(&lines), [[0], [1], [2], [3]]);
    }

    #[test]
    fn what_a_region_holds_is_what_is_expected_or_is_not() {
        let fields = Fields::new(crate::text::fields::Settings::default());
        let contents = |lines: &[ReadLine]| {
            let contents = regions().contents(lines, &fields).into_iter();
            contents
                .map(|content| (content.text.as_str().to_owned(), content.filled))
                .collect::<Vec<_>>()
        };
        let lines = [
            line("LOT 14270", 120.0, "lot"),
            line("BEST BEFORE", 10.0, "expiry"),
            line("12 JAN 27", 30.0, "expiry"),
        ];
        assert_eq!(
            contents(&lines),
            [
                ("LOT 14270".into(), false),
                ("BEST BEFORE\n12 JAN 27".into(), true),
                (String::new(), false),
            ]
        );
        let lines = [line("L41270", 120.0, "lot"), line("x", 1.0, "rest")];
        assert_eq!(
            contents(&lines),
            [
                ("L41270".into(), true),
                (String::new(), false),
                ("x".into(), true),
            ]
        );
        let empty = regions().contents(&[], &fields);
        let missing: Vec<bool> = empty.iter().map(Content::is_missing).collect();
        assert_eq!(missing, [true, false, false]);
    }
}
