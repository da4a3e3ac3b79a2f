//! From a reading to the bytes on the line: `[STX] prefix text suffix [ETX] [LRC] terminator`.
//!
//! Takes lines of the text of events, which hold no control character, and gives one frame. In ASCII the text in it has
//! only the bytes 0x20 to 0x7E; the frame around it is what the settings say.
//!
//! The check (LRC) is that of ISO 1155 and ANSI X3.28: the exclusive or of all bytes after STX, up to and
//! with ETX. Without `stx` it begins at the prefix, without `etx` it ends with the suffix. The terminator is
//! never part of it.

use std::borrow::Cow;

use super::settings::{Encoding, Settings};

const STX: u8 = 0x02;
const ETX: u8 = 0x03;
/// Stands for a character that has no transliteration.
const UNKNOWN: &str = "?";

/// The frame around each reading.
#[derive(Clone, Copy, Debug)]
pub struct Framing<'a>(pub &'a Settings);

impl Framing<'_> {
    /// Puts the frame for `lines`, top to bottom, in place of what `frame` held. False, and nothing in it,
    /// when no line has any text: an empty frame would look like a reading.
    pub fn frame<'a>(self, lines: impl IntoIterator<Item = &'a str>, frame: &mut Vec<u8>) -> bool {
        self.around(frame, |frame| {
            let mut some = false;
            for text in lines
                .into_iter()
                .map(|line| self.encoded(line))
                .filter(|text| !text.is_empty())
            {
                if some {
                    frame.extend_from_slice(self.0.separator.bytes());
                }
                some = true;
                frame.extend_from_slice(text.as_bytes());
            }
            some
        })
    }

    /// As `frame`, for a trigger that ended without a reading.
    pub fn no_read(self, frame: &mut Vec<u8>) -> bool {
        self.around(frame, |frame| {
            frame.extend_from_slice(self.0.no_read.bytes());
            !self.0.no_read.is_empty()
        })
    }

    /// Puts the frame around what `fill` adds, or nothing if it says that there is nothing.
    fn around(self, frame: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>) -> bool) -> bool {
        frame.clear();
        frame.extend(self.0.stx.then_some(STX));
        let checked_from = frame.len();
        frame.extend_from_slice(self.0.prefix.bytes());
        if !fill(frame) {
            frame.clear();
            return false;
        }
        frame.extend_from_slice(self.0.suffix.bytes());
        frame.extend(self.0.etx.then_some(ETX));
        if self.0.lrc {
            let check = frame
                .iter()
                .skip(checked_from)
                .fold(0, |check, byte| check ^ byte);
            frame.push(check);
        }
        frame.extend_from_slice(self.0.terminator.bytes());
        true
    }

    fn encoded(self, line: &str) -> Cow<'_, str> {
        match self.0.encoding {
            Encoding::Utf8 => line.into(),
            Encoding::Ascii => {
                let mut text = deunicode::deunicode_with_tofu(line, UNKNOWN);
                text.retain(|c| (' '..='~').contains(&c));
                // The transliteration of a syllable ends with a space.
                text.trim().to_owned().into()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::contract::plain::PageText;
    use crate::sink::serial::settings::Terminator;

    fn framed(settings: &Settings, lines: &[&str]) -> Vec<u8> {
        let mut frame = Vec::new();
        let page = PageText::new(lines.iter().copied());
        Framing(settings).frame(page.lines(), &mut frame);
        frame
    }

    #[test]
    fn the_full_frame_is_as_the_standard_says() {
        let settings = Settings {
            prefix: "[".into(),
            suffix: "]".into(),
            stx: true,
            etx: true,
            lrc: true,
            terminator: Terminator::Cr,
            ..Settings::default()
        };
        let check = b'[' ^ b'L' ^ b'4' ^ b'2' ^ b']' ^ 0x03;
        assert_eq!(
            framed(&settings, &["L42"]),
            [0x02, b'[', b'L', b'4', b'2', b']', 0x03, check, b'\r']
        );
    }

    #[test]
    fn a_plain_reading_is_a_line() {
        assert_eq!(
            framed(&Settings::default(), &["Größe 5 µg"]),
            "Größe 5 µg\r\n".as_bytes()
        );
    }

    #[test]
    fn a_page_is_one_frame_with_its_separator() {
        let settings = Settings {
            separator: "\\t".into(),
            terminator: Terminator::Lf,
            ..Settings::default()
        };
        assert_eq!(framed(&settings, &["one", "", "two\u{7}"]), b"one\ttwo\n");
    }

    #[test]
    fn where_nothing_was_read_nothing_is_sent() {
        let settings = Settings {
            encoding: Encoding::Ascii,
            stx: true,
            ..Settings::default()
        };
        assert_eq!(framed(&settings, &["", " \u{1}", "\u{ad}"]), b"");
        assert_eq!(framed(&settings, &[]), b"");
    }

    #[test]
    fn that_nothing_was_read_is_a_frame_like_any_other_if_there_is_a_word_for_it() {
        let mut frame = Vec::new();
        let settings = Settings {
            no_read: r"NO\x15".into(),
            stx: true,
            suffix: "]".into(),
            ..Settings::default()
        };
        assert!(Framing(&settings).no_read(&mut frame));
        assert_eq!(frame, b"\x02NO\x15]\r\n");
        assert!(!Framing(&Settings::default()).no_read(&mut frame));
        assert_eq!(frame, b"");
    }

    #[test]
    fn signs_of_labels_have_their_ascii_form() {
        let settings = Settings {
            encoding: Encoding::Ascii,
            terminator: Terminator::None,
            ..Settings::default()
        };
        let ascii = |text: &str| String::from_utf8(framed(&settings, &[text])).unwrap();
        assert_eq!(ascii("Größe – “Ça” 2 €"), "Grosse - \"Ca\" 2 EUR");
        assert_eq!(ascii("北京"), "Bei Jing");
        // As deunicode has it: a change is to be noticed, as a host may rely on them.
        assert_eq!(ascii("5 × 2 °C ±½ № 3 ©"), "5 x 2 degC +-1/2 No 3 (c)");
    }

    fn any_settings() -> impl Strategy<Value = Settings> {
        let terminator = prop_oneof![
            Just(Terminator::Cr),
            Just(Terminator::Lf),
            Just(Terminator::CrLf),
            Just(Terminator::Tab),
            Just(Terminator::None),
        ];
        let encoding = prop_oneof![Just(Encoding::Utf8), Just(Encoding::Ascii)];
        (
            any::<[bool; 3]>(),
            terminator,
            encoding,
            "[!-Z]{0,4}",
            "[!-Z]{0,4}",
        )
            .prop_map(
                |([stx, etx, lrc], terminator, encoding, prefix, suffix)| Settings {
                    stx,
                    etx,
                    lrc,
                    terminator,
                    encoding,
                    prefix: prefix.as_str().into(),
                    suffix: suffix.as_str().into(),
                    ..Settings::default()
                },
            )
    }

    /// What a host does that knows the settings: takes the frame off piece by piece.
    fn parse(settings: &Settings, frame: &[u8]) -> Option<Vec<u8>> {
        let terminator: &[u8] = match settings.terminator {
            Terminator::Cr => &[13],
            Terminator::Lf => &[10],
            Terminator::CrLf => &[13, 10],
            Terminator::Tab => &[9],
            Terminator::None => &[],
        };
        let mut rest = frame.strip_suffix(terminator)?;
        if settings.stx {
            rest = rest.strip_prefix(&[2])?;
        }
        if settings.lrc {
            let (check, checked) = rest.split_last()?;
            let mut parity = 0;
            for byte in checked {
                parity ^= byte;
            }
            (parity == *check).then_some(())?;
            rest = checked;
        }
        if settings.etx {
            rest = rest.strip_suffix(&[3])?;
        }
        Some(
            rest.strip_prefix(settings.prefix.bytes())?
                .strip_suffix(settings.suffix.bytes())?
                .to_vec(),
        )
    }

    proptest! {
        #[test]
        fn a_host_gets_the_text_back(settings in any_settings(), text in "[a-z0-9][ -~]{0,30}[a-z0-9]") {
            let frame = framed(&settings, &[&text]);
            prop_assert_eq!(parse(&settings, &frame).map(String::from_utf8), Some(Ok(text)));
        }

        #[test]
        fn the_text_in_a_frame_is_clean(settings in any_settings(), lines in prop::collection::vec(any::<String>(), 1..4)) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let frame = framed(&settings, &lines);
            prop_assume!(!frame.is_empty());
            let text = String::from_utf8(parse(&settings, &frame).unwrap()).unwrap();
            prop_assert!(!text.chars().any(char::is_control), "{text:?}");
            if settings.encoding == Encoding::Ascii {
                prop_assert!(text.bytes().all(|byte| (0x20..=0x7E).contains(&byte)), "{text:?}");
            }
        }
    }
}
