//! The menu as guests see it in a language.

use super::Menu;
use crate::{
    lang::Lang,
    translation::{PartTranslations, TextField},
};

impl Menu {
    pub fn has_translations(&self) -> bool {
        self.translations().any(|translations| !translations.is_empty())
    }

    fn translations(&self) -> impl Iterator<Item = &PartTranslations> {
        let of_groups = self.option_groups.iter().flat_map(|group| {
            let choices = group.choices.iter().map(|choice| &choice.translations);
            choices.chain([&group.translations])
        });
        let categories = self.categories.iter().map(|category| &category.translations);
        let dishes = self.dishes().map(|dish| &dish.translations);
        categories.chain(dishes).chain(of_groups)
    }

    /// The language of a text of this menu, as it is shown.
    pub fn lang_of(&self, translations: &PartTranslations, field: TextField) -> Lang {
        translations.original_lang(field).unwrap_or(self.lang)
    }

    /// The menu as it is shown in a language, without the other ones. What is not translated stays as it is written, and is told by
    /// [`PartTranslations::original_lang`]. A menu without any translation stays in the language that it is written in.
    #[must_use]
    pub fn shown_in(&self, lang: Lang) -> Self {
        let written = self.lang;
        let is_translated = self
            .translations()
            .any(|translations| translations.get(lang).is_some());
        let shown = match is_translated {
            true => lang,
            false => written,
        };
        let mut menu = Self {
            lang: shown,
            ..self.clone()
        };
        let show = |translations: &mut PartTranslations, name: &mut String, description: &mut String| {
            if shown == written {
                *translations = PartTranslations::default();
                return;
            }
            let texts = [(TextField::Name, name), (TextField::Description, description)];
            translations.show((written, shown), texts);
        };
        for category in &mut menu.categories {
            show(
                &mut category.translations,
                &mut category.name,
                &mut category.description,
            );
            for dish in &mut category.dishes {
                show(&mut dish.translations, &mut dish.name, &mut dish.description);
            }
        }
        for group in &mut menu.option_groups {
            show(&mut group.translations, &mut group.name, &mut String::new());
            for choice in &mut group.choices {
                show(&mut choice.translations, &mut choice.name, &mut String::new());
            }
        }
        menu
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fixtures::{choice, dish},
        id::{CategoryId, OptionGroupId, RestaurantId},
        limits,
        menu::{Category, Dish, OptionGroup},
        revision::Revision,
    };

    fn german(name: &str, description: &str) -> PartTranslations {
        let mut translations = PartTranslations::default();
        translations.set(Lang::German, TextField::Name, [name, ""]);
        translations.set(Lang::German, TextField::Description, [description, ""]);
        translations
    }

    fn menu() -> Menu {
        let soup = Dish {
            description: "With bread".into(),
            translations: german("Tomatensuppe", ""),
            ..dish("Tomato soup")
        };
        let group = OptionGroup {
            id: OptionGroupId(1),
            name: "Size".into(),
            translations: german("Größe", ""),
            min: 1,
            max: 1,
            choices: vec![choice(1, "Large", 100)],
        };
        Menu {
            restaurant: RestaurantId(1),
            revision: Revision(1),
            currency: "EUR".parse().unwrap(),
            lang: Lang::English,
            categories: vec![Category {
                id: CategoryId(1),
                name: "Soups".into(),
                description: String::new(),
                translations: PartTranslations::default(),
                dishes: vec![soup],
            }],
            option_groups: vec![group],
        }
    }

    #[test]
    fn a_menu_is_shown_in_a_language_with_the_original_where_nothing_is_translated() {
        let shown = menu().shown_in(Lang::German);
        let (category, group) = (&shown.categories[0], &shown.option_groups[0]);
        let soup = &category.dishes[0];
        assert_eq!(shown.lang, Lang::German);
        let texts = [
            &category.name,
            &soup.name,
            &soup.description,
            &group.name,
            &group.choices[0].name,
        ];
        assert_eq!(texts, ["Soups", "Tomatensuppe", "With bread", "Größe", "Large"]);
        let english = Some(Lang::English);
        assert_eq!(category.translations.original_lang(TextField::Name), english);
        assert_eq!(soup.translations.original_lang(TextField::Name), None);
        assert_eq!(soup.translations.original_lang(TextField::Description), english);
        assert!(group.translations.is_empty());
    }

    #[test]
    fn a_menu_without_a_translation_into_a_language_stays_as_it_is_written() {
        for lang in [Lang::English, Lang::Arabic] {
            let shown = menu().shown_in(lang);
            assert_eq!(shown.lang, Lang::English);
            assert_eq!(shown.categories[0].dishes[0].name, "Tomato soup");
            assert!(shown.dishes().all(|dish| dish.translations.is_empty()));
        }
    }

    #[test]
    fn nothing_is_written_of_a_menu_without_translations() {
        let mut menu = menu();
        menu.categories[0].dishes[0].translations = PartTranslations::default();
        menu.option_groups.clear();
        let json = serde_json::to_string(&menu).unwrap();
        assert!(!json.contains("translations"), "{json}");
        assert_eq!(serde_json::from_str::<Menu>(&json).unwrap(), menu);
    }

    #[test]
    fn an_empty_text_takes_a_translation_away_and_languages_have_an_order() {
        let mut translations = german("Suppe", "Heiß");
        translations.set(Lang::Arabic, TextField::Name, ["حساء", "Soup"]);
        translations.set(Lang::English, TextField::Name, ["Soup", ""]);
        let langs: Vec<_> = translations.iter().map(|translation| translation.lang).collect();
        assert_eq!(langs, Lang::ALL);
        translations.set(Lang::German, TextField::Name, ["", "Soup"]);
        assert_eq!(translations.texts(Lang::German, TextField::Name), ["", ""]);
        assert_eq!(
            translations.texts(Lang::German, TextField::Description),
            ["Heiß", ""]
        );
        translations.set(Lang::German, TextField::Description, ["", ""]);
        assert_eq!(translations.iter().count(), 2);
    }

    #[test]
    fn what_is_wrong_with_a_translation_is_named() {
        let wrong = |translations: PartTranslations, says: &str| {
            let mut menu = menu();
            menu.categories[0].dishes[0].translations = translations;
            assert_eq!(menu.check(), Err(says.to_owned()));
        };
        let at = "categories[0].dishes[0].translations[0]";
        wrong(
            german(&"x".repeat(limits::NAME + 1), ""),
            &format!("{at}.name: has at most 120 characters"),
        );
        wrong(
            german("", &"x".repeat(limits::DESCRIPTION + 1)),
            &format!("{at}.description: has at most 1000 characters"),
        );
        wrong(
            serde_json::from_str(r#"[{"lang":"de"}]"#).unwrap(),
            &format!("{at}: has no text"),
        );
        wrong(
            serde_json::from_str(r#"[{"lang":"de","name":"Suppe"},{"lang":"de","name":"Brühe"}]"#).unwrap(),
            "categories[0].dishes[0].translations[1].lang: is there twice",
        );
        let mut own = PartTranslations::default();
        own.set(Lang::English, TextField::Name, ["Soup", ""]);
        wrong(own, &format!("{at}.lang: is that of the menu"));
    }
}
