//! From a strip to text: what a network sees in it, the characters that makes, the words, the lines in order, and the values
//! in them.
//!
//! Takes strips of one line each; gives lines with their characters and how surely each was read. Does no I/O.

pub mod ctc;
pub(crate) mod fields;
pub mod knowledge;
pub(crate) mod layout;
pub(crate) mod recognize;
pub mod score;
pub(crate) mod tidy;
