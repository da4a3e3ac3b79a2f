//! The systemd unit is one that systemd understands, and agrees with the program.

use std::fs;
use std::path::Path;
use std::process::Command;

use glyphd::config::DEFAULT_PATH;
use glyphd::error::Kind;
use glyphd::sink::socket::SYSTEM_PATH;

fn unit() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/glyphd.service");
    fs::read_to_string(file).expect("the unit")
}

/// The values of `key`, in order.
fn values<'a>(unit: &'a str, key: &str) -> Vec<&'a str> {
    unit.lines()
        .filter_map(|line| line.strip_prefix(key)?.strip_prefix('='))
        .collect()
}

#[test]
fn the_unit_agrees_with_the_program() {
    let unit = unit();
    let command = format!("/usr/bin/glyphd run --config {DEFAULT_PATH}");
    assert_eq!(values(&unit, "ExecStart"), [command.as_str()]);
    let never = format!("{} {}", Kind::Usage.exit_code(), Kind::Config.exit_code());
    assert_eq!(values(&unit, "RestartPreventExitStatus"), [never.as_str()]);
    assert_eq!(values(&unit, "Type"), ["notify"]);
    assert!(!values(&unit, "WatchdogSec").is_empty());
    let folder = Path::new("/run").join(values(&unit, "RuntimeDirectory").concat());
    assert_eq!(Path::new(SYSTEM_PATH).parent(), Some(folder.as_path()));
}

/// The exposure that systemd computes, from 0 (safe) to 10; what a service that talks to devices can come down to.
const MOST_EXPOSED: f32 = 1.5;

#[test]
fn the_unit_leaves_little_open() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/glyphd.service");
    let analyze = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager"])
        .arg(&file)
        .output();
    let Ok(output) = analyze else {
        eprintln!("skipped: systemd-analyze cannot be run");
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let level = said
        .lines()
        .find_map(|line| line.split("exposure level for glyphd.service: ").nth(1))
        .and_then(|rest| rest.split(' ').next()?.parse::<f32>().ok());
    let level = level.unwrap_or_else(|| panic!("no level: {output:?}"));
    assert!(level <= MOST_EXPOSED, "{level}\n{said}");
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("glyphd.service");
    // systemd also looks for the program, which is not installed here.
    let unit = unit().replace("/usr/bin/glyphd", "/bin/true");
    fs::write(&file, unit).expect("written");
    let output = match Command::new("systemd-analyze")
        .arg("verify")
        .arg(&file)
        .output()
    {
        Ok(output) => output,
        Err(error) => {
            eprintln!("skipped: systemd-analyze cannot be run ({error})");
            return;
        }
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && !said.contains("glyphd.service"),
        "{said}"
    );
}
