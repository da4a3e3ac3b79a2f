//! The tests of what a user or a program meets, one module a file. One program, since each program of tests is linked with all of
//! glyphd again; a test that needs a process of its own (an allocator, a logger) is a `[[test]]` of its own in Cargo.toml.

mod build_graph;
mod capture_jpeg;
mod cli_bad_input;
mod cli_command;
mod cli_commands;
mod cli_daemon;
mod cli_eval;
mod cli_read;
mod cli_run;
mod config_files;
mod config_run;
mod config_service;
mod ctc_published;
mod knowledge_read;
mod model_kernels;
mod orientation_read;
mod photo_files;
mod region_read;
mod rooms;
mod scenes_demo;
mod second_look;
mod sink_clients;
mod sink_docs;
mod sink_host;
mod sink_speech;

/// A file that is in no program would be a test that is never run.
#[test]
fn each_file_of_tests_is_run() {
    let root = env!("CARGO_MANIFEST_DIR");
    let listed = include_str!("all.rs");
    let manifest = include_str!("../Cargo.toml");
    for entry in std::fs::read_dir(format!("{root}/tests")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let Some(name) = file.strip_suffix(".rs").filter(|name| *name != "all") else {
            continue;
        };
        let run = listed.lines().any(|line| line == format!("mod {name};"))
            || manifest.contains(&format!("name = \"{name}\""));
        assert!(
            run,
            "tests/{file} is not run: say `mod {name};` in tests/all.rs"
        );
    }
}
