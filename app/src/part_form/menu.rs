//! Categories, dishes and groups of options.

use servery_domain::{
    edit::CategoryHead,
    id::{CategoryId, DishId, EditId, OptionGroupId},
    limits,
    menu::{Allergen, Choice, Diet, Dish, OptionGroup, USUAL_WORK},
    tax::TaxRates,
};

use super::{choice_id, chosen_category, reader::PartFormReader};

/// Lines for choices that a form has beside those that are there.
pub const CHOICES: usize = 4;

/// An input of a choice, counted from 1: `choice-1-name`.
pub fn choice_field(number: usize, field: &str) -> String {
    format!("choice-{number}-{field}")
}

impl PartFormReader<'_> {
    pub(super) fn category(&mut self, id: CategoryId, before: Option<&CategoryHead>) -> CategoryHead {
        CategoryHead {
            id,
            name: self.name("name"),
            description: self.text("description", limits::DESCRIPTION),
            translations: before
                .map(|before| before.translations.clone())
                .unwrap_or_default(),
        }
    }

    pub(super) fn dish(&mut self, id: DishId, before: Option<&Dish>) -> Dish {
        let price = self.amount(self.fields.get("price"));
        self.hold("price", price.is_some());
        let category = chosen_category(self.fields, self.file);
        self.hold("category", category.is_some());
        let served = match self.fields.get("served") {
            "" => None,
            typed => {
                let hours = typed.parse().ok();
                self.hold("served", hours.is_some());
                hours
            }
        };
        let groups = self.file.option_groups.iter().map(|group| group.id);
        let (offered, allergens, diets) = before.map_or((&[][..], &[][..], &[][..]), |dish| {
            (&dish.option_groups, &dish.allergens, &dish.diets)
        });
        Dish {
            id,
            name: self.name("name"),
            description: self.text("description", limits::DESCRIPTION),
            price: price.unwrap_or_default(),
            allergens: self.ticked(Allergen::ALL.iter().copied(), allergens, |allergen| {
                format!("allergen-{}", allergen.code())
            }),
            diets: self.ticked(Diet::ALL.iter().copied(), diets, |diet| {
                format!("diet-{}", diet.code())
            }),
            option_groups: self.ticked(groups, offered, |group| format!("options-{group}")),
            picture: before.and_then(|dish| dish.picture.clone()),
            served,
            tax: self.own_tax(),
            work: self.work(),
            translations: before.map(|dish| dish.translations.clone()).unwrap_or_default(),
        }
    }

    /// Left out it is that of a usual dish.
    fn work(&mut self) -> u8 {
        let work = self.number("work", (0, limits::WORK.into()));
        work.and_then(|work| u8::try_from(work).ok())
            .unwrap_or(USUAL_WORK)
    }

    /// A rate that is left out is the restaurant's.
    fn own_tax(&mut self) -> Option<TaxRates> {
        let (eat_in, takeaway) = (self.rate("tax-eat-in"), self.rate("tax-takeaway"));
        (eat_in.is_some() || takeaway.is_some()).then(|| TaxRates {
            eat_in: eat_in.unwrap_or(self.file.tax.eat_in),
            takeaway: takeaway.unwrap_or(self.file.tax.takeaway),
        })
    }

    pub(super) fn option_group(
        &mut self,
        id: OptionGroupId,
        before: Option<&OptionGroup>,
        edit: EditId,
    ) -> OptionGroup {
        let known = before.map_or(&[][..], |group| &group.choices);
        let choices: Vec<Choice> = (1..=limits::CHOICES)
            .filter_map(|number| self.choice(number, known, edit))
            .collect();
        let count = u32::try_from(choices.len()).unwrap_or(u32::MAX);
        let (min, max) = (
            self.needed_number("min", (0, u8::MAX.into())),
            self.needed_number("max", (0, u8::MAX.into())),
        );
        self.hold("max", min <= max && min <= count);
        OptionGroup {
            id,
            name: self.name("name"),
            min: u8::try_from(min).unwrap_or_default(),
            max: u8::try_from(max).unwrap_or_default(),
            translations: before.map(|group| group.translations.clone()).unwrap_or_default(),
            choices,
        }
    }

    /// A line without a name is no choice.
    fn choice(&mut self, number: usize, before: &[Choice], edit: EditId) -> Option<Choice> {
        let input = |field| self.fields.get(&choice_field(number, field));
        let (name, typed, dish) = (input("name"), input("price"), input("dish"));
        if name.is_empty() {
            self.hold("choices", typed.is_empty() && dish.is_empty());
            return None;
        }
        let price = self.signed_amount(typed);
        let is_named = name.chars().count() <= limits::NAME;
        let id = choice_id(input("id"), edit, number);
        // The form shows the first group that a choice opens.
        let before = before.iter().find(|choice| choice.id == id);
        let others = before
            .into_iter()
            .flat_map(|choice| choice.option_groups.iter().skip(1));
        let first: Option<OptionGroupId> = input("opens").parse().ok();
        let others = others
            .copied()
            .filter(|group| first.is_some_and(|first| first != *group));
        let choice = Choice {
            id,
            name: name.to_owned(),
            price: price.unwrap_or_default(),
            preselected: self.is_on(&choice_field(number, "preselected")),
            dish: dish.parse().ok(),
            option_groups: first.into_iter().chain(others).collect(),
            translations: before
                .map(|choice| choice.translations.clone())
                .unwrap_or_default(),
        };
        self.hold("choices", price.is_some() && is_named);
        Some(choice)
    }
}
