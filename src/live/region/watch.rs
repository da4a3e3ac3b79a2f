//! Remembers which required regions were reported missing, so that each is reported once.
//!
//! Takes what the regions hold whenever a page is whole; gives the changes to report. It keeps one flag a region.

use super::Content;
use crate::contract::event::RegionChange;

/// Remembers what was reported.
#[derive(Debug, Default)]
pub struct Watch {
    /// For each region, whether it was reported missing.
    missing: Vec<bool>,
}

impl Watch {
    /// Takes what each region holds, always in the same order; calls `report` once for a required region that is not filled,
    /// and once when it then is.
    pub fn look(&mut self, contents: &[Content], mut report: impl FnMut(RegionChange, &Content)) {
        self.missing.resize(contents.len(), false);
        for (missing, content) in self.missing.iter_mut().zip(contents) {
            let is_missing = content.is_missing();
            if std::mem::replace(missing, is_missing) != is_missing {
                let change = if is_missing {
                    RegionChange::Missing
                } else {
                    RegionChange::Filled
                };
                report(change, content);
            }
        }
    }

    /// The view is empty, or other regions count: what was reported no longer matters.
    pub fn forget(&mut self) {
        self.missing.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::plain::{LineText, PageText};
    use RegionChange::{Filled, Missing};

    fn content(name: &str, required: bool, filled: bool) -> Content {
        Content {
            name: name.to_owned().into(),
            expected: LineText::default(),
            text: PageText::default(),
            filled,
            required,
        }
    }

    fn told(watch: &mut Watch, filled: [bool; 2]) -> Vec<(RegionChange, String)> {
        let contents = [
            content("expiry", true, filled[0]),
            content("notes", false, filled[1]),
        ];
        let mut told = Vec::new();
        watch.look(&contents, |change, content| {
            told.push((change, content.name.as_str().to_owned()));
        });
        told
    }

    #[test]
    fn what_must_be_filled_is_told_once_when_it_is_not_and_once_when_it_is() {
        let mut watch = Watch::default();
        let expiry = |change| vec![(change, "expiry".to_owned())];
        assert_eq!(told(&mut watch, [true, false]), []);
        assert_eq!(told(&mut watch, [false, false]), expiry(Missing));
        assert_eq!(told(&mut watch, [false, true]), []);
        assert_eq!(told(&mut watch, [true, true]), expiry(Filled));
        assert_eq!(told(&mut watch, [true, true]), []);
        assert_eq!(told(&mut watch, [false, true]), expiry(Missing));
        watch.forget();
        assert_eq!(told(&mut watch, [false, true]), expiry(Missing));
        watch.forget();
        assert_eq!(told(&mut watch, [true, true]), []);
    }
}
