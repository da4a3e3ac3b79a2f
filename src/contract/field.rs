//! What a text means, as events tell it: a date, a lot, a weight, each in its normal form.

use serde::{Deserialize, Serialize};

/// One thing that a text says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// What it is.
    pub kind: Kind,
    /// What it is for, where the text says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// As it is printed.
    pub text: String,
    /// Its normal form.
    pub value: String,
}

/// What a field is, and its normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `2027-01-12`, or `2027-01` where no day is printed (ISO 8601).
    Date,
    /// As printed, in capitals.
    Lot,
    /// Grams.
    Weight,
    /// Millilitres.
    Volume,
    /// ISO 4217 and the amount: `EUR 3.49`.
    Price,
    /// The digits, of which the last is the right check digit (GS1).
    Gtin,
    /// With its scheme, the host in small letters.
    Url,
    /// In small letters.
    Email,
    /// The digits, with `+` before a country's.
    Phone,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 9] = [
        Kind::Date,
        Kind::Lot,
        Kind::Weight,
        Kind::Volume,
        Kind::Price,
        Kind::Gtin,
        Kind::Url,
        Kind::Email,
        Kind::Phone,
    ];

    /// What it is called in events and in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Date => "date",
            Kind::Lot => "lot",
            Kind::Weight => "weight",
            Kind::Volume => "volume",
            Kind::Price => "price",
            Kind::Gtin => "gtin",
            Kind::Url => "url",
            Kind::Email => "email",
            Kind::Phone => "phone",
        }
    }
}

/// What a date is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Best before.
    BestBefore,
    /// To be used by.
    UseBy,
    /// Valid until.
    Expiry,
    /// Made or packed on.
    Produced,
}
