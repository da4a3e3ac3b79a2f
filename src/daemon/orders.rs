//! What the reading thread is told to do by the thread that answers requests.
//!
//! Orders can be given at any time; the reading thread takes them between two pictures, and is woken if it waits there.
//! Orders do not queue: a second trigger before the first was taken is the same trigger, and of two changes the newer
//! counts.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::config::Config;

/// What is to be done about a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Read what is in view now.
    Begin,
    /// Read no longer for the trigger.
    Cancel,
}

/// All that was ordered and not yet taken.
pub struct Ordered<R> {
    /// End; holds for good.
    pub stop: bool,
    /// Read nothing, with the camera closed; holds until it is revoked.
    pub paused: bool,
    /// What is to be done about a trigger.
    pub trigger: Option<Trigger>,
    /// Read the pictures with this from now on.
    pub reader: Option<R>,
    /// Work by this configuration from now on.
    pub config: Option<Arc<Config>>,
}

impl<R> Default for Ordered<R> {
    fn default() -> Self {
        Ordered {
            stop: false,
            paused: false,
            trigger: None,
            reader: None,
            config: None,
        }
    }
}

struct State<R> {
    ordered: Ordered<R>,
    /// Something was ordered since the last `take`.
    news: bool,
}

/// Orders; clones share them.
pub struct Orders<R>(Arc<(Mutex<State<R>>, Condvar)>);

impl<R> Clone for Orders<R> {
    fn clone(&self) -> Self {
        Orders(Arc::clone(&self.0))
    }
}

impl<R> Default for Orders<R> {
    fn default() -> Self {
        let state = State {
            ordered: Ordered::default(),
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

    /// Orders the reading to close the camera and rest, or to go on.
    pub fn pause(&self, paused: bool) {
        self.order(|ordered| ordered.paused = paused);
    }

    /// Orders a reading of what is in view now.
    pub fn trigger(&self) {
        self.order(|ordered| ordered.trigger = Some(Trigger::Begin));
    }

    /// Orders the end of such a reading.
    pub fn cancel_trigger(&self) {
        self.order(|ordered| ordered.trigger = Some(Trigger::Cancel));
    }

    /// Orders another configuration, and what reads the pictures by it unless that stays.
    pub fn change(&self, reader: Option<R>, config: Arc<Config>) {
        self.order(|ordered| {
            ordered.reader = reader.or(ordered.reader.take());
            ordered.config = Some(config);
        });
    }

    /// Takes what was ordered; `stop` and `paused` stay.
    pub fn take(&self) -> Ordered<R> {
        let mut state = self.lock();
        state.news = false;
        let lasting = Ordered {
            stop: state.ordered.stop,
            paused: state.ordered.paused,
            ..Ordered::default()
        };
        std::mem::replace(&mut state.ordered, lasting)
    }

    /// Whether a pause is ordered; the reading may still be busy with a picture.
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
        assert_eq!(first.trigger, Some(Trigger::Begin));
        assert!(first.paused && !first.stop);
        let second = orders.take();
        assert!(second.trigger.is_none() && second.paused);
        assert!(!orders.wait(Duration::ZERO));
    }

    #[test]
    fn of_two_changes_the_newer_of_each_kind_counts() {
        let orders = Orders::<u8>::default();
        let config = |width| {
            let mut config = Config::default();
            config.camera.width = width;
            Arc::new(config)
        };
        orders.change(Some(1), config(320));
        orders.change(Some(2), config(640));
        orders.change(None, config(800));
        let ordered = orders.take();
        assert_eq!(ordered.reader, Some(2));
        assert_eq!(ordered.config, Some(config(800)));
        let ordered = orders.take();
        assert_eq!((ordered.reader, ordered.config), (None, None));
    }

    #[test]
    fn a_trigger_cancelled_before_it_was_taken_is_none() {
        let orders = Orders::<u8>::default();
        orders.trigger();
        orders.cancel_trigger();
        assert_eq!(orders.take().trigger, Some(Trigger::Cancel));
    }
}
