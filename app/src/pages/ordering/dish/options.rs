//! The groups of options of a dish: a fieldset each.

use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlFormElement, HtmlInputElement, NodeList},
};
use servery_domain::menu::{Choice, Dish, Menu, OptionGroup};

use crate::{
    text::{Key, Texts},
    wish,
};

/// One after another and never one inside the other: so the type of the view stays finite, however deep choices will open further groups.
pub fn groups(texts: Texts, menu: &Menu, dish: &Dish) -> impl IntoView + use<> {
    dish.option_groups.iter().filter_map(|id| menu.group(*id)).map(|shown| group(texts, menu, shown)).collect::<Vec<_>>()
}

fn group(texts: Texts, menu: &Menu, group: &OptionGroup) -> impl IntoView + use<> {
    let limits = (!wish::one_of(group)).then_some((group.min, group.max));
    let choices: Vec<_> = group.choices.iter().map(|shown| choice(texts, menu, group, shown)).collect();
    view! {
        <fieldset data-min=limits.map(|(min, _)| min) data-max=limits.map(|(_, max)| max)>
            <legend><span lang=menu.lang.tag() dir="auto">{group.name.clone()}</span>" "<small>{words(texts, group)}</small></legend>
            <ul>{choices}</ul>
        </fieldset>
    }
}

fn choice(texts: Texts, menu: &Menu, group: &OptionGroup, choice: &Choice) -> impl IntoView + use<> {
    let one_of = wish::one_of(group);
    let kind = if one_of { "radio" } else { "checkbox" };
    let sign = if choice.price.0 > 0 { "+" } else { "" };
    let price = (choice.price.0 != 0)
        .then(|| view! { <span class="price" dir="auto">{format!("{sign}{}", texts.lang.money(choice.price, menu.currency))}</span> });
    view! {
        <li>
            <label>
                <input type=kind name=wish::field(group) value=choice.id.to_string() checked=choice.preselected required=one_of autocomplete="off"/>
                <span class="name" lang=menu.lang.tag() dir="auto">{choice.name.clone()}</span>
                {price}
            </label>
        </li>
    }
}

/// How many may be chosen.
fn words(texts: Texts, group: &OptionGroup) -> String {
    let (min, max) = (usize::from(group.min), usize::from(group.max));
    let all = max >= group.choices.len();
    match (min, max) {
        (min, max) if min == max => texts.count(Key::DishExactly, max),
        (0, _) if all => texts.get(Key::DishAny).to_owned(),
        (0, max) => texts.count(Key::DishUpTo, max),
        (min, _) if all => texts.count(Key::DishAtLeast, min),
        (min, max) => texts.fill(Key::DishBetween, &[("min", &min.to_string()), ("max", &max.to_string())]),
    }
}

/// Boxes that would be too many cannot be ticked, and the browser says where some are missing. HTML knows neither by itself.
pub fn keep_within(texts: Texts, form: &HtmlFormElement) {
    for group in form.query_selector_all("fieldset[data-max]").iter().flat_map(elements::<Element>) {
        let limit = |name| group.get_attribute(name).and_then(|limit| limit.parse::<usize>().ok()).unwrap_or_default();
        let boxes: Vec<HtmlInputElement> = group.query_selector_all("input").iter().flat_map(elements).collect();
        let ticked = boxes.iter().filter(|ticked| ticked.checked()).count();
        let (min, max) = (limit("data-min"), limit("data-max"));
        let missing = if ticked < min { texts.count(Key::DishAtLeast, min) } else { String::new() };
        for (number, one) in boxes.iter().enumerate() {
            one.set_disabled(ticked >= max && !one.checked());
            one.set_custom_validity(if number == 0 { &missing } else { "" });
        }
    }
}

fn elements<T: JsCast>(list: &NodeList) -> Vec<T> {
    (0..list.length()).filter_map(|at| list.item(at)?.dyn_into().ok()).collect()
}

#[cfg(feature = "server")]
#[cfg(test)]
mod tests {
    use servery_domain::{
        currency::Minor,
        id::{ChoiceId, OptionGroupId},
        lang::Lang,
    };

    use super::*;

    fn said(min: u8, max: u8, choices: u128) -> String {
        let choice = |id| Choice { id: ChoiceId(id), name: String::new(), price: Minor(0), preselected: false };
        let group = OptionGroup { id: OptionGroupId(1), name: String::new(), min, max, choices: (0..choices).map(choice).collect() };
        words(Texts::of(Lang::English), &group)
    }

    #[test]
    fn how_many_may_be_chosen_is_said_in_words() {
        for (min, max, choices, words) in [
            (1, 1, 3, "Choose one"),
            (2, 2, 3, "Choose 2"),
            (0, 1, 3, "Choose one, if you like"),
            (0, 2, 3, "Choose up to 2"),
            (0, 3, 3, "Choose as many as you like"),
            (1, 3, 3, "Choose at least one"),
            (1, 2, 3, "Choose 1 to 2"),
        ] {
            assert_eq!(said(min, max, choices), words, "{min} to {max} of {choices}");
        }
    }
}
