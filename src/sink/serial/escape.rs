//! Bytes as they are written in the configuration: `\x02` and the like.

use serde::{Deserialize, Serialize};

/// Bytes with the text that stands for them: `\t`, `\r`, `\n`, `\\`, and `\xHH` for any byte; all else as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Escaped {
    text: String,
    bytes: Vec<u8>,
}

impl Escaped {
    /// A space, which stands for itself.
    pub fn space() -> Self {
        Escaped {
            text: " ".to_owned(),
            bytes: vec![b' '],
        }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl TryFrom<String> for Escaped {
    type Error = String;

    /// Which escape is not understood, in one line.
    fn try_from(text: String) -> Result<Self, String> {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            if c != '\\' {
                bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            bytes.push(match rest.next() {
                Some('t') => b'\t',
                Some('r') => b'\r',
                Some('n') => b'\n',
                Some('\\') => b'\\',
                Some('x') => {
                    let digits: String = rest.by_ref().take(2).collect();
                    hexadecimal(&digits).ok_or_else(|| {
                        format!("\\x{digits}: expected two hexadecimal digits, as in \\x02")
                    })?
                }
                Some(other) => {
                    let expected = r"expected \t, \r, \n, \\ or \x02 (any byte)";
                    return Err(format!("\\{other}: {expected}"));
                }
                None => return Err(r"ends with a single \: expected \\".to_owned()),
            });
        }
        Ok(Escaped { text, bytes })
    }
}

impl From<Escaped> for String {
    fn from(escaped: Escaped) -> Self {
        escaped.text
    }
}

fn hexadecimal(digits: &str) -> Option<u8> {
    let whole = digits.len() == 2 && digits.chars().all(|digit| digit.is_ascii_hexdigit());
    u8::from_str_radix(digits, 16).ok().filter(|_| whole)
}

#[cfg(test)]
impl From<&str> for Escaped {
    fn from(text: &str) -> Self {
        Escaped::try_from(text.to_owned()).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_stand_for_their_bytes_and_are_written_as_they_were() {
        let text = r"\x02A\t\\\r\nÄ\xff";
        let escaped = Escaped::from(text);
        assert_eq!(escaped.bytes(), b"\x02A\t\\\r\n\xc3\x84\xff");
        assert_eq!(String::from(escaped), text);
        for wrong in [r"\", r"\q", r"\x", r"\x2", r"\x+2", r"\xgg", r"\x1é"] {
            assert!(Escaped::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_escape_makes_it_panic(text in "(\\\\|x|[0-9a-f]|é|t){0,8}") {
            let _ = Escaped::try_from(text);
        }
    }
}
