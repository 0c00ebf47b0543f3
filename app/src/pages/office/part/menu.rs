//! Forms of categories, dishes and groups of options.

use leptos::prelude::*;
use servery_domain::{
    edit::CategoryHead,
    limits,
    menu::{Allergen, Choice, Diet, Dish, OptionGroup, USUAL_WORK},
};

use super::inputs::{Inputs, LineKind};
use crate::{
    components::{allergen, diet},
    part_form::{CATEGORY_BEFORE, CHOICES, choice_field},
    text::office::Key,
};

impl Inputs<'_> {
    pub fn category(&self, category: Option<&CategoryHead>) -> AnyView {
        let (name, description) =
            category.map_or(("", ""), |category| (&category.name, &category.description));
        view! {
            {self.line("name", Key::PartName, name, LineKind::NAME)}
            {self.paragraph("description", Key::PartDescription, description, limits::DESCRIPTION)}
        }
        .into_any()
    }

    pub fn dish(&self, dish: Option<&Dish>, category: &str) -> AnyView {
        let (name, description) = dish.map_or(("", ""), |dish| (&dish.name, &dish.description));
        let price = dish.map(|dish| self.amount(dish.price)).unwrap_or_default();
        let served = dish
            .and_then(|dish| dish.served.as_ref())
            .map_or("", |hours| hours.as_str());
        let tax = dish.and_then(|dish| dish.tax);
        let [eat_in, takeaway] = [tax.map(|tax| tax.eat_in), tax.map(|tax| tax.takeaway)]
            .map(|rate| rate.map(|rate| self.texts.percent(rate)).unwrap_or_default());
        let work = dish.map_or(USUAL_WORK, |dish| dish.work).to_string();
        let categories = self.file.categories.iter();
        let categories = categories.map(|category| (category.id.to_string(), category.name.clone()));
        let label = self.texts.get(Key::PartInCategory).to_owned();
        view! {
            {self.line("name", Key::PartName, name, LineKind::NAME)}
            {self.line("price", Key::PartPrice, &price, LineKind::NEEDED_AMOUNT)}
            <input type="hidden" name=CATEGORY_BEFORE value=self.typed.or(CATEGORY_BEFORE, dish.map_or("", |_| category))/>
            {self.select("category".to_owned(), "category", label, (category.to_owned(), categories.collect()))}
            {self.below("category")}
            {self.paragraph("description", Key::PartDescription, description, limits::DESCRIPTION)}
            {self.ticks(Key::PartAllergens, self.allergens(dish))}
            {self.ticks(Key::PartDiets, self.diets(dish))}
            {self.ticks(Key::PartOffers, self.offers(dish))}
            {self.line("served", Key::PartServed, served, LineKind::CODE)}
            {self.hint(Key::PartServedHint)}
            <div class="beside">
                <div>{self.line("tax-eat-in", Key::PartTaxEatIn, &eat_in, LineKind::AMOUNT)}</div>
                <div>{self.line("tax-takeaway", Key::PartTaxTakeaway, &takeaway, LineKind::AMOUNT)}</div>
            </div>
            {self.hint(Key::PartTaxHint)}
            {self.line("work", Key::PartWork, &work, LineKind::NUMBER)}
            {self.hint(Key::PartWorkHint)}
        }
        .into_any()
    }

    fn allergens(&self, dish: Option<&Dish>) -> Vec<(String, String, bool)> {
        let has = |code| dish.is_some_and(|dish| dish.allergens.contains(&code));
        let tick = |code: &Allergen| {
            let name = allergen::name(self.texts, *code).to_owned();
            (format!("allergen-{}", code.code()), name, has(*code))
        };
        Allergen::ALL.iter().map(tick).collect()
    }

    fn diets(&self, dish: Option<&Dish>) -> Vec<(String, String, bool)> {
        let has = |code| dish.is_some_and(|dish| dish.diets.contains(&code));
        let tick = |code: &Diet| {
            let name = diet::name(self.texts, *code).to_owned();
            (format!("diet-{}", code.code()), name, has(*code))
        };
        Diet::ALL.iter().map(tick).collect()
    }

    fn offers(&self, dish: Option<&Dish>) -> Vec<(String, String, bool)> {
        let has = |group| dish.is_some_and(|dish| dish.option_groups.contains(&group));
        let groups = self.file.option_groups.iter();
        groups
            .map(|group| (format!("options-{}", group.id), group.name.clone(), has(group.id)))
            .collect()
    }

    pub fn option_group(&self, group: Option<&OptionGroup>) -> AnyView {
        let name = group.map_or("", |group| &group.name);
        let (min, max) = group.map_or((0, 1), |group| (group.min, group.max));
        let known: &[Choice] = group.map_or(&[], |group| &group.choices);
        let lines = (known.len() + CHOICES).min(limits::CHOICES);
        let rows: Vec<_> = (1..=lines).map(|number| self.choice(group, number)).collect();
        view! {
            {self.line("name", Key::PartName, name, LineKind::NAME)}
            <div class="beside">
                <div>{self.line("min", Key::PartMin, &min.to_string(), LineKind::NUMBER)}</div>
                <div>{self.line("max", Key::PartMax, &max.to_string(), LineKind::NUMBER)}</div>
            </div>
            <fieldset>
                <legend>{self.texts.get(Key::PartChoices)}</legend>
                {self.hint(Key::PartChoicesHint)}
                {self.below("choices")}
                {rows}
            </fieldset>
        }
        .into_any()
    }

    fn choice(&self, group: Option<&OptionGroup>, number: usize) -> impl IntoView + use<> {
        let choice = group.and_then(|group| group.choices.get(number - 1));
        let label = |key: Key| self.texts.fill(key, &[("n", &number.to_string())]);
        let name = |field: &str| (choice_field(number, field), "choices");
        let price = choice.map(|choice| self.amount(choice.price)).unwrap_or_default();
        let id = choice.map(|choice| choice.id.to_string()).unwrap_or_default();
        let none = || (String::new(), self.texts.get(Key::PartNone).to_owned());
        let dishes = self.file.categories.iter().flat_map(|category| &category.dishes);
        let dishes = dishes.map(|dish| (dish.id.to_string(), dish.name.clone()));
        let dish = choice
            .and_then(|choice| choice.dish)
            .map(|dish| dish.to_string())
            .unwrap_or_default();
        // A group within itself is refused.
        let groups = self
            .file
            .option_groups
            .iter()
            .filter(|known| Some(known.id) != group.map(|group| group.id));
        let groups = groups.map(|group| (group.id.to_string(), group.name.clone()));
        let opens = choice.and_then(|choice| choice.option_groups.first());
        let opens = opens.map(ToString::to_string).unwrap_or_default();
        view! {
            <div class="choice" role="group" aria-label=label(Key::PartChoiceName)>
                <input type="hidden" name=choice_field(number, "id") value=self.typed.or(&choice_field(number, "id"), &id)/>
                <div class="beside">
                    {self.bare_line(name("name"), label(Key::PartChoiceName), choice.map_or("", |choice| &choice.name), LineKind::OPTIONAL)}
                    {self.bare_line(name("price"), label(Key::PartChoicePrice), &price, LineKind::AMOUNT)}
                </div>
                <div class="beside">
                    {self.select(choice_field(number, "dish"), "choices", label(Key::PartChoiceDish), (dish, std::iter::once(none()).chain(dishes).collect()))}
                    {self.select(choice_field(number, "opens"), "choices", label(Key::PartChoiceOpens), (opens, std::iter::once(none()).chain(groups).collect()))}
                </div>
                {self.tick(choice_field(number, "preselected"), self.texts.get(Key::PartChoicePreselected).to_owned(), choice.is_some_and(|choice| choice.preselected))}
            </div>
        }
    }
}
