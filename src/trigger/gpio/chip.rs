//! The kernel's GPIO chips: character devices under /dev, by the uAPI v2 of `linux/gpio.h`.
//!
//! Takes settings and gives the line they name, held by nobody else while it is open; and what chips and lines there are.
//! Lines are read only, never driven.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use gpiocdev_uapi::v2::{
    LineConfig, LineEdgeEvent, LineFlags, LineInfo, LineRequest, Offsets, get_chip_info, get_line,
    get_line_info,
};
use gpiocdev_uapi::{Errno, Error as Refusal, Name, read_event};
use nix::errno::Errno as Code;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags};

use super::Line;
use super::settings::{Bias, Edge, LineName, Settings};
use crate::error::{Error, Kind, Result, err};

/// Where the kernel puts its chips.
const FOLDER: &str = "/dev";
const PREFIX: &str = "gpiochip";
/// Who holds the line, as `gpioinfo` shows it.
const HOLDER: &str = "glyphd";
/// The value of `LineEdgeEvent::kind` for a rising edge (`GPIO_V2_LINE_EVENT_RISING_EDGE`).
const RISING: u32 = 1;
/// The size of an edge in the kernel's queue, in words of 64 bits.
const EDGE_WORDS: usize = size_of::<LineEdgeEvent>() / size_of::<u64>();

/// An open chip.
#[derive(Debug)]
pub struct Chip {
    file: File,
    path: PathBuf,
    /// What drives it, as in `pinctrl-rp1`: the same after each start, while the number may be another.
    pub label: String,
    /// Lines it has, numbered from 0.
    pub lines: u32,
}

impl Chip {
    /// Opens the chip at `path`.
    ///
    /// # Errors
    /// `NoDevice` when it is not there or not permitted, `Io` when it does not answer as a chip.
    pub fn open(path: &Path) -> Result<Self> {
        let fault =
            |kind, what: &str| Error::new(kind, format!("GPIO chip {}: {what}", path.display()));
        // Something else may be there, which would have to be waited for.
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(OFlag::O_NONBLOCK.bits());
        let file = options.open(path).map_err(|error| {
            let what = match error.kind() {
                io::ErrorKind::NotFound => "not there; `glyphd devices` lists those that are",
                io::ErrorKind::PermissionDenied => {
                    "not permitted: add the user of glyphd to the group of the device"
                }
                _ => &format!("cannot be opened: {error}"),
            };
            fault(Kind::NoDevice, what).caused_by(error)
        })?;
        let info = get_chip_info(&file).map_err(|refusal| {
            let what = match code(&refusal) {
                Code::ENOTTY | Code::EINVAL => "is no GPIO chip",
                code => &format!("does not answer: {}", code.desc()),
            };
            fault(Kind::Io, what).caused_by(refusal)
        })?;
        Ok(Chip {
            file,
            path: path.to_owned(),
            label: text(&info.label),
            lines: info.num_lines,
        })
    }

    /// Its device.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn is_called(&self, name: &str) -> bool {
        self.label == name || self.path.ends_with(name)
    }

    /// What the kernel knows of the line with this number.
    fn info(&self, line: u32) -> Option<LineInfo> {
        get_line_info(&self.file, line).ok()
    }

    /// The lines that have a name, with their numbers.
    pub fn named(&self) -> impl Iterator<Item = (u32, String)> {
        let lines = (0..self.lines).filter_map(|line| Some((line, text(&self.info(line)?.name))));
        lines.filter(|(_, name)| !name.is_empty())
    }

    fn find(&self, wanted: &LineName) -> Option<u32> {
        match wanted {
            LineName::Number(number) => Some(*number).filter(|number| *number < self.lines),
            LineName::Name(wanted) => self
                .named()
                .find(|(_, name)| name == wanted)
                .map(|(n, _)| n),
        }
    }

    fn open_line(&self, line: u32, settings: &Settings) -> Result<Edges> {
        let name = format!("line {line} of {}", self.path.display());
        let request = LineRequest {
            offsets: Offsets::from_slice(&[line]),
            num_lines: 1,
            consumer: Name::from(HOLDER),
            config: line_config(settings),
            ..LineRequest::default()
        };
        let refused = |refusal: Refusal| {
            let (kind, what) = match code(&refusal) {
                Code::EBUSY => {
                    let holder = self.info(line).map(|info| text(&info.consumer));
                    let holder = holder.filter(|holder| !holder.is_empty());
                    let holder =
                        holder.map_or("another program".into(), |name| format!("{name:?}"));
                    (Kind::NoDevice, &*format!("in use by {holder}"))
                }
                Code::ENODEV => (Kind::NoDevice, "has gone"),
                Code::EPERM | Code::EACCES => (Kind::NoDevice, "not permitted"),
                Code::ENXIO | Code::ENOTSUP | Code::ENOTTY | Code::EINVAL => (
                    Kind::Io,
                    "cannot do what is asked: edges need a line with an interrupt, `bias` a chip that has it",
                ),
                code => (Kind::Io, code.desc()),
            };
            Error::new(kind, format!("GPIO {name}: {what}")).caused_by(refusal)
        };
        let file = get_line(&self.file, request).map_err(refused)?;
        Ok(Edges { file, name })
    }
}

/// Opens the line that `settings` name.
///
/// # Errors
/// `NoDevice` when it is not there, not permitted or in use; `Io` when it cannot do what the settings ask.
pub fn open(settings: &Settings) -> Result<Box<dyn Line>> {
    let none = |what: &str| err!(NoDevice, "{settings}: {what}");
    let line = settings.line.as_ref();
    let line = line.ok_or_else(|| none("no line is named"))?;
    let (found, refused): (Vec<_>, Vec<_>) = match &settings.chip {
        Some(chip) if chip.contains('/') => vec![Chip::open(Path::new(chip))],
        Some(name) => {
            let mut chips = chips();
            chips.retain(|chip| chip.as_ref().map_or(true, |chip| chip.is_called(name)));
            chips
        }
        None => chips(),
    }
    .into_iter()
    .partition(Result::is_ok);
    for chip in found.iter().flatten() {
        if let Some(number) = chip.find(line) {
            return Ok(Box::new(chip.open_line(number, settings)?));
        }
    }
    // It may well be the one that may not be opened.
    if let Some(Err(fault)) = refused.into_iter().next() {
        return Err(fault);
    }
    let missing = if found.is_empty() { "chip" } else { "line" };
    Err(none(&format!(
        "no such {missing}; `glyphd devices` lists them"
    )))
}

/// All chips of this machine, by their numbers; those that cannot be opened with the reason.
pub fn chips() -> Vec<Result<Chip>> {
    let entries = fs::read_dir(FOLDER).into_iter().flatten().flatten();
    let number = |path: &Path| {
        let name = path.file_name()?.to_str()?;
        name.strip_prefix(PREFIX)?.parse::<u32>().ok()
    };
    let mut found: Vec<(u32, PathBuf)> = entries
        // Links to a chip, as some boards have for old names, are the same chip again.
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_char_device()))
        .filter_map(|entry| Some((number(&entry.path())?, entry.path())))
        .collect();
    found.sort();
    found.iter().map(|(_, path)| Chip::open(path)).collect()
}

/// The settings as the kernel takes them.
fn line_config(settings: &Settings) -> LineConfig {
    let edges = match (settings.edge, settings.release_stops) {
        (_, true) => LineFlags::EDGE_RISING | LineFlags::EDGE_FALLING,
        (Edge::Rising, false) => LineFlags::EDGE_RISING,
        (Edge::Falling, false) => LineFlags::EDGE_FALLING,
    };
    let bias = match settings.bias {
        Bias::AsIs => LineFlags::empty(),
        Bias::PullUp => LineFlags::BIAS_PULL_UP,
        Bias::PullDown => LineFlags::BIAS_PULL_DOWN,
        Bias::Disabled => LineFlags::BIAS_DISABLED,
    };
    let mut config = LineConfig {
        flags: LineFlags::INPUT | edges | bias,
        ..LineConfig::default()
    };
    let debounce = u32::try_from(settings.debounce().as_micros()).unwrap_or(u32::MAX);
    if debounce > 0 {
        // For the only line of the request.
        config.add_debounce(debounce, 1);
    }
    config
}

/// A line that tells of its edges.
struct Edges {
    file: File,
    name: String,
}

impl Line for Edges {
    fn describe(&self) -> String {
        self.name.clone()
    }

    fn watch(&self) -> PollFd<'_> {
        PollFd::new(self.file.as_fd(), PollFlags::POLLIN)
    }

    fn next(&mut self) -> Result<Edge> {
        let gone = |refusal: Refusal| {
            let why = match code(&refusal) {
                Code::ENODEV => "has gone",
                code => code.desc(),
            };
            err!(NoDevice, "GPIO {}: {why}", self.name).caused_by(refusal)
        };
        let mut words = [0; EDGE_WORDS];
        read_event(&self.file, &mut words).map_err(gone)?;
        let edge = LineEdgeEvent::from_slice(&words).map_err(gone)?;
        Ok(match edge.kind {
            RISING => Edge::Rising,
            _ => Edge::Falling,
        })
    }
}

fn code(refusal: &Refusal) -> Code {
    match refusal {
        Refusal::Os(Errno(code)) => Code::from_raw(*code),
        Refusal::UnderRead(_) => Code::EIO,
    }
}

fn text(name: &Name) -> String {
    String::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_is_asked_for_what_the_settings_say() {
        let mut settings = Settings {
            bias: Bias::PullUp,
            edge: Edge::Falling,
            ..Settings::default()
        };
        let config = line_config(&settings);
        let flags = LineFlags::INPUT | LineFlags::EDGE_FALLING | LineFlags::BIAS_PULL_UP;
        assert_eq!((config.flags, config.num_attrs), (flags, 1));
        let debounce = config.attr(0);
        assert_eq!((debounce.attr.to_value(), debounce.mask), {
            use gpiocdev_uapi::v2::LineAttributeValue::DebouncePeriod;
            (Some(DebouncePeriod(10_000)), 1)
        });
        settings.release_stops = true;
        settings.debounce_ms = 0;
        let config = line_config(&settings);
        assert!(
            config
                .flags
                .contains(LineFlags::EDGE_RISING | LineFlags::EDGE_FALLING)
        );
        assert_eq!(config.num_attrs, 0);
    }

    #[test]
    fn what_is_no_chip_is_refused_in_one_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        for (path, said) in [
            (file.as_path(), "is no GPIO chip"),
            (Path::new("/dev/null"), "is no GPIO chip"),
            (Path::new("/nowhere/gpiochip0"), "not there"),
        ] {
            let fault = Chip::open(path).unwrap_err().to_string();
            assert!(fault.contains(said) && !fault.contains('\n'), "{fault}");
        }
        let wanted: Settings = toml::from_str("line = \"no line has this name\"").unwrap();
        let fault = open(&wanted).err().unwrap().to_string();
        assert!(
            fault.starts_with("GPIO line \"no line has this name\": no such "),
            "{fault}"
        );
    }
}
