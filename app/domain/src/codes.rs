//! Enums whose values have a code.

/// Enums that are written as codes in JSON, in the database and in style sheets.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name {
            $(
                $(#[$note])*
                #[serde(rename = $code)]
                // utoipa does not see serde's attribute here: the macro has made a group of the literal.
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
    };
}
pub(crate) use codes;
