//! Why a picture file is not read, in the same words whichever decoder refuses it.

use std::fmt::Display;

use crate::error::{Error, err};

pub(super) fn cut_off() -> Error {
    err!(Data, "the picture is cut off")
}

pub(super) fn needs_too_much() -> Error {
    err!(
        Data,
        "the picture needs more memory than allowed: make it smaller"
    )
}

pub(super) fn damaged(why: impl Display) -> Error {
    err!(Data, "the picture is damaged: {why}")
}

/// For a file of a kind that is read, of which this one cannot be.
pub(super) fn unsupported(kind: &str, what: &str) -> Error {
    err!(
        Data,
        "{kind} with {what} is not supported: save it as PNG, e.g. with magick (ImageMagick) or gimp"
    )
}
