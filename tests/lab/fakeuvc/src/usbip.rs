//! USB/IP as the kernel's `vhci_hcd` speaks it (Documentation/usb/usbip_protocol.rst): 48-byte
//! headers, big-endian, followed by the data of the transfer. Takes and gives whole messages on a
//! blocking socket.

use std::io::{self, Read, Write};

const HEADER: usize = 48;
const CMD_SUBMIT: u32 = 1;
const CMD_UNLINK: u32 = 2;
const RET_SUBMIT: u32 = 3;
const RET_UNLINK: u32 = 4;
const DIRECTION_IN: u32 = 1;

/// Status of a transfer the device refuses: `-EPIPE`, a stalled endpoint.
const STALLED: i32 = -32;
/// Status of a transfer the host took back: `-ECONNRESET`.
const TAKEN_BACK: i32 = -104;

/// Most bytes the host may send with one transfer; a camera is sent a few dozen.
const OUT_LIMIT: usize = 64 * 1024;

/// The eight bytes that open a control transfer (USB 2.0, 9.3), in the byte order of the bus:
/// little-endian.
pub struct Setup {
    pub kind: u8,
    pub request: u8,
    pub value: u16,
    pub index: u16,
    pub length: u16,
}

/// A transfer the host asks for.
pub struct Urb {
    pub seq: u32,
    pub to_host: bool,
    pub endpoint: u8,
    /// Bytes the host has room for (to host) or sends (from host).
    pub length: usize,
    pub setup: Setup,
    pub data: Vec<u8>,
}

pub enum Request {
    Submit(Urb),
    /// The host takes back the transfer `victim`.
    Unlink {
        seq: u32,
        victim: u32,
    },
}

/// The next message; None when the host has closed the connection.
pub fn receive(host: &mut impl Read) -> io::Result<Option<Request>> {
    let mut header = [0; HEADER];
    match host.read_exact(&mut header) {
        Err(fault) if fault.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(fault) if fault.kind() == io::ErrorKind::ConnectionReset => return Ok(None),
        read => read?,
    }
    let word = |i: usize| {
        u32::from_be_bytes([
            header[4 * i],
            header[4 * i + 1],
            header[4 * i + 2],
            header[4 * i + 3],
        ])
    };
    let half = |i: usize| u16::from_le_bytes([header[i], header[i + 1]]);
    let seq = word(1);
    match word(0) {
        CMD_UNLINK => Ok(Some(Request::Unlink {
            seq,
            victim: word(5),
        })),
        CMD_SUBMIT => {
            let to_host = word(3) == DIRECTION_IN;
            let length = word(6) as usize;
            let mut data = vec![0; if to_host { 0 } else { length.min(OUT_LIMIT) }];
            host.read_exact(&mut data)?;
            let setup = Setup {
                kind: header[40],
                request: header[41],
                value: half(42),
                index: half(44),
                length: half(46),
            };
            Ok(Some(Request::Submit(Urb {
                seq,
                to_host,
                endpoint: word(4) as u8,
                length,
                setup,
                data,
            })))
        }
        other => Err(io::Error::other(format!(
            "the host sent a message of unknown kind {other}"
        ))),
    }
}

fn send(
    host: &mut impl Write,
    kind: u32,
    seq: u32,
    status: i32,
    length: usize,
    data: &[u8],
) -> io::Result<()> {
    let mut message = Vec::with_capacity(HEADER + data.len());
    for word in [kind, seq, 0, 0, 0, status as u32, length as u32] {
        message.extend(word.to_be_bytes());
    }
    message.resize(HEADER, 0);
    message.extend(data);
    host.write_all(&message)
}

/// The transfer went well; `length` bytes were moved, `data` are those that go to the host.
pub fn complete(host: &mut impl Write, seq: u32, length: usize, data: &[u8]) -> io::Result<()> {
    send(host, RET_SUBMIT, seq, 0, length, data)
}

/// The device does not do what was asked.
pub fn stall(host: &mut impl Write, seq: u32) -> io::Result<()> {
    send(host, RET_SUBMIT, seq, STALLED, 0, &[])
}

/// Answers an unlink: whether the transfer was still waiting.
pub fn unlinked(host: &mut impl Write, seq: u32, was_pending: bool) -> io::Result<()> {
    send(
        host,
        RET_UNLINK,
        seq,
        if was_pending { TAKEN_BACK } else { 0 },
        0,
        &[],
    )
}
