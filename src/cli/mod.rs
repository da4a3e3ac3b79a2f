//! The command line, one file per subcommand.

pub(crate) mod ask;
pub(crate) mod check;
pub(crate) mod devices;
pub(crate) mod eval;
pub(crate) mod listen;
mod output;
pub(crate) mod read;
pub(crate) mod run;

use std::io::Write;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::config::Config;
use crate::contract::control;
use crate::daemon;
use crate::error::Result;

/// Reads printed text in front of a camera and sends it to a serial line or a local socket
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
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
    /// Make a running glyphd release its camera and stop reading
    Pause(ask::At),
    /// Make a paused glyphd read again
    Resume(ask::At),
    /// Make a running glyphd apply its configuration file again
    Reload(ask::At),
    Devices(devices::Args),
    Check(check::Args),
    Eval(eval::Args),
}

/// Arguments of all commands that read images.
#[derive(Debug, clap::Args)]
pub struct Reading {
    /// Use this configuration file for finding and reading text
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Use the model in this folder (with a model.toml)
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
}

impl Reading {
    /// The settings from the command line.
    ///
    /// # Errors
    /// If the configuration file cannot be read or has errors.
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
    /// Runs the subcommand.
    ///
    /// # Errors
    /// Those of the subcommand.
    pub fn run(&self) -> Result<()> {
        match &self.command {
            Command::Read(args) => {
                report_warnings();
                read::run(args)
            }
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
            Command::Eval(args) => {
                report_warnings();
                eval::run(args)
            }
        }
    }
}

/// Warnings of a command that ends by itself look like its errors: one line each, without a time.
fn report_warnings() {
    let plain = env_logger::Builder::new()
        .filter_module("glyphd", log::LevelFilter::Warn)
        .format(|to, record| writeln!(to, "glyphd: {}", record.args()))
        .try_init();
    // A second call, as tests make, changes nothing.
    plain.unwrap_or_default();
}

/// Logs to standard error; `RUST_LOG` overrides the configuration.
fn start_log(config: &Config) {
    let mut builder = env_logger::Builder::new();
    builder
        // The level itself is set below, where a reload can change it.
        .filter_level(log::LevelFilter::Trace)
        // tract logs how it prepares a graph for this processor: only RUST_LOG shows that.
        .filter_module("tract", log::LevelFilter::Warn)
        .parse_default_env();
    // The journal adds its own time.
    if std::env::var_os("JOURNAL_STREAM").is_some() {
        builder.format_timestamp(None);
    }
    // A second call, as in tests, changes nothing.
    if builder.try_init().is_ok() {
        config.log.apply();
    }
}
