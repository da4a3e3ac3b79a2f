//! The video devices of this machine, from `/sys/class`, with the names that udev links them by in `/dev/v4l`, which stay the
//! same when cameras are plugged in another order.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The directories that devices are looked for in; `/` on a real machine.
#[derive(Clone, Debug)]
pub struct Roots {
    /// Holds `class/video4linux`.
    pub sys: PathBuf,
    /// Holds the nodes and the links with stable names.
    pub dev: PathBuf,
}

impl Default for Roots {
    fn default() -> Self {
        Roots {
            sys: PathBuf::from("/sys"),
            dev: PathBuf::from("/dev"),
        }
    }
}

/// A video device and the names that lead to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its node, as `/dev/video0`.
    pub node: PathBuf,
    /// Links to it that stay when other devices come and go; the best first.
    pub stable: Vec<PathBuf>,
    /// Its name in `/dev/v4l/by-id`, whether or not the link is there; none where it is not on USB.
    pub usb: Option<String>,
}

impl Device {
    /// The names by which a configuration can name the device, the best first; with no udev, the one on USB.
    pub fn lasting_names(&self) -> Vec<String> {
        let short = |link: &PathBuf| {
            let name = link.strip_prefix("/dev/v4l").unwrap_or(link);
            name.display().to_string()
        };
        let mut names: Vec<String> = self.stable.iter().map(short).collect();
        if names.is_empty()
            && let Some(usb) = &self.usb
        {
            names.push(format!("by-id/{usb}"));
        }
        names
    }
}

/// The nodes of video devices, in the order of their numbers. Not all of them give pictures.
pub fn video_nodes(roots: &Roots) -> Vec<Device> {
    let names = names_in(&roots.sys.join("class/video4linux"));
    let number = |name: &String| name.strip_prefix("video")?.parse::<u32>().ok();
    let mut numbers: Vec<u32> = names.iter().filter_map(number).collect();
    // By number, not by letter: video2 before video10.
    numbers.sort_unstable();
    let device = |number: u32| {
        let node = roots.dev.join(format!("video{number}"));
        let about = roots.sys.join(format!("class/video4linux/video{number}"));
        Device {
            stable: stable_names(&roots.dev.join("v4l"), &node),
            usb: usb_name(&about),
            node,
        }
    };
    // Without a node: a container that was not given the camera.
    numbers
        .into_iter()
        .map(device)
        .filter(|device| device.node.exists())
        .collect()
}

/// The links below `folder` to `node`: by-id names the device itself, by-path the socket it is plugged into.
fn stable_names(folder: &Path, node: &Path) -> Vec<PathBuf> {
    let target = fs::canonicalize(node);
    let mut stable = Vec::new();
    for kind in ["by-id", "by-path"] {
        for name in names_in(&folder.join(kind)) {
            let link = folder.join(kind).join(name);
            if let (Ok(found), Ok(target)) = (fs::canonicalize(&link), &target)
                && found == *target
            {
                stable.push(link);
            }
        }
    }
    stable
}

/// The name that udev links a USB device by in `by-id`; `about` is its directory in `/sys`.
///
/// Made as `60-persistent-v4l.rules` and `usb_id` of systemd make it, so that it is the same where no udev runs.
pub fn usb_name(about: &Path) -> Option<String> {
    let read = |folder: &Path, name: &str| {
        let text = fs::read(folder.join(name)).ok()?;
        Some(
            String::from_utf8_lossy(&text)
                .trim_end_matches('\n')
                .to_owned(),
        )
    };
    // The node belongs to an interface of the device, and that to the device.
    const INTERFACE_AND_DEVICE: usize = 2;
    let interface = fs::canonicalize(about.join("device")).ok()?;
    let mut around = interface.ancestors().take(INTERFACE_AND_DEVICE);
    let usb = around.find(|folder| folder.join("idVendor").exists())?;
    let word = |name: &str, number: &str| {
        let text = read(usb, name).filter(|text| !text.is_empty());
        text.or_else(|| read(usb, number)).map(|text| safe(&text))
    };
    let mut name = format!(
        "usb-{}_{}",
        word("manufacturer", "idVendor")?,
        word("product", "idProduct")?
    );
    // Some devices have rubbish in place of a serial number.
    let clean = |text: &String| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| (' '..='\x7f').contains(&c) && c != ',')
    };
    if let Some(serial) = read(usb, "serial").filter(clean) {
        let _ = write!(name, "_{}", safe(&serial));
    }
    let index = read(about, "index")?;
    Some(format!("{name}-video-index{index}"))
}

/// `text` as udev puts it into a name: white space at its ends gone, within it one `_`, as for each character that
/// does not belong into a file's name.
fn safe(text: &str) -> String {
    let joined = text.split_ascii_whitespace().collect::<Vec<_>>().join("_");
    let allowed = |c: char| c.is_ascii_alphanumeric() || "#+-.:=@_".contains(c) || !c.is_ascii();
    joined.replace(|c| !allowed(c), "_")
}

/// The names in a directory, sorted; none where it cannot be read.
fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

#[cfg(test)]
pub(crate) use tests::machine;

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A machine with three video nodes, one of which has no entry in `/dev`.
    pub(crate) fn machine() -> (tempfile::TempDir, Roots) {
        let folder = tempfile::tempdir().unwrap();
        let roots = Roots {
            sys: folder.path().join("sys"),
            dev: folder.path().join("dev"),
        };
        for name in ["video10", "video2", "video3", "v4l-subdev0"] {
            fs::create_dir_all(roots.sys.join("class/video4linux").join(name)).unwrap();
        }
        for folder in ["v4l/by-id", "v4l/by-path"] {
            fs::create_dir_all(roots.dev.join(folder)).unwrap();
        }
        for node in ["video10", "video2"] {
            fs::write(roots.dev.join(node), b"").unwrap();
        }
        symlink(
            "../../video10",
            roots.dev.join("v4l/by-id/usb-Cam-video-index0"),
        )
        .unwrap();
        symlink(
            "../../video10",
            roots.dev.join("v4l/by-path/pci-0-video-index0"),
        )
        .unwrap();
        symlink(
            "../../gone",
            roots.dev.join("v4l/by-id/usb-Gone-video-index0"),
        )
        .unwrap();
        (folder, roots)
    }

    #[test]
    fn nodes_come_by_number_with_the_names_that_stay() {
        let (_folder, roots) = machine();
        let links = [
            "v4l/by-id/usb-Cam-video-index0",
            "v4l/by-path/pci-0-video-index0",
        ];
        let stable = links.map(|link| roots.dev.join(link)).to_vec();
        let expected = [
            Device {
                node: roots.dev.join("video2"),
                stable: vec![],
                usb: None,
            },
            Device {
                node: roots.dev.join("video10"),
                stable,
                usb: None,
            },
        ];
        assert_eq!(video_nodes(&roots), expected);
    }

    #[test]
    fn a_device_on_usb_has_the_name_that_udev_gives_it() {
        let (folder, roots) = machine();
        let usb = folder.path().join("sys/devices/usb1/1-1");
        let interface = usb.join("1-1:1.0");
        let about = interface.join("video4linux/video2");
        fs::create_dir_all(&about).unwrap();
        symlink("../..", about.join("device")).unwrap();
        let write = |name: &str, text: &str| fs::write(usb.join(name), text).unwrap();
        write("idVendor", "046d\n");
        write("idProduct", "0825\n");
        fs::write(about.join("index"), "0\n").unwrap();
        assert_eq!(usb_name(&about).unwrap(), "usb-046d_0825-video-index0");
        write("manufacturer", " Maker, Inc.  of/it \n");
        write("product", "HD Web(cam)\n");
        write("serial", "A1 B2\n");
        let name = "usb-Maker__Inc._of_it_HD_Web_cam__A1_B2-video-index0";
        assert_eq!(usb_name(&about).unwrap(), name);
        write("serial", "1,2\n");
        assert!(!usb_name(&about).unwrap().contains("1_2"));
        let class = roots.sys.join("class/video4linux/video2");
        fs::remove_dir(&class).unwrap();
        symlink(&about, &class).unwrap();
        assert_eq!(video_nodes(&roots)[0].usb, usb_name(&about));
        assert_eq!(video_nodes(&roots)[1].usb, None);
        let name = format!("by-id/{}", usb_name(&about).unwrap());
        assert_eq!(video_nodes(&roots)[0].lasting_names(), [name]);
        assert_eq!(video_nodes(&roots)[1].lasting_names().len(), 2);
    }
}
