//! From many pictures to readings: which pictures are worth reading, what became of a line from one to the next, and what is to
//! be told.
//!
//! Takes the pictures of a camera and the pages that were read in them; gives what changed. Time comes with each picture, so
//! that every state is reached in a test without a sleep.

pub mod gate;
pub mod guide;
pub mod region;
pub mod track;
