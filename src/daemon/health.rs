//! How the reading is doing: figures kept by the thread that reads, for the thread that answers.
//!
//! Counts only grow; nothing here is waited for longer than it takes to copy a few numbers.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::capture::Stats;
use crate::contract::status::{CameraStatus, Latencies, ReadingStatus, State};

/// Shared figures; clones are the same.
#[derive(Clone)]
pub struct Health(Arc<Shared>);

struct Shared {
    beats: AtomicU64,
    latency: Latencies,
    figures: Mutex<Figures>,
}

struct Figures {
    state: State,
    camera: CameraStatus,
    /// Since when the camera is as it is.
    since: Instant,
    reading: ReadingStatus,
}

impl Default for Health {
    fn default() -> Self {
        Health(Arc::new(Shared {
            beats: AtomicU64::new(0),
            latency: Latencies::default(),
            figures: Mutex::new(Figures {
                state: State::default(),
                camera: CameraStatus::default(),
                since: Instant::now(),
                reading: ReadingStatus::default(),
            }),
        }))
    }
}

impl Health {
    /// A picture has passed the whole way, or a wait for one has ended as it should: the thread is not stuck.
    pub fn beat(&self) {
        self.0.beats.fetch_add(1, Relaxed);
    }

    /// How often that was.
    pub fn beats(&self) -> u64 {
        self.0.beats.load(Relaxed)
    }

    /// What the daemon is doing.
    pub fn set_state(&self, state: State) {
        self.lock().state = state;
    }

    /// The camera works, as `describes` says; `away` is how long it did not, if it was gone before.
    pub fn camera_works(&self, describes: String, away: Option<Duration>) {
        let mut figures = self.lock();
        figures.since = Instant::now();
        let camera = &mut figures.camera;
        camera.describes = describes;
        camera.fault = None;
        if let Some(away) = away {
            camera.recoveries += 1;
            let away = u64::try_from(away.as_millis()).unwrap_or(u64::MAX);
            camera.longest_away_ms = camera.longest_away_ms.max(away);
        }
    }

    /// The camera cannot be used, for this reason.
    pub fn camera_fails(&self, fault: String) {
        let mut figures = self.lock();
        if figures.camera.fault.is_none() {
            figures.since = Instant::now();
        }
        figures.state = State::NoCamera;
        figures.camera.describes.clear();
        figures.camera.fault = Some(fault);
    }

    /// The camera was let go on purpose.
    pub fn camera_rests(&self) {
        let mut figures = self.lock();
        figures.since = Instant::now();
        figures.camera.describes.clear();
        figures.camera.fault = None;
    }

    /// What the source has counted until now.
    pub fn count_source(&self, stats: Stats) {
        let mut figures = self.lock();
        let camera = &mut figures.camera;
        camera.frames = stats.frames;
        camera.skipped = stats.skipped;
        camera.bad = stats.bad;
        camera.timeouts = stats.timeouts;
        camera.restarts = stats.restarts;
    }

    /// A picture was read, this long after it was taken.
    pub fn frame_read(&self, latency: Duration) {
        self.0.latency.add(latency);
        self.lock().reading.frames += 1;
    }

    /// A picture was passed over, since it shows what was read already.
    pub fn frame_still(&self) {
        self.lock().reading.still += 1;
    }

    /// An event was told.
    pub fn event_told(&self) {
        self.lock().reading.events += 1;
    }

    /// A trigger came.
    pub fn triggered(&self) {
        self.lock().reading.triggers += 1;
    }

    /// A trigger ended without a reading.
    pub fn not_read(&self) {
        self.lock().reading.no_reads += 1;
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
