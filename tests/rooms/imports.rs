//! Which file of a crate uses which, read from the paths in its source.
//!
//! Takes a folder of Rust source; gives its files and, for each, the files whose items it names by `crate::`, `super::`, `self::`
//! or a child's name. Comments, strings and tests are passed over. An item that a module only hands on (`pub use child::Item`)
//! counts as the child's. It reads text, not Rust: enough for the plain paths of this crate.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// One file of the crate.
pub struct File {
    pub path: PathBuf,
    /// Lines that are neither blank nor comments nor tests.
    pub code_lines: usize,
    /// Statements and paths, without what is passed over.
    code: String,
}

/// The files by their modules, as `sink::serial::port`; that of `lib.rs` has no name.
pub struct Crate {
    pub files: BTreeMap<String, File>,
}

impl Crate {
    /// Reads all source below `src`.
    pub fn read(src: &Path) -> Crate {
        let mut sources = BTreeMap::new();
        collect(src, src, &mut sources);
        let tests: Vec<String> = sources
            .iter()
            .flat_map(|(module, (_, text))| test_modules(module, text))
            .collect();
        let is_test = |module: &str| {
            tests
                .iter()
                .any(|test| module == test || module.starts_with(&format!("{test}::")))
        };
        let files = sources.into_iter().filter(|(module, _)| !is_test(module));
        let files = files.map(|(module, (path, text))| {
            let (code_lines, code) = (count(&text), without_tests(&without_comments(&text)));
            (
                module,
                File {
                    path,
                    code_lines,
                    code,
                },
            )
        });
        Crate {
            files: files.collect(),
        }
    }

    /// For each module the modules that it names, itself apart; what it only hands on is left out.
    pub fn imports(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let of = |(module, file): (&'_ String, &'_ File)| {
            let paths = named_paths(&file.code)
                .into_iter()
                .filter(|named| !named.handed_on);
            let modules = paths.filter_map(|named| self.home(module, &named.path, 0));
            modules.filter(|home| *home != module.as_str()).collect()
        };
        self.files
            .iter()
            .map(|entry| (entry.0.as_str(), of(entry)))
            .collect()
    }

    /// The module that `path`, as written in `module`, leads to.
    fn home(&self, module: &str, path: &[String], hops: usize) -> Option<&str> {
        const LONGEST_CHAIN: usize = 8; // of items handed on from module to module
        let mut at: Vec<&str> = match module {
            "" => Vec::new(),
            _ => module.split("::").collect(),
        };
        let mut rest = path.iter().map(String::as_str).peekable();
        match *rest.peek()? {
            "crate" => {
                at.clear();
                rest.next();
            }
            "self" => {
                rest.next();
            }
            "super" => {
                while rest.next_if_eq(&"super").is_some() {
                    at.pop();
                }
            }
            child => {
                let child = at
                    .iter()
                    .copied()
                    .chain([child])
                    .collect::<Vec<_>>()
                    .join("::");
                self.files.get(&child)?;
            }
        }
        while let Some(next) = rest.peek() {
            let deeper = at
                .iter()
                .copied()
                .chain([*next])
                .collect::<Vec<_>>()
                .join("::");
            if !self.files.contains_key(&deeper) {
                break;
            }
            at.push(next);
            rest.next();
        }
        let (home, file) = self.files.get_key_value(&at.join("::"))?;
        if let Some(item) = rest.next()
            && hops < LONGEST_CHAIN
        {
            let handed_on = named_paths(&file.code).into_iter().find(|named| {
                named.handed_on && named.path.last().is_some_and(|last| last == item)
            });
            if let Some(named) = handed_on {
                return self.home(home, &named.path, hops + 1);
            }
        }
        Some(home)
    }
}

fn collect(src: &Path, folder: &Path, sources: &mut BTreeMap<String, (PathBuf, String)>) {
    for entry in
        fs::read_dir(folder).unwrap_or_else(|fault| panic!("{}: {fault}", folder.display()))
    {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(src, &path, sources);
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && !path.ends_with("main.rs")
        {
            let inside = path.strip_prefix(src).unwrap().with_extension("");
            let names: Vec<_> = inside.iter().map(|name| name.to_str().unwrap()).collect();
            let module = match names.as_slice() {
                ["lib"] => String::new(),
                [folders @ .., "mod"] => folders.join("::"),
                all => all.join("::"),
            };
            sources.insert(module, (path.clone(), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The modules that `module` has for tests only.
fn test_modules(module: &str, text: &str) -> Vec<String> {
    let mut lines = text.lines().map(str::trim);
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        if line != "#[cfg(test)]" {
            continue;
        }
        let (mut file, mut next) = (None, lines.next().unwrap_or_default());
        if let Some(path) = next.strip_prefix("#[path = \"") {
            file = path.strip_suffix(".rs\"]");
            next = lines.next().unwrap_or_default();
        }
        let name = next
            .split("mod ")
            .nth(1)
            .and_then(|name| name.strip_suffix(';'));
        if let Some(name) = file.or(name) {
            let inside = if file.is_some() {
                module.rsplit_once("::").map_or("", |(parent, _)| parent)
            } else {
                module
            };
            found.push(
                format!("{inside}::{name}")
                    .trim_start_matches(':')
                    .to_owned(),
            );
        }
    }
    found
}

/// Lines of code, as [`File::code_lines`] counts them.
fn count(text: &str) -> usize {
    let code = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let is_code = |line: &&str| !line.is_empty() && !line.starts_with("//");
    code.lines().map(str::trim).filter(is_code).count()
}

fn without_comments(text: &str) -> String {
    let code = |line: &'_ str| {
        let end = if line.trim_start().starts_with("//") {
            0
        } else {
            line.len()
        };
        line[..end]
            .split(" // ")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    text.lines().map(code).collect::<Vec<_>>().join("\n")
}

fn without_tests(code: &str) -> String {
    // By the formatter's hand, a module or an item for tests ends at the next brace or semicolon at its own depth.
    let mut out = String::new();
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            out.push_str(line);
            out.push('\n');
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        for inside in lines.by_ref() {
            let depth = inside.len() - inside.trim_start().len();
            let ends = inside.ends_with(['}', ';', ',']) && depth == indent;
            if ends {
                break;
            }
        }
    }
    out
}

/// A path as it is written, from its first name on.
struct Named {
    path: Vec<String>,
    /// By `pub use`: others find it here, it is not used here.
    handed_on: bool,
}

fn named_paths(code: &str) -> Vec<Named> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find("use ") {
        let line = rest[..at].rsplit('\n').next().unwrap_or_default().trim();
        let (before, after) = (&rest[..at], &rest[at + "use ".len()..]);
        let is_statement = line.is_empty() || line.starts_with("pub");
        inline_paths(before, &mut found);
        let end = if is_statement {
            after.find(';').unwrap_or(after.len())
        } else {
            0
        };
        expand(&after[..end], &[], line.starts_with("pub"), &mut found);
        rest = &after[end..];
    }
    inline_paths(rest, &mut found);
    found
}

/// The paths of a `use` with its braces.
fn expand(tree: &str, before: &[String], handed_on: bool, found: &mut Vec<Named>) {
    let mut depth = 0;
    for part in tree.split(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    }) {
        let part = part.trim();
        let (names, inner) = match part.split_once('{') {
            Some((names, inner)) => (names, inner.strip_suffix('}')),
            None => (part.split(" as ").next().unwrap_or_default(), None),
        };
        let names = names
            .split("::")
            .map(str::trim)
            .filter(|name| !name.is_empty());
        let mut path = before.to_vec();
        path.extend(names.map(str::to_owned));
        match inner {
            Some(inner) => expand(inner, &path, handed_on, found),
            None if path.is_empty() => {}
            None => {
                path.pop_if(|last| last == "self" && !before.is_empty());
                found.push(Named { path, handed_on });
            }
        }
    }
}

/// Paths in code that begin with `crate::` or `super::`.
fn inline_paths(code: &str, found: &mut Vec<Named>) {
    for start in ["crate::", "super::"] {
        let mut rest = code;
        while let Some(at) = rest.find(start) {
            let begins =
                !rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
            let tail = &rest[at..];
            let end = tail
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
                .unwrap_or(tail.len());
            if begins {
                let path = tail[..end].split("::").filter(|name| !name.is_empty());
                found.push(Named {
                    path: path.map(str::to_owned).collect(),
                    handed_on: false,
                });
            }
            rest = &tail[end.max(start.len())..];
        }
    }
}
