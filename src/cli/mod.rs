//! The command line, one file a subcommand.

pub mod check;
pub mod devices;
pub mod eval;
pub mod listen;
mod output;
pub mod read;
pub mod run;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::config::Config;
use crate::error::Result;

/// Reads printed text in front of a camera and hands it on over a serial line or a local socket
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Read(read::Args),
    Run(run::Args),
    Listen(listen::Args),
    Devices(devices::Args),
    Check(check::Args),
    Eval(eval::Args),
}

/// What the commands that read images have in common.
#[derive(Debug, clap::Args)]
pub struct Reading {
    /// Take the settings for finding and reading from this configuration
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Read with the model in this folder (it holds a model.toml)
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
}

impl Reading {
    /// The settings that the command line asks for.
    ///
    /// # Errors
    /// When the configuration cannot be read or used.
    pub fn settings(&self) -> Result<Config> {
        let mut config = match &self.config {
            Some(file) => Config::load(file)?,
            None => Config::default(),
        };
        if let Some(model) = &self.model {
            config.read.model = model.clone();
        }
        Ok(config)
    }
}

impl Cli {
    /// Does what was asked for.
    ///
    /// # Errors
    /// Of the subcommand.
    pub fn run(&self) -> Result<()> {
        match &self.command {
            Command::Read(args) => read::run(args),
            Command::Run(args) => {
                let config = args.config()?;
                start_log(&config);
                run::run(&config)
            }
            Command::Listen(args) => listen::run(args),
            Command::Devices(args) => devices::run(args),
            Command::Check(args) => check::run(args),
            Command::Eval(args) => eval::run(args),
        }
    }
}

/// Log lines go to standard error; `RUST_LOG` goes before the configuration.
fn start_log(config: &Config) {
    let mut builder = env_logger::Builder::new();
    builder
        .filter_level(config.log.level.into())
        // How the graph is prepared for this processor is of use only to whoever asks for it.
        .filter_module("tract", log::LevelFilter::Warn)
        .parse_default_env();
    // The journal has its own clock.
    if std::env::var_os("JOURNAL_STREAM").is_some() {
        builder.format_timestamp(None);
    }
    // A second call, as tests make, changes nothing.
    let _ = builder.try_init();
}
