//! The command `glyphd`: a thin shell around the library.

fn main() {}
