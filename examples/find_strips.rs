//! Writes the strips of each page into a folder, with a list of them: what the finder gives a reader.
//!
//! `find_strips OUT HEIGHT PAGE...` writes `OUT/PAGE-N.png` and `OUT/strips.tsv`: page, strip, the eight
//! coordinates, milliseconds for the whole page.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use glyphd::{find, rectify};
use image::GrayImage;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(out), Some(height)) = (args.next(), args.next()) else {
        return Err("usage: find_strips OUT HEIGHT PAGE...".into());
    };
    let height: u32 = height.parse()?;
    std::fs::create_dir_all(&out)?;
    let mut list = std::fs::File::create(Path::new(&out).join("strips.tsv"))?;
    let mut finder = find::Finder::new(find::Settings::default());
    let mut strip = GrayImage::new(1, 1);
    for page in args {
        let luma = image::open(&page)?.into_luma8();
        let start = Instant::now();
        let quads = finder.find(&luma).to_vec();
        let found = start.elapsed().as_secs_f64() * 1e3;
        let name = Path::new(&page)
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        for (i, quad) in quads.iter().enumerate() {
            rectify::strip(&luma, quad, height, &mut strip);
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
