//! From many pictures to readings: which pictures are worth reading, what became of a line from one to the next, and what is
//! to be published.
//!
//! Takes the pictures of a camera and the pages that were read in them; gives what changed. Time comes with each picture, so
//! that a test reaches every state without a sleep.

pub mod gate;
pub mod guide;
pub mod region;
pub mod track;
