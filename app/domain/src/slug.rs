//! The name of a restaurant in URLs: `trattoria-da-lucia`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::string_newtype::text_type;

pub const LONGEST: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", max_length = 64, example = "trattoria-da-lucia"))]
pub struct Slug(String);

text_type!(
    Slug,
    MalformedSlug,
    "a slug is lower-case words of a-z and 0-9 joined by single hyphens, 64 characters at most"
);

impl Slug {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = MalformedSlug;
    fn from_str(text: &str) -> Result<Self, MalformedSlug> {
        let word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if text.len() <= LONGEST && text.split('-').all(word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(MalformedSlug)
        }
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_joined_by_single_hyphens() {
        for good in ["a", "noodle-bar-21", &"x".repeat(LONGEST)] {
            assert!(good.parse::<Slug>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "-",
            "a-",
            "-a",
            "a--b",
            "A",
            "a b",
            "é",
            "../etc",
            &"x".repeat(LONGEST + 1),
        ] {
            assert_eq!(bad.parse::<Slug>(), Err(MalformedSlug), "{bad}");
        }
    }
}
