//! The rooms of the source: each uses only those that it may, and no files use each other in a circle.
//!
//! `make map` prints what is there. Another tree is looked at with `GLYPHD_SRC=DIR`; its rooms are not held to the rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

#[path = "rooms/imports.rs"]
mod imports;
use imports::Crate;

/// Each room, from the ground up, with those it may use. docs/design.md says what belongs into which.
const MAY_USE: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("fault", &[]),
    ("guard", &[]),
    ("quad", &[]),
    ("rotation", &["quad"]),
    ("retry", &[]),
    ("contract", &["error", "quad"]),
    ("line", &["contract", "quad", "rotation"]),
    ("model", &["error", "guard"]),
    ("capture", &["error", "fault", "guard"]),
    ("sink", &["contract", "error", "fault", "quad", "retry"]),
    ("vision", &["error", "fault", "model", "quad", "rotation"]),
    ("trigger", &["contract", "error", "fault", "retry"]),
    (
        "text",
        &["contract", "error", "fault", "line", "model", "quad"],
    ),
    (
        "live",
        &[
            "contract", "fault", "line", "quad", "rotation", "text", "vision",
        ],
    ),
    (
        "config",
        &[
            "capture", "error", "fault", "live", "sink", "text", "trigger", "vision",
        ],
    ),
    (
        "pipeline",
        &[
            "config", "error", "line", "live", "model", "quad", "rotation", "text", "vision",
        ],
    ),
    ("explain", &["error", "line", "live", "pipeline", "quad"]),
    (
        "daemon",
        &[
            "capture", "config", "contract", "error", "line", "live", "pipeline", "retry",
            "rotation", "sink", "text", "trigger",
        ],
    ),
    (
        "cli",
        &[
            "capture", "config", "contract", "daemon", "error", "explain", "line", "live",
            "pipeline", "sink", "text", "trigger",
        ],
    ),
];

fn source() -> PathBuf {
    let own = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    std::env::var_os("GLYPHD_SRC").map_or_else(own, PathBuf::from)
}

fn room(module: &str) -> &str {
    module.split("::").next().unwrap_or_default()
}

#[test]
fn a_room_uses_only_the_rooms_it_may() {
    let tree = Crate::read(&source());
    let rules: BTreeMap<_, _> = MAY_USE.iter().copied().collect();
    let mut wrong = Vec::new();
    for (module, imports) in tree.imports() {
        let from = room(module);
        let Some(may) = rules.get(from) else {
            // The root only names the rooms.
            assert!(
                module.is_empty(),
                "src/{from} is a room that tests/rooms.rs does not know: say there what it may use"
            );
            continue;
        };
        for home in imports.into_iter().filter(|home| room(home) != from) {
            if !may.contains(&room(home)) {
                let path = tree.files[module].path.display();
                let may = may.join(", ");
                wrong.push(format!("{path} uses {home}: {from} may use {may}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "imports from a room that may not be used:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_rules_let_no_room_use_one_above_it() {
    for (at, (room, may)) in MAY_USE.iter().enumerate() {
        for used in *may {
            let below = MAY_USE[..at].iter().any(|(other, _)| other == used);
            assert!(below, "{room} may use {used}, which is not below it");
        }
    }
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let tree = Crate::read(&source());
    let circles = circles(&tree.imports());
    let told: Vec<String> = circles.iter().map(|circle| circle.join(", ")).collect();
    assert!(
        circles.is_empty(),
        "files that use each other in a circle:\n{}",
        told.join("\n")
    );
}

/// Not a check: prints the map. Run by `make map`.
#[test]
#[ignore = "prints the map of the source: make map"]
fn map() {
    let tree = Crate::read(&source());
    let imports = tree.imports();
    let mut rooms: BTreeMap<&str, (usize, usize, BTreeSet<&str>)> = BTreeMap::new();
    for (module, file) in &tree.files {
        let (files, lines, used) = rooms.entry(room(module)).or_default();
        *files += 1;
        *lines += file.code_lines;
        let others = imports[module.as_str()].iter().map(|home| room(home));
        used.extend(others.filter(|other| *other != room(module)));
    }
    println!("{:<12} {:>5} {:>10}  uses", "room", "files", "code lines");
    for (room, (files, lines, used)) in &rooms {
        let used: Vec<&str> = used.iter().copied().collect();
        println!("{room:<12} {files:>5} {lines:>10}  {}", used.join(", "));
    }
    let circles = circles(&imports);
    let inside: usize = circles
        .iter()
        .map(|circle| {
            let within = |module: &&String| {
                imports[module.as_str()]
                    .iter()
                    .filter(|home| circle.iter().any(|other| other == *home))
                    .count()
            };
            circle.iter().map(|module| within(&module)).sum::<usize>()
        })
        .sum();
    let files = tree.files.len();
    let lines: usize = tree.files.values().map(|file| file.code_lines).sum();
    let arrows: usize = imports.values().map(BTreeSet::len).sum();
    println!(
        "{files} files, {lines} code lines, {arrows} imports between files; {} circles of {:?} files, with {inside} imports in them",
        circles.len(),
        circles.iter().map(Vec::len).collect::<Vec<_>>()
    );
}

/// The sets of modules of which each reaches each (Tarjan's strongly connected components, by reachability: the graph is small).
fn circles(imports: &BTreeMap<&str, BTreeSet<&str>>) -> Vec<Vec<String>> {
    let reach = |from: &str| {
        let mut seen = BTreeSet::new();
        let mut next: Vec<&str> = imports[from].iter().copied().collect();
        while let Some(module) = next.pop() {
            if seen.insert(module) {
                next.extend(imports[module].iter().copied());
            }
        }
        seen
    };
    let reached: BTreeMap<&str, BTreeSet<&str>> = imports
        .keys()
        .map(|module| (*module, reach(module)))
        .collect();
    let mut left: BTreeSet<&str> = imports
        .keys()
        .copied()
        .filter(|module| reached[module].contains(module))
        .collect();
    let mut circles = Vec::new();
    while let Some(first) = left.first().copied() {
        let circle: Vec<&str> = left
            .iter()
            .copied()
            .filter(|other| reached[first].contains(other) && reached[other].contains(first))
            .collect();
        left.retain(|module| !circle.contains(module));
        circles.push(circle.into_iter().map(str::to_owned).collect());
    }
    circles
}
