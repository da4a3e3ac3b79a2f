//! What the reading thread is told to do, from the thread that answers requests.
//!
//! Takes orders at any time and keeps them until the reading thread asks, between two pictures; whoever waits there is
//! woken. Orders do not queue: a second trigger before the first was seen to is the same trigger, and of two
//! changes the newer counts.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::settings::Settings;

/// What the reading goes on with; what is not there stays as it is.
pub struct Change<R> {
    /// What reads the pictures.
    pub reader: Option<R>,
    /// How and when is read. A part whose settings are as they were goes on as it is.
    pub settings: Option<Settings>,
}

impl<R> Default for Change<R> {
    fn default() -> Self {
        Change {
            reader: None,
            settings: None,
        }
    }
}

/// All that was ordered and not yet taken, and what holds until it is revoked.
pub struct Ordered<R> {
    /// End.
    pub stop: bool,
    /// Read nothing, without a camera.
    pub paused: bool,
    /// Read now.
    pub trigger: bool,
    /// Read no longer for the trigger.
    pub untrigger: bool,
    /// Go on with these.
    pub change: Change<R>,
}

struct State<R> {
    ordered: Ordered<R>,
    /// Something was ordered since the last `take`.
    news: bool,
}

/// Orders; clones are the same.
pub struct Orders<R>(Arc<(Mutex<State<R>>, Condvar)>);

impl<R> Clone for Orders<R> {
    fn clone(&self) -> Self {
        Orders(Arc::clone(&self.0))
    }
}

impl<R> Default for Orders<R> {
    fn default() -> Self {
        let ordered = Ordered {
            stop: false,
            paused: false,
            trigger: false,
            untrigger: false,
            change: Change::default(),
        };
        let state = State {
            ordered,
            news: false,
        };
        Orders(Arc::new((Mutex::new(state), Condvar::new())))
    }
}

impl<R> Orders<R> {
    /// Orders the end.
    pub fn stop(&self) {
        self.order(|ordered| ordered.stop = true);
    }

    /// Orders to let the camera go, or to go on.
    pub fn pause(&self, paused: bool) {
        self.order(|ordered| ordered.paused = paused);
    }

    /// Orders a reading of what is in view now.
    pub fn trigger(&self) {
        self.order(|ordered| (ordered.trigger, ordered.untrigger) = (true, false));
    }

    /// Orders the end of such a reading.
    pub fn untrigger(&self) {
        self.order(|ordered| (ordered.trigger, ordered.untrigger) = (false, true));
    }

    /// Orders new parts.
    pub fn change(&self, change: Change<R>) {
        self.order(|ordered| {
            let held = &mut ordered.change;
            held.reader = change.reader.or(held.reader.take());
            held.settings = change.settings.or(held.settings.take());
        });
    }

    /// Takes what was ordered; what holds on (`stop`, `paused`) is told each time.
    pub fn take(&self) -> Ordered<R> {
        let mut state = self.lock();
        state.news = false;
        let ordered = &mut state.ordered;
        Ordered {
            stop: ordered.stop,
            paused: ordered.paused,
            trigger: std::mem::take(&mut ordered.trigger),
            untrigger: std::mem::take(&mut ordered.untrigger),
            change: std::mem::take(&mut ordered.change),
        }
    }

    /// Whether a pause is ordered; it may have to wait for the picture in work.
    pub fn is_paused(&self) -> bool {
        self.lock().ordered.paused
    }

    /// Waits this long, or until something is ordered; true when something is.
    pub fn wait(&self, limit: Duration) -> bool {
        let state = self.lock();
        let waited = self
            .0
            .1
            .wait_timeout_while(state, limit, |state| !state.news);
        waited.unwrap_or_else(PoisonError::into_inner).0.news
    }

    fn order(&self, order: impl FnOnce(&mut Ordered<R>)) {
        let mut state = self.lock();
        order(&mut state.ordered);
        state.news = true;
        self.0.1.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<R>> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_ordered_is_taken_once_and_what_holds_stays() {
        let orders = Orders::<u8>::default();
        assert!(!orders.wait(Duration::ZERO));
        orders.trigger();
        orders.pause(true);
        assert!(orders.wait(Duration::ZERO));
        let first = orders.take();
        assert!(first.trigger && first.paused && !first.stop);
        let second = orders.take();
        assert!(!second.trigger && second.paused);
        assert!(!orders.wait(Duration::ZERO));
    }

    #[test]
    fn of_two_changes_the_newer_of_each_kind_counts() {
        let orders = Orders::<u8>::default();
        let reader = |reader| Change {
            reader,
            ..Change::default()
        };
        orders.change(reader(Some(1)));
        orders.change(reader(Some(2)));
        orders.change(reader(None));
        assert_eq!(orders.take().change.reader, Some(2));
        assert_eq!(orders.take().change.reader, None);
    }

    #[test]
    fn a_trigger_taken_back_before_it_was_seen_to_is_none() {
        let orders = Orders::<u8>::default();
        orders.trigger();
        orders.untrigger();
        let ordered = orders.take();
        assert!(!ordered.trigger && ordered.untrigger);
    }
}
