//! What crate `v4l` needs of the kernel's linux/videodev2.h. It stands in for the crate of the same name, whose build script
//! makes the same with bindgen, and therefore needs libclang (half a gigabyte) on each machine that builds glyphd.
//!
//! The kernel never changes these structures: programs that were compiled long ago go on. They are written in C's own types, so
//! that the compiler lays them out for 32 and 64 bit alike; the sizes below are what `gcc` says of the header for each.
//!
//! The header may be used under BSD-3-Clause (it is "GPL-2.0+ WITH Linux-syscall-note OR BSD-3-Clause").

#![no_std]
#![allow(
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    reason = "the names are the kernel's"
)]

include!("videodev2.rs");

macro_rules! sizes {
    ($($structure:ident: $on_64_bit:literal, $on_32_bit:literal;)*) => { $(
        const _: () = assert!(
            size_of::<$structure>() == if cfg!(target_pointer_width = "64") { $on_64_bit } else { $on_32_bit }
        );
    )* };
}

sizes! {
    v4l2_capability: 104, 104;
    v4l2_fmtdesc: 64, 64;
    v4l2_frmsizeenum: 44, 44;
    v4l2_frmivalenum: 52, 52;
    v4l2_pix_format: 48, 48;
    v4l2_format: 208, 204;
    v4l2_streamparm: 204, 204;
    v4l2_queryctrl: 68, 68;
    v4l2_querymenu: 44, 44;
    v4l2_control: 8, 8;
    v4l2_ext_control: 20, 20;
    v4l2_ext_controls: 32, 24;
    v4l2_query_ext_ctrl: 232, 232;
    v4l2_requestbuffers: 20, 20;
    v4l2_buffer: 88, 68;
}
