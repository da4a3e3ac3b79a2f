//! A serial line without a serial port: prints the name of its end, then all that is sent to it.
//!
//!     virtual_serial LINK
//!
//! `LINK` becomes a symbolic link to the port. Each line that comes is printed as it comes; the program ends when nothing has
//! the port open any more, after something had.

use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::{env, fs, process};

use nix::pty::openpty;
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::ttyname;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Some(link) = env::args_os().nth(1) else {
        eprintln!("usage: virtual_serial LINK");
        process::exit(64);
    };
    let pair = openpty(None, None)?;
    let mut modes = tcgetattr(&pair.slave)?;
    cfmakeraw(&mut modes);
    tcsetattr(&pair.slave, SetArg::TCSANOW, &modes)?;
    let port = ttyname(&pair.slave)?;
    let _ = fs::remove_file(Path::new(&link));
    symlink(&port, Path::new(&link))?;
    let mut end = fs::File::from(pair.master);
    // Our own hold on the port is let go when the first byte has come; reading fails once the sender has gone.
    let mut held = Some(pair.slave);
    let mut line = Vec::new();
    let mut byte = [0];
    while let Ok(1) = end.read(&mut byte) {
        held.take();
        match byte[0] {
            b'\r' | b'\n' if line.is_empty() => {}
            b'\r' | b'\n' => {
                println!("{}", String::from_utf8_lossy(&line));
                line.clear();
            }
            other => line.push(other),
        }
    }
    fs::remove_file(Path::new(&link))?;
    Ok(())
}
