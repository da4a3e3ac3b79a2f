//! How the reading is doing: figures kept by the reading thread for the thread that answers requests.
//!
//! Counts only grow. Neither thread waits longer for the other than it takes to copy a few numbers.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::contract::status::{CameraStatus, Latencies, ReadingStatus, State};

/// Shared figures; clones share them.
#[derive(Clone, Default)]
pub struct Health(Arc<Shared>);

#[derive(Default)]
struct Shared {
    beats: AtomicU64,
    latency: Latencies,
    figures: Mutex<Figures>,
}

/// The figures as they stand.
pub struct Figures {
    /// What the daemon is doing.
    pub state: State,
    /// What the source has counted, and whether it works.
    pub camera: CameraStatus,
    /// What the reading thread has counted.
    pub reading: ReadingStatus,
    /// When the camera last came, went or failed.
    since: Instant,
}

impl Default for Figures {
    fn default() -> Self {
        Figures {
            state: State::default(),
            camera: CameraStatus::default(),
            reading: ReadingStatus::default(),
            since: Instant::now(),
        }
    }
}

impl Figures {
    /// The camera works, as `describes` says; `away` is how long it did not, if it had worked before.
    pub fn camera_works(&mut self, describes: String, away: Option<Duration>) {
        self.camera_rests();
        let camera = &mut self.camera;
        camera.describes = describes;
        if let Some(away) = away {
            camera.recoveries += 1;
            let away = u64::try_from(away.as_millis()).unwrap_or(u64::MAX);
            camera.longest_away_ms = camera.longest_away_ms.max(away);
        }
    }

    /// The camera cannot be used, for this reason.
    pub fn camera_fails(&mut self, fault: String) {
        if self.camera.fault.is_none() {
            self.since = Instant::now();
        }
        self.state = State::NoCamera;
        self.camera.describes.clear();
        self.camera.fault = Some(fault);
    }

    /// The camera was closed on purpose.
    pub fn camera_rests(&mut self) {
        self.since = Instant::now();
        self.camera.describes.clear();
        self.camera.fault = None;
    }
}

impl Health {
    /// Notes that a picture was read, or that a wait has ended as it should: the thread is not stuck.
    pub fn beat(&self) {
        self.0.beats.fetch_add(1, Relaxed);
    }

    /// How often that was.
    pub fn beats(&self) -> u64 {
        self.0.beats.load(Relaxed)
    }

    /// Changes the figures.
    pub fn update(&self, change: impl FnOnce(&mut Figures)) {
        change(&mut self.lock());
    }

    /// A picture was read, this long after it was taken.
    pub fn frame_read(&self, latency: Duration) {
        self.0.latency.add(latency);
        self.lock().reading.frames += 1;
    }

    /// All figures as they stand.
    pub fn figures(&self) -> (State, CameraStatus, ReadingStatus) {
        let figures = self.lock();
        let mut camera = figures.camera.clone();
        camera.since_s = figures.since.elapsed().as_secs();
        let mut reading = figures.reading.clone();
        let state = figures.state;
        drop(figures);
        reading.latency = self.0.latency.percentiles();
        (state, camera, reading)
    }

    fn lock(&self) -> MutexGuard<'_, Figures> {
        self.0
            .figures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
