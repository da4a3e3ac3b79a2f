//! The words for what is wrong in a configuration file: what it is, what was probably meant,
//! what is expected. No I/O and no decisions; each function gives one line.

use toml::de::DeValue;

use super::shape::Shape;
use crate::fault::{nearest, plain};

/// Characters of the file quoted in a message: enough to recognise the place, and still one line.
const MAX_QUOTED: usize = 60;

/// A key with the tables it stands in, as TOML writes it.
pub fn dotted<S: AsRef<str>>(path: &[S]) -> String {
    let mut out = String::new();
    for key in path {
        let key = key.as_ref();
        if !out.is_empty() {
            out.push('.');
        }
        let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !key.is_empty() && key.chars().all(bare) {
            out.push_str(key);
        } else {
            out.push_str(&format!("{key:?}"));
        }
    }
    out
}

/// For a key or table that nothing knows.
pub fn unknown_key(shape: &Shape, path: &[String], value: &DeValue<'_>) -> String {
    let is_table = matches!(value, DeValue::Table(_));
    let mut message = String::from(if is_table {
        "unknown table"
    } else {
        "unknown key"
    });
    let Some((key, tables)) = path.split_last() else {
        return message;
    };
    let known: Vec<&str> = match shape.at(tables) {
        Some(Shape::Table(keys)) => keys.iter().map(|(key, _)| *key).collect(),
        _ => Vec::new(),
    };
    if let Some(meant) = nearest(key, known.iter().copied()) {
        message.push_str(&format!(", did you mean '{meant}'?"));
    } else {
        let key = plain(key);
        let elsewhere: Vec<String> = shape
            .paths()
            .into_iter()
            .filter(|path| {
                path.rsplit('.')
                    .next()
                    .is_some_and(|last| plain(last) == key)
            })
            .map(|path| format!("'{path}'"))
            .collect();
        if !elsewhere.is_empty() {
            message.push_str(&format!(" here, did you mean {}?", elsewhere.join(" or ")));
        }
    }
    if !known.is_empty() {
        let separator = if message.ends_with('?') { " " } else { ", " };
        message.push_str(&format!("{separator}expected one of: {}", known.join(", ")));
    }
    message
}

/// For a value that serde refused with `message`. `written` is the value as the file has it.
pub fn wrong_value(
    expected: &Shape,
    value: &DeValue<'_>,
    written: &str,
    path: &[String],
    message: &str,
) -> String {
    let is = match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "a switch",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    let is = match value {
        DeValue::Table(_) | DeValue::Array(_) => format!("is {is}"),
        _ => format!("{} is {is}", quote(written)),
    };
    match (expected, value) {
        (Shape::Whole(..), DeValue::Integer(_)) => {
            format!("is {}, expected {}", quote(written), expectation(expected))
        }
        (Shape::OneOf(words), DeValue::String(word)) => {
            let meant = nearest(word, words.iter().copied())
                .map(|meant| format!(", did you mean \"{meant}\"?"))
                .unwrap_or_else(|| ",".into());
            format!(
                "is {}{meant} expected {}",
                quote(written),
                expectation(expected)
            )
        }
        (Shape::Table(_), DeValue::Table(_))
        | (Shape::List(_), DeValue::Array(_))
        | (Shape::Switch, DeValue::Boolean(_))
        | (Shape::Number, DeValue::Float(_) | DeValue::Integer(_))
        | (Shape::Text, DeValue::String(_))
        | (Shape::Other, _) => judged(message),
        (Shape::Table(keys), _) => {
            let names: Vec<&str> = keys.iter().map(|(key, _)| *key).collect();
            format!(
                "{is}, expected a table [{}] with keys of: {}",
                dotted(path),
                names.join(", ")
            )
        }
        (_, DeValue::String(word)) => {
            let meant = unquoted(expected, word)
                .map(|meant| format!(", did you mean {meant} without quotes?"))
                .unwrap_or_else(|| ",".into());
            format!("{is}{meant} expected {}", expectation(expected))
        }
        (Shape::Text, DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_)) => {
            format!(
                "{is}, did you mean \"{}\"? expected text in quotes",
                quote(written)
            )
        }
        _ => format!("{is}, expected {}", expectation(expected)),
    }
}

/// What the type itself said: the first line, in our words where they are serde's stock phrases.
fn judged(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    if let Some(field) = line.strip_prefix("missing field ") {
        return format!("the key {} is missing", field.replace('`', "'"));
    }
    line.to_owned()
}

fn expectation(shape: &Shape) -> String {
    match shape {
        Shape::Table(_) => "a table".into(),
        Shape::List(element) => format!("a list in [ ], each {}", expectation(element)),
        Shape::Switch => "true or false".into(),
        // TOML itself ends at 63 bits: the exact limit helps nobody.
        Shape::Whole(0, max) if *max > i64::MAX.into() => "a whole number, 0 or more".into(),
        Shape::Whole(min, max) if *min == i64::MIN.into() && *max == i64::MAX.into() => {
            "a whole number".into()
        }
        Shape::Whole(min, max) => format!("a whole number from {min} to {max}"),
        Shape::Number => "a number".into(),
        Shape::Text => "text in quotes".into(),
        Shape::OneOf(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            format!("one of {}", words.join(", "))
        }
        Shape::Other => "something else".into(),
    }
}

/// The value that a text in quotes was probably meant to be.
fn unquoted(expected: &Shape, text: &str) -> Option<String> {
    let text = text.trim();
    match expected {
        Shape::Switch => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Some("true".into()),
            "false" | "no" | "off" | "0" => Some("false".into()),
            _ => None,
        },
        Shape::Whole(min, max) => {
            let number: i128 = text.parse().ok()?;
            (*min..=*max).contains(&number).then(|| number.to_string())
        }
        Shape::Number => text
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite())
            .map(|_| text.to_owned()),
        _ => None,
    }
}

/// For an error of the TOML parser at `offset`.
pub fn syntax(text: &str, offset: usize, message: &str) -> String {
    let start = line_start(text, offset);
    let line = text
        .get(start..)
        .unwrap_or_default()
        .lines()
        .next()
        .unwrap_or_default();
    let message = if message.starts_with("string values must be quoted") {
        "text must be in quotes".to_owned()
    } else {
        message.replace('`', "'")
    };
    let mut out = format!("not TOML: {message}");
    if !line.trim().is_empty() {
        out.push_str(&format!(", in: {}", quote(line.trim())));
    }
    out
}

/// The full key that is being set at `offset`, told from the text alone: the last table header
/// before it and what stands left of the `=`.
pub fn path_at(text: &str, offset: usize) -> Vec<String> {
    let (before, from) = text
        .split_at_checked(line_start(text, offset))
        .unwrap_or((text, ""));
    let line = from.lines().next().unwrap_or_default();
    if let Some(path) = header(line) {
        return path;
    }
    let mut path = before.lines().rev().find_map(header).unwrap_or_default();
    path.extend(left_of_equals(line));
    path
}

/// The first line, from 1, that sets `path`, told as in [`path_at`].
pub fn first_line_of(text: &str, path: &[String]) -> Option<usize> {
    let mut table = Vec::new();
    text.lines().enumerate().find_map(|(i, line)| {
        let found = match header(line) {
            Some(header) => {
                table = header;
                table == path
            }
            None => {
                let key = left_of_equals(line);
                !key.is_empty() && table.iter().chain(&key).eq(path)
            }
        };
        found.then_some(i + 1)
    })
}

fn header(line: &str) -> Option<Vec<String>> {
    let inner = line.trim_start().strip_prefix('[')?.trim_start_matches('[');
    Some(keys(inner.split(']').next().unwrap_or_default()))
}

fn left_of_equals(line: &str) -> Vec<String> {
    keys(line.split('=').next().unwrap_or_default())
}

fn line_start(text: &str, offset: usize) -> usize {
    text.get(..offset)
        .unwrap_or(text)
        .rfind('\n')
        .map_or(0, |at| at + 1)
}

fn keys(dotted: &str) -> Vec<String> {
    dotted
        .split('.')
        .map(|key| key.trim().trim_matches(['"', '\'']).to_owned())
        .filter(|key| !key.is_empty())
        .collect()
}

/// What the file says, cut where it gets long.
fn quote(written: &str) -> String {
    if written.chars().count() <= MAX_QUOTED {
        return written.to_owned();
    }
    let cut: String = written.chars().take(MAX_QUOTED).collect();
    format!("{cut}...")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_at_a_place_is_told_from_header_and_key() {
        let text = "a = 1\n[x.y]\nb = 2\nc.d = 3\n[[z]]\n";
        assert_eq!(path_at(text, 0), ["a"]);
        assert_eq!(
            path_at(text, text.find("b =").expect("there")),
            ["x", "y", "b"]
        );
        assert_eq!(
            path_at(text, text.find(".d").expect("there")),
            ["x", "y", "c", "d"]
        );
        assert_eq!(path_at(text, text.find("z]]").expect("there")), ["z"]);
        assert_eq!(path_at(text, 1000), ["z"], "past the end");
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(
            quote(&"é".repeat(200)),
            format!("{}...", "é".repeat(MAX_QUOTED))
        );
    }
}
