//! The board itself: temperature, throttling and memory, where the kernel tells them.
//!
//! Takes the folders `/sys` and `/proc`; what is not there is left out. Reads a few small files, each time anew.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The board; what it does not tell is not there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BoardStatus {
    /// Of the hottest sensor, in degrees Celsius.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature_c: Option<f32>,
    /// Whether the processor is slowed down just now, for heat or for want of voltage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttled: Option<bool>,
    /// Memory that glyphd holds, in KiB.
    pub memory_kib: u64,
    /// The most that it held.
    pub memory_peak_kib: u64,
}

/// Bits of `get_throttled` that are about now: under-voltage, frequency capped, throttled, soft temperature limit
/// (Raspberry Pi documentation, vcgencmd get_throttled).
const PI_THROTTLED_NOW: u64 = 0xF;
/// Temperatures that a sensor can have, in thousandths of a degree; others are sensors that are switched off.
const CREDIBLE: std::ops::RangeInclusive<i64> = -40_000..=150_000;

impl BoardStatus {
    /// The board that this runs on.
    pub fn now() -> Self {
        Self::read(Path::new("/sys"), Path::new("/proc"))
    }

    fn read(sys: &Path, proc: &Path) -> Self {
        let thermal = sys.join("class/thermal");
        let own = fs::read_to_string(proc.join("self/status")).unwrap_or_default();
        BoardStatus {
            temperature_c: temperature(&thermal),
            throttled: throttled(sys, &thermal),
            memory_kib: kib(&own, "VmRSS:"),
            memory_peak_kib: kib(&own, "VmHWM:"),
        }
    }
}

fn temperature(thermal: &Path) -> Option<f32> {
    let zones = folders(thermal, "thermal_zone");
    let degrees = zones
        .iter()
        .filter_map(|zone| text(&zone.join("temp"))?.parse().ok())
        .filter(|degrees| CREDIBLE.contains(degrees));
    degrees.max().map(|thousandths| thousandths as f32 / 1000.0)
}

fn throttled(sys: &Path, thermal: &Path) -> Option<bool> {
    let pi = sys.join("devices/platform/soc/soc:firmware/get_throttled");
    if let Some(bits) = text(&pi) {
        let bits = u64::from_str_radix(bits.trim_start_matches("0x"), 16).ok()?;
        return Some(bits & PI_THROTTLED_NOW != 0);
    }
    // Elsewhere the processor's frequency is a cooling device, at 0 while it is not needed.
    let slowed: Vec<bool> = folders(thermal, "cooling_device")
        .iter()
        .filter(|device| text(&device.join("type")).is_some_and(|kind| kind.contains("cpufreq")))
        .filter_map(|device| Some(text(&device.join("cur_state"))? != "0"))
        .collect();
    (!slowed.is_empty()).then(|| slowed.contains(&true))
}

fn folders(within: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(within).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    named.map(|entry| entry.path()).collect()
}

fn text(file: &Path) -> Option<String> {
    Some(fs::read_to_string(file).ok()?.trim().to_owned())
}

fn kib(status: &str, key: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    let number = line.and_then(|rest| rest.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(root: &Path, file: &str, text: &str) {
        let file = root.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    #[test]
    fn a_pi_tells_heat_and_throttling() {
        let root = tempfile::tempdir().unwrap();
        let (sys, proc) = (root.path().join("sys"), root.path().join("proc"));
        put(&sys, "class/thermal/thermal_zone0/temp", "48312\n");
        put(&sys, "class/thermal/thermal_zone1/temp", "-274000\n");
        put(
            &sys,
            "devices/platform/soc/soc:firmware/get_throttled",
            "50000\n",
        );
        put(
            &proc,
            "self/status",
            "VmHWM:\t   90000 kB\nVmRSS:\t   85000 kB\n",
        );
        let mut board = BoardStatus::read(&sys, &proc);
        let expected = BoardStatus {
            temperature_c: Some(48.312),
            throttled: Some(false),
            memory_kib: 85_000,
            memory_peak_kib: 90_000,
        };
        assert_eq!(board, expected);
        put(
            &sys,
            "devices/platform/soc/soc:firmware/get_throttled",
            "50005\n",
        );
        board = BoardStatus::read(&sys, &proc);
        assert_eq!(board.throttled, Some(true));
    }

    #[test]
    fn other_boards_tell_it_by_their_cooling_and_some_nothing() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(
            BoardStatus::read(root.path(), root.path()),
            BoardStatus::default()
        );
        put(
            root.path(),
            "class/thermal/cooling_device0/type",
            "cpufreq-cpu0\n",
        );
        put(
            root.path(),
            "class/thermal/cooling_device0/cur_state",
            "0\n",
        );
        put(root.path(), "class/thermal/cooling_device1/type", "fan\n");
        put(
            root.path(),
            "class/thermal/cooling_device1/cur_state",
            "3\n",
        );
        let board = BoardStatus::read(root.path(), root.path());
        assert_eq!(board.throttled, Some(false));
        put(
            root.path(),
            "class/thermal/cooling_device0/cur_state",
            "2\n",
        );
        let board = BoardStatus::read(root.path(), root.path());
        assert_eq!(board.throttled, Some(true));
    }

    #[test]
    fn this_machine_tells_at_least_its_memory() {
        assert!(BoardStatus::now().memory_kib > 0);
    }
}
