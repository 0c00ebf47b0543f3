//! Categories, dishes and groups of options.

use servery_domain::{
    edit::CategoryHead,
    id::{CategoryId, DishId, EditId, OptionGroupId},
    limits,
    menu::{Allergen, Choice, Diet, Dish, OptionGroup},
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
    pub(super) fn category(&mut self, id: CategoryId) -> CategoryHead {
        CategoryHead {
            id,
            name: self.name("name"),
            description: self.text("description", limits::DESCRIPTION),
        }
    }

    pub(super) fn dish(&mut self, id: DishId, current: Option<&Dish>) -> Dish {
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
        let option_groups = self.offers(current);
        Dish {
            id,
            name: self.name("name"),
            description: self.text("description", limits::DESCRIPTION),
            price: price.unwrap_or_default(),
            allergens: self.ticked(Allergen::ALL, |allergen| format!("allergen-{}", allergen.code())),
            diets: self.ticked(Diet::ALL, |diet| format!("diet-{}", diet.code())),
            option_groups,
            picture: current.and_then(|dish| dish.picture.clone()),
            served,
            tax: self.own_tax(),
        }
    }

    fn ticked<T: Copy>(&self, all: &[T], field: impl Fn(T) -> String) -> Vec<T> {
        all.iter()
            .copied()
            .filter(|value| self.is_on(&field(*value)))
            .collect()
    }

    /// The groups that were offered before stay in their order, and new ones follow.
    fn offers(&self, current: Option<&Dish>) -> Vec<OptionGroupId> {
        let known: &[OptionGroupId] = current.map_or(&[], |dish| &dish.option_groups);
        let new = self.file.option_groups.iter().map(|group| group.id);
        let all = known
            .iter()
            .copied()
            .chain(new.filter(|group| !known.contains(group)));
        all.filter(|group| self.is_on(&format!("options-{group}")))
            .collect()
    }

    /// A rate that is left out is the restaurant's.
    fn own_tax(&mut self) -> Option<TaxRates> {
        let (eat_in, takeaway) = (self.rate("tax-eat-in"), self.rate("tax-takeaway"));
        (eat_in.is_some() || takeaway.is_some()).then(|| TaxRates {
            eat_in: eat_in.unwrap_or(self.file.tax.eat_in),
            takeaway: takeaway.unwrap_or(self.file.tax.takeaway),
        })
    }

    pub(super) fn option_group(&mut self, id: OptionGroupId, edit: EditId) -> OptionGroup {
        let choices: Vec<Choice> = (1..=limits::CHOICES)
            .filter_map(|number| self.choice(number, edit))
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
            choices,
        }
    }

    /// A line without a name is no choice.
    fn choice(&mut self, number: usize, edit: EditId) -> Option<Choice> {
        let input = |field| self.fields.get(&choice_field(number, field));
        let (name, typed, dish) = (input("name"), input("price"), input("dish"));
        if name.is_empty() {
            self.hold("choices", typed.is_empty() && dish.is_empty());
            return None;
        }
        let price = self.signed_amount(typed);
        let is_named = name.chars().count() <= limits::NAME;
        let choice = Choice {
            id: choice_id(input("id"), edit, number),
            name: name.to_owned(),
            price: price.unwrap_or_default(),
            preselected: self.is_on(&choice_field(number, "preselected")),
            dish: dish.parse().ok(),
            option_groups: input("opens").parse().into_iter().collect(),
        };
        self.hold("choices", price.is_some() && is_named);
        Some(choice)
    }
}
