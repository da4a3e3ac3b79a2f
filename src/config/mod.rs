//! To come.

/// One setting that cannot be used: which key, what is wrong with it and what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The key, relative to the table it stands in, as in `baud`.
    pub key: String,
    /// What is wrong and what was expected, in one line.
    pub message: String,
}
