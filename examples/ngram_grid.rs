//! Scores folders of labelled lines with the n-gram model at several weights and bonuses, to choose the defaults by.
//!
//!     cargo run --release --example ngram_grid -- DIR... [--weights 0,0.15,0.25,0.4] [--bonuses 0,1,2,3]
//!
//! Bonuses are multiples of the weight: nats of the model's cost that a character gets back. Prints the share of
//! lines whose letters and digits are all right and the CER, in percent, for each folder.

use std::path::{Path, PathBuf};

use glyphd::capture::photo;
use glyphd::config::Config;
use glyphd::error::{Error, Kind, Result};
use glyphd::pipeline::Pipeline;
use glyphd::text::score::Score;

fn main() -> Result<()> {
    let (mut weights, mut bonuses) = (vec![0.0, 0.15, 0.25, 0.4], vec![1.0, 2.0, 3.0]);
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--weights" => weights = numbers(args.next())?,
            "--bonuses" => bonuses = numbers(args.next())?,
            _ => folders.push(arg.into()),
        }
    }
    for weight in weights {
        for &bonus in if weight > 0.0 { &bonuses[..] } else { &[0.0] } {
            let mut config = Config::default();
            config.read.knowledge.ngram_weight = weight;
            config.read.knowledge.ngram_bonus = weight * bonus;
            let mut pipeline = Pipeline::new(&config)?;
            println!("weight {weight}, bonus {}", weight * bonus);
            for folder in &folders {
                let score = score(&mut pipeline, folder)?;
                let name = folder.display();
                println!(
                    "  {:6.1} {:6.2}  {name}",
                    100.0 * score.alnum_share(),
                    100.0 * score.cer()
                );
            }
        }
    }
    Ok(())
}

fn numbers(list: Option<String>) -> Result<Vec<f32>> {
    let numbers: std::result::Result<_, _> = list
        .unwrap_or_default()
        .split(',')
        .map(str::parse)
        .collect();
    numbers.map_err(|_| {
        Error::new(
            Kind::Usage,
            "expected numbers with commas between, as in 0.1,0.3",
        )
    })
}

fn score(pipeline: &mut Pipeline, folder: &Path) -> Result<Score> {
    let path = folder.join("labels.tsv");
    let labels = std::fs::read_to_string(&path).map_err(|e| {
        Error::new(
            Kind::NoInput,
            format!("{}: cannot read: {e}", path.display()),
        )
    })?;
    let mut score = Score::default();
    for (file, truth) in labels.lines().filter_map(|row| row.split_once('\t')) {
        let text = pipeline.line(&photo::load(&folder.join(file))?)?.text;
        score.add(truth, text.as_str(), true);
    }
    Ok(score)
}
