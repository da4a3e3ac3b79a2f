//! Takes the path that a camera was named by; gives the camera, also when it has come back under another number.
//!
//! What a camera is by itself (its [`Identity`]) is remembered from the first time that it delivered; later the node that
//! has this identity goes before the path. The decision does no I/O: the nodes stand behind the trait [`Machine`].

use std::path::{Path, PathBuf};

use super::node::Node;
use super::nodes::{Roots, usb_name, video_nodes};
use crate::error::Result;

/// Where udev makes links with stable names. Whatever they lead to is what was meant.
const STABLE_NAMES: &str = "/dev/v4l";

/// What identifies a camera, whatever its node is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    /// The name that udev gives it: maker, model, serial number if it has one, and which of its nodes.
    /// None for what is not on USB.
    pub usb: Option<String>,
    /// Where it is plugged in, in the words of its driver.
    pub bus: String,
    /// What it calls itself.
    pub card: String,
}

/// What the search needs of the machine.
pub(super) trait Machine {
    type Camera;

    /// The nodes of video devices that there are, each with its name on USB; found without opening them.
    fn nodes(&self) -> Vec<(PathBuf, Option<String>)>;

    /// Opens a node; fails where it is no camera.
    fn open(&self, path: &Path) -> Result<(Self::Camera, Identity)>;
}

/// A camera that is open.
#[derive(Debug)]
pub(super) struct Found<C> {
    pub camera: C,
    pub path: PathBuf,
    pub identity: Identity,
}

/// The camera that delivered last.
#[derive(Clone, Debug)]
struct Known {
    identity: Identity,
    path: PathBuf,
    /// Others with the same name on USB: their nodes and where they are plugged in. A camera in one of these places is a
    /// twin; in any other, the name is enough.
    twins: Vec<(PathBuf, String)>,
}

/// The search for one camera.
#[derive(Clone, Debug)]
pub(in crate::capture) struct Search {
    path: PathBuf,
    known: Option<Known>,
}

impl Search {
    pub(in crate::capture) fn new(path: &Path) -> Self {
        Search {
            path: path.to_path_buf(),
            known: None,
        }
    }

    /// Opens the camera: the one known, wherever it is now, before what is at the path.
    pub(super) fn find<M: Machine>(&self, machine: &M) -> Result<Found<M::Camera>> {
        let named = open(machine, &self.path);
        let Some(known) = &self.known else {
            return named.or_else(|error| self.by_usb_name(machine).unwrap_or(Err(error)));
        };
        if let Ok(found) = named.as_ref()
            && (found.identity == known.identity || self.path.starts_with(STABLE_NAMES))
        {
            return named;
        }
        let (mut moved, mut refused) = (None, None);
        for (path, usb) in machine.nodes() {
            if usb != known.identity.usb {
                continue;
            }
            match open(machine, &path) {
                Ok(found) if found.identity == known.identity => return Ok(found),
                Ok(found) if usb.is_some() && self.may_move(known, &found.identity) => {
                    moved.get_or_insert(found);
                }
                Ok(_) => {}
                // It is there but not ready yet: no other camera takes its place.
                Err(error) if usb.is_some() && !known.twins.iter().any(|twin| twin.0 == path) => {
                    refused.get_or_insert(error);
                }
                Err(_) => {}
            }
        }
        match (moved, refused) {
            (Some(found), _) => Ok(found),
            (None, Some(error)) => Err(error),
            (None, None) => named,
        }
    }

    /// The device whose name on USB is the one in the path: udev's link is missing where no udev runs, or is late.
    fn by_usb_name<M: Machine>(&self, machine: &M) -> Option<Result<Found<M::Camera>>> {
        let name = self
            .path
            .strip_prefix(STABLE_NAMES)
            .ok()?
            .strip_prefix("by-id")
            .ok()?
            .to_str()?;
        let nodes = machine.nodes();
        let (path, _) = nodes.iter().find(|(_, usb)| usb.as_deref() == Some(name))?;
        Some(open(machine, path))
    }

    /// Whether what has the name of the camera may be the camera in another socket: not where its socket was named, nor
    /// in the socket of a twin.
    fn may_move(&self, known: &Known, identity: &Identity) -> bool {
        !known.twins.iter().any(|twin| twin.1 == identity.bus)
            && !self
                .path
                .starts_with(Path::new(STABLE_NAMES).join("by-path"))
    }

    /// Remembers the camera that delivers; logs if it has another path than before, or is another one.
    pub(super) fn remember(&mut self, machine: &impl Machine, path: PathBuf, identity: Identity) {
        if let Some(known) = &self.known {
            let (was, card) = (known.path.display(), &identity.card);
            if same_camera(&known.identity, &identity) {
                if known.path != path {
                    log::warn!(
                        "the camera {card:?} is now at {}, before at {was}",
                        path.display()
                    );
                }
            } else {
                log::warn!(
                    "{}: another camera is used, {card:?}, because {:?} was not found",
                    path.display(),
                    known.identity.card
                );
            }
        }
        let nodes = machine.nodes().into_iter();
        let alike = nodes.filter(|(_, usb)| usb.is_some() && *usb == identity.usb);
        let sockets = alike.filter_map(|(path, _)| {
            let (_, about) = machine.open(&path).ok()?;
            Some((path, about.bus))
        });
        let twins = sockets.filter(|(_, bus)| *bus != identity.bus).collect();
        self.known = Some(Known {
            identity,
            path,
            twins,
        });
    }
}

/// The name on USB decides; what has none is known by its place and what it calls itself.
fn same_camera(one: &Identity, other: &Identity) -> bool {
    one == other || (one.usb.is_some() && one.usb == other.usb)
}

fn open<M: Machine>(machine: &M, path: &Path) -> Result<Found<M::Camera>> {
    let (camera, identity) = machine.open(path)?;
    Ok(Found {
        camera,
        path: path.to_path_buf(),
        identity,
    })
}

/// The machine that this runs on.
#[derive(Debug, Default)]
pub(super) struct ThisMachine {
    roots: Roots,
}

impl Machine for ThisMachine {
    type Camera = Node;

    fn nodes(&self) -> Vec<(PathBuf, Option<String>)> {
        let nodes = video_nodes(&self.roots).into_iter();
        nodes.map(|device| (device.node, device.usb)).collect()
    }

    fn open(&self, path: &Path) -> Result<(Node, Identity)> {
        let node = Node::open(path)?;
        let identity = Identity {
            usb: node
                .number()
                .and_then(|number| usb_name(&self.roots.sys.join("dev/char").join(number))),
            bus: node.bus().to_string(),
            card: node.card().to_string(),
        };
        Ok((node, identity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::err;

    /// The cameras that are plugged in: their nodes, and the number of each for a name.
    #[derive(Default)]
    struct Desk {
        nodes: Vec<(&'static str, Identity)>,
        /// A node that may not be opened yet.
        locked: Option<&'static str>,
        links: Vec<(&'static str, &'static str)>,
    }

    impl Machine for Desk {
        type Camera = String;

        fn nodes(&self) -> Vec<(PathBuf, Option<String>)> {
            let named = |(path, identity): &(&str, Identity)| (path.into(), identity.usb.clone());
            self.nodes.iter().map(named).collect()
        }

        fn open(&self, path: &Path) -> Result<(String, Identity)> {
            let path = path.to_str().unwrap();
            let link = self.links.iter().find(|(link, _)| *link == path);
            let node = link.map_or(path, |(_, node)| node);
            if self.locked == Some(node) {
                return Err(err!(NoDevice, "{node}: locked"));
            }
            match self.nodes.iter().find(|(name, _)| *name == node) {
                Some((name, identity)) => Ok((name.to_string(), identity.clone())),
                None => Err(err!(NoDevice, "{path}: not there")),
            }
        }
    }

    fn usb(name: &str, socket: &str) -> Identity {
        Identity {
            usb: Some(format!("usb-{name}-video-index0")),
            bus: format!("usb-{socket}"),
            card: name.to_string(),
        }
    }

    fn virtual_camera(number: u32) -> Identity {
        Identity {
            usb: None,
            bus: format!("platform:vivid-{number:03}"),
            card: "vivid".to_string(),
        }
    }

    fn desk(nodes: &[(&'static str, Identity)]) -> Desk {
        Desk {
            nodes: nodes.to_vec(),
            ..Desk::default()
        }
    }

    const VIDEO0: &str = "/dev/video0";
    const VIDEO1: &str = "/dev/video1";
    const VIDEO2: &str = "/dev/video2";

    /// Opens and takes note; the node that was opened, or why none was.
    fn take(search: &mut Search, desk: &Desk) -> std::result::Result<String, String> {
        let found = search.find(desk).map_err(|error| error.to_string())?;
        search.remember(desk, found.path, found.identity);
        Ok(found.camera)
    }

    /// A search that has found `identity` at /dev/video0, beside `others`.
    fn after(identity: Identity, others: &[(&'static str, Identity)]) -> Search {
        let mut search = Search::new(Path::new(VIDEO0));
        let mut first = desk(&[(VIDEO0, identity)]);
        first.nodes.extend_from_slice(others);
        assert_eq!(take(&mut search, &first).unwrap(), VIDEO0);
        search
    }

    #[test]
    fn a_camera_is_found_again_under_another_number() {
        let mut search = after(usb("Cam_1", "1-1"), &[]);
        let gone = take(&mut search, &desk(&[])).unwrap_err();
        assert_eq!(gone, "/dev/video0: not there");
        let moved = [(VIDEO1, usb("Cam_1", "1-1"))];
        assert_eq!(take(&mut search, &desk(&moved)).unwrap(), VIDEO1);
        // And back.
        let back = [(VIDEO0, usb("Cam_1", "1-1"))];
        assert_eq!(take(&mut search, &desk(&back)).unwrap(), VIDEO0);
    }

    #[test]
    fn the_camera_goes_before_the_number() {
        let mut search = after(usb("Cam_1", "1-1"), &[]);
        let swapped = [
            (VIDEO0, usb("Other", "1-2")),
            (VIDEO1, usb("Third", "1-3")),
            (VIDEO2, usb("Cam_1", "1-4")),
        ];
        assert_eq!(take(&mut search, &desk(&swapped)).unwrap(), VIDEO2);
    }

    #[test]
    fn a_twin_is_not_taken_for_it() {
        let other = [(VIDEO1, usb("Cam", "1-2"))];
        let mut search = after(usb("Cam", "1-1"), &other);
        let gone = take(&mut search, &desk(&other)).unwrap_err();
        assert_eq!(gone, "/dev/video0: not there");
        // Nor waited for.
        let mut busy = desk(&other);
        busy.locked = Some(VIDEO1);
        let gone = take(&mut search, &busy).unwrap_err();
        assert_eq!(gone, "/dev/video0: not there");
        let both = [(VIDEO1, usb("Cam", "1-2")), (VIDEO2, usb("Cam", "1-1"))];
        assert_eq!(take(&mut search, &desk(&both)).unwrap(), VIDEO2);
        // In a socket where the twin never was.
        let both = [(VIDEO0, usb("Cam", "1-2")), (VIDEO1, usb("Cam", "1-3"))];
        assert_eq!(take(&mut search, &desk(&both)).unwrap(), VIDEO1);
        // The twin at the number of the other: only where the camera is at none.
        let both = [(VIDEO0, usb("Cam", "1-2")), (VIDEO2, usb("Cam", "1-3"))];
        assert_eq!(take(&mut search, &desk(&both)).unwrap(), VIDEO2);
    }

    #[test]
    fn in_its_place_another_is_taken_and_is_then_the_one() {
        let mut search = after(usb("Cam_1", "1-1"), &[]);
        let other = [(VIDEO0, usb("Other", "1-1"))];
        assert_eq!(take(&mut search, &desk(&other)).unwrap(), VIDEO0);
        let both = [(VIDEO0, usb("Cam_1", "1-2")), (VIDEO1, usb("Other", "1-1"))];
        assert_eq!(take(&mut search, &desk(&both)).unwrap(), VIDEO1);
    }

    #[test]
    fn while_it_cannot_be_opened_nothing_else_is_taken() {
        let mut search = after(usb("Cam_1", "1-1"), &[]);
        let mut both = desk(&[(VIDEO0, usb("Other", "1-2")), (VIDEO1, usb("Cam_1", "1-1"))]);
        both.locked = Some(VIDEO1);
        assert_eq!(take(&mut search, &both).unwrap_err(), "/dev/video1: locked");
        both.locked = None;
        assert_eq!(take(&mut search, &both).unwrap(), VIDEO1);
    }

    #[test]
    fn what_is_not_on_usb_is_known_by_its_place() {
        let mut search = after(virtual_camera(0), &[(VIDEO1, virtual_camera(1))]);
        let only_other = desk(&[(VIDEO1, virtual_camera(1))]);
        assert!(take(&mut search, &only_other).is_err());
        let both = [(VIDEO0, virtual_camera(1)), (VIDEO2, virtual_camera(0))];
        assert_eq!(take(&mut search, &desk(&both)).unwrap(), VIDEO2);
    }

    #[test]
    fn a_name_that_stays_is_taken_at_its_word() {
        let link = "/dev/v4l/by-path/pci-0-usb-0:1:1.0-video-index0";
        let mut search = Search::new(Path::new(link));
        let mut first = desk(&[(VIDEO0, usb("Cam_1", "1-1"))]);
        first.links = vec![(link, VIDEO0)];
        assert_eq!(take(&mut search, &first).unwrap(), VIDEO0);
        // Another camera in the socket.
        let mut second = desk(&[(VIDEO0, usb("Other", "1-1")), (VIDEO1, usb("Cam_1", "1-2"))]);
        second.links = vec![(link, VIDEO0)];
        assert_eq!(take(&mut search, &second).unwrap(), VIDEO0);
        // The camera in another socket is not meant.
        let elsewhere = desk(&[(VIDEO0, usb("Other", "1-2"))]);
        assert!(take(&mut search, &elsewhere).is_err());
    }

    #[test]
    fn a_name_by_id_is_understood_without_its_link() {
        let link = "/dev/v4l/by-id/usb-Cam_1-video-index0";
        let mut search = Search::new(Path::new(link));
        let other = [(VIDEO0, usb("Other", "1-2"))];
        assert!(take(&mut search, &desk(&other)).is_err());
        let both = [(VIDEO0, usb("Other", "1-2")), (VIDEO1, usb("Cam_1", "1-1"))];
        assert_eq!(take(&mut search, &desk(&both)).unwrap(), VIDEO1);
        let back = [(VIDEO2, usb("Cam_1", "1-3"))];
        assert_eq!(take(&mut search, &desk(&back)).unwrap(), VIDEO2);
    }
}
