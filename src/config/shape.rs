//! What a settings type takes at a place of the configuration, told by serde itself.
//!
//! serde says what it expected when it gets something else. So [`Shape::at`] puts a table with one unknown key at that
//! place and reads the error: it holds the keys of a table, the words of a choice, or the type. No second list of keys
//! can grow stale.

use serde::de::DeserializeOwned;
use toml::Value;

/// A key that no table has.
const UNKNOWN: &str = "?";

/// What may stand at one place of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A table with these keys, in the order of their definition.
    Table(Vec<String>),
    /// A list of such values.
    List(Box<Shape>),
    /// true or false.
    Switch,
    /// A whole number, from the first to the second.
    Whole(i128, i128),
    /// Any number.
    Number,
    /// A string.
    Text,
    /// One of these words.
    OneOf(Vec<String>),
    /// Something else, which the type itself judges.
    Other,
}

impl Shape {
    /// What `T` takes at `path`. A step that is a number is an index into a list; which one does not matter.
    pub fn at<T: DeserializeOwned>(path: &[String]) -> Shape {
        let table =
            |key: &str, value| Value::Table([(key.to_owned(), value)].into_iter().collect());
        let unknown = table(UNKNOWN, Value::Boolean(true));
        let document = path.iter().rev().fold(unknown, |value, step| {
            if is_index(step) {
                Value::Array(vec![value])
            } else {
                table(step, value)
            }
        });
        let Err(error) = T::deserialize(document) else {
            return Shape::Other;
        };
        let message = error.message();
        let names = || message.split('`').skip(3).step_by(2).map(str::to_owned);
        if message.starts_with("unknown field") {
            return Shape::Table(names().collect());
        }
        if message.starts_with("unknown variant") {
            return Shape::OneOf(names().collect());
        }
        let expected = message.rsplit_once(", expected ").unwrap_or_default().1;
        match expected {
            "a boolean" => Shape::Switch,
            "a string" | "path string" => Shape::Text,
            "f32" | "f64" => Shape::Number,
            "u8" => Shape::Whole(0, u8::MAX.into()),
            "u16" => Shape::Whole(0, u16::MAX.into()),
            "u32" => Shape::Whole(0, u32::MAX.into()),
            "u64" | "usize" => Shape::Whole(0, u64::MAX.into()),
            "i8" => Shape::Whole(i8::MIN.into(), i8::MAX.into()),
            "i16" => Shape::Whole(i16::MIN.into(), i16::MAX.into()),
            "i32" => Shape::Whole(i32::MIN.into(), i32::MAX.into()),
            "i64" | "isize" => Shape::Whole(i64::MIN.into(), i64::MAX.into()),
            _ if expected == "a sequence" || expected.starts_with("an array") => {
                let element = [path, &["0".to_owned()]].concat();
                Shape::List(Box::new(Shape::at::<T>(&element)))
            }
            _ => Shape::Other,
        }
    }
}

/// The full paths of all keys of `T`, joined with dots; the path of a table comes before those of its keys.
pub fn keys<T: DeserializeOwned>() -> Vec<String> {
    let mut found = Vec::new();
    collect::<T>(&[], &mut found);
    found
}

fn collect<T: DeserializeOwned>(path: &[String], found: &mut Vec<String>) {
    match Shape::at::<T>(path) {
        Shape::Table(names) => {
            for name in names {
                let path = [path, &[name]].concat();
                let keys = path.iter().filter(|step| !is_index(step)).cloned();
                found.push(keys.collect::<Vec<_>>().join("."));
                collect::<T>(&path, found);
            }
        }
        Shape::List(element) if matches!(*element, Shape::Table(_)) => {
            collect::<T>(&[path, &["0".to_owned()]].concat(), found);
        }
        _ => {}
    }
}

fn is_index(step: &str) -> bool {
    step.parse::<usize>().is_ok()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Default)]
    #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
    #[allow(dead_code)]
    struct Outer {
        first_thing: Option<u8>,
        inner: Inner,
        kind: Option<Kind>,
        regions: Vec<Inner>,
        #[serde(rename = "odd")]
        renamed: [f32; 2],
        #[serde(skip)]
        hidden: u32,
    }

    #[derive(Deserialize, Default)]
    #[serde(default, deny_unknown_fields)]
    #[allow(dead_code)]
    struct Inner {
        on: bool,
        path: std::path::PathBuf,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    #[allow(dead_code)]
    enum Kind {
        NoneAtAll,
        Full,
    }

    fn at(path: &str) -> Shape {
        let steps: Vec<String> = path.split('.').map(str::to_owned).collect();
        Shape::at::<Outer>(&steps)
    }

    #[test]
    fn every_key_is_found_with_what_it_takes() {
        assert_eq!(
            keys::<Outer>(),
            [
                "first-thing",
                "inner",
                "inner.on",
                "inner.path",
                "kind",
                "regions",
                "regions.on",
                "regions.path",
                "odd"
            ]
        );
        let words = |words: &[&str]| words.iter().map(|word| word.to_string()).collect();
        assert_eq!(at("first-thing"), Shape::Whole(0, 255));
        assert_eq!(at("inner.on"), Shape::Switch);
        assert_eq!(at("inner.path"), Shape::Text);
        assert_eq!(at("kind"), Shape::OneOf(words(&["none-at-all", "full"])));
        assert_eq!(at("regions.3"), Shape::Table(words(&["on", "path"])));
        assert_eq!(at("regions.3.on"), Shape::Switch);
        assert_eq!(at("odd"), Shape::List(Box::new(Shape::Number)));
    }
}
