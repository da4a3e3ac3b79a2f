//! Which chips and lines this machine has, in the words of the configuration.

use std::fmt::Write;

use super::chip::{Chip, chips};
use crate::error::Result;

/// Where lines of names end, in columns.
const WIDTH: usize = 100;
const INDENT: &str = "    ";

/// The chips of this machine, for a person; empty when there is none, as on most PCs.
pub fn report() -> String {
    chips().iter().map(about).collect()
}

fn about(chip: &Result<Chip>) -> String {
    match chip {
        Ok(chip) => shown(
            &chip.path().to_string_lossy(),
            &chip.label,
            chip.lines,
            chip.named(),
        ),
        Err(fault) => format!("{fault}\n"),
    }
}

fn shown(
    path: &str,
    label: &str,
    lines: u32,
    named: impl Iterator<Item = (u32, String)>,
) -> String {
    let mut text = format!("GPIO chip {path}\n  chip = {path:?}\n");
    if !label.is_empty() {
        let _ = writeln!(text, "  chip = {label:?}   (stays the same)");
    }
    let _ = writeln!(text, "  line = 0 to {}", lines.saturating_sub(1));
    let mut width = 0;
    for (number, name) in named {
        let line = format!("{name:?} ({number})");
        if width == 0 {
            let _ = write!(text, "  line = {line}");
            width = line.len() + 9;
        } else if width + line.len() + 2 > WIDTH {
            let _ = write!(text, ",\n{INDENT}{line}");
            width = INDENT.len() + line.len();
        } else {
            let _ = write!(text, ", {line}");
            width += line.len() + 2;
        }
    }
    if width > 0 {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chip_is_listed_as_it_is_written_in_the_configuration() {
        let names = (0..12).map(|n| (n, format!("GPIO{n}")));
        let text = shown("/dev/gpiochip0", "pinctrl-rp1", 54, names);
        let expected = "GPIO chip /dev/gpiochip0
  chip = \"/dev/gpiochip0\"
  chip = \"pinctrl-rp1\"   (stays the same)
  line = 0 to 53
  line = \"GPIO0\" (0), \"GPIO1\" (1), \"GPIO2\" (2), \"GPIO3\" (3), \"GPIO4\" (4), \"GPIO5\" (5), \"GPIO6\" (6),
    \"GPIO7\" (7), \"GPIO8\" (8), \"GPIO9\" (9), \"GPIO10\" (10), \"GPIO11\" (11)
";
        assert_eq!(text, expected);
        assert!(!shown("/dev/gpiochip1", "", 8, [].into_iter()).contains("()"));
    }
}
