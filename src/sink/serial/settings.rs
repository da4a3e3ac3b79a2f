//! The settings of the serial line, with what may be combined.

use serde::{Deserialize, Serialize};

use super::escape::unescape;
use super::triggers::LONGEST_TRIGGER;
use crate::fault::Fault;

/// Speeds in bit/s that Linux has a name for and that USB adapters and boards do.
pub const BAUDS: [u32; 15] = [
    1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600, 1_000_000,
    1_500_000, 2_000_000, 3_000_000,
];
/// What stops and starts the line with `flow = "xonxoff"`: DC1 and DC3.
const XON_XOFF: [u8; 2] = [0x11, 0x13];

/// The port, the line and the frame around each reading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// A path as `/dev/ttyUSB0`, or a name in `/dev/serial/by-id`, which stays the same whichever
    /// socket the adapter is plugged into. Default none: nothing is sent.
    pub port: Option<String>,
    /// Bits a second. Default 9600, what barcode readers come with.
    pub baud: u32,
    /// Default `none`.
    pub parity: Parity,
    /// 7 or 8. Default 8.
    pub data_bits: u8,
    /// 1 or 2. Default 1.
    pub stop_bits: u8,
    /// Default `none`: three wires are enough.
    pub flow: Flow,
    /// Default `line`: each line of text once, as it appears or is read otherwise.
    pub send: Send,
    /// Readings less certain than this (0 to 1) are not sent. Default 0: whatever is told is certain enough.
    pub min_confidence: f32,
    /// Default `utf-8`: nothing that was read is lost.
    pub encoding: Encoding,
    /// Before the text; `\t`, `\r`, `\n`, `\\` and `\x02` (any byte) are understood. Default nothing.
    pub prefix: String,
    /// After the text, written as `prefix` is. Default nothing.
    pub suffix: String,
    /// Between the lines of a page, written as `prefix` is. Default a space.
    pub separator: String,
    /// Whether the frame begins with STX (0x02). Default false.
    pub stx: bool,
    /// Whether ETX (0x03) follows the suffix. Default false.
    pub etx: bool,
    /// Whether a longitudinal redundancy check follows. Default false.
    pub lrc: bool,
    /// What ends the frame. Default `crlf`, which programs that read up to either take as a line.
    pub terminator: Terminator,
    /// Sent in a frame when a trigger ends without a reading, written as `prefix` is. Default nothing: not told.
    pub no_read: String,
    /// The bytes with which the host starts a reading, written as `prefix` is. Default none: not listened for.
    pub trigger: String,
    /// The bytes with which the host ends the reading that it started. Default none: not listened for.
    pub stop: String,
}

/// The parity bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Parity {
    /// There is none.
    None,
    /// An even number of ones.
    Even,
    /// An odd number of ones.
    Odd,
}

/// How the other end stops the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Flow {
    /// Not at all.
    None,
    /// By the wires RTS and CTS.
    RtsCts,
    /// By the bytes XON (0x11) and XOFF (0x13).
    XonXoff,
}

/// What makes up one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Send {
    /// A line that appeared, or is now read otherwise.
    Line,
    /// A page that stands still.
    Page,
}

/// How text becomes bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// As it is.
    #[serde(rename = "utf-8")]
    Utf8,
    /// Transliterated, `ö` to `o`, `€` to `EUR`: bytes 0x20 to 0x7E only.
    #[serde(rename = "ascii")]
    Ascii,
}

/// What ends a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Terminator {
    /// 0x0D.
    Cr,
    /// 0x0A.
    Lf,
    /// 0x0D 0x0A.
    CrLf,
    /// 0x09.
    Tab,
    /// Nothing.
    None,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            port: None,
            baud: 9600,
            parity: Parity::None,
            data_bits: 8,
            stop_bits: 1,
            flow: Flow::None,
            send: Send::Line,
            min_confidence: 0.0,
            encoding: Encoding::Utf8,
            prefix: String::new(),
            suffix: String::new(),
            separator: " ".to_owned(),
            stx: false,
            etx: false,
            lrc: false,
            terminator: Terminator::CrLf,
            no_read: String::new(),
            trigger: String::new(),
            stop: String::new(),
        }
    }
}

impl Settings {
    /// Whether anything is to be sent.
    pub fn enabled(&self) -> bool {
        self.port.is_some()
    }

    /// All that is wrong with the settings.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |key: &str, message: String| faults.push(Fault::new(key, message));
        match &self.port {
            Some(port) if port.is_empty() => {
                fault("port", "empty: expected a path or a name".to_owned())
            }
            None if *self != Settings::default() => {
                fault(
                    "port",
                    "missing: expected the port that these settings are for".to_owned(),
                );
            }
            _ => {}
        }
        if !BAUDS.contains(&self.baud) {
            fault("baud", format!("{}: expected one of {BAUDS:?}", self.baud));
        }
        if !(7..=8).contains(&self.data_bits) {
            fault("data-bits", format!("{}: expected 7 or 8", self.data_bits));
        }
        if self.data_bits == 7 && self.encoding != Encoding::Ascii {
            fault(
                "encoding",
                "utf-8 needs 8 data bits: expected \"ascii\" with 7".to_owned(),
            );
        }
        if !(1..=2).contains(&self.stop_bits) {
            fault("stop-bits", format!("{}: expected 1 or 2", self.stop_bits));
        }
        if !(0.0..=1.0).contains(&self.min_confidence) {
            fault(
                "min-confidence",
                format!("{}: expected 0 to 1", self.min_confidence),
            );
        }
        if self.lrc && self.flow == Flow::XonXoff {
            fault(
                "lrc",
                "can be XON or XOFF by chance: expected another flow control".to_owned(),
            );
        }
        for (key, text) in [
            ("prefix", &self.prefix),
            ("suffix", &self.suffix),
            ("separator", &self.separator),
            ("no-read", &self.no_read),
            ("trigger", &self.trigger),
            ("stop", &self.stop),
        ] {
            match unescape(text) {
                Err(message) => fault(key, message),
                Ok(bytes) if self.data_bits == 7 && !bytes.is_ascii() => {
                    fault(
                        key,
                        "has bytes over 0x7F, which need 8 data bits".to_owned(),
                    );
                }
                Ok(bytes)
                    if self.flow == Flow::XonXoff
                        && bytes.iter().any(|byte| XON_XOFF.contains(byte)) =>
                {
                    fault(
                        key,
                        "has XON or XOFF, which the flow control takes out".to_owned(),
                    );
                }
                Ok(bytes)
                    if ["trigger", "stop"].contains(&key) && bytes.len() > LONGEST_TRIGGER =>
                {
                    let length = bytes.len();
                    fault(
                        key,
                        format!("{length} bytes: expected at most {LONGEST_TRIGGER}"),
                    );
                }
                Ok(_) => {}
            }
        }
        let asked = [&self.trigger, &self.stop].map(|text| unescape(text).unwrap_or_default());
        if asked.iter().all(|bytes| !bytes.is_empty()) {
            let [trigger, stop] = &asked;
            let within = |long: &[u8], short: &[u8]| long.windows(short.len()).any(|w| w == short);
            if within(trigger, stop) || within(stop, trigger) {
                fault(
                    "stop",
                    "one of trigger and stop is part of the other: expected two that can be told apart"
                        .to_owned(),
                );
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(toml: &str) -> Vec<String> {
        toml::from_str::<Settings>(toml)
            .unwrap()
            .check()
            .into_iter()
            .map(|fault| fault.key)
            .collect()
    }

    #[test]
    fn what_is_written_in_toml_is_understood() {
        let toml = r#"
            port = "usb-FTDI_FT232R-if00-port0"
            baud = 115200
            parity = "even"
            data-bits = 7
            flow = "rtscts"
            send = "page"
            encoding = "ascii"
            prefix = '\x02['
            terminator = "crlf"
            no-read = 'NR'
            trigger = '\x16T\r'
            stop = '\x16U\r'
        "#;
        assert_eq!(keys(toml), [""; 0]);
        assert_eq!(keys(""), [""; 0]);
        assert!(toml::from_str::<Settings>("speed = 9600").is_err());
    }

    #[test]
    fn settings_that_cannot_be_used_are_all_named() {
        let toml = r#"
            port = ""
            baud = 9601
            data-bits = 9
            stop-bits = 0
            min-confidence = nan
            prefix = '\q'
            suffix = '\x2'
        "#;
        assert_eq!(
            keys(toml),
            [
                "port",
                "baud",
                "data-bits",
                "stop-bits",
                "min-confidence",
                "prefix",
                "suffix"
            ]
        );
        assert_eq!(keys("stx = true"), ["port"]);
    }

    #[test]
    fn what_does_not_go_together_is_named() {
        assert_eq!(
            keys("port = 'a'\ndata-bits = 7\nsuffix = 'ä'"),
            ["encoding", "suffix"]
        );
        assert_eq!(
            keys("port = 'a'\nflow = 'xonxoff'\nlrc = true\nprefix = '\\x13'\nstop = '\\x11'"),
            ["lrc", "prefix", "stop"]
        );
        assert_eq!(keys("port = 'a'\ntrigger = '\\x16T'\nstop = 'T'"), ["stop"]);
        assert_eq!(
            keys("port = 'a'\ntrigger = '\\x05'\nstop = '\\x05'"),
            ["stop"]
        );
        let long = "x".repeat(LONGEST_TRIGGER + 1);
        assert_eq!(
            keys(&format!("port = 'a'\ntrigger = '{long}'")),
            ["trigger"]
        );
    }
}
