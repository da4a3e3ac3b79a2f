//! Writes the strips of each page into a folder, with a list of them: what the finder gives a reader.
//!
//! `find_strips OUT HEIGHT METHOD ENHANCE PAGE...`, METHOD being `both`, `net` or `classic`, and ENHANCE lines of the table `[enhance]` such as
//! `flatten = false`, or `-` for strips as they are cut, writes `OUT/PAGE-N.png` and `OUT/strips.tsv`: page, strip, the eight
//! coordinates, milliseconds of CPU time for finding on the whole page.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use glyphd::model::Model;
use glyphd::vision::{enhance, find, rectify};
use image::GrayImage;
use nix::time::{ClockId, clock_gettime};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(out), Some(height), Some(method), Some(steps)) =
        (args.next(), args.next(), args.next(), args.next())
    else {
        return Err("usage: find_strips OUT HEIGHT METHOD ENHANCE PAGE...".into());
    };
    let settings: find::Settings = toml::from_str(&format!("method = \"{method}\""))?;
    let height: u32 = height.parse()?;
    let steps: Option<enhance::Settings> = if steps == "-" {
        None
    } else {
        Some(toml::from_str(&steps)?)
    };
    std::fs::create_dir_all(&out)?;
    let mut list = std::fs::File::create(Path::new(&out).join("strips.tsv"))?;
    let mut finder = find::Finder::new(&settings, &Model::latin_finder()?)?;
    let mut strip = GrayImage::new(1, 1);
    for page in args {
        let mut luma = image::open(&page)?.into_luma8();
        if let Some(steps) = &steps {
            enhance::page(&mut luma, steps, |_, _| {});
        }
        let start = cpu_time()?;
        let quads = finder.find(&luma)?.quads;
        let found = (cpu_time()? - start).as_secs_f64() * 1e3;
        let name = Path::new(&page)
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        for (i, quad) in quads.iter().enumerate() {
            rectify::strip(
                &luma,
                quad,
                &rectify::Bend::STRAIGHT,
                height,
                1.0,
                &mut strip,
            );
            if let Some(steps) = &steps {
                enhance::strip(&mut strip, steps, |_, _| {});
            }
            let file = format!("{name}-{i}.png");
            strip.save(Path::new(&out).join(&file))?;
            let corners: Vec<String> = quad
                .0
                .iter()
                .map(|p| format!("{:.1},{:.1}", p.x, p.y))
                .collect();
            writeln!(list, "{page}\t{file}\t{}\t{found:.1}", corners.join(" "))?;
        }
        if quads.is_empty() {
            writeln!(list, "{page}\t\t\t{found:.1}")?;
        }
    }
    Ok(())
}

/// Time on the CPU, so that what else the machine does is left out.
fn cpu_time() -> Result<Duration, nix::Error> {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from)
}
