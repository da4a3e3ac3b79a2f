//! How much is remembered at most; what is beyond is left out, and costs neither memory nor time.

/// Lines followed at once: a page of dense print has 60 to 100. Further lines are read but not followed.
pub const MAX_LINES: usize = 160;
/// Characters of a line that are combined: the longest condensed lines have about 120.
pub const MAX_CHARS: usize = 256;
