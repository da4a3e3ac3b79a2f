//! Plays the long scenes as a camera and says how glyphd did: `make scenes`, docs/scenes.md.
//!
//! `play_scenes [--config FILE] [--read-ms N,N] [--keep-readings] [--events] [--notes] [--json FILE] SCENE...`, each scene a folder that
//! `tests/scenes/long.py` made. Time is simulated: a reading takes as long as is said, however fast this machine is.

mod cache;
mod hints;
mod lines;
mod pages;
mod play;
mod score;
mod single;
mod table;
mod truth;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use glyphd::config::Config;
use glyphd::contract::event::Event;
use glyphd::pipeline::Pipeline;
use glyphd::trigger::mode;

use score::Patience;
use table::Row;

#[derive(Parser)]
#[command(about = "Play rendered scenes as a camera and score what is told")]
struct Args {
    /// The configuration; its camera, trigger and outputs are left aside
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Milliseconds that one reading takes; 120 is about a Raspberry Pi 4
    #[arg(
        long,
        value_name = "N,...",
        value_delimiter = ',',
        default_value = "120"
    )]
    read_ms: Vec<u64>,
    /// Keep readings beside the frames, and use those kept before (no CPU times then)
    #[arg(long)]
    keep_readings: bool,
    /// Print each event with its time
    #[arg(long)]
    events: bool,
    /// Print each thing that went wrong
    #[arg(long)]
    notes: bool,
    /// Write all figures into this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Folders of scenes
    #[arg(required = true)]
    scenes: Vec<PathBuf>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args = Args::parse();
    let mut config = match &args.config {
        Some(file) => Config::load(file).map_err(|problems| problems.to_string())?,
        None => Config::default(),
    };
    config.trigger = mode::Settings::default();
    let patience = Patience {
        gone_after: config.track.gone_after_ms as f64 / 1000.0,
        page_after: config.track.page_after_ms as f64 / 1000.0,
    };
    let mut all = Vec::new();
    for &cost in &args.read_ms {
        let mut rows = Vec::new();
        for folder in &args.scenes {
            let scene = truth::Scene::load(folder)?;
            let pipeline = Pipeline::new(&config)?;
            let reader = if args.keep_readings {
                cache::Kept::within(folder, &config, pipeline)?
            } else {
                cache::Kept::nothing(pipeline)
            };
            let cost_of_one = Duration::from_millis(cost);
            let played = play::play(folder, scene.fps, reader, cost_of_one, config.clone())?;
            if args.events {
                for told in &played.told {
                    println!(
                        "{} {:6.2} s frame {:3}  {}",
                        scene.name,
                        told.t,
                        told.frame,
                        said(&told.event)
                    );
                }
            }
            let row = Row {
                scored: score::score(&scene, &played, patience),
                hints: hints::score(&scene, &played.told),
                load: (!args.keep_readings).then(|| table::Load::of(&scene, &played, cost)),
                frames: scene.frames.len(),
                read: played.reads.len(),
                name: scene.name,
            };
            if args.notes {
                let notes = row.scored.notes.iter().chain(&row.hints.notes);
                notes.for_each(|note| println!("{note}"));
            }
            rows.push(row);
        }
        if rows.len() > 1 {
            rows.push(table::total(&rows));
        }
        println!("{}", table::text(cost, &rows));
        all.push(table::json(cost, &rows));
    }
    if let Some(file) = &args.json {
        std::fs::write(file, format!("{:#}\n", serde_json::Value::Array(all)))?;
    }
    Ok(())
}

fn said(event: &Event) -> String {
    match event {
        Event::Line(line) => format!("{:?} {} {:?}", line.event, line.id, line.text.as_str()),
        Event::Page(page) => format!("Page {:?} {:?}", page.lines, page.text.as_str()),
        Event::Guide(guide) => format!("Hint {:?}", guide.hint),
        other => other.to_json(),
    }
}
