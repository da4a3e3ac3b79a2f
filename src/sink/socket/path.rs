//! The place of the socket in the file system.
//!
//! Takes a path and gives a listener on it, of which there is one at a time: the socket of a program that
//! lives is left alone, that of a dead one is replaced, and anything else is never touched.

use std::fs::{self, File, Metadata};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, UnixAddr, bind, connect, listen, socket,
};
use nix::sys::stat::{Mode, fchmod};
use nix::unistd::{Gid, chown};

use crate::error::{Error, Result, err};

/// Clients that wait to be accepted: they are, within one round of the server's thread.
const BACKLOG: i32 = 16;

/// A socket file of ours, removed at the end.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    device: u64,
    inode: u64,
    /// The group that it had at first.
    own_group: Gid,
}

impl Claim {
    fn on(path: &Path) -> io::Result<Self> {
        let file = fs::symlink_metadata(path)?;
        Ok(Claim {
            path: path.to_owned(),
            device: file.dev(),
            inode: file.ino(),
            own_group: Gid::from_raw(file.gid()),
        })
    }

    /// Where the socket is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is still there. Somebody may have removed it, or put something else in its place.
    pub fn holds(&self) -> bool {
        fs::symlink_metadata(&self.path).is_ok_and(|file| self.is_ours(&file))
    }

    /// Gives it exactly the permissions `mode`, and this group, or else the one that it had at first.
    ///
    /// # Errors
    /// `Config` when glyphd may not give it this group, `Io` when the system does not let us.
    pub fn permit(&self, mode: Mode, group: Option<Gid>) -> Result<()> {
        let path = &self.path;
        let set = |mode: Mode| {
            let mode = fs::Permissions::from_mode(mode.bits());
            fs::set_permissions(path, mode).map_err(failed(path))
        };
        // Neither the old group nor the new one gets what is meant for the other.
        set(mode.difference(Mode::S_IRWXG))?;
        let group = group.unwrap_or(self.own_group);
        // A service that gives no group away needs no right to.
        if fs::metadata(path).is_ok_and(|file| file.gid() != group.as_raw()) {
            chown(path, None, Some(group)).map_err(|fault| match fault {
                Errno::EPERM => err!(
                    Config,
                    "output.socket.group: group {group} cannot be given: glyphd must run as a user who is in it and may use chown (docs/config.md)"
                )
                .caused_by(fault),
                fault => failed(path)(fault),
            })?;
        }
        set(mode)
    }

    fn is_ours(&self, file: &Metadata) -> bool {
        file.file_type().is_socket() && (file.dev(), file.ino()) == (self.device, self.inode)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Another program may have put its own file there since.
        if self.holds() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Listens at `path`, without blocking, with exactly the permissions `mode`, for `group` if that is given.
///
/// # Errors
/// `NoDevice` when a program listens there already, `Config` when something else than a socket is there or
/// glyphd may not give it this group, `Io` when the system does not let us.
pub fn claim(path: &Path, mode: Mode, group: Option<Gid>) -> Result<(UnixListener, Claim)> {
    // Two that start at once would each find a dead socket, and the second would remove the first one's new
    // one: the lock on the folder, gone with its holder, lets them pass one by one.
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let folder = File::open(folder).map_err(failed(path))?;
    let _lock =
        Flock::lock(folder, FlockArg::LockExclusiveNonblock).map_err(|(_, fault)| match fault {
            Errno::EWOULDBLOCK => in_use(path),
            fault => failed(path)(fault),
        })?;
    remove_if_dead(path)?;

    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let fd = socket(AddressFamily::Unix, SockType::Stream, flags, None).map_err(failed(path))?;
    // The mode of the file comes from that of the descriptor, less the umask: so it is never wider than asked,
    // not even before the next step takes the umask back.
    fchmod(&fd, mode.difference(Mode::S_IRWXG)).map_err(failed(path))?;
    let address = UnixAddr::new(path).map_err(failed(path))?;
    bind(fd.as_raw_fd(), &address).map_err(failed(path))?;
    let claim = Claim::on(path).map_err(failed(path))?;
    claim.permit(mode, group)?;
    listen(&fd, Backlog::new(BACKLOG).map_err(failed(path))?).map_err(failed(path))?;
    Ok((UnixListener::from(fd), claim))
}

fn remove_if_dead(path: &Path) -> Result<()> {
    let Ok(file) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    if !file.file_type().is_socket() {
        return Err(err!(
            Config,
            "socket {}: a file that is no socket is there: move it, or choose another path",
            path.display()
        ));
    }
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let probe = socket(AddressFamily::Unix, SockType::Stream, flags, None).map_err(failed(path))?;
    let address = UnixAddr::new(path).map_err(failed(path))?;
    match connect(probe.as_raw_fd(), &address) {
        Err(Errno::ECONNREFUSED) => match fs::remove_file(path) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(failed(path)(fault)),
            _ => Ok(()),
        },
        Err(Errno::ENOENT) => Ok(()),
        Err(fault @ Errno::EACCES) => Err(failed(path)(fault)),
        // Connected, or its queue is full (EAGAIN), or it is of another type (EPROTOTYPE): somebody lives there.
        _ => Err(in_use(path)),
    }
}

fn in_use(path: &Path) -> Error {
    let path = path.display();
    err!(
        NoDevice,
        "socket {path}: in use by another program: stop the other glyphd, or give this one another path"
    )
}

/// The error of what the system did not let us do at `path`, with what to do about it.
fn failed<E: Into<io::Error>>(path: &Path) -> impl Fn(E) -> Error {
    move |fault| {
        let fault = fault.into();
        let what = match Errno::from_raw(fault.raw_os_error().unwrap_or(0)) {
            Errno::ENOENT | Errno::ENOTDIR => {
                let folder = path.parent().unwrap_or(path).display();
                format!("the folder {folder} is not there: make it, or choose another path")
            }
            Errno::EACCES | Errno::EPERM | Errno::EROFS => {
                "not permitted for this user: run glyphd as its service does, or choose another path"
                    .to_owned()
            }
            errno => errno.desc().to_owned(),
        };
        err!(Io, "socket {}: {what}", path.display()).caused_by(fault)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;
    use crate::error::Kind;

    fn mode() -> Mode {
        Mode::from_bits_truncate(0o620)
    }

    #[test]
    fn the_socket_has_its_mode_and_goes_with_its_claim() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let (_listener, claim) = claim(&path, mode(), None).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o620);
        UnixStream::connect(&path).unwrap();
        drop(claim);
        assert!(!path.exists());
    }

    #[test]
    fn its_mode_and_group_can_be_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let (_listener, claim) = claim(&path, mode(), None).unwrap();
        let now = || {
            let file = fs::metadata(&path).unwrap();
            (file.mode() & 0o7777, file.gid())
        };
        let own = now().1;
        // A group that whoever runs the tests is in, or any for root, who may give it every group.
        let other = if nix::unistd::Uid::effective().is_root() {
            Some(Gid::from_raw(54_321))
        } else {
            let groups = nix::unistd::getgroups().unwrap();
            groups.into_iter().find(|group| group.as_raw() != own)
        };
        let Some(other) = other else {
            eprintln!("skipped: this user is in one group only");
            return;
        };
        let wide = Mode::from_bits_truncate(0o660);
        claim.permit(wide, Some(other)).unwrap();
        assert_eq!(now(), (0o660, other.as_raw()));
        claim.permit(mode(), None).unwrap();
        assert_eq!(now(), (0o620, own));
        if !nix::unistd::Uid::effective().is_root() {
            let fault = claim.permit(wide, Some(Gid::from_raw(0))).unwrap_err();
            assert_eq!(fault.kind(), Kind::Config);
            assert_eq!(now().0, 0o600);
        }
        assert!(claim.holds());
        fs::remove_file(&path).unwrap();
        assert!(!claim.holds());
    }

    #[test]
    fn a_socket_that_somebody_serves_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let _theirs = UnixListener::bind(&path).unwrap();
        let fault = claim(&path, mode(), None).unwrap_err();
        assert_eq!(fault.kind(), Kind::NoDevice);
        assert!(fault.to_string().contains("in use"), "{fault}");
        UnixStream::connect(&path).unwrap();
    }

    #[test]
    fn the_socket_of_a_dead_program_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        drop(UnixListener::bind(&path).unwrap());
        let (_listener, _claim) = claim(&path, mode(), None).unwrap();
        UnixStream::connect(&path).unwrap();
    }

    #[test]
    fn what_is_no_socket_is_never_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("f"), folder.path().join("l"));
        fs::write(&file, "precious").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        for path in [&file, &link, &folder.path().to_owned()] {
            assert_eq!(claim(path, mode(), None).unwrap_err().kind(), Kind::Config);
        }
        assert_eq!(fs::read_to_string(&link).unwrap(), "precious");
    }

    #[test]
    fn a_file_put_in_our_place_is_not_removed_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let (_listener, claim) = claim(&path, mode(), None).unwrap();
        fs::remove_file(&path).unwrap();
        let _theirs = UnixListener::bind(&path).unwrap();
        drop(claim);
        assert!(path.exists());
    }

    #[test]
    fn a_folder_that_is_missing_is_named() {
        let fault = claim(Path::new("/nowhere/at/all/s"), mode(), None).unwrap_err();
        assert_eq!(fault.kind(), Kind::Io);
        assert!(
            fault.to_string().contains("/nowhere/at/all is not there"),
            "{fault}"
        );
    }
}
