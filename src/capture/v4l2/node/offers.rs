//! What a camera offers: its formats, their sizes, their rates, as its driver lists them.

use std::io;

use nix::errno::Errno;
use v4l::frameinterval::FrameIntervalEnum;
use v4l::framesize::FrameSizeEnum;
use v4l::v4l_sys::*;

use super::{CAPTURE, Node};
use crate::capture::v4l2::camera::{Offer, Sizes};
use crate::capture::v4l2::kernel::{self, Plain};
use crate::capture::v4l2::refusal;

/// The most entries read of any list: a driver that never ends its list must not hang the daemon.
const MOST_ENTRIES: u32 = 256;

impl Node {
    /// The formats of the camera, each with its sizes.
    pub(super) fn list_offers(&self) -> io::Result<Vec<Offer>> {
        let mut offers = Vec::new();
        for index in 0..MOST_ENTRIES {
            let mut entry = v4l2_fmtdesc {
                index,
                type_: CAPTURE,
                ..Plain::zeroed()
            };
            match self.ioctl(kernel::ENUM_FMT, &mut entry) {
                Ok(()) => offers.push(Offer {
                    fourcc: entry.pixelformat.to_le_bytes(),
                    sizes: self.sizes(entry.pixelformat),
                }),
                // EINVAL ends the list.
                Err(error) if refusal::errno(&error) == Errno::EINVAL => break,
                Err(error) => return Err(error),
            }
        }
        Ok(offers)
    }

    fn sizes(&self, pixel_format: u32) -> Vec<Sizes> {
        let mut list = Vec::new();
        for index in 0..MOST_ENTRIES {
            let mut entry = v4l2_frmsizeenum {
                index,
                pixel_format,
                ..Plain::zeroed()
            };
            if self.ioctl(kernel::ENUM_FRAMESIZES, &mut entry).is_err() {
                break;
            }
            let (least, most, step, is_all) = match FrameSizeEnum::try_from(entry) {
                Ok(FrameSizeEnum::Discrete(size)) => {
                    let size = (size.width, size.height);
                    (size, size, (1, 1), false)
                }
                // A range is the only entry there is.
                Ok(FrameSizeEnum::Stepwise(range)) => (
                    (range.min_width, range.min_height),
                    (range.max_width, range.max_height),
                    (range.step_width.max(1), range.step_height.max(1)),
                    true,
                ),
                Err(_) => continue,
            };
            list.push(Sizes {
                least,
                most,
                step,
                rates: self.rates(pixel_format, most),
            });
            if is_all {
                break;
            }
        }
        list
    }

    fn rates(&self, pixel_format: u32, (width, height): (u32, u32)) -> Vec<f64> {
        let mut intervals = Vec::new();
        for index in 0..MOST_ENTRIES {
            let mut entry = v4l2_frmivalenum {
                index,
                pixel_format,
                width,
                height,
                ..Plain::zeroed()
            };
            if self.ioctl(kernel::ENUM_FRAMEINTERVALS, &mut entry).is_err() {
                break;
            }
            match FrameIntervalEnum::try_from(entry) {
                Ok(FrameIntervalEnum::Discrete(interval)) => intervals.push(interval),
                Ok(FrameIntervalEnum::Stepwise(range)) => {
                    intervals.extend([range.min, range.max]);
                    break;
                }
                Err(_) => {}
            }
        }
        let known = intervals
            .iter()
            .filter(|i| i.numerator != 0 && i.denominator != 0);
        known
            .map(|i| f64::from(i.denominator) / f64::from(i.numerator))
            .collect()
    }
}
