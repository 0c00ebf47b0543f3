//! Enums whose values have a code.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer,
    de::{Error, Visitor},
};

/// Enums that are written as codes in JSON, in the database and in style sheets.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name {
            $(
                $(#[$note])*
                #[cfg_attr(feature = "openapi", schema(rename = $code))]
                $variant
            ),+
        }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }
        }

        impl $crate::codes::Code for $name {
            const CODES: &'static [&'static str] = &[$($code),+];

            fn from_code(code: &str) -> Option<Self> {
                Self::from_code(code)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::codes::read(deserializer)
            }
        }
    };
}
pub(crate) use codes;

/// What serde would derive, which has each code several times in the browser's programs.
pub(crate) trait Code: Sized {
    const CODES: &'static [&'static str];

    fn from_code(code: &str) -> Option<Self>;
}

pub(crate) fn read<'de, C: Code, D: Deserializer<'de>>(deserializer: D) -> Result<C, D::Error> {
    deserializer.deserialize_str(CodeVisitor(PhantomData))
}

struct CodeVisitor<C>(PhantomData<C>);

impl<C: Code> Visitor<'_> for CodeVisitor<C> {
    type Value = C;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a code")
    }

    fn visit_str<E: Error>(self, code: &str) -> Result<C, E> {
        C::from_code(code).ok_or_else(|| E::unknown_variant(code, C::CODES))
    }
}
