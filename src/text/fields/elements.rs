//! GS1 element strings: an identifier in brackets says what follows it, as in `(01)05901234123457(17)270614(10)L4471`.
//!
//! Of the identifiers, those of the article number, of dates and of the lot have a field (GS1 General Specifications, 3).

use regex_lite::Regex;

use super::codes::has_check_digit;
use super::dates::element_day;
use super::{Found, Kind, Role, group, pattern};

/// Looks for element strings.
pub struct Elements {
    /// An identifier and what follows it up to the next one.
    element: Regex,
}

impl Elements {
    pub fn new() -> Self {
        Elements {
            // The lot may have brackets of its own, but hardly ever has.
            element: pattern(r"\((\d{2,4})\) ?([^\s()]+)"),
        }
    }

    /// The fields of all element strings.
    pub fn of(&self, text: &str) -> Vec<Found> {
        let mut offset = 0;
        let mut found = Vec::new();
        for line in text.split_inclusive('\n') {
            found.extend(self.in_line(text, line, offset));
            offset += line.len();
        }
        found
    }

    /// Those of a line, which begins at `offset`. A lot counts only beside an element that can be checked: a number in
    /// brackets before a word may be anything.
    fn in_line(&self, text: &str, line: &str, offset: usize) -> Vec<Found> {
        let mut found = Vec::new();
        let mut is_checked = false;
        for captures in self.element.captures_iter(line) {
            let (Some(whole), data) = (captures.get(0), group(&captures, 2)) else {
                continue;
            };
            let Some((kind, role, value)) = meaning(group(&captures, 1), data) else {
                continue;
            };
            is_checked |= kind != Kind::Lot;
            let (from, to) = (offset + whole.start(), offset + whole.end());
            if let Some(mut new) = Found::new(text, from, to, kind, value) {
                new.field.role = role;
                found.push(new);
            }
        }
        found.retain(|new| is_checked || new.field.kind != Kind::Lot);
        found
    }
}

/// What an element is, what it is for, and its value; none where there is no field for it or the data are not of its form.
fn meaning(identifier: &str, data: &str) -> Option<(Kind, Option<Role>, String)> {
    let role = match identifier {
        "01" | "02" => {
            let is_gtin = data.len() == 14
                && data.bytes().all(|c| c.is_ascii_digit())
                && has_check_digit(data);
            return is_gtin.then(|| (Kind::Gtin, None, data.to_owned()));
        }
        "10" => return Some((Kind::Lot, None, data.to_ascii_uppercase())),
        "11" | "13" => Role::Produced,
        "15" | "16" => Role::BestBefore,
        "17" => Role::Expiry,
        _ => return None,
    };
    Some((Kind::Date, Some(role), element_day(data)?))
}
