//! What the service manager is notified of: ready, reloading, stopping, a status line, and that glyphd is alive.
//!
//! This takes effect under systemd alone (`$NOTIFY_SOCKET`, sd_notify(3)); elsewhere nothing happens.

use std::time::{Duration, Instant};

use sd_notify::NotifyState;

/// The manager that started glyphd, if any.
pub struct Manager {
    watchdog: Option<Watchdog>,
    status: String,
}

struct Watchdog {
    /// How often it is fed.
    every: Duration,
    fed_at: Instant,
    /// The beats of the reading thread when it was fed.
    beats: u64,
}

impl Manager {
    /// The manager that the environment names.
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
        notify(&[NotifyState::Ready]);
    }

    /// A new configuration is being read; `ready` ends it.
    pub fn reloading(&self) {
        match NotifyState::monotonic_usec_now() {
            Ok(now) => notify(&[NotifyState::Reloading, now]),
            Err(_) => notify(&[NotifyState::Reloading]),
        }
    }

    /// glyphd has begun to end.
    pub fn stopping(&self) {
        notify(&[NotifyState::Stopping]);
    }

    /// The line that `systemctl status` shows; sent when it has changed.
    pub fn status(&mut self, status: String) {
        if self.status != status {
            notify(&[NotifyState::Status(&status)]);
            self.status = status;
        }
    }

    /// Feeds the watchdog when it is time for it and the reading thread has got on since the last time.
    pub fn alive(&mut self, beats: u64) {
        let Some(watchdog) = &mut self.watchdog else {
            return;
        };
        // Compared before the pause is over, so that a thread that is slow but alive is not called dead.
        if watchdog.fed_at.elapsed() >= watchdog.every.min(Duration::from_secs(5))
            && beats != watchdog.beats
        {
            notify(&[NotifyState::Watchdog]);
            watchdog.fed_at = Instant::now();
            watchdog.beats = beats;
        }
    }
}

fn notify(states: &[NotifyState]) {
    if let Err(fault) = sd_notify::notify(states) {
        log::debug!("the service manager cannot be notified: {fault}");
    }
}
