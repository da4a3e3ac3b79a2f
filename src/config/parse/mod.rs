//! Turns the text of a configuration file into settings, or into a list of all its problems.
//!
//! serde stops at the first error. So each error is reported, its entry is removed from the parsed
//! file, and serde runs again, until it accepts the rest. Then the values of the settings are
//! checked. So one run reports everything, and nothing that serde accepts is refused.

use std::ops::Range;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

use super::problem::{Problem, Problems};
use super::shape::Shape;
use super::wording;
use crate::error::Kind;
use crate::fault::Fault;

/// The most problems reported for one file. A file with more is no configuration.
const MAX_PROBLEMS: usize = 100;

/// Settings of a whole file.
pub trait Document: DeserializeOwned {
    /// All settings that cannot be used, each with its full key.
    fn check(&self) -> Vec<Fault>;
}

/// Reads `text`, which came from `file` (used in messages only).
pub fn parse<T: Document>(file: &Path, text: &str) -> Result<T, Problems> {
    let mut report = Report {
        file,
        text,
        list: Vec::new(),
    };
    if text.is_empty() {
        report.add(
            None,
            "",
            "is empty (0 bytes), as a loss of power can leave a file: restore it, \
             or write one line, as in \"# all defaults\"",
        );
        return Err(report.finish());
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    let span = table.span();
    let mut table = table.into_inner();
    let mut whole = true;
    for error in errors.iter().take(MAX_PROBLEMS) {
        whole &= report.syntax(error);
    }
    if !whole {
        return Err(report.finish());
    }

    report.numbers(&mut table, &mut Vec::new());
    while report.list.len() < MAX_PROBLEMS {
        let input = toml::Spanned::new(span.clone(), table.clone());
        match T::deserialize(toml::de::Deserializer::from(input)) {
            Ok(settings) => {
                report.sense(&settings, &table);
                return if report.list.is_empty() {
                    Ok(settings)
                } else {
                    Err(report.finish())
                };
            }
            Err(error) => {
                let path = error.span().and_then(|span| path_of_span(&table, &span));
                let Some(path) = path else {
                    // The error is about the file as a whole: there is nothing to remove.
                    report.add(None, "", error.message());
                    break;
                };
                report.refused::<T>(&table, &path, error.message());
                remove(&mut table, &path);
            }
        }
    }
    Err(report.finish())
}

struct Report<'a> {
    file: &'a Path,
    text: &'a str,
    list: Vec<Problem>,
}

impl Report<'_> {
    fn add(&mut self, offset: Option<usize>, key: &str, message: impl Into<String>) {
        self.list.push(Problem {
            file: self.file.to_owned(),
            line: offset.map(|offset| line_number(self.text, offset)),
            key: key.to_owned(),
            message: message.into(),
        });
    }

    fn finish(mut self) -> Problems {
        self.list.sort_by_key(|problem| problem.line);
        self.list.truncate(MAX_PROBLEMS);
        Problems {
            kind: Kind::Config,
            list: self.list,
        }
    }

    /// Reports an error of the TOML parser; returns whether the parsed table is complete all the same.
    fn syntax(&mut self, error: &toml::de::Error) -> bool {
        let offset = error
            .span()
            .map_or(0, |span| span.start)
            .min(self.text.len());
        if error.message() == "duplicate key" {
            let path = wording::path_at(self.text, offset);
            let first = wording::first_line_of(self.text, &path)
                .filter(|line| *line < line_number(self.text, offset))
                .map_or(String::new(), |line| format!(" (first in line {line})"));
            let message = format!("is defined twice{first}: keep one of them");
            self.add(Some(offset), &wording::dotted(&path), message);
            return true;
        }
        let line = line_number(self.text, offset);
        // The parser may report the rest of a line again and again.
        if self.list.iter().all(|problem| problem.line != Some(line)) {
            let message = wording::syntax(self.text, offset, error.message());
            self.add(Some(offset), "", message);
        }
        false
    }

    /// Reports and removes infinite numbers and NaN: no setting has a use for them.
    fn numbers(&mut self, table: &mut DeTable<'_>, path: &mut Vec<String>) {
        let mut refused = Vec::new();
        for (key, value) in table.iter_mut() {
            let at = value.span().start;
            path.push(key.get_ref().to_string());
            match value.get_mut() {
                DeValue::Table(inner) => self.numbers(inner, path),
                DeValue::Float(number)
                    if !number.as_str().parse::<f64>().is_ok_and(f64::is_finite) =>
                {
                    let message = format!("is {}, expected a finite number", number.as_str());
                    self.add(Some(at), &wording::dotted(path), message);
                    refused.push(key.get_ref().to_string());
                }
                _ => {}
            }
            path.pop();
        }
        for key in refused {
            table.remove(key.as_str());
        }
    }

    /// Reports that serde refused the entry at `path`.
    fn refused<T: Document>(&mut self, table: &DeTable<'_>, path: &[String], message: &str) {
        let Some((at, value)) = entry(table, path) else {
            return;
        };
        // serde may report as missing what was removed from a table.
        let inside = format!("{}.", wording::dotted(path));
        if self.list.iter().any(|told| told.key.starts_with(&inside)) {
            return;
        }
        let message = if message.starts_with("unknown field") {
            wording::unknown_key::<T>(path, value.get_ref())
        } else {
            let written = self.text.get(value.span()).unwrap_or_default();
            let value = (value.get_ref(), written);
            wording::wrong_value(&Shape::at::<T>(path), value, path, message)
        };
        self.add(Some(at), &wording::dotted(path), message);
    }

    /// Reports settings that cannot be used, unless a problem of the key is reported already.
    fn sense<T: Document>(&mut self, settings: &T, table: &DeTable<'_>) {
        for fault in settings.check() {
            let inside = format!("{}.", fault.key);
            let told = |key: &str| key == fault.key || key.starts_with(&inside);
            if self.list.iter().any(|problem| told(&problem.key)) {
                continue;
            }
            let mut path: Vec<&str> = fault.key.split('.').collect();
            let mut at = None;
            // If the key has its default and is not in the file, the nearest table around it gives the line.
            while !path.is_empty() && at.is_none() {
                at = entry(table, &path).map(|(at, _)| at);
                path.pop();
            }
            self.add(at, &fault.key, fault.message);
        }
    }
}

/// The line of a place in `text`, from 1.
fn line_number(text: &str, offset: usize) -> usize {
    1 + text
        .bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
}

/// The path of the entry whose key or value is exactly at `span`.
fn path_of_span(table: &DeTable<'_>, span: &Range<usize>) -> Option<Vec<String>> {
    for (key, value) in table {
        let name = key.get_ref().to_string();
        if key.span() == *span || value.span() == *span {
            return Some(vec![name]);
        }
        if let Some(mut rest) = path_in_value(value.get_ref(), span) {
            rest.insert(0, name);
            return Some(rest);
        }
    }
    None
}

fn path_in_value(value: &DeValue<'_>, span: &Range<usize>) -> Option<Vec<String>> {
    match value {
        DeValue::Table(inner) => path_of_span(inner, span),
        DeValue::Array(elements) => elements.iter().enumerate().find_map(|(i, element)| {
            let mut path = if element.span() == *span {
                Vec::new()
            } else {
                path_in_value(element.get_ref(), span)?
            };
            path.insert(0, i.to_string());
            Some(path)
        }),
        _ => None,
    }
}

/// The offset of the last key of `path`, and its value.
fn entry<'t, 'i, S: AsRef<str>>(
    table: &'t DeTable<'i>,
    path: &[S],
) -> Option<(usize, &'t toml::Spanned<DeValue<'i>>)> {
    let (first, rest) = path.split_first()?;
    let (key, mut value) = table.get_key_value(first.as_ref())?;
    let mut at = key.span().start;
    for (i, step) in rest.iter().enumerate() {
        match value.get_ref() {
            DeValue::Table(inner) => return entry(inner, rest.get(i..)?),
            DeValue::Array(elements) => {
                value = elements.get(step.as_ref().parse::<usize>().ok()?)?;
                at = value.span().start;
            }
            _ => return None,
        }
    }
    Some((at, value))
}

/// Removes the entry at `path`. If it is in a list of values, the whole list is removed; in a list of tables, only the key of
/// one of them.
fn remove(table: &mut DeTable<'_>, path: &[String]) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    let value = table.get_mut(first.as_str()).map(|value| value.get_mut());
    match (value, rest) {
        (Some(DeValue::Table(inner)), [_, ..]) => remove(inner, rest),
        (Some(DeValue::Array(elements)), [index, inside @ ..]) if !inside.is_empty() => {
            let element = index
                .parse()
                .ok()
                .and_then(|at: usize| elements.get_mut(at));
            match element.map(|element| element.get_mut()) {
                Some(DeValue::Table(inner)) => remove(inner, inside),
                _ => {
                    table.remove(first.as_str());
                }
            }
        }
        _ => {
            table.remove(first.as_str());
        }
    }
}

#[cfg(test)]
mod tests;
