//! Values that are texts in JSON and in the database: read with `FromStr` on the way in, written with `Display` on the way out.

/// Gives `$type` the error of its `FromStr` and the conversions that serde asks for.
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
