//! The camera's side of control transfers: descriptors, stream negotiation (probe and commit), and
//! a few controls that hold the value they are given. Pure: takes a request, gives the answer and
//! what it means for the stream.

use crate::descriptors::{self, CAMERA_UNIT, INTERVALS, PAYLOAD_LIMIT, PROCESSING_UNIT, Size};
use crate::usbip::Setup;

/// Bits 5 and 6 of a request's kind: standard, or of the class (video).
const KIND_MASK: u8 = 0x60;
const STANDARD: u8 = 0x00;
const CLASS: u8 = 0x20;

// UVC request codes.
const SET_CUR: u8 = 0x01;
const GET_CUR: u8 = 0x81;
const GET_MIN: u8 = 0x82;
const GET_MAX: u8 = 0x83;
const GET_RES: u8 = 0x84;
const GET_LEN: u8 = 0x85;
const GET_INFO: u8 = 0x86;
const GET_DEF: u8 = 0x87;

/// GET_INFO: the control can be read and written.
const READ_WRITE: u8 = 3;
/// Selector of the streaming interface that starts the stream; the other one, 1, only asks.
const COMMIT: u16 = 2;
/// Length of the UVC 1.0 probe and commit block.
const PROBE_LENGTH: u8 = 26;

/// What a control transfer asks of the stream.
pub enum Change {
    /// Frames are wanted, `interval` x 100 ns apart.
    Start {
        interval: u32,
    },
    Stop,
}

#[derive(Default)]
pub struct Reply {
    pub data: Vec<u8>,
    pub stream: Option<Change>,
}

impl From<Vec<u8>> for Reply {
    fn from(data: Vec<u8>) -> Reply {
        Reply { data, stream: None }
    }
}

struct Control {
    name: &'static str,
    unit: u8,
    selector: u8,
    length: usize,
    min: i32,
    max: i32,
    step: i32,
    default: i32,
    current: i32,
}

impl Control {
    const fn new(
        name: &'static str,
        at: (u8, u8, usize),
        range: (i32, i32, i32),
        default: i32,
    ) -> Control {
        let ((unit, selector, length), (min, max, step)) = (at, range);
        Control {
            name,
            unit,
            selector,
            length,
            min,
            max,
            step,
            default,
            current: default,
        }
    }

    fn value(&self, request: u8) -> Option<Vec<u8>> {
        let value = match request {
            GET_CUR => self.current,
            GET_MIN => self.min,
            GET_MAX => self.max,
            GET_RES => self.step,
            GET_DEF => self.default,
            GET_INFO => return Some(vec![READ_WRITE]),
            GET_LEN => return Some(vec![self.length as u8, 0]),
            _ => return None,
        };
        Some(value.to_le_bytes()[..self.length].to_vec())
    }

    fn set(&mut self, data: &[u8]) {
        let mut bytes = [0; 4];
        for (to, from) in bytes.iter_mut().zip(data.iter().take(self.length)) {
            *to = *from;
        }
        let value = match self.length {
            2 => i32::from(i16::from_le_bytes([bytes[0], bytes[1]])),
            _ => i32::from_le_bytes(bytes),
        };
        self.current = value;
        println!("fakeuvc: {} set to {value}", self.name);
    }
}

pub struct Camera {
    port: u8,
    size: Size,
    interval: u32,
    controls: [Control; 7],
}

impl Camera {
    pub fn new(port: u8, size: Size) -> Camera {
        let controls = [
            // Exposure modes are a set of bits: 1 manual, 8 aperture priority; the "step" is the
            // set itself.
            Control::new("exposure mode", (CAMERA_UNIT, 2, 1), (1, 8, 9), 8),
            Control::new("exposure time", (CAMERA_UNIT, 4, 4), (3, 2047, 1), 250),
            Control::new("focus", (CAMERA_UNIT, 6, 2), (0, 250, 5), 0),
            Control::new("automatic focus", (CAMERA_UNIT, 8, 1), (0, 1, 1), 1),
            Control::new("brightness", (PROCESSING_UNIT, 2, 2), (-64, 64, 1), 0),
            Control::new("contrast", (PROCESSING_UNIT, 3, 2), (0, 64, 1), 32),
            Control::new("gain", (PROCESSING_UNIT, 4, 2), (0, 100, 1), 0),
        ];
        Camera {
            port,
            size,
            interval: INTERVALS[0],
            controls,
        }
    }

    /// The answer to a control transfer, or None where a real camera would stall it.
    pub fn control(&mut self, setup: &Setup, data: &[u8]) -> Option<Reply> {
        match setup.kind & KIND_MASK {
            STANDARD => self.standard(setup),
            CLASS if setup.index & 0xff == u16::from(descriptors::STREAMING_INTERFACE) => {
                self.negotiate(setup, data)
            }
            CLASS => {
                let (unit, selector) = ((setup.index >> 8) as u8, (setup.value >> 8) as u8);
                let control = self
                    .controls
                    .iter_mut()
                    .find(|c| c.unit == unit && c.selector == selector)?;
                if setup.request == SET_CUR {
                    control.set(data);
                    return Some(Reply::default());
                }
                control.value(setup.request).map(Reply::from)
            }
            _ => None,
        }
    }

    /// Requests every USB device answers (USB 2.0, 9.4).
    fn standard(&self, setup: &Setup) -> Option<Reply> {
        const GET_STATUS: u8 = 0;
        const CLEAR_FEATURE: u8 = 1;
        const SET_FEATURE: u8 = 3;
        const SET_ADDRESS: u8 = 5;
        const GET_DESCRIPTOR: u8 = 6;
        const GET_CONFIGURATION: u8 = 8;
        const SET_CONFIGURATION: u8 = 9;
        const SET_INTERFACE: u8 = 11;
        match setup.request {
            GET_DESCRIPTOR => match setup.value >> 8 {
                1 => Some(descriptors::device().into()),
                2 => Some(descriptors::configuration(self.size).into()),
                3 => Some(descriptors::string(setup.value as u8, self.port).into()),
                _ => None,
            },
            GET_STATUS => Some(vec![0, 0].into()),
            GET_CONFIGURATION => Some(vec![1].into()),
            // With a bulk endpoint the driver ends a stream by clearing the endpoint's halt.
            CLEAR_FEATURE => Some(Reply {
                data: vec![],
                stream: Some(Change::Stop),
            }),
            SET_FEATURE | SET_ADDRESS | SET_CONFIGURATION | SET_INTERFACE => Some(Reply::default()),
            _ => None,
        }
    }

    /// Probe and commit: the host asks for an interval, the camera says what it gets.
    fn negotiate(&mut self, setup: &Setup, data: &[u8]) -> Option<Reply> {
        match setup.request {
            SET_CUR => {
                if let Some(wanted) = data.get(4..8) {
                    let wanted = u32::from_le_bytes([wanted[0], wanted[1], wanted[2], wanted[3]]);
                    self.interval = wanted.max(INTERVALS[0]);
                }
                let start = setup.value >> 8 == COMMIT;
                let stream = start.then_some(Change::Start {
                    interval: self.interval,
                });
                Some(Reply {
                    data: vec![],
                    stream,
                })
            }
            GET_INFO => Some(vec![READ_WRITE].into()),
            GET_LEN => Some(vec![PROBE_LENGTH, 0].into()),
            GET_CUR | GET_MIN | GET_MAX | GET_DEF | GET_RES => {
                let mut block = vec![1, 0, 1, 1];
                block.extend(self.interval.to_le_bytes());
                block.extend([0; 10]);
                block.extend(self.size.frame_limit().to_le_bytes());
                block.extend((PAYLOAD_LIMIT as u32).to_le_bytes());
                Some(block.into())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(camera: &mut Camera, request: u8, value: u16, index: u16, data: &[u8]) -> Option<Reply> {
        let kind = if request & 0x80 != 0 { 0xa1 } else { 0x21 };
        camera.control(
            &Setup {
                kind,
                request,
                value,
                index,
                length: 64,
            },
            data,
        )
    }

    #[test]
    fn a_control_keeps_what_it_was_given_with_its_sign() {
        let mut camera = Camera::new(0, Size::default());
        let (brightness, unit) = (2 << 8, u16::from(PROCESSING_UNIT) << 8);
        assert!(
            ask(
                &mut camera,
                SET_CUR,
                brightness,
                unit,
                &(-5i16).to_le_bytes()
            )
            .is_some()
        );
        let read = ask(&mut camera, GET_CUR, brightness, unit, &[]).unwrap();
        assert_eq!(read.data, (-5i16).to_le_bytes());
    }

    #[test]
    fn commit_starts_the_stream_no_faster_than_the_camera_can() {
        let mut camera = Camera::new(0, Size::default());
        let mut block = [0; PROBE_LENGTH as usize];
        block[4..8].copy_from_slice(&1u32.to_le_bytes());
        let probe = ask(&mut camera, SET_CUR, 1 << 8, 1, &block).unwrap();
        assert!(probe.stream.is_none());
        let commit = ask(&mut camera, SET_CUR, COMMIT << 8, 1, &block).unwrap();
        assert!(
            matches!(commit.stream, Some(Change::Start { interval }) if interval == INTERVALS[0])
        );
        assert_eq!(
            ask(&mut camera, GET_CUR, 1 << 8, 1, &[])
                .unwrap()
                .data
                .len(),
            PROBE_LENGTH as usize
        );
    }

    #[test]
    fn what_is_not_there_stalls() {
        assert!(
            ask(
                &mut Camera::new(0, Size::default()),
                GET_CUR,
                9 << 8,
                0x0300,
                &[]
            )
            .is_none()
        );
    }
}
