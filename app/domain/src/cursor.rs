//! Paginated lists: each page ends with a cursor that says where the next page starts.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{slug::Slug, string_newtype::text_type};

/// Opaque to callers. It contains a format version and the last slug seen, so that a later server can still
/// read or reject it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^1\\.[a-z0-9]+(-[a-z0-9]+)*$", max_length = 66, example = "1.noodle-bar-21"))]
pub struct Cursor(pub Slug);

text_type!(
    Cursor,
    MalformedCursor,
    "this is not a cursor that a page of ours ended with"
);

impl FromStr for Cursor {
    type Err = MalformedCursor;
    fn from_str(text: &str) -> Result<Self, MalformedCursor> {
        let slug = text.strip_prefix("1.").ok_or(MalformedCursor)?;
        slug.parse().map(Self).map_err(|_| MalformedCursor)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Pass it as `after` to get the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_being_written() {
        let cursor = Cursor("noodle-bar".parse().unwrap());
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "1.",
            "2.noodle-bar",
            "noodle-bar",
            "1.Noodle",
            "1.a--b",
            "1.\0",
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(MalformedCursor), "{text:?}");
        }
    }
}
