//! Takes the `[camera.controls]` table and a [`Camera`]; sets what the camera has, reads it back, and says what is
//! not as it was asked for.
//!
//! Nothing here is an error: a camera that cannot be focused reads all the same. What the camera may find by itself
//! is switched to by-hand before a number is set, since drivers refuse it otherwise.

use std::io;

use nix::errno::Errno;

use super::camera::{Camera, Control};
use super::refusal;
use crate::capture::controls::{Controls, DIALS, Dial, Level, Switch};

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

/// Sets what `controls` ask for; gives what is not as asked, a phrase each.
///
/// A camera that does not answer at all is left alone: each further question would cost the seconds that a USB transfer
/// takes to time out. One that was pulled out says so with its next picture.
pub(super) fn apply(camera: &mut impl Camera, controls: &Controls) -> Vec<String> {
    let mut amiss = Vec::new();
    for (dial, level) in controls.wanted() {
        let (key, wanted) = (dial.key, dial.written(level));
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

/// A control that the camera has, in the words of `[camera.controls]`.
#[derive(Debug, PartialEq)]
pub(crate) struct CameraControl {
    pub key: &'static str,
    /// What it can be set to.
    pub range: String,
    /// What it is set to.
    pub value: String,
}

/// What the camera has: each control once, under its short name if there is one. A camera that does not answer at all is
/// not asked on.
pub(in crate::capture) fn list(camera: &mut impl Camera) -> Vec<CameraControl> {
    let mut listed = Vec::new();
    let mut ids = Vec::new();
    for dial in &DIALS {
        if ids.contains(&dial.id) {
            continue;
        }
        let able = dial.able(camera);
        let able = able.and_then(|able| Ok(able.zip(Some(dial.now(camera)?))));
        match able {
            Ok(Some((range, now))) => {
                ids.push(dial.id);
                ids.extend(dial.auto.as_ref().map(|switch| switch.id));
                listed.push(CameraControl {
                    key: dial.key,
                    range,
                    value: now.map_or("?".to_string(), |level| dial.written(level)),
                });
            }
            Err(error) if refusal::errno(&error) == Errno::ETIMEDOUT => break,
            _ => {}
        }
    }
    listed
}

impl Dial {
    /// Sets the level; says what came of it where that is something else.
    fn set(&self, camera: &mut impl Camera, level: Level) -> io::Result<Option<String>> {
        let done = match self.put(camera, level)? {
            Some(()) => self.now(camera)?,
            None => None,
        };
        if done == Some(level) {
            return Ok(None);
        }
        Ok(Some(match (self.able(camera)?, done) {
            (None, _) => "the camera has no such control".to_string(),
            (Some(able), None) => format!("the camera has {able}"),
            (Some(able), Some(level)) => {
                format!("the camera took {}; it has {able}", self.written(level))
            }
        }))
    }

    /// Asks the camera for the level, or the nearest there is; none where it has nothing of the kind.
    fn put(&self, camera: &mut impl Camera, level: Level) -> io::Result<Option<()>> {
        let switch = self.switch(camera)?;
        let switched = switch.is_some();
        if let Some((switch, control)) = switch {
            let values = match level {
                Level::Auto => switch.on,
                Level::Fixed(_) => switch.off,
            };
            // Where it cannot be switched off, the value cannot be set.
            let Some(value) = control.first(values) else {
                return Ok(None);
            };
            unless_refused(camera.set_value(switch.id, value))?;
        }
        let Level::Fixed(wanted) = level else {
            return Ok(switched.then_some(()));
        };
        // Asked only now: what a driver allows may depend on the switch.
        let control = camera.control(self.id)?;
        let Some(value) = control.and_then(|control| control.nearest(wanted)) else {
            return Ok(None);
        };
        // That the driver will not have it shows when it is read back.
        unless_refused(camera.set_value(self.id, value))?;
        Ok(Some(()))
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
            && let Some(value) = unless_refused(camera.value(switch.id))?
            && switch.on.contains(&value)
        {
            return Ok(Some(Level::Auto));
        }
        if camera.control(self.id)?.is_none() {
            return Ok(None);
        }
        Ok(unless_refused(camera.value(self.id))?.map(Level::Fixed))
    }

    /// What it can be set to, in words; none where the camera has nothing of it.
    fn able(&self, camera: &mut impl Camera) -> io::Result<Option<String>> {
        let mut able = Vec::new();
        let switch = self.switch(camera)?;
        if switch.is_some_and(|(switch, control)| control.first(switch.on).is_some()) {
            able.push("\"auto\"".to_string());
        }
        match camera.control(self.id)? {
            Some(Control {
                choices: Some(choices),
                ..
            }) => {
                able.extend(
                    choices
                        .iter()
                        .map(|&value| self.written(Level::Fixed(value))),
                );
            }
            Some(control) => able.push(control.text()),
            None => {}
        }
        Ok((!able.is_empty()).then(|| able.join(", ")))
    }
}

/// None where the driver will not do this with this control, rather than that it cannot reach the camera.
fn unless_refused<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    use Errno::{EACCES, EBUSY, EINVAL, ENOTTY, ERANGE};
    match outcome {
        Err(error)
            if matches!(
                refusal::errno(&error),
                EINVAL | ERANGE | EACCES | EBUSY | ENOTTY
            ) =>
        {
            Ok(None)
        }
        outcome => outcome.map(Some),
    }
}

#[cfg(test)]
#[path = "control_tests.rs"]
mod tests;
