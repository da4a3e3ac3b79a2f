//! What the camera says it is: the USB and UVC descriptors (USB Device Class Definition for Video
//! Devices 1.0). Sizes and totals are computed, so that a changed part cannot leave a stale length
//! behind.

/// Pixels of the picture, the only size that is offered.
#[derive(Clone, Copy)]
pub struct Size {
    pub width: u16,
    pub height: u16,
}

impl Default for Size {
    fn default() -> Size {
        Size {
            width: 1280,
            height: 720,
        }
    }
}

impl Size {
    /// From `640x480`.
    pub fn parse(text: &str) -> Option<Size> {
        let (width, height) = text.split_once('x')?;
        Some(Size {
            width: width.parse().ok().filter(|pixels| *pixels > 0)?,
            height: height.parse().ok().filter(|pixels| *pixels > 0)?,
        })
    }

    /// Most bytes of one frame: a JPEG is never larger than a byte a pixel at any sensible quality.
    pub fn frame_limit(self) -> u32 {
        u32::from(self.width) * u32::from(self.height)
    }
}

/// Number of the bulk endpoint the video comes out of.
pub const VIDEO_ENDPOINT: u8 = 2;
/// Unit numbers in the control interface.
pub const CAMERA_UNIT: u8 = 1;
pub const PROCESSING_UNIT: u8 = 2;
/// Number of the interface that streams; the control interface is 0.
pub const STREAMING_INTERFACE: u8 = 1;

/// Times between frames that are offered, in units of 100 ns: 30, 15, 10 and 5 frames a second.
pub const INTERVALS: [u32; 4] = [333_333, 666_666, 1_000_000, 2_000_000];
/// Most bytes of one payload, header included.
pub const PAYLOAD_LIMIT: usize = 16 * 1024;

const CS_INTERFACE: u8 = 0x24;
const VIDEO: u8 = 0x0e;

/// A descriptor of this type, its length in front.
fn descriptor(kind: u8, body: &[&[u8]]) -> Vec<u8> {
    let body = body.concat();
    let mut all = vec![body.len() as u8 + 2, kind];
    all.extend(body);
    all
}

pub fn device() -> Vec<u8> {
    // USB 2.0, class "miscellaneous" with interface association, 64-byte control packets,
    // pid.codes' test numbers.
    descriptor(
        1,
        &[&[
            0x00, 0x02, 0xef, 2, 1, 64, 0x09, 0x12, 0x01, 0x00, 0x00, 0x01, 1, 2, 3, 1,
        ]],
    )
}

/// One string; 0 is the list of languages (US English).
pub fn string(index: u8, port: u8) -> Vec<u8> {
    let text = match index {
        0 => return descriptor(3, &[&0x0409u16.to_le_bytes()]),
        1 => "Lab".to_owned(),
        2 => "Lab UVC Camera".to_owned(),
        _ => format!("SN{port:04}"),
    };
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    descriptor(3, &[&units])
}

pub fn configuration(size: Size) -> Vec<u8> {
    let control = [
        interface(0, 0, 1),
        control_header(&[camera_terminal(), processing_unit(), output_terminal()].concat()),
    ]
    .concat();
    let endpoint = descriptor(
        5,
        &[&[0x80 | VIDEO_ENDPOINT, 2], &512u16.to_le_bytes(), &[0]],
    );
    let streaming = [
        interface(STREAMING_INTERFACE, 1, 2),
        streaming_header(&mjpg_format(size)),
        endpoint,
    ]
    .concat();
    let association = descriptor(0x0b, &[&[0, 2, VIDEO, 3, 0, 2]]);
    let body = [association, control, streaming].concat();
    // Two interfaces, configuration 1, bus powered, 500 mA.
    [
        descriptor(
            2,
            &[
                &(9 + body.len() as u16).to_le_bytes(),
                &[2, 1, 0, 0x80, 250],
            ],
        ),
        body,
    ]
    .concat()
}

fn interface(number: u8, endpoints: u8, subclass: u8) -> Vec<u8> {
    descriptor(
        4,
        &[&[
            number,
            0,
            endpoints,
            VIDEO,
            subclass,
            0,
            if number == 0 { 2 } else { 0 },
        ]],
    )
}

fn control_header(units: &[u8]) -> Vec<u8> {
    let total = 13 + units.len() as u16;
    let clock = 48_000_000u32;
    let header = descriptor(
        CS_INTERFACE,
        &[
            &[1, 0x00, 0x01],
            &total.to_le_bytes(),
            &clock.to_le_bytes(),
            &[1, STREAMING_INTERFACE],
        ],
    );
    [&header, units].concat()
}

fn camera_terminal() -> Vec<u8> {
    // Controls: exposure mode (bit 1), exposure time (3), focus (5), automatic focus (17).
    descriptor(
        CS_INTERFACE,
        &[&[
            2,
            CAMERA_UNIT,
            0x01,
            0x02,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            3,
            0x2a,
            0x00,
            0x02,
        ]],
    )
}

fn processing_unit() -> Vec<u8> {
    // Controls: brightness (bit 0), contrast (1), gain (9).
    descriptor(
        CS_INTERFACE,
        &[&[5, PROCESSING_UNIT, CAMERA_UNIT, 0, 0, 2, 0x03, 0x02, 0]],
    )
}

fn output_terminal() -> Vec<u8> {
    descriptor(CS_INTERFACE, &[&[3, 3, 0x01, 0x01, 0, PROCESSING_UNIT, 0]])
}

fn streaming_header(formats: &[u8]) -> Vec<u8> {
    let total = 14 + formats.len() as u16;
    let header = descriptor(
        CS_INTERFACE,
        &[
            &[1, 1],
            &total.to_le_bytes(),
            &[0x80 | VIDEO_ENDPOINT, 0, 3, 0, 0, 0, 1, 0],
        ],
    );
    [&header, formats].concat()
}

fn mjpg_format(size: Size) -> Vec<u8> {
    let most = size.frame_limit();
    let format = descriptor(CS_INTERFACE, &[&[6, 1, 1, 1, 1, 0, 0, 0, 0]]);
    let intervals: Vec<u8> = INTERVALS.iter().flat_map(|i| i.to_le_bytes()).collect();
    let frame = descriptor(
        CS_INTERFACE,
        &[
            &[7, 1, 0],
            &size.width.to_le_bytes(),
            &size.height.to_le_bytes(),
            &most.saturating_mul(8).to_le_bytes(),
            &most.saturating_mul(8 * 30).to_le_bytes(),
            &most.to_le_bytes(),
            &INTERVALS[0].to_le_bytes(),
            &[INTERVALS.len() as u8],
            &intervals,
        ],
    );
    // sRGB primaries, BT.709 transfer, SMPTE 170M matrix: what JFIF means.
    let colour = descriptor(CS_INTERFACE, &[&[0x0d, 1, 1, 4]]);
    [format, frame, colour].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_is_a_chain_of_descriptors_that_ends_at_its_total_length() {
        let all = configuration(Size::default());
        assert_eq!(u16::from_le_bytes([all[2], all[3]]) as usize, all.len());
        let mut at = 0;
        while at < all.len() {
            assert!(all[at] >= 2, "a descriptor of length {} at {at}", all[at]);
            at += all[at] as usize;
        }
        assert_eq!(at, all.len());
    }
}
