//! How long things take: percentiles of the last minutes, in fixed storage.
//!
//! Durations go into a histogram of logarithmic buckets; two of them take turns, so that the figures are those
//! of the last [`SPAN`] to twice as long, however long glyphd runs.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// How long a histogram is filled before the other one's turn comes.
const SPAN: Duration = Duration::from_secs(300);
/// The longest that is told apart, in milliseconds: what takes over an hour counts as an hour.
const LONGEST_MS: u64 = 3_600_000;
/// Digits kept: two tell 84 ms from 85 ms, in 24 KB.
const DIGITS: u8 = 2;

/// Percentiles in milliseconds; all 0 when nothing was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Percentiles {
    /// Half took no longer.
    pub p50_ms: u64,
    /// 95 of 100 took no longer.
    pub p95_ms: u64,
    /// 99 of 100 took no longer.
    pub p99_ms: u64,
    /// How many were measured.
    pub count: u64,
}

/// Collects durations; shared between whoever measures and whoever asks.
#[derive(Debug)]
pub struct Latencies(Mutex<Turns>);

#[derive(Debug)]
struct Turns {
    now: Histogram<u32>,
    before: Histogram<u32>,
    since: Instant,
}

impl Default for Latencies {
    fn default() -> Self {
        // Both numbers are in the range that the histogram takes (tested below), so it never refuses them.
        let empty = || {
            Histogram::new_with_max(LONGEST_MS, DIGITS)
                .unwrap_or_else(|_| unreachable!("constant bounds"))
        };
        Latencies(Mutex::new(Turns {
            now: empty(),
            before: empty(),
            since: Instant::now(),
        }))
    }
}

impl Latencies {
    /// Notes one.
    pub fn add(&self, took: Duration) {
        let ms = u64::try_from(took.as_millis()).unwrap_or(LONGEST_MS);
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turns.turn(Instant::now());
        turns.now.saturating_record(ms);
    }

    /// Those of the last minutes.
    pub fn percentiles(&self) -> Percentiles {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turns.turn(Instant::now());
        let mut both = turns.now.clone();
        // The same bounds: it always fits.
        let _ = both.add(&turns.before);
        Percentiles {
            p50_ms: both.value_at_quantile(0.5),
            p95_ms: both.value_at_quantile(0.95),
            p99_ms: both.value_at_quantile(0.99),
            count: both.len(),
        }
    }
}

impl Turns {
    fn turn(&mut self, now: Instant) {
        let age = now.saturating_duration_since(self.since);
        if age < SPAN {
            return;
        }
        self.before.reset();
        if age < 2 * SPAN {
            std::mem::swap(&mut self.now, &mut self.before);
        } else {
            self.now.reset();
        }
        self.since = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_what_was_added() {
        let latencies = Latencies::default();
        assert_eq!(latencies.percentiles(), Percentiles::default());
        for ms in 1..=100 {
            latencies.add(Duration::from_millis(ms));
        }
        latencies.add(Duration::from_secs(1_000_000));
        let p = latencies.percentiles();
        assert_eq!((p.p50_ms, p.p95_ms, p.p99_ms, p.count), (51, 96, 100, 101));
    }

    #[test]
    fn what_is_old_is_forgotten() {
        let latencies = Latencies::default();
        latencies.add(Duration::from_millis(7));
        let mut turns = latencies.0.into_inner().unwrap();
        let start = turns.since;
        turns.turn(start + SPAN);
        assert_eq!((turns.now.len(), turns.before.len()), (0, 1));
        turns.turn(start + 2 * SPAN);
        assert_eq!((turns.now.len(), turns.before.len()), (0, 0));
    }
}
