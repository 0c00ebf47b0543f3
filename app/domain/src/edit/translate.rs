//! The texts of a menu beside their translations, and the changes that a form of translations makes.

use std::{collections::BTreeMap, fmt, str::FromStr};

use super::{CategoryHead, PartChange, RestaurantPart, UnknownPart};
use crate::{
    contact::check_text,
    id::{CategoryId, ChoiceId, DishId, OptionGroupId},
    lang::Lang,
    menu::{Category, Dish, OptionGroup},
    restaurant_file::RestaurantFile,
    translation::{PartTranslations, TextField},
};

/// Names a text of the menu: `dish-0192f3c47b1e7a2c8d5e6f708192a3b4-name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MenuTextKey {
    pub of: TextOwner,
    pub field: TextField,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextOwner {
    Category(CategoryId),
    Dish(DishId),
    OptionGroup(OptionGroupId),
    Choice(ChoiceId),
}

impl fmt::Display for MenuTextKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.of {
            TextOwner::Category(id) => write!(f, "category-{id}")?,
            TextOwner::Dish(id) => write!(f, "dish-{id}")?,
            TextOwner::OptionGroup(id) => write!(f, "options-{id}")?,
            TextOwner::Choice(id) => write!(f, "choice-{id}")?,
        }
        f.write_str(match self.field {
            TextField::Name => "-name",
            TextField::Description => "-description",
        })
    }
}

impl FromStr for MenuTextKey {
    type Err = UnknownPart;

    fn from_str(text: &str) -> Result<Self, UnknownPart> {
        let unknown = |_| UnknownPart;
        let (owner, field) = text.rsplit_once('-').ok_or(UnknownPart)?;
        let (kind, id) = owner.split_once('-').ok_or(UnknownPart)?;
        let field = match field {
            "name" => TextField::Name,
            "description" => TextField::Description,
            _ => return Err(UnknownPart),
        };
        let of = match kind {
            "category" => TextOwner::Category(id.parse().map_err(unknown)?),
            "dish" => TextOwner::Dish(id.parse().map_err(unknown)?),
            "options" => TextOwner::OptionGroup(id.parse().map_err(unknown)?),
            "choice" => TextOwner::Choice(id.parse().map_err(unknown)?),
            _ => return Err(UnknownPart),
        };
        Ok(Self { of, field })
    }
}

/// A text of the menu, as it is written, with its translations.
#[derive(Debug, Clone, Copy)]
pub struct MenuText<'a> {
    pub key: MenuTextKey,
    pub original: &'a str,
    translations: &'a PartTranslations,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TranslationState {
    Missing,
    /// The text that was translated was changed afterwards.
    Outdated,
    Done,
}

impl<'a> MenuText<'a> {
    pub fn translation(&self, to: Lang) -> &'a str {
        self.translations.texts(to, self.key.field)[0]
    }

    /// The text that was translated, as far as it is known.
    pub fn translated(&self, to: Lang) -> &'a str {
        self.translations.texts(to, self.key.field)[1]
    }

    pub fn state(&self, to: Lang) -> TranslationState {
        match [self.translation(to), self.translated(to)] {
            ["", _] => TranslationState::Missing,
            [_, of] if !of.is_empty() && of != self.original => TranslationState::Outdated,
            _ => TranslationState::Done,
        }
    }

    /// What somebody sees who is about to translate it.
    pub fn seen(&self, to: Lang) -> SeenText {
        SeenText {
            original: hash(self.original),
            translation: hash(self.translation(to)),
        }
    }
}

/// A text and its translation when a form was filled, so that what somebody else has changed since is not overwritten unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenText {
    original: u64,
    translation: u64,
}

impl fmt::Display for SeenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:x}", self.original, self.translation)
    }
}

impl FromStr for SeenText {
    type Err = UnknownPart;

    fn from_str(text: &str) -> Result<Self, UnknownPart> {
        let number = |text: &str| u64::from_str_radix(text, 16).map_err(|_| UnknownPart);
        let (original, translation) = text.split_once('-').ok_or(UnknownPart)?;
        Ok(Self {
            original: number(original)?,
            translation: number(translation)?,
        })
    }
}

/// FNV-1a: the same on every node and in every version.
fn hash(text: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325;
    text.bytes().fold(start, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// What a form says of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedTranslation {
    pub seen: SeenText,
    /// Empty takes the translation away.
    pub text: String,
    /// Somebody says that the translation suits the text as it is now.
    pub is_confirmed: bool,
}

impl TypedTranslation {
    pub fn is_change(&self) -> bool {
        self.is_confirmed || hash(&self.text) != self.seen.translation
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TranslationRefusal {
    /// Somebody else has changed the text or its translation meanwhile, or it is gone.
    Changed,
    NotAccepted,
}

/// What a form of translations comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TranslatedTexts {
    pub changes: Vec<PartChange>,
    /// The rest is made without them.
    pub refused: BTreeMap<MenuTextKey, TranslationRefusal>,
}

impl RestaurantFile {
    /// The texts of a category and its dishes.
    pub fn category_texts<'a>(&'a self, category: &'a Category) -> impl Iterator<Item = MenuText<'a>> {
        let head = (
            TextOwner::Category(category.id),
            [category.name.as_str(), &category.description],
            &category.translations,
        );
        let dishes = category.dishes.iter().map(|dish| {
            let texts = [dish.name.as_str(), &dish.description];
            (TextOwner::Dish(dish.id), texts, &dish.translations)
        });
        std::iter::once(head).chain(dishes).flat_map(menu_texts)
    }

    /// The texts of all groups of options and their choices.
    pub fn option_texts(&self) -> impl Iterator<Item = MenuText<'_>> {
        let owners = self.option_groups.iter().flat_map(|group| {
            let head = (
                TextOwner::OptionGroup(group.id),
                [group.name.as_str(), ""],
                &group.translations,
            );
            let choices = group.choices.iter().map(|choice| {
                let texts = [choice.name.as_str(), ""];
                (TextOwner::Choice(choice.id), texts, &choice.translations)
            });
            std::iter::once(head).chain(choices)
        });
        owners.flat_map(menu_texts)
    }

    pub fn menu_texts(&self) -> impl Iterator<Item = MenuText<'_>> {
        let categories = self.categories.iter();
        categories
            .flat_map(|category| self.category_texts(category))
            .chain(self.option_texts())
    }

    /// Makes changes of what a form says. What was not touched stays, whoever has changed it meanwhile.
    pub fn translate(&self, to: Lang, typed: &BTreeMap<MenuTextKey, TypedTranslation>) -> TranslatedTexts {
        let mut translating = Translating {
            to,
            left: typed
                .iter()
                .filter(|(_, typed)| typed.is_change())
                .map(|(key, typed)| (*key, typed))
                .collect(),
            made: TranslatedTexts::default(),
        };
        for category in &self.categories {
            translating.category(category);
            for dish in &category.dishes {
                translating.dish(dish);
            }
        }
        for group in &self.option_groups {
            translating.option_group(group);
        }
        let gone = translating.left.keys();
        let gone = gone.map(|key| (*key, TranslationRefusal::Changed));
        translating.made.refused.extend(gone);
        translating.made
    }
}

fn menu_texts<'a>(
    (of, texts, translations): (TextOwner, [&'a str; 2], &'a PartTranslations),
) -> impl Iterator<Item = MenuText<'a>> {
    let texts = TextField::ALL.into_iter().zip(texts);
    texts
        .filter(|(_, original)| !original.is_empty())
        .map(move |(field, original)| MenuText {
            key: MenuTextKey { of, field },
            original,
            translations,
        })
}

struct Translating<'a> {
    to: Lang,
    /// What was typed and has not been found yet.
    left: BTreeMap<MenuTextKey, &'a TypedTranslation>,
    made: TranslatedTexts,
}

impl Translating<'_> {
    fn category(&mut self, category: &Category) {
        let before = CategoryHead::of(category);
        let mut after = before.clone();
        let texts = [category.name.as_str(), &category.description];
        self.part(TextOwner::Category(category.id), texts, &mut after.translations);
        if after != before {
            self.replace(RestaurantPart::Category(before), RestaurantPart::Category(after));
        }
    }

    fn dish(&mut self, dish: &Dish) {
        let mut after = dish.clone();
        let texts = [dish.name.as_str(), &dish.description];
        self.part(TextOwner::Dish(dish.id), texts, &mut after.translations);
        if after != *dish {
            let [before, after] = [dish.clone(), after].map(Box::new);
            self.replace(RestaurantPart::Dish(before), RestaurantPart::Dish(after));
        }
    }

    fn option_group(&mut self, group: &OptionGroup) {
        let mut after = group.clone();
        let name = [group.name.as_str(), ""];
        self.part(TextOwner::OptionGroup(group.id), name, &mut after.translations);
        for choice in &mut after.choices {
            let name = [choice.name.as_str(), ""];
            self.part(TextOwner::Choice(choice.id), name, &mut choice.translations);
        }
        if after != *group {
            let before = RestaurantPart::OptionGroup(group.clone());
            self.replace(before, RestaurantPart::OptionGroup(after));
        }
    }

    fn replace(&mut self, before: RestaurantPart, after: RestaurantPart) {
        self.made.changes.push(PartChange::Replace { before, after });
    }

    fn part(&mut self, of: TextOwner, texts: [&str; 2], translations: &mut PartTranslations) {
        for (field, original) in TextField::ALL.into_iter().zip(texts) {
            let key = MenuTextKey { of, field };
            let Some(typed) = self.left.remove(&key) else {
                continue;
            };
            let current = MenuText {
                key,
                original,
                translations,
            };
            if !typed.is_confirmed && typed.text == current.translation(self.to) {
                continue;
            }
            match refusal(&current, self.to, typed) {
                None => translations.set(self.to, field, [&typed.text, original]),
                Some(refusal) => {
                    self.made.refused.insert(key, refusal);
                }
            }
        }
    }
}

fn refusal(current: &MenuText<'_>, to: Lang, typed: &TypedTranslation) -> Option<TranslationRefusal> {
    if check_text("text", &typed.text, current.key.field.most()).is_err() {
        return Some(TranslationRefusal::NotAccepted);
    }
    let is_same = current.seen(to) == typed.seen && !current.original.is_empty();
    (!is_same).then_some(TranslationRefusal::Changed)
}
