//! The texts of one part in other languages.

use serde::{Deserialize, Serialize};

use super::TextField;
use crate::{
    contact::{check_name, check_text},
    lang::Lang,
    limits,
    mistake::Mistakes,
};

/// A part's texts in other languages, at most one entry for each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartTranslations(Vec<PartTranslation>);

/// The texts of a category, a dish, a group of options or a choice in one other language. A description is shown where the part has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartTranslation {
    pub lang: Lang,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The name that was translated. If the part has another name by now, somebody has to look at the translation again.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_of: String,
    /// The description that was translated.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description_of: String,
}

impl PartTranslation {
    const fn new(lang: Lang) -> Self {
        Self {
            lang,
            name: String::new(),
            description: String::new(),
            name_of: String::new(),
            description_of: String::new(),
        }
    }

    fn is_empty(&self) -> bool {
        self.name.is_empty() && self.description.is_empty()
    }

    /// The translated text, and the text that was translated.
    fn texts(&self, field: TextField) -> [&String; 2] {
        match field {
            TextField::Name => [&self.name, &self.name_of],
            TextField::Description => [&self.description, &self.description_of],
        }
    }

    fn texts_mut(&mut self, field: TextField) -> [&mut String; 2] {
        match field {
            TextField::Name => [&mut self.name, &mut self.name_of],
            TextField::Description => [&mut self.description, &mut self.description_of],
        }
    }
}

impl PartTranslations {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &PartTranslation> {
        self.0.iter()
    }

    pub(crate) fn get(&self, lang: Lang) -> Option<&PartTranslation> {
        self.0.iter().find(|translation| translation.lang == lang)
    }

    /// The translated text and the text that was translated; both are empty where nothing is translated.
    pub fn texts(&self, lang: Lang, field: TextField) -> [&str; 2] {
        self.get(lang).map_or([""; 2], |translation| {
            translation.texts(field).map(String::as_str)
        })
    }

    /// An empty text takes the translation away.
    pub fn set(&mut self, lang: Lang, field: TextField, [text, of]: [&str; 2]) {
        let position = self.0.iter().position(|known| known.lang == lang);
        let position = position.unwrap_or_else(|| {
            let position = self.0.partition_point(|known| known.lang < lang);
            self.0.insert(position, PartTranslation::new(lang));
            position
        });
        let of = if text.is_empty() { "" } else { of };
        let entry = &mut self.0[position];
        for (stored, given) in entry.texts_mut(field).into_iter().zip([text, of]) {
            given.clone_into(stored);
        }
        if entry.is_empty() {
            self.0.remove(position);
        }
    }

    /// All texts, and those that were translated: a replacement in both leaves a translation as it was.
    pub(crate) fn all_texts_mut(&mut self) -> impl Iterator<Item = (TextField, &mut String)> {
        self.0.iter_mut().flat_map(|translation| {
            let PartTranslation {
                lang: _,
                name,
                description,
                name_of,
                description_of,
            } = translation;
            [
                (TextField::Name, name),
                (TextField::Name, name_of),
                (TextField::Description, description),
                (TextField::Description, description_of),
            ]
        })
    }

    /// In a menu that is shown in another language: the language of a text of which there is no translation.
    pub fn original_lang(&self, field: TextField) -> Option<Lang> {
        let written = self.0.first()?;
        (!written.texts(field)[0].is_empty()).then_some(written.lang)
    }

    pub(crate) fn check_values(&self, mistakes: &mut Mistakes) {
        mistakes.list("translations", &self.0, Lang::ALL.len(), |translation, here| {
            if translation.is_empty() {
                here.wrong("has no text");
            }
            if !translation.name.is_empty() {
                here.check(check_name("name", &translation.name, limits::NAME));
            }
            here.check(check_text("name_of", &translation.name_of, limits::NAME));
            here.check(check_text(
                "description",
                &translation.description,
                limits::DESCRIPTION,
            ));
            here.check(check_text(
                "description_of",
                &translation.description_of,
                limits::DESCRIPTION,
            ));
        });
    }

    pub(crate) fn check_langs(&self, written: Lang, mistakes: &mut Mistakes) {
        mistakes.within("translations", |here| {
            for (position, translation) in self.0.iter().enumerate() {
                let earlier = self.0.iter().take(position);
                here.within(position, |here| match translation.lang {
                    lang if lang == written => here.add("lang", "is that of the menu"),
                    lang if earlier.clone().any(|earlier| earlier.lang == lang) => {
                        here.add("lang", "is there twice");
                    }
                    _ => {}
                });
            }
        });
    }

    /// Puts what is translated in place of the texts, and keeps what is not in the language that it is written in.
    pub(crate) fn show(&mut self, (written, lang): (Lang, Lang), texts: [(TextField, &mut String); 2]) {
        let translated = self.get(lang);
        let mut originals = PartTranslation::new(written);
        for (field, shown) in texts {
            let [original, _] = originals.texts_mut(field);
            match translated.map(|translated| translated.texts(field)[0]) {
                _ if shown.is_empty() => {}
                Some(text) if !text.is_empty() => shown.clone_from(text),
                _ => original.clone_from(shown),
            }
        }
        self.0.clear();
        if !originals.is_empty() {
            self.0.push(originals);
        }
    }
}
