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

words! {
    /// What a field is, and its normal form.
    Kind {
        /// `2027-01-12`, or `2027-01` where no day is printed (ISO 8601).
        Date = "date",
        /// As printed, in capitals.
        Lot = "lot",
        /// Grams.
        Weight = "weight",
        /// Millilitres.
        Volume = "volume",
        /// ISO 4217 and the amount: `EUR 3.49`.
        Price = "price",
        /// The digits, of which the last is the right check digit (GS1).
        Gtin = "gtin",
        /// With its scheme, the host in small letters.
        Url = "url",
        /// In small letters.
        Email = "email",
        /// The digits, with `+` before a country's.
        Phone = "phone",
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
