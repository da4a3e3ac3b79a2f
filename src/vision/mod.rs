//! From a picture to strips: the classic steps that make print easier to read, where its lines stand, and each line upright.
//!
//! Takes a luma plane; gives quads and strips. Does no I/O.

pub mod enhance;
pub mod find;
pub mod rectify;
pub(crate) mod straighten;
