//! What the service manager is told: ready, reloading, ending, a line on the state, and that glyphd is alive.
//!
//! Takes effect under systemd alone (`$NOTIFY_SOCKET`, sd_notify(3)); elsewhere nothing happens.

use std::time::{Duration, Instant};

use sd_notify::NotifyState;

/// The manager that started glyphd, if any.
pub struct Manager {
    watchdog: Option<Watchdog>,
    status: String,
}

struct Watchdog {
    /// How often it wants to hear something.
    every: Duration,
    fed_at: Instant,
    /// The beats of the reading thread when it was fed.
    beats: u64,
}

impl Manager {
    /// As the environment says.
    pub fn of_environment() -> Self {
        // Fed twice in each of its intervals, as sd_watchdog_enabled(3) advises.
        let watchdog = sd_notify::watchdog_enabled().map(|limit| Watchdog {
            every: limit / 2,
            fed_at: Instant::now(),
            beats: 0,
        });
        Manager {
            watchdog,
            status: String::new(),
        }
    }

    /// The sinks are open and the model is loaded.
    pub fn ready(&self) {
        say(&[NotifyState::Ready]);
    }

    /// A new configuration is being read; `ready` ends it.
    pub fn reloading(&self) {
        match NotifyState::monotonic_usec_now() {
            Ok(now) => say(&[NotifyState::Reloading, now]),
            Err(_) => say(&[NotifyState::Reloading]),
        }
    }

    /// The end has begun.
    pub fn stopping(&self) {
        say(&[NotifyState::Stopping]);
    }

    /// The line that `systemctl status` shows; told when it has changed.
    pub fn status(&mut self, status: String) {
        if self.status != status {
            say(&[NotifyState::Status(&status)]);
            self.status = status;
        }
    }

    /// Tells that glyphd is alive, when it is time for it and the reading thread has made steps since the last time.
    pub fn alive(&mut self, beats: u64) {
        let Some(watchdog) = &mut self.watchdog else {
            return;
        };
        // Compared before the pause is over, so that a thread that is slow but alive is not called dead.
        if watchdog.fed_at.elapsed() >= watchdog.every.min(Duration::from_secs(5))
            && beats != watchdog.beats
        {
            say(&[NotifyState::Watchdog]);
            watchdog.fed_at = Instant::now();
            watchdog.beats = beats;
        }
    }
}

fn say(states: &[NotifyState]) {
    if let Err(fault) = sd_notify::notify(states) {
        log::debug!("the service manager cannot be told: {fault}");
    }
}
