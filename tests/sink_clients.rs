//! What programs at the socket of a running daemon see: who may connect, and what one of them does to the others.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use glyphd::contract::control::Answer;
use glyphd::contract::status::Status;
use tempfile::TempDir;

use crate::cli_command::{DEADLINE, Running, command, finish, wait_for};

/// A user of no name, who is neither root nor whoever runs the tests.
const STRANGER: u32 = 54_321;

/// A daemon whose camera is yet to come.
struct Daemon {
    folder: TempDir,
    running: Running,
}

impl Daemon {
    /// Started by `sh -c SHELL`, in which `"$@"` is the daemon, with `settings` of its socket.
    fn start(shell: &str, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Other users reach the socket.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let place = folder.path().display();
        let text = format!(
            "[camera]\nsource = \"v4l2:/dev/no-such-camera\"\n[output.socket]\npath = \"{place}/g.sock\"\n{settings}\n[log]\nlevel = \"warn\"\n"
        );
        fs::write(folder.path().join("g.toml"), text).unwrap();
        let daemon = command();
        let running = Running::start(
            Command::new("sh")
                .args(["-c", shell, "sh"])
                .arg(daemon.get_program())
                .args(["run", "--config"])
                .arg(folder.path().join("g.toml"))
                .env_remove("RUST_LOG"),
        );
        let daemon = Daemon { folder, running };
        wait_for("the socket", || UnixStream::connect(daemon.socket()).ok());
        daemon
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("g.sock")
    }

    fn client(&self) -> BufReader<UnixStream> {
        let stream = UnixStream::connect(self.socket()).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        BufReader::new(stream)
    }

    fn status(&self) -> Status {
        *answer(&mut self.client(), "status").status.unwrap()
    }

    /// What it complained of until its end, but for the camera.
    fn end(self) -> Vec<String> {
        self.running.terminate();
        let outcome = self.running.end();
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let lines = outcome.err.lines().filter(|line| !line.contains("camera"));
        lines.map(str::to_owned).collect()
    }
}

/// Asks in a line; events are passed over.
fn answer(client: &mut BufReader<UnixStream>, word: &str) -> Answer {
    writeln!(client.get_mut(), "{word}").unwrap();
    loop {
        let mut line = String::new();
        assert!(client.read_line(&mut line).unwrap() > 0, "closed");
        if let Ok(answer) = serde_json::from_str(&line) {
            return answer;
        }
    }
}

#[test]
fn only_those_who_are_named_may_connect() {
    if !nix::unistd::Uid::effective().is_root() {
        eprintln!("skipped: only root can connect as somebody else");
        return;
    }
    let settings = format!("mode = \"0666\"\nusers = [\"{STRANGER}\"]\ngroups = [\"54322\"]");
    let daemon = Daemon::start("exec \"$@\"", &settings);
    // The command as the user finds it: where that user may not look, it is copied to where it is seen.
    let program = daemon.folder.path().join("glyphd");
    fs::copy(command().get_program(), &program).unwrap();
    let ask_as = |user: u32, group: u32| {
        let mut status = Command::new(&program);
        status.arg("status").arg(daemon.socket());
        finish(status.uid(user).gid(group).env_remove("RUST_LOG"))
    };
    ask_as(STRANGER, STRANGER).succeeds();
    ask_as(STRANGER + 9, 54_322).succeeds();
    for _ in 0..2 {
        let refused = ask_as(STRANGER + 9, STRANGER);
        refused.fails(
            69,
            &["not permitted for this user (output.socket.users, groups)"],
        );
    }
    let clients = daemon.status().sinks[0].clients.unwrap();
    assert_eq!(clients.refused, 2);
    let said = daemon.end();
    assert!(
        said.len() == 1 && said[0].contains("may not connect"),
        "{said:?}"
    );
}

#[test]
fn when_descriptors_run_out_it_is_said_once_and_goes_on_later() {
    // Enough to start with, and fewer than there may be clients.
    let daemon = Daemon::start("ulimit -n 40; exec \"$@\"", "clients = 200");
    let mut first = daemon.client();
    answer(&mut first, "status");
    // More than there are descriptors, by fewer than may wait to be accepted.
    let many: Vec<_> = (0..36)
        .map(|_| UnixStream::connect(daemon.socket()))
        .collect();
    // The one who was there before is still served.
    for _ in 0..3 {
        assert!(answer(&mut first, "status").ok);
    }
    drop(many);
    assert!(daemon.status().sinks[0].clients.unwrap().connected >= 2);
    let said = daemon.end();
    let of_it = said
        .iter()
        .filter(|line| line.contains("cannot accept a client"));
    assert_eq!(of_it.count(), 1, "{said:?}");
}

#[test]
fn one_that_says_megabytes_of_nonsense_delays_nobody() {
    let daemon = Daemon::start("exec \"$@\"", "");
    let stream = UnixStream::connect(daemon.socket()).unwrap();
    let mut saying = stream.try_clone().unwrap();
    let nonsense = std::thread::spawn(move || {
        let lines = "nonsense\n".repeat(10_000);
        while saying.write_all(lines.as_bytes()).is_ok() {}
    });
    let mut other = daemon.client();
    for _ in 0..20 {
        assert!(answer(&mut other, "status").ok);
    }
    stream.shutdown(std::net::Shutdown::Both).unwrap();
    nonsense.join().unwrap();
    assert!(answer(&mut other, "status").ok);
    assert_eq!(daemon.end(), [""; 0]);
}

#[test]
fn commands_from_a_shell_are_answered_and_the_connection_is_closed() {
    let daemon = Daemon::start("exec \"$@\"", "");
    let mut shell = UnixStream::connect(daemon.socket()).unwrap();
    shell.set_read_timeout(Some(DEADLINE)).unwrap();
    shell.write_all(b"quiet\npause\nresume").unwrap();
    shell.shutdown(std::net::Shutdown::Write).unwrap();
    let mut heard = String::new();
    shell.read_to_string(&mut heard).unwrap();
    let answers = heard
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let answers: Vec<(String, bool)> = answers
        .map(|answer: Answer| (answer.command, answer.ok))
        .collect();
    assert_eq!(
        answers,
        ["quiet", "pause", "resume"].map(|word| (word.to_owned(), true))
    );
    daemon.end();
}
