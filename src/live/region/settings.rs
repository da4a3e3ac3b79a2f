//! `[[region]]`: where glyphd reads, what is known about the text, and what must be read there.

use serde::{Deserialize, Serialize};

use super::polygon::Polygon;
use crate::contract::plain::LineText;
use crate::fault::{Fault, nearest};
use crate::text::fields;
use crate::text::knowledge::{self, Fit, Matcher, Mode};
use crate::text::recognize;
use crate::vision::enhance::Orientation;

/// Regions of one picture. Each is searched by itself, and a label with as many parts is read faster as a whole.
pub const MOST: usize = 16;
/// Bytes of a name: it stands in every event of a line.
const LONGEST_NAME: usize = 64;

/// The `[[region]]` tables; none for the whole picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Settings(pub Vec<Region>);

/// A `[[region]]` table.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Region {
    /// What it is called in events; each its own.
    pub name: String,
    /// Its corners in order along its edge, each `[x, y]` in shares of the picture's width and height after
    /// `enhance.orientation`.
    pub polygon: Vec<[f32; 2]>,
    /// By how many degrees what is in it must be turned clockwise to be upright, after the page was. Default 0.
    pub orientation: Orientation,
    /// Words that its lines say. With words or patterns, those of `[read.knowledge]` do not count here.
    pub words: Vec<String>,
    /// Patterns of what its lines say.
    pub patterns: Vec<String>,
    /// As in `[read.knowledge]`, for these lines; not set: as there.
    pub fit: Option<Fit>,
    /// As in `[read.knowledge]`, for these lines; not set: as there.
    pub mode: Option<Mode>,
    /// As in `[read.knowledge]`, for these lines; not set: as there.
    pub characters: Option<String>,
    /// What is to be read in it: a kind of field, or a pattern that a part of a line fits; empty for any text.
    pub expect: String,
    /// Whether an event is emitted when that is not read. Default false.
    pub required: bool,
}

/// What is to be read in a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Any text.
    Text,
    /// A field.
    Field(fields::Kind),
    /// Something that fits a pattern.
    Pattern(String),
}

impl Settings {
    /// Faults of the regions themselves.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.0.len() > MOST {
            faults.push(Fault::new(
                MOST.to_string(),
                format!("is one region too many, expected at most {MOST}"),
            ));
        }
        for (at, region) in self.0.iter().enumerate() {
            let mut own = region.check();
            let before = self.0.iter().take(at);
            if before.clone().any(|other| other.name == region.name) && !region.name.is_empty() {
                own.push(Fault::new(
                    "name",
                    format!("{:?} is the name of an earlier region", region.name),
                ));
            }
            faults.extend(own.into_iter().map(|fault| fault.within(&at.to_string())));
        }
        faults
    }

    /// Faults that only show together with the other tables.
    pub fn check_beside(
        &self,
        read: &recognize::Settings,
        fields: &fields::Settings,
    ) -> Vec<Fault> {
        let built_in = read.model.as_os_str().is_empty();
        let general = read.knowledge.check(built_in);
        let mut faults = Vec::new();
        for (at, region) in self.0.iter().enumerate() {
            let known = region.knowledge(&read.knowledge).map(|k| k.check(built_in));
            let known = known.into_iter().flatten();
            let mut own: Vec<Fault> = known
                .filter(|fault| !general.contains(fault))
                .map(|fault| region.blame(fault))
                .collect();
            if let Ok(Expect::Field(kind)) = region.expected()
                && !fields.enabled
            {
                own.push(Fault::new(
                    "expect",
                    format!(
                        "{:?} is never found while fields.enabled is false",
                        kind.word()
                    ),
                ));
            }
            faults.extend(own.into_iter().map(|fault| fault.within(&at.to_string())));
        }
        faults
    }
}

impl Region {
    fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let name = self.name.as_str();
        if name.is_empty() {
            faults.push(Fault::new(
                "name",
                "is missing: events name the region by it",
            ));
        } else if name.len() > LONGEST_NAME || LineText::new(name).as_str() != name {
            faults.push(Fault::new(
                "name",
                format!(
                    "{name:?}: expected at most {LONGEST_NAME} bytes without spaces around and without control characters"
                ),
            ));
        }
        if let Err((corner, message)) = Polygon::new(&self.polygon) {
            let key = corner.map_or("polygon".to_owned(), |at| format!("polygon.{at}"));
            faults.push(Fault::new(key, message));
        }
        faults.extend(
            self.expected()
                .err()
                .map(|message| Fault::new("expect", message)),
        );
        faults
    }

    /// One line for a person.
    pub fn summary(&self) -> String {
        let expected = match self.expect.as_str() {
            "" => "any text",
            expected => expected,
        };
        let required = if self.required { ", required" } else { "" };
        format!("looks at the region {}: {expected}{required}", self.name)
    }

    /// What is to be read here.
    ///
    /// # Errors
    /// What is wrong with the key.
    pub fn expected(&self) -> Result<Expect, String> {
        let text = self.expect.as_str();
        let mut kinds = fields::Kind::ALL.into_iter();
        if text.is_empty() {
            return Ok(Expect::Text);
        }
        if let Some(kind) = kinds.find(|kind| kind.word() == text) {
            return Ok(Expect::Field(kind));
        }
        // As a pattern it would be that word, which is hardly what is meant.
        if text.chars().all(|c| c.is_ascii_lowercase()) {
            let words = fields::Kind::ALL.map(fields::Kind::word);
            let meant = nearest(text, words).map(|meant| format!(" did you mean {meant:?}?"));
            return Err(format!(
                "{text:?} is no kind of field,{} expected a pattern or one of {}; the word itself is ({text})",
                meant.unwrap_or_default(),
                words.join(", ")
            ));
        }
        match Matcher::new(text) {
            Ok(_) => Ok(Expect::Pattern(text.to_owned())),
            Err(message) => Err(format!("{text:?}: {message}")),
        }
    }

    /// What is known about the lines here, unless it is the same as about all lines (`general`).
    ///
    /// A pattern that is expected is also one to read by, unless the region has words or patterns of its own.
    pub fn knowledge(&self, general: &knowledge::Settings) -> Option<knowledge::Settings> {
        let mut own = general.clone();
        if self.has_own_texts() {
            own.words.clone_from(&self.words);
            own.patterns.clone_from(&self.patterns);
            own.words_file.clear();
        } else if let Ok(Expect::Pattern(pattern)) = self.expected() {
            own.words.clear();
            own.patterns = vec![pattern];
            own.words_file.clear();
            own.fit = Fit::Part;
        }
        own.fit = self.fit.unwrap_or(own.fit);
        own.mode = self.mode.unwrap_or(own.mode);
        if self.characters.is_some() {
            own.characters.clone_from(&self.characters);
        }
        (own != *general).then_some(own)
    }

    fn has_own_texts(&self) -> bool {
        !(self.words.is_empty() && self.patterns.is_empty())
    }

    /// The fault with the key of this region that caused it.
    fn blame(&self, fault: Fault) -> Fault {
        let Fault { key, message } = fault;
        let own = match key.as_str() {
            "words" => !self.words.is_empty(),
            "patterns" => !self.patterns.is_empty(),
            "characters" => self.characters.is_some(),
            _ => false,
        };
        if own {
            return Fault { key, message };
        }
        let by_expected = key == "patterns" && !self.has_own_texts() && !self.expect.is_empty();
        if by_expected {
            return Fault::new("expect", message);
        }
        Fault::new(
            "characters",
            format!("with read.knowledge.{key}: {message}"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(text: &str) -> Region {
        let square = "name = \"a\"\npolygon = [[0, 0], [1, 0], [1, 1], [0, 1]]\n";
        toml::from_str(&format!("{square}{text}")).unwrap()
    }

    fn faults(regions: Vec<Region>) -> Vec<String> {
        let settings = Settings(regions);
        let mut faults = settings.check();
        faults.extend(settings.check_beside(&Default::default(), &Default::default()));
        let told = |fault: Fault| format!("{}: {}", fault.key, fault.message);
        faults.into_iter().map(told).collect()
    }

    #[test]
    fn what_is_to_be_read_is_a_kind_of_field_or_a_pattern() {
        let expected = |text: &str| {
            region(&format!("expect = '{text}'"))
                .expected()
                .map_err(|e| e.chars().take(60).collect::<String>())
        };
        assert_eq!(expected(""), Ok(Expect::Text));
        assert_eq!(expected("date"), Ok(Expect::Field(fields::Kind::Date)));
        assert_eq!(
            expected(r"[A-Z]\d{5}"),
            Ok(Expect::Pattern(r"[A-Z]\d{5}".into()))
        );
        assert_eq!(expected("(lto)"), Ok(Expect::Pattern("(lto)".into())));
        assert!(
            expected("wieght")
                .unwrap_err()
                .contains("did you mean \"weight\"?")
        );
        assert!(expected("[A-Z").is_err());
    }

    #[test]
    fn what_is_known_here_stands_for_what_is_known_of_all_lines() {
        let general = knowledge::Settings {
            words: vec!["LOT".into()],
            bend: 9.0,
            ..knowledge::Settings::default()
        };
        let known = |text: &str| region(text).knowledge(&general);
        assert_eq!(known(""), None);
        assert_eq!(known("expect = 'date'\nrequired = true"), None);
        let patterns = known("patterns = ['\\d']\ncharacters = '0-9'").unwrap();
        assert_eq!((patterns.words.len(), patterns.patterns.len()), (0, 1));
        assert_eq!((patterns.fit, patterns.bend), (Fit::Line, 9.0));
        assert_eq!(patterns.characters.as_deref(), Some("0-9"));
        let expected = known(r"expect = '[A-Z]\d{5}'").unwrap();
        assert_eq!(expected.patterns, [r"[A-Z]\d{5}"]);
        assert_eq!((expected.words.len(), expected.fit), (0, Fit::Part));
        let both = known("expect = '\\d{5}'\nwords = ['EXP']\nmode = 'only'").unwrap();
        assert_eq!(
            (both.words.as_slice(), both.patterns.len()),
            (&["EXP".to_owned()][..], 0)
        );
        assert_eq!((both.mode, both.fit), (Mode::Only, Fit::Line));
    }

    #[test]
    fn faults_are_told_at_the_key_that_brought_them() {
        assert_eq!(faults(vec![region("")]), [""; 0]);
        let told = faults(vec![region(""), region("patterns = ['[A-Z']")]);
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!(told[0], "1.name: \"a\" is the name of an earlier region");
        assert!(told[1].starts_with("1.patterns: \"[A-Z\": "), "{told:?}");
        let told = faults(vec![region("expect = '漢{3}'")]);
        assert!(told[0].starts_with("0.expect: "), "{told:?}");
        let told = faults(vec![region("words = ['LOT']\ncharacters = '0-9'")]);
        assert!(told[0].starts_with("0.words: "), "{told:?}");
        let nothing = faults(vec![Region::default()]);
        assert_eq!(nothing.len(), 2, "{nothing:?}");
        let many = (0..17).map(|i| Region {
            name: format!("{i}"),
            ..region("")
        });
        assert!(faults(many.collect())[0].starts_with("16: "));
    }

    #[test]
    fn what_two_tables_say_together_can_be_wrong() {
        let settings = Settings(vec![region("expect = 'date'\ncharacters = '0-9'")]);
        let read = recognize::Settings {
            knowledge: knowledge::Settings {
                words: vec!["LOT".into()],
                ..Default::default()
            },
            ..Default::default()
        };
        let fields = fields::Settings {
            enabled: false,
            ..Default::default()
        };
        let keys: Vec<String> = settings
            .check_beside(&read, &fields)
            .into_iter()
            .map(|fault| fault.key)
            .collect();
        assert_eq!(keys, ["0.characters", "0.expect"]);
    }
}
