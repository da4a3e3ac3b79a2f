//! A line of text as it was read: where it stands in the picture, what it says, and how surely.
//!
//! What a recogniser makes of one quad, and what `layout`, `tidy` and `track` work on.
//! Whoever changes the text changes `chars` with it: the characters of `chars`, one after
//! another, are the text.

use serde::{Deserialize, Serialize};

use crate::contract::plain::{PageText, RegionName};
use crate::quad::Quad;
use crate::rotation::Rotation;

/// One line of text that was read in one picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadLine {
    /// Where the line stands, in pixels of the picture.
    pub quad: Quad,
    /// What it says.
    pub text: String,
    /// How sure the reader is of the whole line, 0 to 1.
    pub confidence: f32,
    /// Each character of the text with how sure the reader is of it, 0 to 1.
    pub chars: Vec<(char, f32)>,
    /// The region of interest that the line lies in, where any are configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionName>,
}

/// The text of a picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// The lines, in reading order.
    pub lines: Vec<ReadLine>,
    /// The lines' text, with a line break between rows.
    pub text: PageText,
    /// How many lines were left out because they fit nothing that was asked for (see `[read.knowledge]`).
    pub rejected: usize,
    /// Lines that were read less surely than is asked for: something is there, and its text is not to be relied on.
    pub doubtful: Vec<ReadLine>,
    /// Most lines read well only upside down.
    pub upside_down: bool,
    /// How the picture was turned to be read. The quads are in the picture as it came.
    #[serde(default)]
    pub turn: Rotation,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_pairs_of_sign_and_confidence_in_json() {
        let line = ReadLine {
            quad: Quad::upright(1.0, 2.0, 3.0, 4.0),
            text: "B".into(),
            confidence: 0.5,
            chars: vec![('B', 0.5)],
            region: None,
        };
        let json = serde_json::to_string(&line).expect("a line is plain data");
        assert_eq!(
            json,
            r#"{"quad":[[1.0,2.0],[4.0,2.0],[4.0,6.0],[1.0,6.0]],"text":"B","confidence":0.5,"chars":[["B",0.5]]}"#
        );
        assert_eq!(
            serde_json::from_str::<ReadLine>(&json).expect("round trip"),
            line
        );
    }
}
