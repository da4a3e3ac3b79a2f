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
    let folder = Path::new("/run").join(values(&unit, "RuntimeDirectory").concat());
    assert_eq!(Path::new(SYSTEM_PATH).parent(), Some(folder.as_path()));
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
