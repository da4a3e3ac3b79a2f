//! `labels.tsv`: which pictures a folder has, and what each says.

use std::path::Path;

use crate::error::{Result, err};

/// A picture and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub file: String,
    pub truth: String,
}

/// The rows of the folder's `labels.tsv`: FILE<TAB>TEXT, where further columns are ignored.
///
/// # Errors
/// `NoInput` when it cannot be read, `Data` when a row has no tab or there are no rows.
pub fn load(folder: &Path) -> Result<Vec<Row>> {
    let path = folder.join("labels.tsv");
    let text = std::fs::read_to_string(&path)
        .map_err(|e| err!(NoInput, "{}: cannot read: {e}", path.display()).caused_by(e))?;
    let rows = text
        .lines()
        .enumerate()
        .filter(|(_, row)| !row.is_empty())
        .map(|(i, row)| {
            let (file, truth) = row.split_once('\t').ok_or_else(|| {
                err!(
                    Data,
                    "{}:{}: no tab: expected FILE<TAB>TEXT",
                    path.display(),
                    i + 1
                )
            })?;
            let truth = truth.split('\t').next().unwrap_or_default();
            Ok(Row {
                file: file.to_owned(),
                truth: unescape(truth),
            })
        });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    if rows.is_empty() {
        return Err(err!(Data, "{}: no rows in it", path.display()));
    }
    Ok(rows)
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_unescape_to_what_was_escaped() {
        assert_eq!(unescape(r"a\nb\tc\\n"), "a\nb\tc\\n");
        assert_eq!(unescape("end\\"), "end\\");
    }
}
