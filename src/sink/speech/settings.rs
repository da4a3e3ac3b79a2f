//! The settings of speech.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// Where Speech Dispatcher listens when it runs for the whole system.
const SYSTEM_PATH: &str = "/run/speech-dispatcher/speechd.sock";
/// Where it listens in a user's own runtime folder.
const USER_PATH: &str = "speech-dispatcher/speechd.sock";
/// What names the place to all of its clients, and how a Unix socket is written there.
const ADDRESS: &str = "SPEECHD_ADDRESS";
const UNIX_ADDRESS: &str = "unix_socket:";
/// Voices that every synthesizer has, by the names that SSIP gives them.
const SYMBOLIC_VOICES: [&str; 8] = [
    "MALE1",
    "MALE2",
    "MALE3",
    "FEMALE1",
    "FEMALE2",
    "FEMALE3",
    "CHILD_MALE",
    "CHILD_FEMALE",
];

/// What is said, by which voice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Default false: most devices have no loudspeaker.
    pub enabled: bool,
    /// The socket of Speech Dispatcher. Default none: where its other clients look for it too.
    pub path: Option<PathBuf>,
    /// Whether a page is said once it is steady. Default true.
    pub pages: bool,
    /// Whether hints are said. Default true.
    pub hints: bool,
    /// The language of the print and of the hints, as in `de` or `en-GB`. Default `en`.
    pub language: String,
    /// The synthesizer (an output module of Speech Dispatcher). Default none: the one that it takes for the language.
    pub module: Option<String>,
    /// A voice of the synthesizer, or one of the kinds that every synthesizer has, as `FEMALE1`. Default none: the one
    /// that it takes for the language.
    pub voice: Option<String>,
    /// How fast, -100 to 100. Default none: as Speech Dispatcher is set up.
    pub rate: Option<i32>,
    /// How high, -100 to 100. Default none: as Speech Dispatcher is set up.
    pub pitch: Option<i32>,
    /// How loud, -100 to 100. Default none: as Speech Dispatcher is set up.
    pub volume: Option<i32>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            enabled: false,
            path: None,
            pages: true,
            hints: true,
            language: "en".to_owned(),
            module: None,
            voice: None,
            rate: None,
            pitch: None,
            volume: None,
        }
    }
}

impl Settings {
    /// All that is wrong with the settings. Whether there is such a voice is found out when Speech Dispatcher is there to
    /// be asked.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults: Vec<Fault> = self
            .path
            .as_ref()
            .and_then(|path| Fault::relative("path", path))
            .into_iter()
            .collect();
        let mut fault = |key: &str, message: String| faults.push(Fault::new(key, message));
        if self.enabled && !self.pages && !self.hints {
            let what = "false, as is pages: expected one of them to be said, or enabled = false";
            fault("hints", what.to_owned());
        }
        if !is_language(&self.language) {
            let what = "expected the code of a language, as in \"de\" or \"en-GB\"";
            fault("language", format!("\"{}\": {what}", self.language));
        }
        for (key, name, list) in [
            ("module", &self.module, "`spd-say -O` lists them"),
            ("voice", &self.voice, "`spd-say -L` lists them"),
        ] {
            let Some(name) = name else { continue };
            if name.trim().is_empty() {
                fault(key, format!("empty: expected a name, {list}"));
            } else if name.contains(char::is_control) {
                fault(
                    key,
                    format!("has a control character: expected a name, {list}"),
                );
            }
        }
        for (key, value) in self.numbers() {
            faults.extend(value.and_then(|value| Fault::range(key, value, -100..=100, "")));
        }
        faults
    }

    /// Where Speech Dispatcher is looked for: at `path`, or else where `SPEECHD_ADDRESS` says if that is a Unix socket, or
    /// in the user's runtime folder, or, without one, where it listens for the whole system.
    pub fn place(&self) -> PathBuf {
        let variable = |name| std::env::var_os(name).map(PathBuf::from);
        self.path.clone().unwrap_or_else(|| {
            let address = std::env::var(ADDRESS).ok();
            looked_for(address.as_deref(), variable("XDG_RUNTIME_DIR").as_deref())
        })
    }

    /// What is set by a number, with its key.
    pub(super) fn numbers(&self) -> [(&'static str, Option<i32>); 3] {
        [
            ("rate", self.rate),
            ("pitch", self.pitch),
            ("volume", self.volume),
        ]
    }
}

/// Whether `voice` is a kind of voice rather than the name of one.
pub fn is_symbolic(voice: &str) -> bool {
    SYMBOLIC_VOICES.contains(&voice)
}

fn looked_for(address: Option<&str>, runtime: Option<&Path>) -> PathBuf {
    let named = address
        .and_then(|address| address.strip_prefix(UNIX_ADDRESS))
        .map(PathBuf::from);
    let own = runtime
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(USER_PATH));
    named
        .filter(|path| path.is_absolute())
        .or(own)
        .unwrap_or_else(|| PathBuf::from(SYSTEM_PATH))
}

/// Letters and digits in parts of 1 to 8, the first of 2 to 8 letters, as BCP 47 has them.
fn is_language(code: &str) -> bool {
    let mut parts = code.split('-');
    let fits = |part: &str, least| {
        (least..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let first = parts.next().unwrap_or_default();
    fits(first, 2)
        && first.chars().all(|c| c.is_ascii_alphabetic())
        && parts.all(|part| fits(part, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_cannot_be_used_are_all_named() {
        assert_eq!(Settings::default().check(), []);
        let wrong = Settings {
            enabled: true,
            path: Some("here".into()),
            pages: false,
            hints: false,
            language: "German".to_owned() + " (Austria)",
            module: Some(String::new()),
            voice: Some("a\nQUIT".to_owned()),
            rate: Some(300),
            pitch: Some(-101),
            volume: Some(100),
        };
        let keys: Vec<String> = wrong.check().into_iter().map(|fault| fault.key).collect();
        assert_eq!(
            keys,
            [
                "path", "hints", "language", "module", "voice", "rate", "pitch"
            ]
        );
        assert!(toml::from_str::<Settings>("speed = 1").is_err());
    }

    #[test]
    fn languages_are_written_as_the_standard_has_them() {
        for good in ["de", "en-GB", "zh-Hant-TW", "yue", "en-us-nyc"] {
            assert!(is_language(good), "{good}");
        }
        for bad in [
            "",
            "d",
            "de_DE",
            "de-",
            "-de",
            "1e",
            "de DE",
            "de-abcdefghi",
        ] {
            assert!(!is_language(bad), "{bad}");
        }
    }

    #[test]
    fn it_is_looked_for_where_its_other_clients_look() {
        let at = |address, runtime: Option<&str>| looked_for(address, runtime.map(Path::new));
        let user = Path::new("/run/user/7/speech-dispatcher/speechd.sock");
        assert_eq!(
            at(Some("unix_socket:/a/b"), Some("/run/user/7")),
            Path::new("/a/b")
        );
        assert_eq!(at(None, Some("/run/user/7")), user);
        // A network address: glyphd has no network.
        assert_eq!(at(Some("inet_socket:host:6560"), Some("/run/user/7")), user);
        assert_eq!(at(Some("unix_socket"), None), Path::new(SYSTEM_PATH));
        assert_eq!(at(None, Some("")), Path::new(SYSTEM_PATH));
    }
}
