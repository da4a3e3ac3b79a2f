//! Starts the command and tells what a user sees of it: exit code, standard output, standard error.

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The longest that any command here takes on a machine that is busy with other things.
pub const DEADLINE: Duration = Duration::from_secs(120);
/// Between two looks at what is waited for.
const LOOK: Duration = Duration::from_millis(10);

/// How a command ended, and what it wrote.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Outcome {
    /// The command did what was asked and had nothing to complain about.
    #[allow(dead_code)]
    #[track_caller]
    pub fn succeeds(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{self:?}");
        self.out
    }

    /// The command said what is wrong in one line with `parts` in it, and ended with `code`.
    #[allow(dead_code)]
    #[track_caller]
    pub fn fails(&self, code: i32, parts: &[&str]) {
        let lines = self.complaints();
        assert_eq!((self.code, lines.len()), (Some(code), 1), "{self:?}");
        for part in parts {
            assert!(lines[0].contains(part), "no {part:?} in {self:?}");
        }
    }

    /// The lines of standard error: each begins with the command's name, and none tells of a crash.
    #[allow(dead_code)]
    #[track_caller]
    pub fn complaints(&self) -> Vec<&str> {
        let lines: Vec<&str> = self.err.lines().collect();
        for line in &lines {
            assert!(line.starts_with("glyphd: "), "{self:?}");
            assert!(!line.contains("panicked"), "{self:?}");
        }
        lines
    }
}

/// The command that was built, away from what the machine it runs on is set to.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_glyphd"));
    command.env_remove("RUST_LOG").env_remove("XDG_RUNTIME_DIR");
    command
}

/// Runs the command to its end.
#[allow(dead_code)]
#[track_caller]
pub fn glyphd<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Outcome {
    finish(command().args(args))
}

/// Runs any command to its end.
#[track_caller]
pub fn finish(command: &mut Command) -> Outcome {
    Running::start(command).end()
}

/// A command at work; killed when the test is over.
pub struct Running {
    child: Child,
    out: Option<JoinHandle<String>>,
    err: Option<JoinHandle<String>>,
}

impl Running {
    /// Starts it; what it writes is taken all the time, so that it never waits for the test. Standard output is taken
    /// unless the test has put something else there.
    pub fn start(command: &mut Command) -> Self {
        let spawned = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Running::of(spawned.expect("the command starts"))
    }

    /// A command that was started.
    pub fn of(mut child: Child) -> Self {
        let out = child.stdout.take().map(collect);
        let err = child.stderr.take().map(collect);
        Running { child, out, err }
    }

    /// Waits for the end.
    #[track_caller]
    pub fn end(mut self) -> Outcome {
        let child = &mut self.child;
        let status = wait_for("the end of the command", || {
            child.try_wait().expect("it is a child")
        });
        let text = |thread: Option<JoinHandle<String>>| {
            thread.map_or(String::new(), |t| t.join().expect("UTF-8"))
        };
        Outcome {
            code: status.code(),
            out: text(self.out.take()),
            err: text(self.err.take()),
        }
    }

    /// Asks it to end, as a service manager does.
    #[allow(dead_code)]
    pub fn terminate(&self) {
        let pid = nix::unistd::Pid::from_raw(self.child.id() as i32);
        nix::sys::signal::kill(pid, nix::sys::signal::SIGTERM).expect("it can be told");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(mut from: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).expect("read");
        String::from_utf8(bytes).expect("UTF-8")
    })
}

/// Looks until `found` gives something.
#[track_caller]
pub fn wait_for<T>(what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(it) = found() {
            return it;
        }
        assert!(start.elapsed() < DEADLINE, "{what} did not come");
        thread::sleep(LOOK);
    }
}

/// A file of the repository.
#[allow(dead_code)]
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
