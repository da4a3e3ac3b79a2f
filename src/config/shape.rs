//! What a settings type would accept, found out by asking its `Deserialize` implementation.
//!
//! A derived implementation tells its deserializer which keys, which variants and which type
//! it wants before it is given anything. [`Shape::of`] gives it a deserializer that only listens:
//! so the keys named in a message are those that serde knows, optional ones included, and no
//! second list of them can grow stale.

use serde::de::value::{Error, StrDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess,
    SeqAccess, Visitor,
};

/// Tables within tables deeper than this are not looked into: a type that holds itself would
/// otherwise be followed for ever.
const MAX_DEPTH: usize = 8;

/// What may stand at one place of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A table with these keys, in the order of their definition.
    Table(Vec<(&'static str, Shape)>),
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
    OneOf(&'static [&'static str]),
    /// Something else, which the type itself judges.
    Other,
}

impl Shape {
    /// The shape of `T`.
    pub fn of<T: DeserializeOwned>() -> Shape {
        shape_at::<T>(&mut Vec::new())
    }

    /// What stands at `path`, if there is such a place. An index into a list counts as any other.
    pub fn at<S: AsRef<str>>(&self, path: &[S]) -> Option<&Shape> {
        let Some((first, rest)) = path.split_first() else {
            return Some(self);
        };
        match self {
            Shape::Table(keys) => keys
                .iter()
                .find(|(key, _)| *key == first.as_ref())?
                .1
                .at(rest),
            Shape::List(element) => element.at(rest),
            _ => None,
        }
    }

    /// The full paths, joined with dots, of all keys, tables before what is in them.
    pub fn paths(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.collect_paths("", &mut found);
        found
    }

    fn collect_paths(&self, prefix: &str, found: &mut Vec<String>) {
        match self {
            Shape::Table(keys) => {
                for (key, shape) in keys {
                    let path = if prefix.is_empty() {
                        key.to_string()
                    } else {
                        format!("{prefix}.{key}")
                    };
                    found.push(path.clone());
                    shape.collect_paths(&path, found);
                }
            }
            Shape::List(element) => element.collect_paths(prefix, found),
            _ => {}
        }
    }
}

#[derive(Clone, Copy)]
enum Step {
    Key(&'static str),
    Element,
}

/// What the type asked for at the end of the path.
enum Asked {
    Table(&'static [&'static str]),
    List,
    Leaf(Shape),
}

fn shape_at<T: DeserializeOwned>(path: &mut Vec<Step>) -> Shape {
    let mut asked = Asked::Leaf(Shape::Other);
    // Always an error: the listener has no value to give.
    let _ = T::deserialize(Listener {
        path,
        asked: &mut asked,
    });
    if path.len() >= MAX_DEPTH {
        return Shape::Other;
    }
    match asked {
        Asked::Leaf(shape) => shape,
        Asked::List => {
            path.push(Step::Element);
            let element = shape_at::<T>(path);
            path.pop();
            Shape::List(Box::new(element))
        }
        Asked::Table(names) => {
            let mut keys = Vec::with_capacity(names.len());
            for name in names {
                path.push(Step::Key(name));
                keys.push((*name, shape_at::<T>(path)));
                path.pop();
            }
            Shape::Table(keys)
        }
    }
}

/// Leads the type along `path` and notes what it asks for at the end.
struct Listener<'a> {
    path: &'a [Step],
    asked: &'a mut Asked,
}

fn no_value() -> Error {
    Error::custom("only listening")
}

impl Listener<'_> {
    fn note<V>(self, asked: Asked) -> Result<V, Error> {
        if self.path.is_empty() {
            *self.asked = asked;
        }
        Err(no_value())
    }

    fn leaf<V>(self, shape: Shape) -> Result<V, Error> {
        self.note(Asked::Leaf(shape))
    }

    fn list<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.path.split_first() {
            Some((Step::Element, rest)) => visitor.visit_seq(One {
                key: None,
                rest,
                asked: self.asked,
            }),
            _ => self.note(Asked::List),
        }
    }
}

macro_rules! leaves {
    ($($method:ident => $shape:expr,)*) => {
        $(fn $method<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Error> {
            self.leaf($shape)
        })*
    };
}

impl<'de> Deserializer<'de> for Listener<'_> {
    type Error = Error;

    leaves! {
        deserialize_bool => Shape::Switch,
        deserialize_i8 => Shape::Whole(i8::MIN.into(), i8::MAX.into()),
        deserialize_i16 => Shape::Whole(i16::MIN.into(), i16::MAX.into()),
        deserialize_i32 => Shape::Whole(i32::MIN.into(), i32::MAX.into()),
        deserialize_i64 => Shape::Whole(i64::MIN.into(), i64::MAX.into()),
        deserialize_u8 => Shape::Whole(0, u8::MAX.into()),
        deserialize_u16 => Shape::Whole(0, u16::MAX.into()),
        deserialize_u32 => Shape::Whole(0, u32::MAX.into()),
        deserialize_u64 => Shape::Whole(0, u64::MAX.into()),
        deserialize_f32 => Shape::Number,
        deserialize_f64 => Shape::Number,
        deserialize_char => Shape::Text,
        deserialize_str => Shape::Text,
        deserialize_string => Shape::Text,
        deserialize_any => Shape::Other,
        deserialize_bytes => Shape::Other,
        deserialize_byte_buf => Shape::Other,
        deserialize_unit => Shape::Other,
        deserialize_map => Shape::Other,
        deserialize_identifier => Shape::Other,
        deserialize_ignored_any => Shape::Other,
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _visitor: V,
    ) -> Result<V::Value, Error> {
        self.leaf(Shape::Other)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.list(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.list(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.list(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.path.split_first() {
            Some((Step::Key(key), rest)) => visitor.visit_map(One {
                key: Some(key),
                rest,
                asked: self.asked,
            }),
            _ => self.note(Asked::Table(fields)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Error> {
        self.leaf(Shape::OneOf(variants))
    }
}

/// A table or list that holds only the next place on the path.
struct One<'a> {
    key: Option<&'static str>,
    rest: &'a [Step],
    asked: &'a mut Asked,
}

impl<'de> MapAccess<'de> for One<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some(key) = self.key.take() else {
            return Ok(None);
        };
        let key: StrDeserializer<'_, Error> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(Listener {
            path: self.rest,
            asked: self.asked,
        })
    }
}

impl<'de> SeqAccess<'de> for One<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        seed.deserialize(Listener {
            path: self.rest,
            asked: self.asked,
        })
        .map(Some)
    }
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
    #[serde(default)]
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

    #[derive(Deserialize, Default)]
    #[serde(default)]
    #[allow(dead_code)]
    struct Endless {
        next: Option<Box<Endless>>,
    }

    #[test]
    fn every_key_is_found_with_what_it_takes() {
        let shape = Shape::of::<Outer>();
        assert_eq!(
            shape.paths(),
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
        assert_eq!(shape.at(&["first-thing"]), Some(&Shape::Whole(0, 255)));
        assert_eq!(shape.at(&["inner", "on"]), Some(&Shape::Switch));
        assert_eq!(shape.at(&["inner", "path"]), Some(&Shape::Text));
        assert_eq!(
            shape.at(&["kind"]),
            Some(&Shape::OneOf(&["none-at-all", "full"]))
        );
        assert_eq!(shape.at(&["regions", "3", "on"]), Some(&Shape::Switch));
        assert_eq!(
            shape.at(&["odd"]),
            Some(&Shape::List(Box::new(Shape::Number)))
        );
        assert_eq!(shape.at(&["nothing"]), None);
    }

    #[test]
    fn a_type_that_holds_itself_ends() {
        assert!(Shape::of::<Endless>().paths().len() <= MAX_DEPTH);
    }
}
