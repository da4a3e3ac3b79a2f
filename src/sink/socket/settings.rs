//! The settings of the socket.

use std::path::{Path, PathBuf};

use nix::sys::stat::Mode;
use nix::unistd::{AccessFlags, access};
use serde::{Deserialize, Serialize};

use crate::contract::control::Command;
use crate::fault::Fault;

/// Where the service listens.
pub const SYSTEM_PATH: &str = "/run/glyphd/glyphd.sock";
/// The name of the socket in a user's own runtime folder.
const USER_NAME: &str = "glyphd.sock";
/// Bytes of a path that fit into `sockaddr_un`, less the zero at its end.
const LONGEST_PATH: usize = 107;
/// The most clients a setting may allow: each costs a file descriptor, of which a service has 1024.
const MOST_CLIENTS: usize = 512;

/// Where the socket is and who may connect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Default true: the socket costs nothing while nobody connects.
    pub enabled: bool,
    /// Default none: `/run/glyphd/glyphd.sock` where that folder may be written, as for the service,
    /// otherwise `glyphd.sock` in the user's `$XDG_RUNTIME_DIR`.
    pub path: Option<PathBuf>,
    /// Who may connect, in octal. Default `0660`: the user and the group that glyphd runs as.
    pub mode: FileMode,
    /// The group that the socket gets, by name or number. Default none: that of glyphd.
    pub group: Option<String>,
    /// The users who may connect, by name or number, of those whom `mode` lets in. Default none are named, which, with
    /// no `groups` either, lets in all of them.
    pub users: Vec<String>,
    /// The groups whose members may connect, as `users`.
    pub groups: Vec<String>,
    /// Clients at a time. Default 16: more than a device has programs that read from it, and few
    /// enough that their buffers (256 KiB each at worst) fit into a small board.
    pub clients: usize,
    /// The commands that clients may give. Default all: whoever may connect is trusted with them.
    pub commands: Vec<Command>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            enabled: true,
            path: None,
            mode: FileMode(Mode::from_bits_truncate(0o660)),
            group: None,
            users: Vec::new(),
            groups: Vec::new(),
            clients: 16,
            commands: Command::ALL.to_vec(),
        }
    }
}

impl Settings {
    /// All that is wrong with the settings. Whether there are such users and groups is found out when the socket is made.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let Some(path) = &self.path {
            if let Some(relative) = Fault::relative("path", path) {
                faults.push(relative);
            } else if path.as_os_str().len() > LONGEST_PATH {
                let what = format!("too long for a socket: at most {LONGEST_PATH} bytes");
                faults.push(Fault::new("path", what));
            }
        }
        for (key, names) in [
            ("group", self.group.as_slice()),
            ("users", &self.users),
            ("groups", &self.groups),
        ] {
            if names.iter().any(|name| name.trim().is_empty()) {
                let what = "has an empty name: expected a name or a number, as in \"kiosk\"";
                faults.push(Fault::new(key, what));
            }
        }
        let clients = Fault::range("clients", self.clients, 1..=MOST_CLIENTS, "");
        faults.extend(clients);
        faults
    }

    /// Where the socket is to be.
    pub fn place(&self) -> PathBuf {
        self.path.clone().unwrap_or_else(|| {
            let service = Path::new(SYSTEM_PATH)
                .parent()
                .is_some_and(|folder| access(folder, AccessFlags::W_OK).is_ok());
            let user = default_paths().into_iter().nth(1);
            user.filter(|_| !service)
                .unwrap_or_else(|| PathBuf::from(SYSTEM_PATH))
        })
    }
}

/// The permissions of the socket file, in octal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileMode(Mode);

impl FileMode {
    pub(super) fn get(self) -> Mode {
        self.0
    }
}

impl TryFrom<String> for FileMode {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bits = u32::from_str_radix(&text, 8).ok();
        let mode = bits.filter(|bits| *bits <= 0o777).and_then(Mode::from_bits);
        let wrong = || format!("\"{text}\": expected octal digits, as in \"0660\"");
        mode.map(FileMode).ok_or_else(wrong)
    }
}

impl From<FileMode> for String {
    fn from(mode: FileMode) -> Self {
        format!("{:04o}", mode.0.bits())
    }
}

/// Where to look for a running glyphd whose path was not given: the service, then the user's own.
pub fn default_paths() -> Vec<PathBuf> {
    let own = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute());
    [
        Some(PathBuf::from(SYSTEM_PATH)),
        own.map(|folder| folder.join(USER_NAME)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(settings: Settings) -> Vec<String> {
        let faults = settings.check().into_iter();
        faults.map(|fault| fault.key).collect()
    }

    #[test]
    fn settings_that_cannot_be_used_are_all_named() {
        assert_eq!(Settings::default().check(), []);
        let wrong = Settings {
            path: Some("here".into()),
            group: Some(" ".to_owned()),
            users: vec!["root".to_owned(), String::new()],
            clients: 0,
            ..Settings::default()
        };
        assert_eq!(keys(wrong), ["path", "group", "users", "clients"]);
        let long = Settings {
            path: Some(format!("/{}", "x".repeat(LONGEST_PATH)).into()),
            ..Settings::default()
        };
        assert_eq!(keys(long), ["path"]);
        for mode in ["rw", "1777", "888", ""] {
            let fault = toml::from_str::<Settings>(&format!("mode = \"{mode}\"")).unwrap_err();
            assert!(fault.message().contains("expected octal digits"), "{fault}");
        }
        let mode = String::from(Settings::default().mode);
        assert_eq!(mode, "0660");
        assert!(toml::from_str::<Settings>("pth = \"/x\"").is_err());
        assert!(toml::from_str::<Settings>("commands = [\"halt\"]").is_err());
    }

    #[test]
    fn the_commands_that_clients_may_give_are_listed() {
        let some: Settings = toml::from_str("commands = [\"status\", \"trigger\"]").unwrap();
        assert_eq!(some.commands, [Command::Status, Command::Trigger]);
        let none: Settings = toml::from_str("commands = []").unwrap();
        assert_eq!(none.commands, []);
    }
}
