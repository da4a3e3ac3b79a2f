//! Addresses of web pages and mail, and phone numbers.

use regex_lite::Regex;

use super::{Found, Kind, group, pattern, stands_alone};

/// Digits of a phone number, with the country's (ITU-T E.164).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 6..=15;

/// Looks for contacts.
pub struct Contacts {
    email: Regex,
    url: Regex,
    phone: Regex,
}

impl Contacts {
    pub fn new() -> Self {
        Contacts {
            email: pattern(r"(?i)[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}"),
            // Without scheme or www only names of the most usual ends: "e.g.in" is none.
            url: pattern(
                r"(?i)(?:(https?)://([a-z0-9.-]+\.[a-z]{2,})|((?:www\.[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,})|(?:[a-z0-9-]{2,}(?:\.[a-z0-9-]+)*\.(?:com|org|net|eu|de|fr|it|es|nl|ch|at|uk|pl|dk|se|info))))(/[^\s,;]*)?",
            ),
            phone: pattern(
                r"(?i)(?:\b(tel|phone|telefon|tél|telefono|hotline|fon|call|fax|service)\b[ .:]*)?(\+?[(\d][\d ()/.-]{4,22}\d)",
            ),
        }
    }

    /// Web pages and mail.
    pub fn addresses(&self, text: &str) -> Vec<Found> {
        let emails = self.email.find_iter(text).filter_map(|mail| {
            let value = mail.as_str().to_lowercase();
            Found::new(text, mail.start(), mail.end(), Kind::Email, value)
        });
        let urls = self.url.captures_iter(text).filter_map(|captures| {
            let (whole, part) = (captures.get(0)?, |index| group(&captures, index));
            let path = part(4).trim_end_matches(['.', ')', ':', '!', '?']);
            let to = whole.end() - (part(4).len() - path.len());
            let scheme = if part(1).is_empty() { "https" } else { part(1) };
            let host = if part(2).is_empty() { part(3) } else { part(2) };
            let value = format!("{}://{}{path}", scheme.to_lowercase(), host.to_lowercase());
            let alone = stands_alone(text, whole.start(), to);
            alone.then(|| Found::new(text, whole.start(), to, Kind::Url, value))?
        });
        emails.chain(urls).collect()
    }

    /// Phone numbers: with a country's number before them, or beside a word that announces one.
    pub fn phones(&self, text: &str) -> Vec<Found> {
        let phones = self.phone.captures_iter(text).filter_map(|captures| {
            let number = captures.get(2)?;
            let printed = number.as_str();
            let is_named = captures.get(1).is_some();
            let abroad = printed.starts_with('+');
            let digits: String = printed
                .replace("(0)", "")
                .chars()
                .filter(char::is_ascii_digit)
                .collect();
            let fits = PHONE_DIGITS.contains(&digits.len()) && (is_named || abroad);
            let plus = if abroad { "+" } else { "" };
            let (from, to) = (number.start(), number.end());
            let alone = fits && stands_alone(text, from, to);
            alone.then(|| Found::new(text, from, to, Kind::Phone, format!("{plus}{digits}")))?
        });
        phones.collect()
    }
}
