//! What a camera offers: its formats, their sizes, their rates, as its driver lists them.

use std::io;

use nix::errno::Errno;
use v4l::frameinterval::FrameIntervalEnum;
use v4l::framesize::FrameSizeEnum;
use v4l::v4l_sys::*;

use super::{CAPTURE, Node};
use crate::capture::v4l2::kernel::{self, Plain};
use crate::capture::v4l2::{Offer, Sizes, refusal};

/// The most entries read of any list: a driver that never ends its list must not hang the daemon.
const MOST_ENTRIES: u32 = 256;

impl Node {
    /// The formats of the camera, each with its sizes.
    pub(super) fn list_offers(&self) -> io::Result<Vec<Offer>> {
        let mut offers = Vec::new();
        for index in 0..MOST_ENTRIES {
            let empty = v4l2_fmtdesc::zeroed();
            let mut entry = v4l2_fmtdesc {
                index,
                type_: CAPTURE,
                ..empty
            };
            match self.ioctl(kernel::ENUM_FMT, &mut entry) {
                Ok(()) => {
                    let fourcc = entry.pixelformat;
                    offers.push(Offer {
                        fourcc: fourcc.to_le_bytes(),
                        sizes: self.sizes(fourcc),
                    });
                }
                // EINVAL ends the list.
                Err(error) if refusal::errno(&error) == Errno::EINVAL => break,
                Err(error) => return Err(error),
            }
        }
        Ok(offers)
    }

    fn sizes(&self, fourcc: u32) -> Vec<Sizes> {
        let mut list = Vec::new();
        for index in 0..MOST_ENTRIES {
            let empty = v4l2_frmsizeenum::zeroed();
            let mut entry = v4l2_frmsizeenum {
                index,
                pixel_format: fourcc,
                ..empty
            };
            if self.ioctl(kernel::ENUM_FRAMESIZES, &mut entry).is_err() {
                break;
            }
            match FrameSizeEnum::try_from(entry) {
                Ok(FrameSizeEnum::Discrete(size)) => {
                    let size = (size.width, size.height);
                    list.push(Sizes {
                        least: size,
                        most: size,
                        step: (1, 1),
                        rates: self.rates(fourcc, size),
                    });
                }
                Ok(FrameSizeEnum::Stepwise(range)) => {
                    let most = (range.max_width, range.max_height);
                    list.push(Sizes {
                        least: (range.min_width, range.min_height),
                        most,
                        step: (range.step_width.max(1), range.step_height.max(1)),
                        rates: self.rates(fourcc, most),
                    });
                    // A range is the only entry there is.
                    break;
                }
                Err(_) => {}
            }
        }
        list
    }

    fn rates(&self, fourcc: u32, (width, height): (u32, u32)) -> Vec<f64> {
        let mut rates = Vec::new();
        let mut add = |interval: v4l::Fraction| {
            if interval.numerator != 0 && interval.denominator != 0 {
                rates.push(f64::from(interval.denominator) / f64::from(interval.numerator));
            }
        };
        for index in 0..MOST_ENTRIES {
            let empty = v4l2_frmivalenum::zeroed();
            let mut entry = v4l2_frmivalenum {
                index,
                pixel_format: fourcc,
                width,
                height,
                ..empty
            };
            if self.ioctl(kernel::ENUM_FRAMEINTERVALS, &mut entry).is_err() {
                break;
            }
            match FrameIntervalEnum::try_from(entry) {
                Ok(FrameIntervalEnum::Discrete(interval)) => add(interval),
                Ok(FrameIntervalEnum::Stepwise(range)) => {
                    add(range.min);
                    add(range.max);
                    break;
                }
                Err(_) => {}
            }
        }
        rates
    }
}
