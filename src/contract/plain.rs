//! Text as it may leave the device.
//!
//! Takes whatever a model emitted and gives text without control characters, without characters
//! that reorder or hide what stands beside them, and without spaces at its ends. Both types can only be
//! made clean, by construction as by deserialization, so nothing behind them has to check again.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// One line of text: no control character, no line break.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub struct LineText(String);

/// A page: lines of text, each as clean as a [`LineText`], with `\n` between them and nowhere else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub struct PageText(String);

impl LineText {
    /// Cleans `raw`: line breaks and tabs become spaces, other control and invisible direction
    /// characters vanish, spaces at the ends go.
    pub fn new(raw: &str) -> Self {
        let mut text: String = raw.chars().filter_map(printable).collect();
        text.truncate(text.trim_end().len());
        text.drain(..text.len() - text.trim_start().len());
        LineText(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PageText {
    /// Joins `lines`, top to bottom, each cleaned as by [`LineText::new`]. A line break inside a
    /// line counts as a space, so that there are as many lines as were given.
    pub fn new(lines: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let lines = lines.into_iter();
        let lines: Vec<String> = lines.map(|line| LineText::new(line.as_ref()).0).collect();
        PageText(lines.join("\n"))
    }

    /// The text, its lines separated by `\n`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The lines, top to bottom.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.split('\n')
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The character as it may leave the device, if it may. Nothing else decides this.
///
/// Besides the control characters (Unicode category Cc) these are refused: the direction marks,
/// embeddings, overrides and isolates of UAX 9, which make a terminal show another text than a
/// program reads; the byte order mark; the interlinear anchors; and the invisible tag characters.
pub fn printable(c: char) -> Option<char> {
    match c {
        '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' => None,
        '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' => None,
        '\u{E0000}'..='\u{E007F}' => None,
        c if c.is_control() => None,
        c => Some(c),
    }
}

impl From<String> for LineText {
    fn from(raw: String) -> Self {
        LineText::new(&raw)
    }
}

impl From<LineText> for String {
    fn from(text: LineText) -> Self {
        text.0
    }
}

impl From<String> for PageText {
    fn from(raw: String) -> Self {
        PageText::new(raw.split('\n'))
    }
}

impl From<PageText> for String {
    fn from(text: PageText) -> Self {
        text.0
    }
}

impl fmt::Display for LineText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for PageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a region, as clean as a [`LineText`]. A clone costs no memory, so each line of each picture can have one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub struct RegionName(Arc<str>);

impl RegionName {
    /// The name as it is configured.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for RegionName {
    fn from(name: String) -> Self {
        RegionName(LineText::new(&name).as_str().into())
    }
}

impl From<RegionName> for String {
    fn from(name: RegionName) -> Self {
        name.0.as_ref().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_moves_or_hides_the_cursor_never_gets_through() {
        assert_eq!(
            LineText::new("\x1b[2JLOT\t4\u{202e}21\u{0}\n").as_str(),
            "[2JLOT 421"
        );
        assert_eq!(LineText::new(" \u{feff} ").as_str(), "");
    }

    #[test]
    fn signs_and_letters_of_labels_are_left_alone() {
        let label = "Größe 5 µg – “½ €” № 3 × 2 °C ©®™";
        assert_eq!(LineText::new(label).as_str(), label);
    }

    #[test]
    fn a_page_has_the_lines_it_was_given() {
        let page = PageText::new(["first", "sec\nond", ""]);
        assert_eq!(page.as_str(), "first\nsec ond\n");
        assert_eq!(page.lines().collect::<Vec<_>>(), ["first", "sec ond", ""]);
    }

    proptest! {
        #[test]
        fn no_line_holds_a_control_character(raw in any::<String>()) {
            let line = LineText::new(&raw);
            prop_assert!(!line.as_str().chars().any(char::is_control), "{:?}", line);
            prop_assert_eq!(LineText::new(line.as_str()), line);
        }

        #[test]
        fn a_page_holds_line_breaks_and_no_other_control_character(raw in prop::collection::vec(any::<String>(), 1..5)) {
            let page = PageText::new(raw.iter().map(String::as_str));
            prop_assert!(page.as_str().chars().all(|c| c == '\n' || !c.is_control()));
            prop_assert_eq!(page.lines().count(), raw.len());
        }
    }
}
