//! What the capture needs of a camera, and the values that are exchanged with it.

use std::io;
use std::time::Duration;

use crate::capture::frame::convert::PixelFormat;

/// What the capture needs of a camera.
pub(in crate::capture) trait Camera: Send {
    /// What it can deliver, in its own order.
    fn offers(&mut self) -> io::Result<Vec<Offer>>;

    /// Asks for a format; gives what the driver made of it, which may be another one.
    fn set_format(&mut self, wish: Wish) -> io::Result<Granted>;

    /// The format in force.
    fn format(&mut self) -> io::Result<Granted>;

    /// Asks for a rate in frames a second (none: leave it); gives the rate in force, if the driver tells.
    fn set_rate(&mut self, fps: Option<f64>) -> io::Result<Option<f64>>;

    /// One of its controls by the number that V4L2 has for it; none where it has no such or it cannot be set.
    fn control(&mut self, id: u32) -> io::Result<Option<Control>>;

    /// What a control is set to.
    fn value(&mut self, id: u32) -> io::Result<i32>;

    /// Sets a control; the driver may make another value of it.
    fn set_value(&mut self, id: u32, value: i32) -> io::Result<()>;

    /// Gets buffers, queues them all and starts the stream; gives how many there are.
    fn start(&mut self) -> io::Result<u32>;

    /// Stops the stream and gives the buffers back. Never fails: the camera may be gone.
    fn stop(&mut self);

    /// Waits until a buffer is filled; false where none was in `limit`.
    fn wait(&mut self, limit: Duration) -> io::Result<bool>;

    /// Takes the filled buffer that has waited longest, if there is one.
    fn dequeue(&mut self) -> io::Result<Option<Filled>>;

    /// The memory of a dequeued buffer, the whole of it; none where there is no such buffer or the driver has it.
    fn memory(&self, index: u32) -> Option<&[u8]>;

    /// Gives a buffer back to the driver.
    fn queue(&mut self, index: u32) -> io::Result<()>;
}

/// One pixel format that a camera has, and the sizes it has it in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Offer {
    pub fourcc: [u8; 4],
    /// Empty: the driver does not say.
    pub sizes: Vec<Sizes>,
}

impl Offer {
    /// The name of the format, as `YUYV`.
    pub fn name(&self) -> String {
        fourcc_text(self.fourcc)
    }

    /// Whether glyphd reads the format.
    pub fn can_be_read(&self) -> bool {
        PixelFormat::from_fourcc(self.fourcc).is_some()
    }
}

/// A four-character code for a message: nothing but visible ASCII.
pub(super) fn fourcc_text(fourcc: [u8; 4]) -> String {
    let visible = fourcc.map(|byte| if byte.is_ascii_graphic() { byte } else { b' ' });
    String::from_utf8_lossy(&visible).trim().to_string()
}

/// One size (least and most are the same), or a range of sizes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sizes {
    pub least: (u32, u32),
    pub most: (u32, u32),
    /// Pixels from one width (height) to the next, at least 1.
    pub step: (u32, u32),
    /// The rates at the largest size, in frames a second, as the driver lists them. Empty: it does not say.
    pub rates: Vec<f64>,
}

/// What a camera is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub format: PixelFormat,
    pub width: u32,
    pub height: u32,
}

/// What a camera then delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Granted {
    pub fourcc: [u8; 4],
    pub width: u32,
    pub height: u32,
    /// Bytes a row; 0 for a compressed format.
    pub stride: u32,
    /// The most bytes that a picture has; 0 where the driver does not say.
    pub most_bytes: u32,
}

/// What the driver says about a buffer it has filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Filled {
    pub index: u32,
    /// How many bytes of the buffer hold the picture.
    pub bytes: u32,
    /// The driver knows that the picture is damaged.
    pub flawed: bool,
    /// The number of the picture; it wraps, and some drivers do not count.
    pub sequence: u32,
    /// When it was taken on the monotonic clock, if the driver stamps by that clock.
    pub taken: Option<Duration>,
}

/// One control of a camera, as its driver describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::capture) struct Control {
    pub least: i32,
    pub most: i32,
    /// From one value to the next, at least 1.
    pub step: i32,
    /// For a menu: the values that there are between least and most.
    pub choices: Option<Vec<i32>>,
}
