//! Which serial ports this machine has.
//!
//! Takes what udev and sysfs say and gives the ports that something is behind, with the names they keep.

use std::io;
use std::path::{Path, PathBuf};

/// Where udev names serial ports by what is plugged in.
pub const BY_ID: &str = "/dev/serial/by-id";

/// One serial port of this machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortName {
    /// Where it is now, as in `/dev/ttyUSB0`.
    pub path: PathBuf,
    /// Its name in `/dev/serial/by-id`, which it keeps, if it has one.
    pub id: Option<String>,
}

/// The names under `/dev/serial/by-id`, in order.
pub fn by_id() -> Vec<String> {
    let entries = std::fs::read_dir(BY_ID).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

/// The serial ports of this machine, in order.
///
/// # Errors
/// What the system says when it does not tell its terminals.
pub fn ports() -> io::Result<Vec<PortName>> {
    ports_in(Path::new("/sys/class/tty"))
}

fn ports_in(class: &Path) -> io::Result<Vec<PortName>> {
    let ids: Vec<(PathBuf, String)> = by_id()
        .into_iter()
        .filter_map(|id| Some((std::fs::canonicalize(Path::new(BY_ID).join(&id)).ok()?, id)))
        .collect();
    let mut ports = Vec::new();
    for entry in std::fs::read_dir(class)?.flatten() {
        // Consoles and ptys have no device; of the four ports that a PC driver claims, those that are not
        // there have the type 0.
        let kind = std::fs::read_to_string(entry.path().join("type")).unwrap_or_default();
        if !entry.path().join("device").exists() || kind.trim() == "0" {
            continue;
        }
        let path = Path::new("/dev").join(entry.file_name());
        let id = ids
            .iter()
            .find(|(there, _)| *there == path)
            .map(|(_, id)| id.clone());
        ports.push(PortName { path, id });
    }
    ports.sort();
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_terminals_with_a_device_are_ports() {
        let class = tempfile::tempdir().unwrap();
        for (name, kind) in [
            ("ttyS0", Some("4\n")),
            ("ttyS1", Some("0\n")),
            ("ttyUSB0", None),
            ("tty1", None),
        ] {
            let folder = class.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            if name != "tty1" {
                std::fs::create_dir(folder.join("device")).unwrap();
            }
            if let Some(kind) = kind {
                std::fs::write(folder.join("type"), kind).unwrap();
            }
        }
        let paths: Vec<PathBuf> = ports_in(class.path())
            .unwrap()
            .into_iter()
            .map(|port| port.path)
            .collect();
        assert_eq!(paths, [Path::new("/dev/ttyS0"), Path::new("/dev/ttyUSB0")]);
    }
}
