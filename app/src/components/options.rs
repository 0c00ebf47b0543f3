//! The option groups of a dish, a fieldset each.

mod offered;

use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{HtmlFieldSetElement, HtmlFormElement, HtmlInputElement, NodeList},
};
use servery_domain::{
    menu::{Choice, Dish, Menu, OptionGroup},
    translation::{PartTranslations, TextField},
};

use self::offered::{Offered, offered};
use crate::{
    line_form,
    text::{Key, Texts},
};

/// The groups are siblings, not nested: so the view's type stays finite, however deeply choices open
/// further groups.
/// The style sheet hides groups whose choice is not selected.
pub fn groups(texts: Texts, menu: &Menu, dish: &Dish) -> impl IntoView + use<> {
    offered(menu, dish)
        .iter()
        .map(|shown| fieldset(texts, menu, shown))
        .collect::<Vec<_>>()
}

fn fieldset(texts: Texts, menu: &Menu, offered: &Offered<'_>) -> impl IntoView + use<> {
    let Offered { group, within, .. } = offered;
    let limits = (!line_form::one_of(group)).then_some((group.min, group.max));
    let numbers = |prefix: &str| {
        within
            .iter()
            .map(|opener| format!("{prefix}{}", opener.number))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let name = match within.last() {
        Some(opener) => format!("{} · {}", opener.choice.name, group.name),
        None => group.name.clone(),
    };
    let choices: Vec<_> = group
        .choices
        .iter()
        .map(|shown| choice(texts, menu, offered, shown))
        .collect();
    view! {
        <fieldset class=numbers("in-") data-in=numbers("") data-min=limits.map(|(min, _)| min) data-max=limits.map(|(_, max)| max)>
            <legend><span lang=lang(menu, &group.translations) dir="auto">{name}</span>" "<small>{words(texts, group)}</small></legend>
            <ul>{choices}</ul>
        </fieldset>
    }
}

fn choice(texts: Texts, menu: &Menu, offered: &Offered<'_>, choice: &Choice) -> impl IntoView + use<> {
    let Offered {
        group,
        within,
        openers,
    } = offered;
    let one_of = line_form::one_of(group);
    let kind = if one_of { "radio" } else { "checkbox" };
    let name = line_form::field(group, within.iter().map(|opener| opener.choice.id));
    let opener = openers
        .iter()
        .find(|opener| opener.choice.id == choice.id)
        .map(|opener| format!("opens-{}", opener.number));
    // A hidden field must not block the form.
    let required = one_of && within.is_empty();
    let price =
        (choice.price.0 != 0).then(|| view! { <span class="price" dir="auto">{texts.lang.money_more(choice.price, menu.currency)}</span> });
    view! {
        <li>
            <label>
                <input class=opener type=kind name=name value=choice.id.to_string() checked=choice.preselected required=required autocomplete="off"/>
                <span class="name" lang=lang(menu, &choice.translations) dir="auto">{choice.name.clone()}</span>
                {price}
            </label>
        </li>
    }
}

/// Of a name: that of the menu, unless it is not translated.
fn lang(menu: &Menu, translations: &PartTranslations) -> &'static str {
    menu.lang_of(translations, TextField::Name).tag()
}

/// The allowed number of choices, in words.
fn words(texts: Texts, group: &OptionGroup) -> String {
    let (min, max) = (usize::from(group.min), usize::from(group.max));
    let all = max >= group.choices.len();
    match (min, max) {
        (min, max) if min == max => texts.count(Key::DishExactly, max),
        (0, _) if all => texts.get(Key::DishAny).to_owned(),
        (0, max) => texts.count(Key::DishUpTo, max),
        (min, _) if all => texts.count(Key::DishAtLeast, min),
        (min, max) => texts.fill(
            Key::DishBetween,
            &[("min", &min.to_string()), ("max", &max.to_string())],
        ),
    }
}

/// Validation that HTML lacks: hidden groups do not count, boxes above the maximum are disabled,
/// and the browser reports groups with too few choices.
pub fn keep_within(texts: Texts, form: &HtmlFormElement) {
    let groups = form
        .query_selector_all("fieldset")
        .iter()
        .flat_map(elements::<HtmlFieldSetElement>)
        .collect::<Vec<_>>();
    for group in groups {
        let said = |name| group.get_attribute(name).unwrap_or_default();
        let chosen = |number: &str| {
            form.query_selector(&format!(".opens-{number}:checked"))
                .is_ok_and(|input| input.is_some())
        };
        let open = said("data-in")
            .split(' ')
            .all(|number| number.is_empty() || chosen(number));
        group.set_disabled(!open);
        let inputs: Vec<HtmlInputElement> = group
            .query_selector_all("input")
            .iter()
            .flat_map(elements)
            .collect();
        match (said("data-min").parse(), said("data-max").parse()) {
            (Ok(min), Ok(max)) => limit(texts, &inputs, min, max),
            _ => inputs.iter().for_each(|input| input.set_required(true)),
        }
    }
}

fn limit(texts: Texts, boxes: &[HtmlInputElement], min: usize, max: usize) {
    let ticked = boxes.iter().filter(|ticked| ticked.checked()).count();
    let missing = if ticked < min {
        texts.count(Key::DishAtLeast, min)
    } else {
        String::new()
    };
    for (number, one) in boxes.iter().enumerate() {
        one.set_disabled(ticked >= max && !one.checked());
        one.set_custom_validity(if number == 0 { &missing } else { "" });
    }
}

fn elements<T: JsCast>(list: &NodeList) -> Vec<T> {
    (0..list.length())
        .filter_map(|at| list.item(at)?.dyn_into().ok())
        .collect()
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
        let choice = |id| Choice {
            id: ChoiceId(id),
            name: String::new(),
            price: Minor(0),
            preselected: false,
            dish: None,
            option_groups: Vec::new(),
            translations: Default::default(),
        };
        let group = OptionGroup {
            id: OptionGroupId(1),
            name: String::new(),
            translations: Default::default(),
            min,
            max,
            choices: (0..choices).map(choice).collect(),
        };
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
