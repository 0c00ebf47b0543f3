//! What a menu has to be like to be accepted.

use std::collections::{BTreeMap, BTreeSet};

use super::{Allergen, Category, Choice, Diet, Dish, Menu, OptionGroup, Picture, PictureFormat};
use crate::{
    contact::{InvalidField, check_count, check_name, check_number, check_text},
    id::OptionGroupId,
    limits,
    mistake::Mistakes,
};

impl Menu {
    /// Checks a menu before it is accepted; the error names the first thing that is wrong.
    pub fn check(&self) -> Result<(), String> {
        let mut mistakes = Mistakes::default();
        self.check_values(&mut mistakes);
        self.check_relations(&mut mistakes);
        mistakes.first()
    }

    /// What is wrong with single values.
    pub(crate) fn check_values(&self, mistakes: &mut Mistakes) {
        mistakes.list(
            "categories",
            &self.categories,
            limits::CATEGORIES,
            Category::check_values,
        );
        if self.dishes().count() > limits::DISHES {
            mistakes.add(
                "categories",
                format!("have {} dishes at the most", limits::DISHES),
            );
        }
        let groups = &self.option_groups;
        mistakes.list(
            "option_groups",
            groups,
            limits::OPTION_GROUPS,
            OptionGroup::check_values,
        );
    }

    /// What does not fit together.
    pub(crate) fn check_relations(&self, mistakes: &mut Mistakes) {
        self.check_ids(mistakes);
        let (dishes, depths) = (self.dish_ids(), group_depths(&self.option_groups));
        mistakes.each("categories", &self.categories, |category, here| {
            category.translations.check_langs(self.lang, here);
            here.each("dishes", &category.dishes, |dish, here| {
                dish.translations.check_langs(self.lang, here);
                check_offers(here, &dish.option_groups, &depths, limits::DEPTH);
            });
        });
        mistakes.each("option_groups", &self.option_groups, |group, here| {
            group.check_counts(here);
            group.translations.check_langs(self.lang, here);
            here.each("choices", &group.choices, |choice, here| {
                choice.translations.check_langs(self.lang, here);
                if choice.dish.is_some_and(|dish| !dishes.contains(&dish)) {
                    here.add("dish", "is no dish of this menu");
                }
                // How deep they nest is said where a dish offers them.
                check_offers(here, &choice.option_groups, &depths, usize::MAX);
            });
        });
    }

    /// No two categories, dishes, groups or choices have the same id.
    fn check_ids(&self, mistakes: &mut Mistakes) {
        let (mut categories, mut dishes) = (BTreeSet::new(), BTreeSet::new());
        mistakes.each("categories", &self.categories, |category, here| {
            check_new("id", category.id, &mut categories, here);
            here.each("dishes", &category.dishes, |dish, here| {
                check_new("id", dish.id, &mut dishes, here)
            });
        });
        let (mut groups, mut choices) = (BTreeSet::new(), BTreeSet::new());
        mistakes.each("option_groups", &self.option_groups, |group, here| {
            check_new("id", group.id, &mut groups, here);
            here.each("choices", &group.choices, |choice, here| {
                check_new("id", choice.id, &mut choices, here)
            });
        });
    }
}

impl Category {
    fn check_values(&self, mistakes: &mut Mistakes) {
        mistakes.check(check_name("name", &self.name, limits::NAME));
        mistakes.check(check_text("description", &self.description, limits::DESCRIPTION));
        self.translations.check_values(mistakes);
        mistakes.each("dishes", &self.dishes, Dish::check_values);
    }
}

impl Dish {
    fn check_values(&self, mistakes: &mut Mistakes) {
        mistakes.check(check_name("name", &self.name, limits::NAME));
        mistakes.check(check_text("description", &self.description, limits::DESCRIPTION));
        mistakes.check(check_number("price", self.price.0, 0, limits::PRICE));
        mistakes.check(check_number("work", self.work, 0, limits::WORK.into()));
        mistakes.check(check_count(
            "allergens",
            self.allergens.len(),
            Allergen::ALL.len(),
        ));
        mistakes.check(check_count("diets", self.diets.len(), Diet::ALL.len()));
        mistakes.check(check_offered(&self.option_groups));
        if let Some(picture) = &self.picture {
            mistakes.within("picture", |here| picture.check_values(here));
        }
        if let Some(tax) = self.tax {
            mistakes.within("tax", |here| tax.check_values(here));
        }
        self.translations.check_values(mistakes);
    }
}

impl OptionGroup {
    fn check_values(&self, mistakes: &mut Mistakes) {
        mistakes.check(check_name("name", &self.name, limits::NAME));
        self.translations.check_values(mistakes);
        mistakes.list("choices", &self.choices, limits::CHOICES, Choice::check_values);
    }

    /// Its choices can be chosen as often as it says.
    fn check_counts(&self, mistakes: &mut Mistakes) {
        let choices = self.choices.len();
        let preselected = self.choices.iter().filter(|choice| choice.preselected).count();
        if self.min > self.max {
            mistakes.add("min", format!("is more than 'max', which is {}", self.max));
        }
        if usize::from(self.min) > choices {
            mistakes.add(
                "min",
                format!("is more than there are choices, which are {choices}"),
            );
        }
        if preselected > usize::from(self.max) {
            mistakes.add(
                "max",
                format!("is less than the choices that are preselected, which are {preselected}"),
            );
        }
    }
}

impl Choice {
    fn check_values(&self, mistakes: &mut Mistakes) {
        mistakes.check(check_name("name", &self.name, limits::NAME));
        mistakes.check(check_number("price", self.price.0, -limits::PRICE, limits::PRICE));
        mistakes.check(check_offered(&self.option_groups));
        self.translations.check_values(mistakes);
    }
}

impl Picture {
    pub(crate) fn check_values(&self, mistakes: &mut Mistakes) {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if self.path.is_empty() || self.path.len() > limits::NAME || !self.path.bytes().all(plain) {
            mistakes.add(
                "path",
                format!("has 1 to {} letters of a-z, digits, - and _", limits::NAME),
            );
        }
        if self.formats.is_empty() {
            mistakes.add("formats", "is empty");
        }
        mistakes.check(check_count(
            "formats",
            self.formats.len(),
            PictureFormat::ALL.len(),
        ));
        mistakes.check(check_count("widths", self.widths.len(), limits::WIDTHS));
    }
}

fn check_offered(groups: &[OptionGroupId]) -> Result<(), InvalidField> {
    check_count("option_groups", groups.len(), limits::OFFERED_GROUPS)
}

/// A name, such as an id, is used once.
pub(crate) fn check_new<T: Ord>(
    field: &'static str,
    name: T,
    known: &mut BTreeSet<T>,
    mistakes: &mut Mistakes,
) {
    if !known.insert(name) {
        mistakes.add(field, "is there twice");
    }
}

/// How deep each group nests. Whatever is deeper than a dish may offer counts as one level more, also a group within itself.
fn group_depths(groups: &[OptionGroup]) -> BTreeMap<OptionGroupId, usize> {
    let mut depths: BTreeMap<_, _> = groups.iter().map(|group| (group.id, 1)).collect();
    for _ in 0..limits::DEPTH {
        let opened = |group: &OptionGroup| {
            let opened = group.choices.iter().flat_map(|choice| &choice.option_groups);
            opened.filter_map(|id| depths.get(id)).max().copied()
        };
        depths = groups
            .iter()
            .map(|group| (group.id, 1 + opened(group).unwrap_or(0)))
            .collect();
    }
    depths
}

/// What a dish or a choice offers: groups of this menu, each once, and none that nests too deep.
fn check_offers(
    mistakes: &mut Mistakes,
    offered: &[OptionGroupId],
    depths: &BTreeMap<OptionGroupId, usize>,
    deepest: usize,
) {
    let mut known = BTreeSet::new();
    mistakes.each("option_groups", offered, |id, here| match depths.get(id) {
        None => here.wrong("is no group of options of this menu"),
        Some(depth) if *depth > deepest => {
            here.wrong(format!("has groups that nest more than {deepest} deep"));
        }
        Some(_) if !known.insert(*id) => here.wrong("is there twice"),
        Some(_) => {}
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        currency::Minor,
        fixtures::{choice, dish},
        id::{CategoryId, ChoiceId, DishId, RestaurantId},
        lang::Lang,
        revision::Revision,
        translation::PartTranslations,
    };

    fn menu() -> Menu {
        let choice = |number, preselected| Choice {
            preselected,
            ..choice(number, "Large", 100)
        };
        let group = OptionGroup {
            id: OptionGroupId(1),
            name: "Size".into(),
            translations: PartTranslations::default(),
            min: 1,
            max: 1,
            choices: vec![choice(1, true), choice(2, false)],
        };
        let dish = Dish {
            option_groups: vec![OptionGroupId(1)],
            ..dish("Ramen")
        };
        let category = Category {
            id: CategoryId(1),
            name: "Noodles".into(),
            description: String::new(),
            translations: PartTranslations::default(),
            dishes: vec![dish],
        };
        Menu {
            restaurant: RestaurantId(1),
            revision: Revision(1),
            currency: "JPY".parse().unwrap(),
            lang: Lang::English,
            categories: vec![category],
            option_groups: vec![group],
        }
    }

    fn picture(path: &str) -> Picture {
        Picture {
            path: path.into(),
            formats: vec![PictureFormat::Svg],
            widths: Vec::new(),
        }
    }

    #[test]
    fn a_sound_menu_is_accepted() {
        assert_eq!(menu().check(), Ok(()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        type Break = fn(&mut Menu);
        let broken: [(Break, &str); 16] = [
            (
                |menu| menu.categories[0].name.clear(),
                "categories[0].name: is missing",
            ),
            (
                |menu| menu.categories[0].dishes[0].name = "x".repeat(limits::NAME + 1),
                "categories[0].dishes[0].name: has at most 120 characters",
            ),
            (
                |menu| menu.categories[0].dishes[0].description = "x".repeat(limits::DESCRIPTION + 1),
                "categories[0].dishes[0].description: has at most",
            ),
            (
                |menu| menu.categories[0].dishes[0].price = Minor(-1),
                "categories[0].dishes[0].price: is 0 to 100000000",
            ),
            (
                |menu| menu.categories[0].dishes[0].price = Minor(limits::PRICE + 1),
                "categories[0].dishes[0].price: is 0 to 100000000",
            ),
            (
                |menu| menu.categories[0].dishes[0].picture = Some(picture("../passwords")),
                "categories[0].dishes[0].picture.path: has 1 to",
            ),
            (
                |menu| menu.categories[0].dishes = vec![dish("Udon"); limits::DISHES + 1],
                "categories: have 20000 dishes at the most",
            ),
            (
                |menu| menu.categories[0].dishes.push(dish("Udon")),
                "categories[0].dishes[1].id: is there twice",
            ),
            (
                |menu| menu.option_groups.clear(),
                "categories[0].dishes[0].option_groups[0]: is no group",
            ),
            (
                |menu| menu.categories[0].dishes[0].option_groups.push(OptionGroupId(1)),
                "categories[0].dishes[0].option_groups[1]: is there twice",
            ),
            (
                |menu| menu.option_groups[0].choices[0].dish = Some(DishId(9)),
                "option_groups[0].choices[0].dish: is no dish",
            ),
            (
                |menu| menu.option_groups[0].choices[0].option_groups = vec![OptionGroupId(9)],
                "option_groups[0].choices[0].option_groups[0]: is no group",
            ),
            (
                |menu| menu.option_groups[0].choices[0].option_groups = vec![OptionGroupId(1)],
                "categories[0].dishes[0].option_groups[0]: has groups that nest more than 3 deep",
            ),
            (
                |menu| menu.option_groups[0].min = 3,
                "option_groups[0].min: is more than",
            ),
            (
                |menu| menu.option_groups[0].choices[1].preselected = true,
                "option_groups[0].max: is less than the choices that are preselected",
            ),
            (
                |menu| menu.option_groups[0].choices[1].id = ChoiceId(1),
                "option_groups[0].choices[1].id: is there twice",
            ),
        ];
        for (breaks, says) in broken {
            let mut menu = menu();
            breaks(&mut menu);
            let refused = menu.check();
            assert!(
                refused.as_ref().is_err_and(|error| error.starts_with(says)),
                "{says}: {refused:?}"
            );
        }
    }

    #[test]
    fn groups_nest_three_deep_and_no_deeper() {
        let opens = |number, opened: &[u128]| OptionGroup {
            id: OptionGroupId(number),
            name: "Size".into(),
            translations: PartTranslations::default(),
            min: 0,
            max: 1,
            choices: vec![Choice {
                option_groups: opened.iter().map(|id| OptionGroupId(*id)).collect(),
                ..choice(number, "Large", 100)
            }],
        };
        let mut menu = menu();
        menu.option_groups = vec![opens(1, &[2, 3]), opens(2, &[3]), opens(3, &[])];
        assert_eq!(menu.check(), Ok(()));
        menu.option_groups = vec![opens(1, &[3, 2]), opens(2, &[3]), opens(3, &[4]), opens(4, &[])];
        assert!(
            menu.check()
                .is_err_and(|error| error.contains("more than 3 deep"))
        );
    }

    #[test]
    fn all_mistakes_are_found_at_once() {
        let mut menu = menu();
        menu.categories[0].dishes[0].price = Minor(-1);
        menu.categories[0].dishes.push(Dish {
            id: DishId(2),
            name: String::new(),
            ..dish("")
        });
        menu.option_groups[0].choices[1].name.clear();
        let mut mistakes = Mistakes::default();
        menu.check_values(&mut mistakes);
        let paths: Vec<_> = mistakes
            .found()
            .iter()
            .map(|mistake| mistake.path.to_string())
            .collect();
        let expected = [
            "categories[0].dishes[0].price",
            "categories[0].dishes[1].name",
            "option_groups[0].choices[1].name",
        ];
        assert_eq!(paths, expected);
    }
}
