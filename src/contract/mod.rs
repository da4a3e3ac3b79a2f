//! What leaves glyphd and what it may be asked: the contract with the programs around it (docs/events.md).
//!
//! Plain values and their JSON. Takes what the daemon found out; does no I/O, and knows neither a camera nor a sink.

/// An enum with a word for each variant: in JSON, in the configuration, and as `word`.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$of_one:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$of_one])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All of them, in the order in which they are explained.
            pub const ALL: [$name; [$($word),+].len()] = [$($name::$variant),+];

            /// The word for it.
            pub fn word(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }
        }
    };
}

pub mod control;
pub mod event;
pub(crate) mod field;
pub mod plain;
pub mod status;
