//! What a host asks over the line: a string of bytes that starts a reading, and one that ends it.
//!
//! Takes the bytes as they come and gives a command for each string found among them, in whatever pieces it came.
//! Storage is fixed, however much comes.

use heapless::Vec;

use super::settings::LONGEST_TRIGGER;
use crate::contract::control::Command;

/// Looks for the strings.
#[derive(Clone, Debug)]
pub struct Triggers {
    /// Those that are not empty. None is part of another.
    wanted: Vec<(Command, std::vec::Vec<u8>), 2>,
    /// The newest bytes that belong to no string found before.
    newest: Vec<u8, LONGEST_TRIGGER>,
}

impl Triggers {
    /// Each string with its command; an empty one is not looked for.
    pub fn new(strings: [(Command, &[u8]); 2]) -> Self {
        let some = strings.into_iter().filter(|(_, bytes)| !bytes.is_empty());
        Triggers {
            wanted: some
                .map(|(command, bytes)| (command, bytes.to_vec()))
                .collect(),
            newest: Vec::new(),
        }
    }

    /// Takes what has come next, and gives each command found to `asked`.
    pub fn search(&mut self, bytes: &[u8], mut asked: impl FnMut(Command)) {
        for byte in bytes {
            if self.newest.is_full() {
                self.newest.remove(0);
            }
            // There is room for it now.
            let _ = self.newest.push(*byte);
            let found = self
                .wanted
                .iter()
                .find(|(_, wanted)| self.newest.ends_with(wanted));
            if let Some((command, _)) = found {
                asked(*command);
                self.newest.clear();
            }
        }
    }

    /// What comes next does not continue what came before.
    pub fn forget(&mut self) {
        self.newest.clear();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sink::serial::escape::Escaped;

    fn triggers(trigger: &str, stop: &str) -> Triggers {
        let (trigger, stop) = (Escaped::from(trigger), Escaped::from(stop));
        Triggers::new([
            (Command::Trigger, trigger.bytes()),
            (Command::Stop, stop.bytes()),
        ])
    }

    fn heard<'a>(triggers: &mut Triggers, pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
        let mut all = String::new();
        for piece in pieces {
            triggers.search(piece, |command| {
                all.push(if command == Command::Trigger {
                    't'
                } else {
                    's'
                });
            });
        }
        all
    }

    #[test]
    fn the_strings_are_found_among_other_bytes_and_over_pieces() {
        let mut usual = triggers(r"\x16T\r", r"\x16U\r");
        let pieces: [&[u8]; 5] = [b"\x16", b"T", b"\rxx\x16\x16U\r\x16T", b"\r", b"T\r"];
        assert_eq!(heard(&mut usual, pieces), "tst");
        assert_eq!(heard(&mut triggers(r"\x05", ""), [&b"a\x05\x05"[..]]), "tt");
        assert_eq!(heard(&mut triggers("", ""), [&b"a\x05\x05"[..]]), "");
    }

    #[test]
    fn a_string_is_used_once_and_not_over_a_break_of_the_line() {
        let mut doubled = triggers("aba", "");
        assert_eq!(heard(&mut doubled, [&b"ababa"[..]]), "t");
        doubled.forget();
        assert_eq!(heard(&mut doubled, [&b"ab"[..]]), "");
        doubled.forget();
        assert_eq!(heard(&mut doubled, [&b"a"[..]]), "");
    }

    /// Again and again the string that ends first, in what is left of all bytes.
    fn slowly(bytes: &[u8], wanted: [(&str, char); 2]) -> String {
        let mut rest = bytes;
        let mut all = String::new();
        let end_of = |rest: &[u8], wanted: &str| {
            let windows = rest.windows(wanted.len().max(1));
            let start = windows
                .enumerate()
                .find(|(_, window)| *window == wanted.as_bytes())?
                .0;
            Some(start + wanted.len())
        };
        while let Some((end, name)) = wanted
            .iter()
            .filter_map(|(wanted, name)| Some((end_of(rest, wanted)?, *name)))
            .min()
        {
            all.push(name);
            rest = &rest[end..];
        }
        all
    }

    proptest! {
        #[test]
        fn in_whatever_pieces_it_finds_what_a_slow_search_of_all_finds(
            trigger in "[ab]{0,5}",
            stop in "[abc]{0,5}",
            bytes in "[abc]{0,120}",
            sizes in prop::collection::vec(1usize..50, 1..10),
        ) {
            prop_assume!(trigger.is_empty() || stop.is_empty() || !trigger.contains(&stop) && !stop.contains(&trigger));
            let mut rest = bytes.as_bytes();
            let mut pieces = Vec::<&[u8], 120>::new();
            for size in sizes.iter().cycle() {
                let (piece, after) = rest.split_at(rest.len().min(*size));
                if piece.is_empty() {
                    break;
                }
                pieces.push(piece).unwrap();
                rest = after;
            }
            let expected = slowly(bytes.as_bytes(), [(&trigger, 't'), (&stop, 's')]);
            prop_assert_eq!(heard(&mut triggers(&trigger, &stop), pieces), expected);
        }
    }
}
