//! Regions of interest: the parts of a picture in which print is looked for, each with its name.

mod name;

pub use name::Name;
