//! The rules for clients: the settings, with the names of users and groups looked up.
//!
//! Takes settings and gives [`Rules`]: how many may connect, who, and what they may ask. Root and the user that
//! glyphd runs as always may connect: they could do all of it anyway, and `glyphd status` must work for them.

use std::ffi::CString;

use nix::sys::stat::Mode;
use nix::unistd::{Gid, Group, Uid, User, getgrouplist};

use super::settings::Settings;
use crate::contract::control::Command;
use crate::error::{Result, err};
use crate::sink::usable;

/// What holds for all clients.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Of the socket file.
    pub mode: Mode,
    /// Of the socket file, if not that of glyphd.
    pub group: Option<Gid>,
    /// At a time.
    pub clients: usize,
    /// What they may ask.
    pub commands: Vec<Command>,
    users: Vec<Uid>,
    groups: Vec<Gid>,
}

/// Who is at the other end of a connection, as the kernel saw it connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    pub process: i32,
    pub user: Uid,
    pub group: Gid,
}

impl Rules {
    /// The rules that `settings` give.
    ///
    /// # Errors
    /// `Config` for settings that cannot be used, and for users and groups that are not there.
    pub fn of(settings: &Settings) -> Result<Self> {
        usable("socket", &settings.check())?;
        let unknown = |key: &str, what: &str, name: &str| {
            err!(
                Config,
                "output.socket.{key}: no {what} \"{name}\" on this system"
            )
        };
        let user = |name: &String| {
            let named = || User::from_name(name).ok().flatten().map(|user| user.uid);
            let user = number(name).map(Uid::from_raw).or_else(named);
            user.ok_or_else(|| unknown("users", "user", name))
        };
        let group = |key: &'static str| {
            move |name: &String| {
                let named = || Group::from_name(name).ok().flatten().map(|group| group.gid);
                let group = number(name).map(Gid::from_raw).or_else(named);
                group.ok_or_else(|| unknown(key, "group", name))
            }
        };
        Ok(Rules {
            mode: settings.mode.get(),
            group: settings.group.as_ref().map(group("group")).transpose()?,
            clients: settings.clients,
            commands: settings.commands.clone(),
            users: settings.users.iter().map(user).collect::<Result<_>>()?,
            groups: settings
                .groups
                .iter()
                .map(group("groups"))
                .collect::<Result<_>>()?,
        })
    }

    /// Whether `peer` may connect.
    pub fn admit(&self, peer: Peer) -> bool {
        self.admit_with(peer, groups_of)
    }

    /// The groups of a user are looked up only where they matter.
    fn admit_with(&self, peer: Peer, groups_of: impl Fn(Peer) -> Vec<Gid>) -> bool {
        let anyone = self.users.is_empty() && self.groups.is_empty();
        anyone
            || peer.user.is_root()
            || peer.user == Uid::effective()
            || self.users.contains(&peer.user)
            || self.groups.contains(&peer.group)
            || !self.groups.is_empty()
                && groups_of(peer)
                    .iter()
                    .any(|group| self.groups.contains(group))
    }
}

fn number(name: &str) -> Option<u32> {
    name.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| name.parse().ok())?
}

/// The groups that the system knows the user of `peer` to be in.
fn groups_of(peer: Peer) -> Vec<Gid> {
    let name = User::from_uid(peer.user)
        .ok()
        .flatten()
        .and_then(|user| CString::new(user.name).ok());
    name.and_then(|name| getgrouplist(&name, peer.group).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn rules(users: &[&str], groups: &[&str]) -> Rules {
        let owned = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
        Rules::of(&Settings {
            users: owned(users),
            groups: owned(groups),
            ..Settings::default()
        })
        .unwrap()
    }

    /// Neither root nor whoever runs the tests.
    const STRANGER: u32 = 54_321;

    fn peer(user: u32, group: u32) -> Peer {
        Peer {
            process: 1,
            user: Uid::from_raw(user),
            group: Gid::from_raw(group),
        }
    }

    #[test]
    fn those_who_are_named_may_connect_and_nobody_else() {
        let no_more = |_: Peer| Vec::new();
        let stranger = peer(STRANGER, STRANGER);
        assert!(rules(&[], &[]).admit_with(stranger, no_more));
        let named = rules(&["54322", "root"], &["54323"]);
        assert!(!named.admit_with(stranger, no_more));
        assert!(named.admit_with(peer(54_322, STRANGER), no_more));
        assert!(named.admit_with(peer(STRANGER, 54_323), no_more));
        assert!(named.admit_with(stranger, |_| vec![Gid::from_raw(1), Gid::from_raw(54_323)]));
        assert!(named.admit_with(peer(0, 0), no_more));
        assert!(named.admit_with(peer(Uid::effective().as_raw(), STRANGER), no_more));
        // Nobody of that number is known to the system, which is no group of anybody.
        assert!(!named.admit(stranger));
        // With users alone, groups count for nothing.
        assert!(!rules(&["54322"], &[]).admit_with(stranger, |_| vec![Gid::from_raw(54_322)]));
    }

    #[test]
    fn a_user_or_group_that_is_not_there_is_named() {
        let settings = |key: &str| {
            let list = vec!["no-such-name".to_owned()];
            match key {
                "users" => Settings {
                    users: list,
                    ..Settings::default()
                },
                "groups" => Settings {
                    groups: list,
                    ..Settings::default()
                },
                _ => Settings {
                    group: Some("no-such-name".to_owned()),
                    ..Settings::default()
                },
            }
        };
        for (key, what) in [("users", "user"), ("groups", "group"), ("group", "group")] {
            let fault = Rules::of(&settings(key)).unwrap_err();
            assert_eq!(fault.kind(), Kind::Config);
            assert_eq!(
                fault.to_string(),
                format!("output.socket.{key}: no {what} \"no-such-name\" on this system")
            );
        }
        assert_eq!(rules(&["root"], &["root"]).users, [Uid::from_raw(0)]);
    }
}
