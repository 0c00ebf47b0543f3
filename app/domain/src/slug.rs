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

/// What is shown before a slug is known.
impl Default for Slug {
    fn default() -> Self {
        Self("restaurant".to_owned())
    }
}

impl Slug {
    /// The Latin letters and digits of a name, without accents; `None` if it has none.
    pub fn of_name(name: &str) -> Option<Self> {
        let mut slug = String::new();
        // Neither an apostrophe nor an accent that stands by itself divides a word.
        let divides = |letter| !matches!(letter, '\'' | '’' | '\u{300}'..='\u{36f}');
        for letter in name.chars().flat_map(char::to_lowercase) {
            let plain = plain_letter(letter);
            if !plain.is_empty() {
                slug.push_str(plain);
            } else if letter.is_ascii_alphanumeric() {
                slug.push(letter);
            } else if divides(letter) && !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(LONGEST);
        slug.trim_end_matches('-').parse().ok()
    }
}

/// How a letter of European languages is written without its accent; empty for any other.
fn plain_letter(letter: char) -> &'static str {
    match letter {
        'ä' | 'æ' => "ae",
        'ö' | 'œ' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' | 'ģ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => "i",
        'ķ' => "k",
        'ł' | 'ĺ' | 'ľ' | 'ļ' => "l",
        'ñ' | 'ń' | 'ň' | 'ņ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ő' | 'ō' => "o",
        'ř' | 'ŕ' => "r",
        'ś' | 'ş' | 'š' | 'ș' => "s",
        'ť' | 'ț' | 'ţ' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ů' | 'ű' | 'ū' | 'ų' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
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
    fn a_name_becomes_a_slug() {
        for (name, slug) in [
            ("Trattoria da Lucia", Some("trattoria-da-lucia")),
            ("Gasthaus zur Alten Mühle", Some("gasthaus-zur-alten-muehle")),
            ("Joe's  Diner & Grill, No. 2 ", Some("joes-diner-grill-no-2")),
            ("Café Élan", Some("cafe-elan")),
            ("İstanbul", Some("istanbul")),
            ("Reštaurácia pri Kraľovi", Some("restauracia-pri-kralovi")),
            ("بيت الأرزة", None),
            ("بيت 24", Some("24")),
            ("", None),
        ] {
            let made = Slug::of_name(name).map(|slug| slug.to_string());
            assert_eq!(made.as_deref(), slug, "{name}");
        }
        let long = Slug::of_name(&"Bistro ".repeat(30)).unwrap();
        assert!(long.as_str().len() <= LONGEST);
    }

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
