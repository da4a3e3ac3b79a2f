//! The lines in view, for a client that connects later.
//!
//! Takes the changes of lines and keeps, for each line in view, its newest event, oldest line first. Bounded:
//! past either limit the line that appeared first is forgotten here, and only a later client misses it.

use std::collections::VecDeque;
use std::sync::Arc;

/// Lines kept: more than stand on a label or a receipt that fits before a camera.
const LINES: usize = 256;
/// Bytes kept: half of what a client may have waiting, so that a new client is never full at once.
const BYTES: usize = super::client::BUFFER / 2;

/// The lines in view.
#[derive(Debug, Default)]
pub struct View {
    lines: VecDeque<(u64, Arc<[u8]>)>,
    bytes: usize,
}

impl View {
    /// The line of this id is in view; a new client is sent `json` for it.
    pub fn show(&mut self, id: u64, json: Arc<[u8]>) {
        self.bytes += json.len();
        match self.lines.iter_mut().find(|line| line.0 == id) {
            Some(line) => self.bytes -= std::mem::replace(&mut line.1, json).len(),
            None => self.lines.push_back((id, json)),
        }
        while self.lines.len() > LINES || self.bytes > BYTES {
            self.remove(0);
        }
    }

    /// The line of this id is not in view.
    pub fn forget(&mut self, id: u64) {
        if let Some(at) = self.lines.iter().position(|line| line.0 == id) {
            self.remove(at);
        }
    }

    /// The JSON that a new client is sent, in the order in which the lines appeared.
    pub fn lines(&self) -> impl Iterator<Item = &Arc<[u8]>> {
        self.lines.iter().map(|line| &line.1)
    }

    fn remove(&mut self, at: usize) {
        if let Some((_, json)) = self.lines.remove(at) {
            self.bytes -= json.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(view: &View) -> Vec<&[u8]> {
        view.lines().map(|told| &told[..]).collect()
    }

    #[test]
    fn it_holds_the_newest_of_each_line_in_the_order_of_appearance() {
        let mut view = View::default();
        for (id, told) in [(1, "one"), (2, "two"), (3, "three"), (1, "uno")] {
            view.show(id, told.as_bytes().into());
        }
        view.forget(2);
        assert_eq!(told(&view), [&b"uno"[..], b"three"]);
    }

    #[test]
    fn past_its_limits_the_oldest_is_forgotten() {
        let mut view = View::default();
        (0..LINES as u64 + 2).for_each(|id| view.show(id, [id as u8].into()));
        assert_eq!(view.lines.len(), LINES);
        assert_eq!(view.lines[0].0, 2);
        view.show(9_999, vec![0; BYTES].into());
        assert_eq!(view.lines.len(), 1);
        view.show(10_000, vec![0; BYTES + 1].into());
        assert_eq!((view.lines.len(), view.bytes), (0, 0));
    }

    proptest! {
        #[test]
        fn its_bytes_are_those_of_its_lines(steps in prop::collection::vec((0u64..6, 0usize..BYTES / 2), 0..40)) {
            let mut view = View::default();
            for (id, length) in steps {
                if length % 3 == 0 {
                    view.forget(id);
                } else {
                    view.show(id, vec![0; length].into());
                }
                prop_assert_eq!(view.bytes, view.lines().map(|told| told.len()).sum::<usize>());
                prop_assert!(view.bytes <= BYTES);
            }
        }
    }
}
