//! What is said to the kernel about a camera: the ioctls, each with its structure, and mapped buffers.
//!
//! The structures and numbers are those of crate `v4l`; its `Stream`, `query_caps` and `set_format` are not used,
//! for they panic on an I/O error, on a name that is not UTF-8 and on a colour space they do not know. Here every
//! such thing is an `io::Error` or a plain number. This is the one file of the capture with `unsafe` in it.

// The kernel is asked and its memory is read here, and nowhere else in this room: each block says why it holds.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::marker::PhantomData;
use std::mem::size_of;
use std::os::fd::AsRawFd;
use std::ptr::NonNull;

use nix::errno::Errno;
use nix::libc;
use v4l::v4l_sys::*;
use v4l::v4l2::vidioc;

/// The number of an ioctl together with the structure that it takes.
pub(super) struct Request<T>(vidioc::_IOC_TYPE, PhantomData<T>);

impl<T> Request<T> {
    /// Refuses, when it is compiled, a number declared with a structure of another size.
    const fn of(number: vidioc::_IOC_TYPE) -> Self {
        assert!((number >> 16) as usize & 0x3FFF == size_of::<T>());
        Request(number, PhantomData)
    }
}

pub(super) const QUERYCAP: Request<v4l2_capability> = Request::of(vidioc::VIDIOC_QUERYCAP);
pub(super) const ENUM_FMT: Request<v4l2_fmtdesc> = Request::of(vidioc::VIDIOC_ENUM_FMT);
pub(super) const ENUM_FRAMESIZES: Request<v4l2_frmsizeenum> =
    Request::of(vidioc::VIDIOC_ENUM_FRAMESIZES);
pub(super) const ENUM_FRAMEINTERVALS: Request<v4l2_frmivalenum> =
    Request::of(vidioc::VIDIOC_ENUM_FRAMEINTERVALS);
pub(super) const G_FMT: Request<v4l2_format> = Request::of(vidioc::VIDIOC_G_FMT);
pub(super) const S_FMT: Request<v4l2_format> = Request::of(vidioc::VIDIOC_S_FMT);
pub(super) const G_PARM: Request<v4l2_streamparm> = Request::of(vidioc::VIDIOC_G_PARM);
pub(super) const S_PARM: Request<v4l2_streamparm> = Request::of(vidioc::VIDIOC_S_PARM);
pub(super) const QUERYCTRL: Request<v4l2_queryctrl> = Request::of(vidioc::VIDIOC_QUERYCTRL);
pub(super) const QUERYMENU: Request<v4l2_querymenu> = Request::of(vidioc::VIDIOC_QUERYMENU);
pub(super) const G_CTRL: Request<v4l2_control> = Request::of(vidioc::VIDIOC_G_CTRL);
pub(super) const S_CTRL: Request<v4l2_control> = Request::of(vidioc::VIDIOC_S_CTRL);
pub(super) const REQBUFS: Request<v4l2_requestbuffers> = Request::of(vidioc::VIDIOC_REQBUFS);
pub(super) const QUERYBUF: Request<v4l2_buffer> = Request::of(vidioc::VIDIOC_QUERYBUF);
pub(super) const QBUF: Request<v4l2_buffer> = Request::of(vidioc::VIDIOC_QBUF);
pub(super) const DQBUF: Request<v4l2_buffer> = Request::of(vidioc::VIDIOC_DQBUF);
pub(super) const STREAMON: Request<libc::c_int> = Request::of(vidioc::VIDIOC_STREAMON);
pub(super) const STREAMOFF: Request<libc::c_int> = Request::of(vidioc::VIDIOC_STREAMOFF);

/// Asks the kernel; an interruption by a signal is asked again.
///
/// Through the C library, not as a bare system call (as `v4l` does it): `libcamerify`, which makes the camera of
/// a Raspberry Pi look like one of V4L2, stands in for the functions of the C library.
pub(super) fn ioctl<T: Plain>(
    file: &File,
    request: Request<T>,
    argument: &mut T,
) -> io::Result<()> {
    let number = request.0;
    loop {
        // SAFETY: a `Request<T>` pairs a number with the structure it is declared with (its size is checked
        // when compiled), so the kernel reads and writes inside `argument`. No structure passed here
        // holds a pointer that the kernel follows: all buffers are V4L2_MEMORY_MMAP and single-planar.
        let answer = unsafe { libc::ioctl(file.as_raw_fd(), number, std::ptr::from_mut(argument)) };
        match Errno::result(answer) {
            Err(Errno::EINTR) => {}
            answer => return Ok(answer.map(drop)?),
        }
    }
}

/// A structure of the V4L2 API.
///
/// # Safety
/// It must be a C structure of integers, arrays, unions and pointers, for which all bytes zero are a value.
pub(super) unsafe trait Plain: Copy {
    /// All bytes zero, as the API wants what is not set.
    fn zeroed() -> Self {
        // SAFETY: what implements the trait promises that zero bytes are a value.
        unsafe { std::mem::zeroed() }
    }
}

macro_rules! plain {
    ($($name:ty),*) => { $(
        // SAFETY: generated from linux/videodev2.h, in which it is a structure of integers, arrays and unions of them
        // (and of a pointer, in v4l2_buffer, which may be null).
        unsafe impl Plain for $name {}
    )* };
}

plain!(
    v4l2_capability,
    v4l2_fmtdesc,
    v4l2_frmsizeenum,
    v4l2_frmivalenum,
    v4l2_format,
    v4l2_pix_format,
    v4l2_streamparm,
    v4l2_queryctrl,
    v4l2_querymenu,
    v4l2_control,
    v4l2_requestbuffers,
    v4l2_buffer,
    libc::c_int
);

/// Where the memory of a buffer is to be mapped from, after QUERYBUF.
pub(super) fn offset(buffer: &v4l2_buffer) -> u32 {
    // SAFETY: any bits are a u32; QUERYBUF of an MMAP buffer sets this member of the union.
    unsafe { buffer.m.offset }
}

/// The single-planar picture format.
pub(super) fn pix(format: &v4l2_format) -> v4l2_pix_format {
    // SAFETY: any bits are its integers; for V4L2_BUF_TYPE_VIDEO_CAPTURE this member of the union is in use.
    unsafe { format.fmt.pix }
}

/// The parameters of capturing.
pub(super) fn capture(parameters: &v4l2_streamparm) -> v4l2_captureparm {
    // SAFETY: any bits are its integers; for V4L2_BUF_TYPE_VIDEO_CAPTURE this member of the union is in use.
    unsafe { parameters.parm.capture }
}

/// The buffer of a driver in this process.
pub(super) struct Mapping {
    start: NonNull<u8>,
    length: usize,
}

// SAFETY: a mapping belongs to the process, not to a thread, and this value alone unmaps it.
unsafe impl Send for Mapping {}

impl Mapping {
    /// Maps `length` bytes at `offset`, as QUERYBUF gives them.
    pub(super) fn of(file: &File, length: usize, offset: u32) -> io::Result<Self> {
        // On 32-bit boards the conversion can fail.
        #[allow(clippy::unnecessary_fallible_conversions)]
        let offset =
            libc::off_t::try_from(offset).map_err(|_| io::Error::from(Errno::EOVERFLOW))?;
        // SAFETY: the kernel chooses the place, so no memory in use is replaced; it checks length and offset
        // against the buffer. Read-only: the driver writes, the daemon never does.
        let start = unsafe {
            v4l::v4l2::mmap(
                std::ptr::null_mut(),
                length,
                libc::PROT_READ,
                libc::MAP_SHARED,
                file.as_raw_fd(),
                offset,
            )?
        };
        let start =
            NonNull::new(start.cast::<u8>()).ok_or_else(|| io::Error::from(Errno::ENOMEM))?;
        Ok(Mapping { start, length })
    }

    /// The whole memory. Only for a buffer that is dequeued: the driver writes to the others.
    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: `start` and `length` are a mapping that lives as long as `self`. The kernel keeps its pages also when
        // the camera is pulled out. The driver writes only to queued buffers, and `Node::memory` gives no slice of those;
        // `Node::queue` takes `&mut self`, so that no slice is alive when a buffer goes back.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.length) }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: this is the mapping made in `of`, unmapped once; no slice of it outlives `self`.
        let unmapped =
            unsafe { v4l::v4l2::munmap(self.start.as_ptr().cast::<c_void>(), self.length) };
        if let Err(error) = unmapped {
            log::debug!("unmapping a camera buffer: {error}");
        }
    }
}
