//! What a text means: dates, lots, weights, prices, article numbers, addresses and phone numbers in their normal form.
//!
//! Takes the text of a line or of a page, lines apart by line breaks; gives the [`Field`]s in it, from left to right, none over
//! another. Nothing is guessed: what could as well be something else (two numbers with a stroke between them) counts only
//! beside a word that says what it is.

mod amounts;
mod codes;
mod contacts;
mod dates;
mod elements;
mod roles;

use regex_lite::{Captures, Regex};
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

pub use crate::contract::field::{Field, Kind, Role};
pub use dates::Order;

/// Fields of one text; a label has a dozen. Further ones are left out.
pub const MOST_FIELDS: usize = 64;

/// The `[fields]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Whether fields are searched for. Default true.
    pub enabled: bool,
    /// The order of day, month and year where a date leaves it open. Default `day-first`; the United States write the
    /// month first, East Asia the year.
    pub date_order: Order,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            enabled: true,
            date_order: Order::DayFirst,
        }
    }
}

impl Settings {
    /// No value can be wrong.
    pub fn check(&self) -> Vec<Fault> {
        Vec::new()
    }
}

/// A field and where it stands in the text, in bytes.
struct Found {
    from: usize,
    to: usize,
    field: Field,
}

impl Found {
    fn new(text: &str, from: usize, to: usize, kind: Kind, value: String) -> Option<Self> {
        let printed = text.get(from..to)?.trim();
        let field = Field {
            kind,
            role: None,
            text: printed.split_whitespace().collect::<Vec<_>>().join(" "),
            value,
        };
        Some(Found { from, to, field })
    }
}

/// Looks for fields.
pub struct Fields {
    settings: Settings,
    elements: elements::Elements,
    dates: dates::Dates,
    amounts: amounts::Amounts,
    codes: codes::Codes,
    contacts: contacts::Contacts,
}

impl Fields {
    /// Compiles the patterns for these settings.
    pub fn new(settings: Settings) -> Self {
        Fields {
            elements: elements::Elements::new(),
            dates: dates::Dates::new(settings.date_order),
            amounts: amounts::Amounts::new(),
            codes: codes::Codes::new(),
            contacts: contacts::Contacts::new(),
            settings,
        }
    }

    /// The fields of `text`.
    pub fn of(&self, text: &str) -> Vec<Field> {
        if !self.settings.enabled {
            return Vec::new();
        }
        let mut found: Vec<Found> = Vec::new();
        // The surest kind first: a date may look like a phone number, hardly the other way round.
        let elements = self.elements.of(text).into_iter();
        let surest = elements.chain(self.contacts.addresses(text));
        let dates_and_codes = self.dates.of(text).into_iter().chain(self.codes.of(text));
        let amounts_and_phones = self
            .amounts
            .of(text)
            .into_iter()
            .chain(self.contacts.phones(text));
        for new in surest.chain(dates_and_codes).chain(amounts_and_phones) {
            let free = found
                .iter()
                .all(|old| new.to <= old.from || new.from >= old.to);
            if free && found.len() < MOST_FIELDS {
                found.push(new);
            }
        }
        found.sort_by_key(|found| found.from);
        found.into_iter().map(|found| found.field).collect()
    }
}

/// A pattern of this module; each is compiled in a test, so that none can be wrong.
fn pattern(text: &str) -> Regex {
    // A pattern that cannot be compiled finds nothing.
    Regex::new(text)
        .or_else(|_| Regex::new("$^."))
        .unwrap_or_else(|_| unreachable!("a constant"))
}

/// What a group of a match says; nothing where it took no part.
fn group<'t>(captures: &Captures<'t>, index: usize) -> &'t str {
    captures.get(index).map_or("", |part| part.as_str())
}

/// Whether what stands from `from` to `to` is a word of its own: neither letter nor digit next to it.
fn stands_alone(text: &str, from: usize, to: usize) -> bool {
    let before = text
        .get(..from)
        .and_then(|before| before.chars().next_back());
    let after = text.get(to..).and_then(|after| after.chars().next());
    [before, after]
        .into_iter()
        .flatten()
        .all(|c| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests;
