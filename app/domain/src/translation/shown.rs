//! Translations as browsers know them. A browser gets its menus in one language, and edits are made on the server: which texts are not
//! translated is all that is left, and all that the diners' programs carry.

use std::{fmt, iter};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::TextField;
use crate::{lang::Lang, mistake::Mistakes};

/// Which texts of a part are shown as they are written, and in which language that is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartTranslations {
    lang: Option<Lang>,
    name: bool,
    description: bool,
}

/// There are none in a browser.
pub struct PartTranslation {
    pub lang: Lang,
    pub name: String,
    pub description: String,
}

impl PartTranslations {
    pub fn is_empty(&self) -> bool {
        self.lang.is_none()
    }

    pub fn original_lang(&self, field: TextField) -> Option<Lang> {
        let is_original = match field {
            TextField::Name => self.name,
            TextField::Description => self.description,
        };
        self.lang.filter(|_| is_original)
    }

    pub fn iter(&self) -> impl Iterator<Item = &PartTranslation> {
        iter::empty()
    }

    pub(crate) fn get(&self, _: Lang) -> Option<&PartTranslation> {
        None
    }

    pub fn texts(&self, _: Lang, _: TextField) -> [&str; 2] {
        [""; 2]
    }

    pub fn set(&mut self, _: Lang, _: TextField, _: [&str; 2]) {}

    pub(crate) fn all_texts_mut(&mut self) -> impl Iterator<Item = (TextField, &mut String)> {
        iter::empty()
    }

    pub(crate) fn check_values(&self, _: &mut Mistakes) {}

    pub(crate) fn check_langs(&self, _: Lang, _: &mut Mistakes) {}

    pub(crate) fn show(&mut self, _: (Lang, Lang), _: [(TextField, &mut String); 2]) {}
}

impl Serialize for PartTranslations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq([(); 0])
    }
}

impl<'de> Deserialize<'de> for PartTranslations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Entries)
    }
}

/// Reads a list of translations, and each of its entries.
struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = PartTranslations;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("translations")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<PartTranslations, A::Error> {
        let mut read = PartTranslations::default();
        while let Some(entry) = entries.next_element()? {
            read = entry;
        }
        Ok(read)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut texts: A) -> Result<PartTranslations, A::Error> {
        let mut read = PartTranslations::default();
        while let Some(name) = texts.next_key::<String>()? {
            match name.as_str() {
                "lang" => read.lang = Some(texts.next_value()?),
                name => {
                    read.name |= name == "name";
                    read.description |= name == "description";
                    texts.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(read)
    }
}
