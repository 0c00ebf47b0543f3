//! The fields of a part, compared and merged one by one.

use crate::{
    id::DishId,
    lang::Lang,
    translation::{PartTranslations, TextField},
};

pub(super) trait Fields: Sized {
    const NAMES: &[&str];

    /// The names of the fields that differ.
    fn changed(before: &Self, after: &Self) -> Vec<&'static str>;

    /// Takes these fields from another value.
    fn take(&mut self, from: &Self, fields: &[&str]);

    /// `current` with what differs between `before` and `after`. Adds the names of fields that `current` has changed otherwise.
    fn merge(current: &Self, before: &Self, after: &Self, conflicts: &mut Vec<&'static str>) -> Self;
}

/// A field of one value.
pub(super) fn merge_field<T: Clone + PartialEq>(
    name: &'static str,
    [current, before, after]: [&T; 3],
    conflicts: &mut Vec<&'static str>,
) -> T {
    if current == before {
        return after.clone();
    }
    if after != before && after != current {
        conflicts.push(name);
    }
    current.clone()
}

/// Each text in each language is one value: two people may translate a dish into two languages at once.
pub(super) fn merge_translations(
    name: &'static str,
    versions: [&PartTranslations; 3],
    conflicts: &mut Vec<&'static str>,
) -> PartTranslations {
    let mut merged = versions[0].clone();
    let mut found = Vec::new();
    for lang in Lang::ALL {
        for field in TextField::ALL {
            let [current, before, after] = versions.map(|translations| translations.texts(lang, field));
            merged.set(
                lang,
                field,
                merge_field(name, [&current, &before, &after], &mut found),
            );
        }
    }
    conflicts.extend(found.first());
    merged
}

/// Every field is named, so that none is forgotten when one is added. Translations come last, after a semicolon.
macro_rules! fields {
    ($($type:ident { $($field:ident),+ $(,)? $(; $translations:ident)? })+) => {$(
        impl $crate::edit::fields::Fields for $type {
            const NAMES: &[&str] = &[$(stringify!($field),)+ $(stringify!($translations),)?];

            fn changed(before: &Self, after: &Self) -> Vec<&'static str> {
                let mut changed = Vec::new();
                $(if before.$field != after.$field {
                    changed.push(stringify!($field));
                })+
                $(if before.$translations != after.$translations {
                    changed.push(stringify!($translations));
                })?
                changed
            }

            fn take(&mut self, from: &Self, fields: &[&str]) {
                $(if fields.contains(&stringify!($field)) {
                    self.$field = from.$field.clone();
                })+
                $(if fields.contains(&stringify!($translations)) {
                    self.$translations = from.$translations.clone();
                })?
            }

            fn merge(current: &Self, before: &Self, after: &Self, conflicts: &mut Vec<&'static str>) -> Self {
                Self {
                    $($field: $crate::edit::fields::merge_field(
                        stringify!($field),
                        [&current.$field, &before.$field, &after.$field],
                        conflicts,
                    ),)+
                    $($translations: $crate::edit::fields::merge_translations(
                        stringify!($translations),
                        [&current.$translations, &before.$translations, &after.$translations],
                        conflicts,
                    ),)?
                }
            }
        }
    )+};
}
pub(super) use fields;

impl<T: Fields> Fields for Box<T> {
    const NAMES: &[&str] = T::NAMES;

    fn changed(before: &Self, after: &Self) -> Vec<&'static str> {
        T::changed(before, after)
    }

    fn take(&mut self, from: &Self, fields: &[&str]) {
        T::take(self, from, fields);
    }

    fn merge(current: &Self, before: &Self, after: &Self, conflicts: &mut Vec<&'static str>) -> Self {
        Self::new(T::merge(current, before, after, conflicts))
    }
}

const FAVOURITES: &str = "favourites";

/// A list of favourites is one value.
impl Fields for Vec<DishId> {
    const NAMES: &[&str] = &[FAVOURITES];

    fn changed(before: &Self, after: &Self) -> Vec<&'static str> {
        (before != after).then_some(FAVOURITES).into_iter().collect()
    }

    fn take(&mut self, from: &Self, fields: &[&str]) {
        if fields.contains(&FAVOURITES) {
            self.clone_from(from);
        }
    }

    fn merge(current: &Self, before: &Self, after: &Self, conflicts: &mut Vec<&'static str>) -> Self {
        merge_field(FAVOURITES, [current, before, after], conflicts)
    }
}
