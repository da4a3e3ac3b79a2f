//! Waiting for descriptors, up to a moment at most, with a way to end the wait from another thread.
//!
//! Each thread of a sink, and of a GPIO line, waits in one place only, [`until`], for all that concerns it.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// Ends the waits of one thread; clones end those of the same.
#[derive(Clone, Debug)]
pub struct Waker(Arc<UnixStream>);

/// What that thread waits for.
#[derive(Debug)]
pub struct Woken(UnixStream);

/// A waker and what it wakes.
///
/// # Errors
/// When the system gives no descriptors.
pub fn waker() -> io::Result<(Waker, Woken)> {
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    theirs.set_nonblocking(true)?;
    Ok((Waker(Arc::new(ours)), Woken(theirs)))
}

impl Waker {
    /// Ends the wait of now, or else the next.
    pub fn wake(&self) {
        // Full means that the thread has not yet woken from the bytes before: it will.
        let _ = (&*self.0).write(&[0]);
    }
}

impl Woken {
    /// To be polled for.
    pub fn poll_fd(&self) -> PollFd<'_> {
        PollFd::new(self.0.as_fd(), PollFlags::POLLIN)
    }

    /// To be called before looking for what has happened: a wake that comes later ends the next wait.
    pub fn clear(&self) {
        let mut bytes = [0; 64];
        while (&self.0)
            .read(&mut bytes)
            .is_ok_and(|count| count == bytes.len())
        {}
    }
}

/// Waits until one of `fds` is ready, or the moment has come. It may end early, without either.
///
/// # Errors
/// When the system cannot wait for these.
pub fn until(fds: &mut [PollFd], moment: Option<Instant>) -> nix::Result<()> {
    let left = moment.map(|moment| moment.saturating_duration_since(Instant::now()));
    match poll(fds, timeout(left)) {
        Ok(_) | Err(Errno::EINTR | Errno::EAGAIN) => Ok(()),
        Err(fault) => Err(fault),
    }
}

/// What `until` found out about one of its descriptors.
pub fn found(fd: &PollFd) -> PollFlags {
    fd.revents().unwrap_or(PollFlags::empty())
}

/// Rounded up, so that a wait never ends just before its time and spins.
fn timeout(left: Option<Duration>) -> PollTimeout {
    let Some(left) = left else {
        return PollTimeout::NONE;
    };
    let rounded = left.saturating_add(Duration::from_micros(999));
    PollTimeout::try_from(rounded).unwrap_or(PollTimeout::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_ends_at_its_moment_and_when_woken() {
        let (waker, woken) = waker().unwrap();
        let wait = |limit| {
            let mut fds = [woken.poll_fd()];
            until(&mut fds, Some(Instant::now() + limit)).unwrap();
            !found(&fds[0]).is_empty()
        };
        assert!(!wait(Duration::from_millis(1)));
        // More than the kernel takes: a wake never blocks and none is lost.
        (0..100_000).for_each(|_| waker.wake());
        assert!(wait(Duration::MAX / 4));
        woken.clear();
        assert!(!wait(Duration::ZERO));
    }
}
