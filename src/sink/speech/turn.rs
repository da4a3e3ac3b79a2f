//! What is spoken next: what was spoken, what is being spoken, and what waits.
//!
//! Takes events and what Speech Dispatcher reports of the messages it was given, and decides what to give it next; it does no
//! I/O and is given the time. Speech Dispatcher itself sees to it that a text interrupts whatever is being said and that a
//! hint is dropped while a text is. Kept here: a page is not said again while any of it stays in view, a hint not within
//! [`REMEMBERED`] unless something else was said since; a hint that was dropped is said once there is quiet,
//! unless it is older than [`FRESH`] or something newer has come.

use std::time::{Duration, Instant};

use super::ssip::{Notice, Progress};
use crate::contract::event::{Hint, PageEvent};

/// How long a hint is worth saying: the hand it is meant for has moved on after a few seconds.
pub const FRESH: Duration = Duration::from_secs(5);
/// How long a hint is not said a second time: about as long as what was heard is still in mind.
const REMEMBERED: Duration = Duration::from_secs(10);

/// What was said and what is to be said.
#[derive(Debug, Default)]
pub struct Turn {
    page: Option<Page>,
    hint: Option<Heard>,
    /// A hint that came while something else was said, and when.
    waiting: Option<(Hint, Instant)>,
    /// Something has come to its end since the hint that waits was dropped.
    quiet: bool,
}

/// The page that was said last.
#[derive(Debug)]
struct Page {
    text: String,
    /// Its lines that are still in view.
    lines: Vec<u64>,
    message: Message,
}

/// The hint that was said last.
#[derive(Debug)]
struct Heard {
    hint: Hint,
    /// When the event came.
    at: Instant,
    message: Message,
}

/// What Speech Dispatcher was given.
#[derive(Debug)]
struct Message {
    number: u32,
    begun: bool,
}

impl Message {
    fn new(number: u32) -> Self {
        Message {
            number,
            begun: false,
        }
    }

    /// Whether it was dropped before a word of it was said.
    fn is_dropped(&mut self, notice: Notice) -> bool {
        if notice.message != self.number {
            return false;
        }
        self.begun |= notice.progress == Progress::Begun;
        notice.progress == Progress::Canceled && !self.begun
    }
}

impl Turn {
    /// Whether a page is to be spoken.
    pub fn is_new(&self, page: &PageEvent) -> bool {
        let text = page.text.as_str();
        let same = self.page.as_ref().is_some_and(|said| said.text == text);
        !same && !text.trim().is_empty()
    }

    /// A page was given to Speech Dispatcher as message `number`.
    pub fn page_given(&mut self, page: &PageEvent, number: u32) {
        self.page = Some(Page {
            text: page.text.as_str().to_owned(),
            lines: page.lines.clone(),
            message: Message::new(number),
        });
        (self.hint, self.waiting) = (None, None);
    }

    /// A line has left the view. Once all of a page has, it is said anew when it comes back; a trigger, which has what is in
    /// view told again, lets all lines go first.
    pub fn line_gone(&mut self, id: u64) {
        if let Some(page) = &mut self.page {
            page.lines.retain(|line| *line != id);
        }
        self.page.take_if(|page| page.lines.is_empty());
    }

    /// Whether a hint is to be spoken. A hint that waits is older, and is dropped.
    pub fn is_due(&mut self, hint: Hint, now: Instant) -> bool {
        self.waiting = None;
        !self.hint.as_ref().is_some_and(|heard| {
            heard.hint == hint && now.saturating_duration_since(heard.at) < REMEMBERED
        })
    }

    /// A hint of the time `at` was given to Speech Dispatcher as message `number`.
    pub fn hint_given(&mut self, hint: Hint, at: Instant, number: u32) {
        self.hint = Some(Heard {
            hint,
            at,
            message: Message::new(number),
        });
        self.quiet = false;
    }

    /// Speech Dispatcher reports.
    pub fn notice(&mut self, notice: Notice) {
        if let Some(heard) = self.hint.take_if(|hint| hint.message.is_dropped(notice)) {
            self.waiting = Some((heard.hint, heard.at));
            self.quiet = false;
            return;
        }
        self.page.take_if(|page| page.message.is_dropped(notice));
        self.quiet |= notice.progress != Progress::Begun;
    }

    /// The hint that has waited, with the time when it came, if it may be spoken now. It no longer waits then.
    pub fn waited(&mut self, now: Instant) -> Option<(Hint, Instant)> {
        self.waiting
            .take_if(|(_, at)| now.saturating_duration_since(*at) > FRESH);
        self.waiting.take_if(|_| self.quiet)
    }

    /// Speech Dispatcher is gone, and with it what it had not begun.
    pub fn hung_up(&mut self) {
        self.page.take_if(|page| !page.message.begun);
        self.hint.take_if(|hint| !hint.message.begun);
        self.waiting = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::event::Event;
    use crate::sink::samples;

    fn page(lines: &[&str]) -> PageEvent {
        match samples::page(lines) {
            Event::Page(page) => page,
            _ => unreachable!(),
        }
    }

    fn notice(message: u32, progress: Progress) -> Notice {
        Notice { message, progress }
    }

    #[test]
    fn a_page_is_said_once_while_any_of_it_stays_in_view() {
        let (mut turn, label) = (Turn::default(), page(&["LOT 4", "EXP 2027"]));
        assert!(turn.is_new(&label));
        turn.page_given(&label, 1);
        turn.notice(notice(1, Progress::Begun));
        turn.line_gone(0);
        assert!(!turn.is_new(&label));
        assert!(turn.is_new(&page(&["LOT 5"])));
        turn.line_gone(1);
        assert!(turn.is_new(&label), "it came back");
        assert!(!turn.is_new(&page(&["", " "])), "nothing to say");
    }

    #[test]
    fn a_page_that_was_dropped_unheard_may_be_told_again() {
        let (mut turn, label) = (Turn::default(), page(&["LOT 4"]));
        turn.page_given(&label, 1);
        turn.notice(notice(1, Progress::Canceled));
        assert!(turn.is_new(&label));
        turn.page_given(&label, 2);
        turn.hung_up();
        assert!(turn.is_new(&label));
        turn.page_given(&label, 3);
        turn.notice(notice(3, Progress::Begun));
        turn.notice(notice(3, Progress::Canceled));
        turn.hung_up();
        assert!(!turn.is_new(&label), "it was heard, and interrupted");
    }

    #[test]
    fn a_hint_is_not_said_twice_in_a_row() {
        let (mut turn, start) = (Turn::default(), Instant::now());
        assert!(turn.is_due(Hint::Dark, start));
        turn.hint_given(Hint::Dark, start, 1);
        assert!(!turn.is_due(Hint::Dark, start + REMEMBERED / 2));
        assert!(turn.is_due(Hint::Dark, start + REMEMBERED), "long ago");
        assert!(turn.is_due(Hint::Small, start), "another");
        turn.page_given(&page(&["LOT 4"]), 2);
        assert!(turn.is_due(Hint::Dark, start), "a page was said since");
    }

    #[test]
    fn a_hint_dropped_for_a_text_waits_for_its_end_and_no_longer_than_it_is_fresh() {
        let start = Instant::now();
        let dropped = || {
            let mut turn = Turn::default();
            turn.page_given(&page(&["LOT 4"]), 1);
            turn.hint_given(Hint::Dark, start, 2);
            turn.notice(notice(1, Progress::Begun));
            turn.notice(notice(2, Progress::Canceled));
            assert_eq!(turn.waited(start), None, "the text is still being said");
            turn
        };
        let mut turn = dropped();
        turn.notice(notice(1, Progress::Ended));
        assert_eq!(turn.waited(start + FRESH), Some((Hint::Dark, start)));
        assert_eq!(turn.waited(start + FRESH), None);

        let mut turn = dropped();
        turn.notice(notice(1, Progress::Ended));
        assert_eq!(turn.waited(start + FRESH * 2), None, "stale");

        let mut turn = dropped();
        assert!(turn.is_due(Hint::Small, start));
        turn.notice(notice(1, Progress::Ended));
        assert_eq!(turn.waited(start), None, "a newer one came");

        let mut turn = dropped();
        turn.page_given(&page(&["LOT 5"]), 3);
        turn.notice(notice(1, Progress::Canceled));
        assert_eq!(turn.waited(start), None, "a newer text came");
        assert!(turn.is_due(Hint::Dark, start), "it was never heard");
    }
}
