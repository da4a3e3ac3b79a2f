//! The controls of a camera, as its driver describes them.

use std::io;

use nix::errno::Errno;
use v4l::v4l_sys::*;

use super::Node;
use crate::capture::v4l2::camera::Control;
use crate::capture::v4l2::kernel::{self, Plain};
use crate::capture::v4l2::refusal;

/// The most entries of a menu that are asked for; V4L2 has none with as many.
const MOST_CHOICES: i32 = 64;

impl Node {
    /// A control that is a number, a switch or a menu and can be set; none where there is no such.
    pub(super) fn control_about(&self, id: u32) -> io::Result<Option<Control>> {
        let mut about = v4l2_queryctrl {
            id,
            ..Plain::zeroed()
        };
        match self.ioctl(kernel::QUERYCTRL, &mut about) {
            Ok(()) => {}
            Err(error) if matches!(refusal::errno(&error), Errno::EINVAL | Errno::ENOTTY) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        if about.flags & (V4L2_CTRL_FLAG_DISABLED | V4L2_CTRL_FLAG_READ_ONLY) != 0 {
            return Ok(None);
        }
        let (least, most) = (about.minimum, about.maximum);
        #[allow(non_upper_case_globals)]
        let choices = match about.type_ {
            v4l2_ctrl_type_V4L2_CTRL_TYPE_INTEGER | v4l2_ctrl_type_V4L2_CTRL_TYPE_BOOLEAN => None,
            v4l2_ctrl_type_V4L2_CTRL_TYPE_MENU | v4l2_ctrl_type_V4L2_CTRL_TYPE_INTEGER_MENU => {
                Some(self.choices(id, least, most))
            }
            _ => return Ok(None),
        };
        Ok(Some(Control {
            least,
            most,
            step: about.step.max(1),
            choices,
        }))
    }

    /// The entries of a menu: a driver may leave some out.
    fn choices(&self, id: u32, least: i32, most: i32) -> Vec<i32> {
        let is_there = |choice: &i32| {
            let mut entry = v4l2_querymenu {
                id,
                index: choice.unsigned_abs(),
                ..Plain::zeroed()
            };
            self.ioctl(kernel::QUERYMENU, &mut entry).is_ok()
        };
        let (least, most) = (least.max(0), most.min(MOST_CHOICES));
        (least..=most).filter(is_there).collect()
    }
}
