//! From one configuration to the next while glyphd runs.
//!
//! Only the parts whose settings differ are made anew, and all of them before anything is changed.

use super::orders::Change;
use super::settings::Settings;
use super::sinks::Sinks;
use crate::config::Config;
use crate::error::Result;
use crate::pipeline::Pipeline;

/// Brings `new` into force in place of `old`: the sinks at once, the rest as orders to the reading thread. Gives
/// the tables that differ.
///
/// # Errors
/// When a part of it cannot be made; everything is then as it was.
pub fn apply(
    old: &Config,
    new: &Config,
    sinks: &mut Sinks,
) -> Result<(Change<Pipeline>, Vec<&'static str>)> {
    let mut differs = Vec::new();
    let mut note = |table, same: bool| {
        if !same {
            differs.push(table);
        }
        !same
    };
    let reads = [
        note("enhance", old.enhance == new.enhance),
        note("find", old.find == new.find),
        note("read", old.read == new.read),
        note("region", old.region == new.region),
        note("tidy", old.tidy == new.tidy),
    ];
    let reader = reads
        .contains(&true)
        .then(|| Pipeline::new(new))
        .transpose()?;
    note("camera", old.camera == new.camera);
    note("gate", old.gate == new.gate);
    note("guide", old.guide == new.guide);
    note("track", old.track == new.track);
    note("fields", old.fields == new.fields);
    note("trigger", old.trigger == new.trigger);
    note("keep", old.keep == new.keep);
    note("metrics", old.metrics == new.metrics);
    note("log", old.log == new.log);
    // The last that can fail, and it changes nothing when it does.
    if note("output", old.output == new.output) {
        sinks.change(&new.output)?;
    }
    let change = Change {
        reader,
        settings: Some(Settings::of(new)),
    };
    Ok((change, differs))
}
