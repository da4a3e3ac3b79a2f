//! What a host at the serial line of a running daemon sees, also when its adapter is pulled out.

use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::symlink;
use std::path::Path;

use glyphd::contract::status::Status;
use image::{GrayImage, Luma};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::openpty;
use nix::unistd::{read, ttyname, write};

use crate::cli_command::{Running, command, finish, wait_for};

/// How long the host waits for bytes, in milliseconds.
const PATIENCE: u16 = 60_000;

/// The far end of a line whose near end is at `place`.
fn adapter(place: &Path) -> (OwnedFd, OwnedFd) {
    let pty = openpty(None, None).unwrap();
    let _ = fs::remove_file(place);
    symlink(ttyname(&pty.slave).unwrap(), place).unwrap();
    (pty.master, pty.slave)
}

fn hear(host: &OwnedFd, length: usize) -> String {
    let mut heard = Vec::new();
    while heard.len() < length {
        let mut fds = [PollFd::new(host.as_fd(), PollFlags::POLLIN)];
        assert!(
            poll(&mut fds, PollTimeout::from(PATIENCE)).unwrap() > 0,
            "{heard:?}"
        );
        let mut bytes = [0; 64];
        let count = read(host, &mut bytes).unwrap();
        heard.extend_from_slice(&bytes[..count]);
    }
    String::from_utf8(heard).unwrap()
}

#[test]
fn a_trigger_is_answered_however_often_the_adapter_is_pulled_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let blank = GrayImage::from_pixel(64, 48, Luma([200]));
    blank.save(path("blank.png")).unwrap();
    let place = folder.path().display();
    let text = format!(
        "[camera]\nsource = \"file:{place}/blank.png@20\"\nrepeat = true\n\
         [trigger]\nmode = \"triggered\"\ndeadline-ms = 60\n\
         [output.socket]\npath = \"{place}/g.sock\"\n\
         [output.serial]\nport = \"{place}/tty\"\nstx = true\nterminator = \"cr\"\n\
         trigger = '\\x16T\\r'\nno-read = 'NR'\n"
    );
    fs::write(path("g.toml"), text).unwrap();
    // There is no adapter yet.
    let running = Running::start(command().arg("run").arg("--config").arg(path("g.toml")));
    let status = || -> Option<Status> {
        let asked = finish(command().args(["status", "--json"]).arg(path("g.sock")));
        serde_json::from_str(&asked.out).ok()
    };
    let serial = || {
        let mut sinks = status()?.sinks.into_iter();
        sinks.find(|sink| sink.name.starts_with("serial line"))
    };
    wait_for("the fault", || serial()?.fault);
    for round in 1..=3 {
        let (host, near_end) = adapter(&path("tty"));
        wait_for("the port", || serial()?.fault.is_none().then_some(()));
        write(&host, b"\x16T\r").unwrap();
        assert_eq!(hear(&host, 4), "\x02NR\r");
        let told = wait_for("the count", || {
            serial().filter(|sink| sink.delivered == round)
        });
        assert_eq!((told.recoveries, told.dropped), (round, 0));
        drop((host, near_end));
        fs::remove_file(path("tty")).unwrap();
        // Nothing is sent, and it is noticed.
        wait_for("the fault", || serial()?.fault);
    }
    running.terminate();
    let outcome = running.end();
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let said = |part: &str| {
        outcome
            .err
            .lines()
            .filter(|line| line.contains(part))
            .count()
    };
    assert_eq!(said("works again after"), 3, "{}", outcome.err);
    assert_eq!(said("has gone"), 3, "{}", outcome.err);
}
