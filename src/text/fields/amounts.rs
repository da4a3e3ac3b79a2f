//! Weights, volumes and prices.

use regex_lite::Regex;

use super::{Found, Kind, group, pattern, stands_alone};

/// Units of weight, in grams.
const WEIGHTS: [(&str, f64); 6] = [
    ("mg", 0.001),
    ("g", 1.0),
    ("gr", 1.0),
    ("kg", 1000.0),
    ("oz", 28.349_523_125),
    ("lb", 453.592_37),
];
/// Units of volume, in millilitres.
const VOLUMES: [(&str, f64); 5] = [
    ("ml", 1.0),
    ("cl", 10.0),
    ("dl", 100.0),
    ("l", 1000.0),
    ("floz", 29.573_529_562_5),
];
/// Signs and names of currencies, with their ISO 4217 codes.
const CURRENCIES: [(&str, &str); 12] = [
    ("€", "EUR"),
    ("£", "GBP"),
    ("$", "USD"),
    ("¥", "JPY"),
    ("EUR", "EUR"),
    ("GBP", "GBP"),
    ("USD", "USD"),
    ("CHF", "CHF"),
    ("SEK", "SEK"),
    ("DKK", "DKK"),
    ("PLN", "PLN"),
    ("CZK", "CZK"),
];

/// Looks for amounts.
pub struct Amounts {
    weight: Regex,
    price: Regex,
    price_first: Regex,
}

impl Amounts {
    pub fn new() -> Self {
        const SIGN: &str = r"€|£|\$|¥|EUR|GBP|USD|CHF|SEK|DKK|PLN|CZK";
        let price = |text: &str| pattern(&text.replace("SIGN", SIGN));
        Amounts {
            weight: pattern(
                r"(?i)(?:(\d{1,3})\s?[x×]\s?)?(\d{1,6}(?:[.,]\d{1,3})?)\s?(mg|kg|gr|g|oz|lb|ml|cl|dl|l|fl\.?\s?oz)\.?",
            ),
            price: price(r"(\d{1,6})[.,](\d{2})\s?(SIGN)"),
            price_first: price(r"(SIGN)\s?(\d{1,6})(?:[.,](\d{2}))?"),
        }
    }

    /// All amounts.
    pub fn of(&self, text: &str) -> Vec<Found> {
        let prices = self.price.captures_iter(text).filter_map(|captures| {
            let part = |index| group(&captures, index);
            let value = format!("{} {}.{}", currency(part(3))?, part(1), part(2));
            let whole = captures.get(0)?;
            Found::new(text, whole.start(), whole.end(), Kind::Price, value)
        });
        let first = self.price_first.captures_iter(text).filter_map(|captures| {
            let part = |index| group(&captures, index);
            let cents = if part(3).is_empty() { "00" } else { part(3) };
            let value = format!("{} {}.{cents}", currency(part(1))?, part(2));
            let whole = captures.get(0)?;
            Found::new(text, whole.start(), whole.end(), Kind::Price, value)
        });
        let weights = self.weight.captures_iter(text).filter_map(|captures| {
            let (whole, part) = (captures.get(0)?, |index| group(&captures, index));
            let unit_end = captures.get(3)?.end();
            if !stands_alone(text, whole.start(), unit_end) || goes_on_before(text, whole.start()) {
                return None;
            }
            let unit = part(3).to_lowercase().replace(['.', ' '], "");
            let of = |(kind, units): (Kind, &[(&str, f64)])| {
                Some((kind, units.iter().find(|(name, _)| *name == unit)?.1))
            };
            let units: [(Kind, &[(&str, f64)]); 2] =
                [(Kind::Weight, &WEIGHTS), (Kind::Volume, &VOLUMES)];
            let (kind, times) = units.into_iter().find_map(of)?;
            let amount: f64 = part(2).replace(',', ".").parse().ok()?;
            let pieces: f64 = if part(1).is_empty() {
                1.0
            } else {
                part(1).parse().ok()?
            };
            // A thousandth of a gram is what a milligram needs; the zeros after it say nothing.
            let value = format!("{:.3}", pieces * amount * times);
            let value = value.trim_end_matches('0').trim_end_matches('.').to_owned();
            Found::new(text, whole.start(), unit_end, kind, value)
        });
        prices.chain(first).chain(weights).collect()
    }
}

/// Whether a number goes on before `from`: the 5 of 1.234,5.
fn goes_on_before(text: &str, from: usize) -> bool {
    let mut before = text.get(..from).unwrap_or("").chars().rev();
    matches!(before.next(), Some('.' | ',')) && before.next().is_some_and(|c| c.is_ascii_digit())
}

fn currency(sign: &str) -> Option<&'static str> {
    let named = CURRENCIES.iter().find(|(name, _)| *name == sign);
    named.map(|(_, code)| *code)
}
