//! The messages about a configuration file: what is wrong, what was probably meant, and what is
//! expected. No I/O and no decisions; each function gives one line.

use serde::de::DeserializeOwned;
use toml::de::DeValue;

use super::shape::{self, Shape};
use crate::fault::{nearest, plain};

/// The most characters of the file quoted in a message: enough to recognise the place, and still one line.
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

/// The message about a key or table that `T` does not have.
pub fn unknown_key<T: DeserializeOwned>(path: &[String], value: &DeValue<'_>) -> String {
    let (Some((key, tables)), is_table) = (path.split_last(), matches!(value, DeValue::Table(_)))
    else {
        return String::new();
    };
    let mut message = format!("unknown {}", if is_table { "table" } else { "key" });
    let Shape::Table(known) = Shape::at::<T>(tables) else {
        return message;
    };
    if let Some(meant) = nearest(key, known.iter().map(String::as_str)) {
        message.push_str(&format!(", did you mean '{meant}'?"));
    } else {
        let is_meant = |path: &String| {
            let last = path.rsplit('.').next();
            last.is_some_and(|last| plain(last) == plain(key))
        };
        let keys = shape::keys::<T>().into_iter().filter(is_meant);
        let elsewhere: Vec<String> = keys.map(|path| format!("'{path}'")).collect();
        if !elsewhere.is_empty() {
            message.push_str(&format!(" here, did you mean {}?", elsewhere.join(" or ")));
        }
    }
    let separator = if message.ends_with('?') { " " } else { ", " };
    message + separator + "expected one of: " + &known.join(", ")
}

/// The message about a value that serde refused with `message`. The value comes with its text in the file.
pub fn wrong_value(
    expected: &Shape,
    (value, written): (&DeValue<'_>, &str),
    path: &[String],
    message: &str,
) -> String {
    let written = quote(written);
    let is = match value {
        DeValue::String(_) => format!("{written} is text"),
        DeValue::Integer(_) => format!("{written} is a whole number"),
        DeValue::Float(_) => format!("{written} is a number with a point"),
        DeValue::Boolean(_) => format!("{written} is a boolean"),
        DeValue::Datetime(_) => format!("{written} is a date or time"),
        DeValue::Array(_) => "is a list".into(),
        DeValue::Table(_) => "is a table".into(),
    };
    let meant = |meant: Option<String>| match meant {
        Some(meant) => format!(", did you mean {meant}?"),
        None => ",".into(),
    };
    let expects = expectation(expected);
    match (expected, value) {
        (Shape::Whole(..), DeValue::Integer(_)) => format!("is {written}, expected {expects}"),
        (Shape::OneOf(words), DeValue::String(word)) => {
            let word = nearest(word, words.iter().map(String::as_str));
            let meant = meant(word.map(|word| format!("\"{word}\"")));
            format!("is {written}{meant} expected {expects}")
        }
        (Shape::Table(_), DeValue::Table(_))
        | (Shape::List(_), DeValue::Array(_))
        | (Shape::Switch, DeValue::Boolean(_))
        | (Shape::Number, DeValue::Float(_) | DeValue::Integer(_))
        | (Shape::Text, DeValue::String(_))
        | (Shape::Other, _) => judged(&is, message),
        (Shape::Table(keys), _) => {
            let (table, keys) = (dotted(path), keys.join(", "));
            format!("{is}, expected a table [{table}] with keys of: {keys}")
        }
        (_, DeValue::String(word)) => {
            let word = unquoted(expected, word);
            let meant = meant(word.map(|word| format!("{word} without quotes")));
            format!("{is}{meant} expected {expects}")
        }
        (Shape::Text, DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_)) => {
            format!("{is}, did you mean \"{written}\"? expected {expects}")
        }
        _ => format!("{is}, expected {expects}"),
    }
}

/// The first line of the type's own message; serde's standard phrases are reworded.
fn judged(is: &str, message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    if line.starts_with("invalid type: ")
        && let Some((_, expected)) = line.split_once(", expected ")
    {
        return format!("{is}, expected {expected}");
    }
    if let Some(length) = line.strip_prefix("invalid length ") {
        return format!("has length {}", length.replace("an array", "a list"));
    }
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
        // TOML itself has 63 bits: the exact limit helps nobody.
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

/// The value that was probably meant by a text in quotes.
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

/// The message about an error of the TOML parser at `offset`.
pub fn syntax(text: &str, offset: usize, message: &str) -> String {
    let start = line_start(text, offset);
    let line = text
        .get(start..)
        .unwrap_or_default()
        .lines()
        .next()
        .unwrap_or_default();
    let bad_escape =
        message.starts_with("missing escaped value") || message.contains("unicode hexadecimal");
    let message = if message.starts_with("string values must be quoted") {
        "text must be in quotes".to_owned()
    } else if bad_escape {
        let example = in_single_quotes(line, offset.saturating_sub(start));
        let example = example.map_or(String::new(), |text| format!(", as in {text}"));
        format!("in double quotes \\ starts an escape: use single quotes{example}")
    } else {
        message.replace('`', "'")
    };
    let mut out = format!("not TOML: {message}");
    if !line.trim().is_empty() {
        out.push_str(&format!(", in: {}", quote(line.trim())));
    }
    out
}

/// The text in double quotes that holds place `at` of a line, as TOML writes it in single quotes, if it can.
fn in_single_quotes(line: &str, at: usize) -> Option<String> {
    let opening = line.get(..at)?.rfind('"')?;
    let text = line.get(opening + 1..)?;
    let text = text
        .match_indices('"')
        .map(|(at, _)| text.get(..at).unwrap_or_default())
        .find(|before| !before.ends_with('\\'))?;
    (!text.contains('\'')).then(|| format!("'{text}'"))
}

/// The full key that is set at `offset`, from the text alone: the last table header before it,
/// and the key left of the `=`.
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

/// The first line, from 1, that sets `path`; keys are found as in [`path_at`].
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

/// A text from the file, cut off if it is long.
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
    fn the_path_at_a_place_comes_from_header_and_key() {
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
