//! One build graph: what the tests and examples bring in changes no feature of what the program is made of. Else each of its
//! crates that depends on such a feature would be compiled twice, once for the program and once for the tests.

use std::collections::BTreeSet;
use std::process::Command;

use crate::cli_command::finish;

/// Each crate with its features, as cargo resolves them for these kinds of dependencies.
fn crates(kinds: &str) -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.args([
        "tree",
        "--locked",
        "--offline",
        "--quiet",
        "--prefix",
        "none",
    ]);
    cargo.args(["--format", "{p} [{f}]", "--edges", kinds]);
    let tree = finish(&mut cargo).succeeds();
    let rows = tree.lines().map(|row| row.trim_end_matches(" (*)"));
    rows.map(str::to_owned).collect()
}

#[test]
fn tests_and_examples_change_no_feature_of_what_the_program_is_made_of() {
    let program = crates("normal,build");
    let with_tests = crates("normal,build,dev");
    assert!(program.len() > 100, "{program:?}");
    let otherwise: Vec<_> = program.difference(&with_tests).collect();
    assert!(
        otherwise.is_empty(),
        "compiled anew for the tests, with other features (see `cargo tree -e features`): {otherwise:?}"
    );
}
