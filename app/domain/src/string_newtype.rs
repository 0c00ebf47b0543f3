//! Types that are strings in JSON and in the database: parsed with `FromStr`, written with `Display`.

/// Defines the error of `$type`'s `FromStr`, and the conversions that serde needs.
macro_rules! text_type {
    ($type:ident, $error:ident, $wants:literal) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $error;

        impl std::fmt::Display for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($wants)
            }
        }

        impl std::error::Error for $error {}

        impl TryFrom<String> for $type {
            type Error = $error;
            fn try_from(text: String) -> Result<Self, $error> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.to_string()
            }
        }
    };
}
pub(crate) use text_type;
