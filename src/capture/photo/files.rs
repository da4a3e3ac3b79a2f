//! Takes the paths that a person names; gives the picture files there, and their bytes.
//!
//! Nothing here waits for ever: a pipe is read as standard input is, once something comes; a device is never opened.

use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, IsTerminal, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::error::{Error, Kind, Result, err};

/// The longest file that is read, in bytes: a 30-megapixel picture without compression fits,
/// a video or a disk image named by mistake does not.
pub const MAX_FILE_BYTES: u64 = 128 << 20;

/// The path that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// How long the first byte is waited for where a pipe is named, in milliseconds: a program that makes a picture has
/// begun by then, and one that nobody writes to does not hold up the rest.
const PIPE_WAIT_MS: u16 = 10_000;

/// The names picture files end in, in lower case.
const EXTENSIONS: [&str; 15] = [
    "png", "jpg", "jpeg", "jpe", "jfif", "webp", "tif", "tiff", "bmp", "dib", "pnm", "pbm", "pgm",
    "ppm", "pam",
];

/// The names of pictures that are not read: a folder with some says so.
const NOT_READ: [&str; 16] = [
    "heic", "heif", "avif", "gif", "jxl", "jp2", "svg", "pdf", "ico", "psd", "dng", "cr2", "cr3",
    "nef", "arw", "raf",
];

/// Expands `paths` to the pictures to read: a file stays as it is (also where it is not there:
/// [`super::load`] says so), a directory becomes the picture files in it, in the order of their names.
/// An entry that is an error is a directory that cannot be read or holds no picture.
pub fn list(paths: &[PathBuf]) -> Vec<Result<PathBuf>> {
    let mut listed = Vec::with_capacity(paths.len());
    for path in paths {
        if !path.is_dir() {
            listed.push(Ok(path.clone()));
            continue;
        }
        match in_directory(path) {
            Ok(files) => listed.extend(files.into_iter().map(Ok)),
            Err(error) => listed.push(Err(error)),
        }
    }
    listed
}

/// The picture files in `directory` (not below it), in the order of their names; at least one. What is no file
/// (a pipe, a device, a socket) is passed over, and so are pictures that are not read; the log says which.
///
/// Fails with [`Kind::NoInput`] where it cannot be read or holds none.
pub fn in_directory(directory: &Path) -> Result<Vec<PathBuf>> {
    let name = directory.display();
    let unreadable = |error: io::Error| {
        err!(
            NoInput,
            "{name}: cannot read the directory: {}",
            reason(&error)
        )
        .caused_by(error)
    };
    let (mut files, mut others) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let known = extension(&path);
        if EXTENSIONS.contains(&known.as_str()) {
            // A link that leads nowhere is kept: reading it says so.
            match path.metadata().map(|about| about.file_type()) {
                Ok(kind) if kind.is_dir() => {}
                Ok(kind) if !kind.is_file() => {
                    log::warn!("{}: {}, skipped", path.display(), named(kind))
                }
                _ => files.push(path),
            }
        } else if NOT_READ.contains(&known.as_str()) {
            others.extend(
                path.file_name()
                    .map(|name| name.to_string_lossy().into_owned()),
            );
        }
    }
    others.sort();
    let others = others.join(", ");
    if files.is_empty() {
        let mut message = format!(
            "{name}: no picture in this directory ({})",
            EXTENSIONS.join(", ")
        );
        if !others.is_empty() {
            message += &format!("; convert these to PNG or JPEG: {others}");
        }
        return Err(Error::new(Kind::NoInput, message));
    }
    if !others.is_empty() {
        log::warn!("{name}: skipped, because glyphd does not read files of their kind: {others}");
    }
    files.sort();
    Ok(files)
}

/// What stands behind the last dot of a name, in lower case; nothing of a hidden file.
fn extension(path: &Path) -> String {
    let hidden = path
        .file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension
        .filter(|_| !hidden)
        .unwrap_or("")
        .to_ascii_lowercase()
}

/// The bytes of the file at `path`, or of standard input where that is `-`.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let name = path.display();
    if path == Path::new(STANDARD_INPUT) {
        let input = io::stdin();
        if input.is_terminal() {
            return Err(err!(
                NoInput,
                "{name}: standard input is the keyboard; give it a picture, as in: glyphd read - < photo.jpg"
            ));
        }
        return all_of(input.lock(), path, 0);
    }
    let cannot_open = |error: io::Error| {
        let what = match error.kind() {
            io::ErrorKind::NotFound => "no such file".to_string(),
            io::ErrorKind::PermissionDenied => "no permission to read it".to_string(),
            _ => format!("cannot open it: {}", reason(&error)),
        };
        err!(NoInput, "{name}: {what}").caused_by(error)
    };
    let about = fs::metadata(path).map_err(cannot_open)?;
    let kind = about.file_type();
    if kind.is_fifo() {
        return all_of(pipe(path).map_err(cannot_open)?, path, 0);
    }
    if !kind.is_file() {
        return Err(err!(
            NoInput,
            "{name}: {}, where a picture was expected",
            named(kind)
        ));
    }
    if about.len() > MAX_FILE_BYTES {
        return Err(too_long(path));
    }
    all_of(
        File::open(path).map_err(cannot_open)?,
        path,
        about.len() as usize,
    )
}

/// Whether the file at `path` may have several pages. What is no file is not opened.
pub(super) fn begins_like_tiff(path: &Path) -> bool {
    let mut magic = [0; 2];
    let mut read = || -> io::Result<()> { File::open(path)?.read_exact(&mut magic) };
    path.is_file() && read().is_ok() && [*b"II", *b"MM"].contains(&magic)
}

/// Opens a pipe; waits for its first byte, and not longer than [`PIPE_WAIT_MS`].
fn pipe(path: &Path) -> io::Result<File> {
    let pipe = OpenOptions::new()
        .read(true)
        .custom_flags(OFlag::O_NONBLOCK.bits())
        .open(path)?;
    let mut waiting = [PollFd::new(pipe.as_fd(), PollFlags::POLLIN)];
    if poll(&mut waiting, PollTimeout::from(PIPE_WAIT_MS))? == 0 {
        let seconds = PIPE_WAIT_MS / 1000;
        return Err(io::Error::other(format!(
            "nothing came out of the pipe for {seconds} s"
        )));
    }
    fcntl(&pipe, FcntlArg::F_SETFL(OFlag::empty()))?;
    Ok(pipe)
}

/// All bytes of `input`, which is expected to have `length`; the limit holds for what comes out, as a pipe has no length.
fn all_of(input: impl Read, path: &Path, length: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length + 1);
    let read = input.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| {
        err!(Io, "{}: reading failed: {}", path.display(), reason(&error)).caused_by(error)
    })?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(too_long(path));
    }
    Ok(bytes)
}

fn too_long(path: &Path) -> Error {
    let allowed = MAX_FILE_BYTES >> 20;
    err!(
        Data,
        "{}: longer than the {allowed} MiB a picture may have",
        path.display()
    )
}

/// What something is that is no file.
fn named(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "a directory"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

/// An I/O error without the number that Rust puts behind it.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error")
        .next()
        .unwrap_or(&text)
        .to_lowercase()
}
