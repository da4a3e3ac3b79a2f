use proptest::prelude::*;
use serde::Deserialize;

use super::*;

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Machine {
    camera: Camera,
    serial: Serial,
    regions: Vec<Region>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Camera {
    width: Option<u16>,
    gain: f32,
    flip: bool,
    source: Spec,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Serial {
    baud: u32,
    end: End,
    names: Vec<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Region {
    left: u32,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum End {
    #[default]
    None,
    CarriageReturn,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(try_from = "String")]
struct Spec(String);

impl TryFrom<String> for Spec {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        if text.contains(':') {
            return Ok(Spec(text));
        }
        Err(format!(
            "\"{text}\" has no scheme, expected v4l2:... or file:..."
        ))
    }
}

impl Document for Machine {
    fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut add = |key: &str, message: &str| {
            faults.push(Fault::new(key, message));
        };
        if self.serial.baud == 7 {
            add("serial.baud", "is 7, expected 9600");
        }
        if self.camera.flip {
            add("serial.end", "is not for flipped cameras");
        }
        faults
    }
}

fn told(text: &str) -> Vec<String> {
    match parse::<Machine>(Path::new("f"), text) {
        Ok(_) => Vec::new(),
        Err(problems) => problems
            .list
            .iter()
            .map(|problem| problem.to_string())
            .collect(),
    }
}

#[test]
fn good_settings_are_read() {
    let text = "# all\n[camera]\nwidth = 640\ngain = 1\n[serial]\nend = \"carriage-return\"\n\
                    [[regions]]\nleft = 3\n";
    let machine = parse::<Machine>(Path::new("f"), text).expect("good");
    assert_eq!(machine.camera.width, Some(640));
    assert_eq!(machine.serial.end, End::CarriageReturn);
    assert_eq!(machine.regions, [Region { left: 3 }]);
    assert_eq!(
        parse(Path::new("f"), "# nothing set\n"),
        Ok(Machine::default())
    );
}

#[test]
fn all_problems_are_told_in_one_go() {
    let text = "\
[camera]
widht = 640
gain = nan
flip = \"yes\"
source = \"nowhere\"
[serial]
baud = \"9600\"
end = \"carriage-retrun\"
names = [\"a\", 3]
[camera2]
x = 1
[[regions]]
left = -1
";
    assert_eq!(
        told(text),
        [
            "f:2: camera.widht: unknown key, did you mean 'width'? expected one of: \
                 width, gain, flip, source",
            "f:3: camera.gain: is nan, expected a finite number",
            "f:4: camera.flip: \"yes\" is text, did you mean true without quotes? \
                 expected true or false",
            "f:5: camera.source: \"nowhere\" has no scheme, expected v4l2:... or file:...",
            "f:7: serial.baud: \"9600\" is text, did you mean 9600 without quotes? \
                 expected a whole number from 0 to 4294967295",
            "f:8: serial.end: is \"carriage-retrun\", did you mean \"carriage-return\"? \
                 expected one of \"none\", \"carriage-return\"",
            "f:9: serial.names.1: 3 is a whole number, did you mean \"3\"? \
                 expected text in quotes",
            "f:10: camera2: unknown table, did you mean 'camera'? expected one of: \
                 camera, serial, regions",
            "f:13: regions.0.left: is -1, expected a whole number from 0 to 4294967295",
        ]
    );
}

#[test]
fn a_key_in_the_wrong_table_is_shown_its_place() {
    assert_eq!(
        told("baud = 3\n"),
        ["f:1: baud: unknown key here, did you mean 'serial.baud'? \
              expected one of: camera, serial, regions"]
    );
}

#[test]
fn a_key_set_twice_is_told_with_the_first_place() {
    assert_eq!(
        told("[camera]\nwidth = 1\nwidth = 2\ngian = 1\n[serial]\n[camera]\n"),
        [
            "f:3: camera.width: is defined twice (first in line 2): keep one of them",
            "f:4: camera.gian: unknown key, did you mean 'gain'? expected one of: \
                 width, gain, flip, source",
            "f:6: camera: is defined twice (first in line 1): keep one of them",
        ]
    );
}

#[test]
fn what_makes_no_sense_is_told_where_it_stands() {
    let text = "[camera]\nflip = true\n[serial]\n\nbaud = 7\n";
    assert_eq!(
        told(text),
        [
            "f:3: serial.end: is not for flipped cameras",
            "f:5: serial.baud: is 7, expected 9600"
        ]
    );
    assert_eq!(
        told("camera.flip = true"),
        ["f: serial.end: is not for flipped cameras"]
    );
}

#[test]
fn values_for_tables_and_tables_for_values() {
    assert_eq!(
        told("camera = 3\nserial.baud.x = 1\nregions = {}\n"),
        [
            "f:1: camera: 3 is a whole number, expected a table [camera] with keys of: \
                 width, gain, flip, source",
            "f:2: serial.baud: is a table, expected a whole number from 0 to 4294967295",
            "f:3: regions: is a table, expected a list in [ ], each a table",
        ]
    );
    assert_eq!(
        told("[[regions]]\n"),
        ["f:1: regions: the key 'left' is missing"]
    );
}

#[test]
fn what_is_not_toml_is_quoted() {
    assert_eq!(
        told("[camera]\nwidth 640\ngain = 0,5\n"),
        [
            "f:2: not TOML: key with no value, expected '=', in: width 640",
            "f:3: not TOML: unexpected key or value, expected newline, '#', in: gain = 0,5",
        ]
    );
    assert!(told("")[0].starts_with("f: is empty (0 bytes)"));
    assert_eq!(told(&"x = nan\n".repeat(500)).len(), MAX_PROBLEMS);
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = told(&text);
    }

    #[test]
    fn any_lines_are_read_or_refused(lines in prop::collection::vec(
        prop::sample::select(vec![
            "[camera]", "[[regions]]", "[serial]", "width = 3", "width = 70000", "a.b = 1",
            "gain = inf", "left = 3", "baud = 1", "camera.flip = 3", "names = [1, \"x\", []]",
            "\"\" = 1", "regions = [{}]", "[serial.baud]", "x = \"", "[", "é = 1",
        ]), 0..12)
    ) {
        let text = lines.join("\n");
        for line in told(&text) {
            prop_assert!(line.starts_with("f:") && !line.contains('\n'), "{line}");
        }
    }
}
