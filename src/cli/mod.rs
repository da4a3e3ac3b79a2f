//! The command line, one file a subcommand.

pub(crate) mod ask;
pub(crate) mod check;
pub(crate) mod devices;
pub(crate) mod eval;
pub(crate) mod listen;
mod output;
pub(crate) mod read;
pub(crate) mod run;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::config::Config;
use crate::contract::control;
use crate::daemon;
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
    Status(ask::Status),
    Trigger(ask::Trigger),
    /// Have a running glyphd let its camera go and read nothing
    Pause(ask::At),
    /// Have a paused glyphd go on
    Resume(ask::At),
    /// Have a running glyphd read its configuration again
    Reload(ask::At),
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
                daemon::run(config, || args.config())
            }
            Command::Listen(args) => listen::run(args),
            Command::Status(args) => ask::status(args),
            Command::Trigger(args) => ask::trigger(args),
            Command::Pause(at) => ask::order(at, control::Command::Pause),
            Command::Resume(at) => ask::order(at, control::Command::Resume),
            Command::Reload(at) => ask::order(at, control::Command::Reload),
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
        // The level itself is set below, where a reload can change it.
        .filter_level(log::LevelFilter::Trace)
        // How the graph is prepared for this processor is of use only to whoever asks for it.
        .filter_module("tract", log::LevelFilter::Warn)
        .parse_default_env();
    // The journal has its own clock.
    if std::env::var_os("JOURNAL_STREAM").is_some() {
        builder.format_timestamp(None);
    }
    // A second call, as tests make, changes nothing.
    if builder.try_init().is_ok() {
        config.log.apply();
    }
}
