//! The settings of the serial line, with what may be combined.

use nix::sys::termios::BaudRate;
use serde::{Deserialize, Serialize};

use super::escape::Escaped;
use crate::fault::Fault;

/// Speeds in bit/s that USB adapters and boards do, with the system's names for them.
pub const BAUDS: [(u32, BaudRate); 15] = [
    (1200, BaudRate::B1200),
    (2400, BaudRate::B2400),
    (4800, BaudRate::B4800),
    (9600, BaudRate::B9600),
    (19_200, BaudRate::B19200),
    (38_400, BaudRate::B38400),
    (57_600, BaudRate::B57600),
    (115_200, BaudRate::B115200),
    (230_400, BaudRate::B230400),
    (460_800, BaudRate::B460800),
    (921_600, BaudRate::B921600),
    (1_000_000, BaudRate::B1000000),
    (1_500_000, BaudRate::B1500000),
    (2_000_000, BaudRate::B2000000),
    (3_000_000, BaudRate::B3000000),
];
/// The longest `trigger` and `stop`, in bytes: those of barcode readers have 1 to 5.
pub const LONGEST_TRIGGER: usize = 32;
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
    pub prefix: Escaped,
    /// After the text, written as `prefix` is. Default nothing.
    pub suffix: Escaped,
    /// Between the lines of a page, written as `prefix` is. Default a space.
    pub separator: Escaped,
    /// Whether the frame begins with STX (0x02). Default false.
    pub stx: bool,
    /// Whether ETX (0x03) follows the suffix. Default false.
    pub etx: bool,
    /// Whether a longitudinal redundancy check follows. Default false.
    pub lrc: bool,
    /// What ends the frame. Default `crlf`, which programs that read up to either take as a line.
    pub terminator: Terminator,
    /// Sent in a frame when a trigger ends without a reading, written as `prefix` is. Default nothing: not told.
    pub no_read: Escaped,
    /// The bytes with which the host starts a reading, written as `prefix` is. Default none: not listened for.
    pub trigger: Escaped,
    /// The bytes with which the host ends the reading that it started. Default none: not listened for.
    pub stop: Escaped,
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

impl Terminator {
    /// What it is on the line.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Terminator::Cr => b"\r",
            Terminator::Lf => b"\n",
            Terminator::CrLf => b"\r\n",
            Terminator::Tab => b"\t",
            Terminator::None => b"",
        }
    }
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
            prefix: Escaped::default(),
            suffix: Escaped::default(),
            separator: Escaped::space(),
            stx: false,
            etx: false,
            lrc: false,
            terminator: Terminator::CrLf,
            no_read: Escaped::default(),
            trigger: Escaped::default(),
            stop: Escaped::default(),
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
        let mut refuse = |wrong: bool, key: &str, message: &str| {
            faults.extend(wrong.then(|| Fault::new(key, message)));
        };
        let port = self.port.as_deref();
        let lost = port.is_none() && *self != Settings::default();
        refuse(
            lost,
            "port",
            "missing: expected the port that these settings are for",
        );
        if let Some(message) = port.and_then(wrong_port) {
            refuse(true, "port", &message);
        }
        let bauds = BAUDS.map(|(baud, _)| baud);
        let message = format!("{}: expected one of {bauds:?}", self.baud);
        refuse(!bauds.contains(&self.baud), "baud", &message);
        let message = format!("{}: expected 7 or 8", self.data_bits);
        refuse(!(7..=8).contains(&self.data_bits), "data-bits", &message);
        let message = "utf-8 needs 8 data bits: expected \"ascii\" with 7";
        let seven = self.data_bits == 7;
        refuse(
            seven && self.encoding != Encoding::Ascii,
            "encoding",
            message,
        );
        let message = format!("{}: expected 1 or 2", self.stop_bits);
        refuse(!(1..=2).contains(&self.stop_bits), "stop-bits", &message);
        let certain = (0.0..=1.0).contains(&self.min_confidence);
        let message = format!("is {}, expected 0 to 1", self.min_confidence);
        refuse(!certain, "min-confidence", &message);
        let xon_xoff = self.flow == Flow::XonXoff;
        let message = "can be XON or XOFF by chance: expected another flow control";
        refuse(xon_xoff && self.lrc, "lrc", message);
        for (key, text, most) in [
            ("prefix", &self.prefix, usize::MAX),
            ("suffix", &self.suffix, usize::MAX),
            ("separator", &self.separator, usize::MAX),
            ("no-read", &self.no_read, usize::MAX),
            ("trigger", &self.trigger, LONGEST_TRIGGER),
            ("stop", &self.stop, LONGEST_TRIGGER),
        ] {
            let bytes = text.bytes();
            if seven && !bytes.is_ascii() {
                refuse(true, key, "has bytes over 0x7F, which need 8 data bits");
            } else if xon_xoff && bytes.iter().any(|byte| XON_XOFF.contains(byte)) {
                refuse(
                    true,
                    key,
                    "has XON or XOFF, which the flow control takes out",
                );
            } else if bytes.len() > most {
                let message = format!("{} bytes: expected at most {most}", bytes.len());
                refuse(true, key, &message);
            }
        }
        let within = |short: &Escaped, long: &Escaped| {
            let (short, long) = (short.bytes(), long.bytes());
            !short.is_empty() && long.windows(short.len()).any(|window| window == short)
        };
        let (trigger, stop) = (&self.trigger, &self.stop);
        refuse(
            within(trigger, stop) || within(stop, trigger),
            "stop",
            "one of trigger and stop is part of the other: expected two that can be told apart",
        );
        faults
    }
}

/// What is wrong with the name of a port. A name in `/dev/serial/by-id` begins with that of its bus and a hyphen, so that
/// none of them is refused.
fn wrong_port(port: &str) -> Option<String> {
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let upper = port.to_ascii_uppercase();
    let number = upper.trim_start_matches(r"\\.\").strip_prefix("COM");
    if port.is_empty() {
        Some("empty: expected a path or a name".to_owned())
    } else if number.is_some_and(|number| !number.is_empty() && digits(number)) {
        let expected = "expected a path as /dev/ttyUSB0, or a name in /dev/serial/by-id";
        let lists = "`glyphd devices` lists both";
        Some(format!("{port} is a Windows name: {expected}; {lists}"))
    } else if let Some(rest) = port.strip_prefix("tty") {
        let terminal = digits(rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()));
        terminal.then(|| format!("{port} lacks its folder, did you mean \"/dev/{port}\"?"))
    } else {
        None
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
        "#;
        assert_eq!(
            keys(toml),
            ["port", "baud", "data-bits", "stop-bits", "min-confidence"]
        );
        assert_eq!(keys("stx = true"), ["port"]);
        for wrong in [r"prefix = '\q'", r"suffix = '\x2'"] {
            assert!(toml::from_str::<Settings>(wrong).is_err(), "{wrong}");
        }
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

    #[test]
    fn names_that_are_no_ports_of_linux_are_refused_and_no_name_by_id_is() {
        for (port, hint) in [
            ("COM3", "/dev/serial/by-id"),
            ("com12", "glyphd devices"),
            (r"\\.\COM10", "Windows"),
            ("ttyUSB0", "\"/dev/ttyUSB0\"?"),
            ("ttyS1", "\"/dev/ttyS1\"?"),
            ("ttyAMA0", "\"/dev/ttyAMA0\"?"),
            ("ttymxc2", "\"/dev/ttymxc2\"?"),
            ("tty", "\"/dev/tty\"?"),
        ] {
            let message = wrong_port(port).unwrap_or_default();
            assert!(message.contains(hint), "{port}: {message}");
        }
        for port in [
            "/dev/ttyUSB0",
            "/dev/serial/by-id/usb-FTDI_FT232R-if00-port0",
            "usb-FTDI_FT232R_USB_UART_A9-if00-port0",
            "usb-COM3-if00",
            "COM3-if00",
            "ttyUSB0-port0",
            "pci-0000:00:16.3",
            "serial0",
            "COM",
        ] {
            assert_eq!(wrong_port(port), None, "{port}");
        }
    }
}
