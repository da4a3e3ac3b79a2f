//! Takes the `[camera.controls]` table and a [`Camera`]; sets what the camera has, reads it back, and says what is
//! not as it was asked for.
//!
//! Nothing here is an error: a camera that cannot be focused reads all the same. What the camera may find by itself
//! is switched to by-hand before a number is set, since drivers refuse it otherwise.

use std::io;

use nix::errno::Errno;
use v4l::v4l_sys::*;

use super::{Camera, refusal};
use crate::capture::controls::{Controls, Level, PowerLine};

/// One control of a camera, as its driver describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::capture) struct Control {
    pub least: i32,
    pub most: i32,
    /// From one value to the next, at least 1.
    pub step: i32,
    /// For a menu: the values that there are between least and most.
    pub choices: Option<Vec<i32>>,
}

impl Control {
    fn has(&self, value: i32) -> bool {
        match &self.choices {
            Some(choices) => choices.contains(&value),
            None => (self.least..=self.most).contains(&value),
        }
    }

    /// The first of `values` that there is.
    fn first(&self, values: &[i32]) -> Option<i32> {
        values.iter().copied().find(|&value| self.has(value))
    }

    /// The value to set where `wanted` is asked for; none where no other will do.
    fn nearest(&self, wanted: i32) -> Option<i32> {
        if self.choices.is_some() {
            return self.has(wanted).then_some(wanted);
        }
        let (least, step) = (i64::from(self.least), i64::from(self.step.max(1)));
        let most = i64::from(self.most).max(least);
        let steps = (i64::from(wanted).clamp(least, most) - least + step / 2) / step;
        let value = least + steps * step;
        i32::try_from(if value > most { value - step } else { value }).ok()
    }

    fn text(&self) -> String {
        let steps = if self.step > 1 {
            format!(" in steps of {}", self.step)
        } else {
            String::new()
        };
        format!("{} to {}{steps}", self.least, self.most)
    }
}

/// A key of `[camera.controls]` and the controls of V4L2 behind it.
struct Dial {
    key: &'static str,
    id: u32,
    auto: Option<Switch>,
    /// The words for its values, where it has words.
    words: &'static [&'static str],
}

/// What decides whether the camera finds the value by itself.
struct Switch {
    id: u32,
    /// The values at which it does, and at which it does not, best first.
    on: &'static [i32],
    off: &'static [i32],
}

/// A switch in the plain sense.
const fn switch(id: u32) -> Option<Switch> {
    Some(Switch {
        id,
        on: &[1],
        off: &[0],
    })
}

const fn dial(key: &'static str, id: u32, auto: Option<Switch>) -> Dial {
    Dial {
        key,
        id,
        auto,
        words: &[],
    }
}

const EXPOSURE: Dial = dial(
    "exposure",
    V4L2_CID_EXPOSURE_ABSOLUTE,
    Some(Switch {
        id: V4L2_CID_EXPOSURE_AUTO,
        // Webcams have no V4L2_EXPOSURE_AUTO but V4L2_EXPOSURE_APERTURE_PRIORITY: with a fixed aperture it is the same.
        on: &[
            v4l2_exposure_auto_type_V4L2_EXPOSURE_AUTO as i32,
            v4l2_exposure_auto_type_V4L2_EXPOSURE_APERTURE_PRIORITY as i32,
        ],
        off: &[
            v4l2_exposure_auto_type_V4L2_EXPOSURE_MANUAL as i32,
            v4l2_exposure_auto_type_V4L2_EXPOSURE_SHUTTER_PRIORITY as i32,
        ],
    }),
);
const GAIN: Dial = dial("gain", V4L2_CID_GAIN, switch(V4L2_CID_AUTOGAIN));
const FOCUS: Dial = dial(
    "focus",
    V4L2_CID_FOCUS_ABSOLUTE,
    switch(V4L2_CID_FOCUS_AUTO),
);
const WHITE_BALANCE: Dial = dial(
    "white-balance",
    V4L2_CID_WHITE_BALANCE_TEMPERATURE,
    switch(V4L2_CID_AUTO_WHITE_BALANCE),
);
const POWER_LINE: Dial = Dial {
    key: "power-line",
    id: V4L2_CID_POWER_LINE_FREQUENCY,
    auto: None,
    // In the order of v4l2_power_line_frequency.
    words: &["off", "50", "60", "auto"],
};
const BRIGHTNESS: Dial = dial("brightness", V4L2_CID_BRIGHTNESS, None);
const CONTRAST: Dial = dial("contrast", V4L2_CID_CONTRAST, None);
const SHARPNESS: Dial = dial("sharpness", V4L2_CID_SHARPNESS, None);

const DIALS: [&Dial; 8] = [
    &EXPOSURE,
    &GAIN,
    &FOCUS,
    &WHITE_BALANCE,
    &POWER_LINE,
    &BRIGHTNESS,
    &CONTRAST,
    &SHARPNESS,
];

/// Sets what `controls` ask for; gives what is not as asked, a phrase each.
///
/// A camera that does not answer at all is left alone: each further question would cost the seconds that a USB transfer
/// takes to time out. One that was pulled out says so with its next picture.
pub(super) fn apply(camera: &mut impl Camera, controls: &Controls) -> Vec<String> {
    let mut amiss = Vec::new();
    for (dial, level) in wishes(controls) {
        let (key, wanted) = (dial.key, dial.text(level));
        match dial.set(camera, level) {
            Ok(None) => log::debug!("set {key} = {wanted}"),
            Ok(Some(what)) => amiss.push(format!("{key} = {wanted}: {what}")),
            Err(error) if refusal::is_gone(&error) => break,
            Err(error) => {
                let errno = refusal::errno(&error);
                let silent = errno == Errno::ETIMEDOUT;
                let rest = if silent { "; the rest is not set" } else { "" };
                amiss.push(format!("{key} = {wanted} failed: {}{rest}", errno.desc()));
                if silent {
                    break;
                }
            }
        }
    }
    amiss
}

/// What the camera has, for a person: key, what it can be set to, and what it is set to.
pub(in crate::capture) fn list(camera: &mut impl Camera) -> Vec<(&'static str, String, String)> {
    let about = |dial: &&Dial| {
        let able = dial.able(camera).ok()??;
        let now = dial.now(camera).ok()?;
        Some((
            dial.key,
            able,
            now.map_or("?".to_string(), |level| dial.text(level)),
        ))
    };
    DIALS.iter().filter_map(about).collect()
}

/// What is asked for, in the order in which it is set.
fn wishes(controls: &Controls) -> impl Iterator<Item = (&'static Dial, Level)> {
    let Controls {
        exposure,
        gain,
        focus,
        white_balance,
        power_line,
        brightness,
        contrast,
        sharpness,
    } = *controls;
    let power_line = power_line.map(|mains| match mains {
        PowerLine::Off => 0,
        PowerLine::Hz50 => 1,
        PowerLine::Hz60 => 2,
        PowerLine::Auto => 3,
    });
    let levels = [
        exposure,
        gain,
        focus,
        white_balance,
        power_line.map(Level::Fixed),
        brightness.map(Level::Fixed),
        contrast.map(Level::Fixed),
        sharpness.map(Level::Fixed),
    ];
    DIALS
        .into_iter()
        .zip(levels)
        .filter_map(|(dial, level)| Some((dial, level?)))
}

impl Dial {
    /// Sets the level; says what came of it where that is something else.
    fn set(&self, camera: &mut impl Camera, level: Level) -> io::Result<Option<String>> {
        let done = match level {
            Level::Auto => self.leave_to(camera)?,
            Level::Fixed(value) => self.fix(camera, value)?,
        };
        if done == Some(level) {
            return Ok(None);
        }
        let able = self.able(camera)?;
        Ok(Some(match (able, done) {
            (None, _) => "the camera has no such control".to_string(),
            (Some(able), None) => format!("the camera has {able}"),
            (Some(able), Some(level)) => {
                format!("the camera took {}; it has {able}", self.text(level))
            }
        }))
    }

    /// Lets the camera find the value; gives what it is then, or none where it does not do that.
    fn leave_to(&self, camera: &mut impl Camera) -> io::Result<Option<Level>> {
        let Some((switch, control)) = self.switch(camera)? else {
            return Ok(None);
        };
        let Some(on) = control.first(switch.on) else {
            return Ok(None);
        };
        put(camera, switch.id, on)?;
        self.now(camera)
    }

    /// Sets the value nearest to `wanted`; gives what it is then, or none where it cannot be set.
    fn fix(&self, camera: &mut impl Camera, wanted: i32) -> io::Result<Option<Level>> {
        if let Some((switch, control)) = self.switch(camera)? {
            // Where it cannot be switched off, the value cannot be set.
            let Some(off) = control.first(switch.off) else {
                return Ok(None);
            };
            put(camera, switch.id, off)?;
        }
        // Asked only now: what a driver allows may depend on the switch.
        let control = camera.control(self.id)?;
        let Some(value) = control.and_then(|control| control.nearest(wanted)) else {
            return Ok(None);
        };
        put(camera, self.id, value)?;
        self.now(camera)
    }

    /// The switch of this dial, where the camera has it.
    fn switch(&self, camera: &mut impl Camera) -> io::Result<Option<(&Switch, Control)>> {
        let Some(switch) = &self.auto else {
            return Ok(None);
        };
        let control = camera.control(switch.id)?;
        Ok(control.map(|control| (switch, control)))
    }

    /// What is in force; none where the camera does not say.
    fn now(&self, camera: &mut impl Camera) -> io::Result<Option<Level>> {
        if let Some((switch, _)) = self.switch(camera)?
            && let Some(value) = get(camera, switch.id)?
            && switch.on.contains(&value)
        {
            return Ok(Some(Level::Auto));
        }
        match camera.control(self.id)? {
            Some(_) => Ok(get(camera, self.id)?.map(Level::Fixed)),
            None => Ok(None),
        }
    }

    /// What it can be set to, in words; none where the camera has nothing of it.
    fn able(&self, camera: &mut impl Camera) -> io::Result<Option<String>> {
        let mut able = Vec::new();
        if let Some((switch, control)) = self.switch(camera)?
            && control.first(switch.on).is_some()
        {
            able.push("\"auto\"".to_string());
        }
        if let Some(control) = camera.control(self.id)? {
            match &control.choices {
                Some(choices) => {
                    able.extend(choices.iter().map(|&value| self.text(Level::Fixed(value))));
                }
                None => able.push(control.text()),
            }
        }
        Ok((!able.is_empty()).then(|| able.join(", ")))
    }

    /// A level as it is written in the configuration.
    fn text(&self, level: Level) -> String {
        let word = match level {
            Level::Fixed(value) => usize::try_from(value).ok().and_then(|i| self.words.get(i)),
            Level::Auto => None,
        };
        word.map_or(level.to_string(), |word| format!("\"{word}\""))
    }
}

/// Sets a value. That the driver will not have it shows when it is read back.
fn put(camera: &mut impl Camera, id: u32, value: i32) -> io::Result<()> {
    match camera.set_value(id, value) {
        Err(error) if is_refusal(&error) => Ok(()),
        outcome => outcome,
    }
}

fn get(camera: &mut impl Camera, id: u32) -> io::Result<Option<i32>> {
    match camera.value(id) {
        Ok(value) => Ok(Some(value)),
        Err(error) if is_refusal(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the driver means this value of this control, rather than that it cannot reach the camera.
fn is_refusal(error: &io::Error) -> bool {
    matches!(
        refusal::errno(error),
        Errno::EINVAL | Errno::ERANGE | Errno::EACCES | Errno::EBUSY | Errno::ENOTTY
    )
}

#[cfg(test)]
#[path = "control_tests.rs"]
mod tests;
