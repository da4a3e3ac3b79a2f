//! The name of a region, as lines carry it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::event::LineText;

/// The name of a region, as clean as a [`LineText`]. A clone costs no memory, so each line of each picture can have one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub struct Name(Arc<str>);

impl Name {
    /// The name as it is configured.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Name {
    fn from(name: String) -> Self {
        Name(LineText::new(&name).as_str().into())
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0.as_ref().to_owned()
    }
}
