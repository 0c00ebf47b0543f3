//! The form of a new restaurant, with its page beside it.

use std::sync::Arc;

use leptos::{html, prelude::*};
use servery_domain::{
    hours::week::DayTimes,
    lang::Lang,
    new_restaurant::{Country, ExampleMenu, NewRestaurantChoices, NewRestaurantField as Field},
    restaurant::Cuisine,
    time::Weekday,
};

use super::{
    day_row::DayRow,
    preview::Preview,
    typed_form::{TypedForm, wrong_id},
    week_grid,
};
use crate::{
    components::{
        cuisine, form,
        notice::{Tone, said},
        opening,
    },
    form_fields::FormFields,
    new_restaurant_form::{DISHES, FIRST_CUISINE, read},
    text::{Texts, office::Key, texts},
    week_form::WEEKDAYS,
};

const LUNCH: DayTimes = (11 * 60 + 30, 14 * 60 + 30);
const DINNER: DayTimes = (17 * 60 + 30, 22 * 60);
/// The day that a new form has as closed.
const CLOSED: Weekday = Weekday::Monday;

#[component]
pub fn NewRestaurantPage(choices: Arc<NewRestaurantChoices>, typed: TypedForm) -> impl IntoView {
    let texts = texts();
    // A new form has the first example.
    let new_form = || {
        vec![(
            "menu".to_owned(),
            first_example(&choices.example_menus).to_owned(),
        )]
    };
    let shown = RwSignal::new(typed.fields().map_or_else(new_form, <[_]>::to_vec));
    let filled_in = NodeRef::<html::Form>::new();
    let look = move || {
        if let Some(filled_in) = filled_in.get() {
            shown.set(form::pairs(&filled_in));
        }
    };
    let preview = {
        let choices = choices.clone();
        move || {
            let (file, _) = shown.with(|fields| read(FormFields(fields), &choices, texts.lang));
            view! { <Preview file/> }
        }
    };
    let summary = typed.has_mistakes().then(|| texts.get(Key::NewWrong));
    view! {
        <article class="new-restaurant">
            <div class="prose">
                <h1>{texts.get(Key::NewTitle)}</h1>
                <p class="lead">{texts.get(Key::NewLead)}</p>
                {said(summary, Tone::Bad)}
            </div>
            <form class="fields" method="post" action="/new-restaurant" node_ref=filled_in on:input=move |_| look()>
                <input type="hidden" name="id" value=typed.or("id", &choices.id.to_string())/>
                {identity(texts, &typed)}
                {place(texts, &typed, &choices.countries, shown)}
                {hours(texts, &typed)}
                {menu(texts, &typed, &choices.example_menus)}
                {serving(texts, &typed)}
                {payment(texts, &typed, choices.takes_cards)}
                <button type="submit">{texts.get(Key::NewSubmit)}</button>
                <p class="hint">{texts.get(Key::NewLater)}</p>
            </form>
            <aside class="preview" aria-label=texts.get(Key::NewPreview)>{preview}</aside>
        </article>
    }
}

fn wrong_text(field: Field) -> Key {
    match field {
        Field::Name => Key::WrongName,
        Field::Slug => Key::WrongSlug,
        Field::SlugTaken => Key::WrongSlugTaken,
        Field::AlreadyMade => Key::WrongAlreadyMade,
        Field::Place => Key::WrongPlace,
        Field::Country => Key::WrongCountry,
        Field::Zone => Key::WrongZone,
        Field::Currency => Key::WrongCurrency,
        Field::Phone => Key::WrongPhone,
        Field::Tax => Key::WrongTax,
        Field::Hours => Key::WrongHours,
        Field::Dishes => Key::WrongDishes,
        Field::Serving => Key::WrongServing,
        Field::Delivery => Key::WrongDelivery,
        Field::Payments => Key::WrongPayments,
        Field::Other => Key::WrongOther,
    }
}

/// What is wrong, beside the input that it is about.
fn beside(texts: Texts, typed: &TypedForm, field: Field) -> impl IntoView + use<> {
    typed.is_wrong(field.code()).then(|| {
        view! { <p class="wrong" id=wrong_id(field.code()) role="alert">{texts.get(wrong_text(field))}</p> }
    })
}

/// An input whose label is above it.
fn text_input(
    texts: Texts,
    typed: &TypedForm,
    (name, label): (&'static str, Key),
    (field, autocomplete): (Field, &'static str),
) -> impl IntoView + use<> {
    let is_needed = matches!(name, "name" | "phone" | "street" | "city");
    view! {
        <label>
            <span>{texts.get(label)}</span>
            <input
                type="text" name=name value=typed.or(name, "") maxlength="120" autocomplete=autocomplete required=is_needed
                aria-invalid=typed.invalid(field.code()) aria-describedby=typed.described(field.code())
            />
        </label>
    }
}

/// An amount or a percentage.
fn number_input(
    texts: Texts,
    typed: &TypedForm,
    (name, label): (&'static str, Key),
    (field, longest): (Field, u8),
) -> impl IntoView + use<> {
    view! {
        <label>
            <span>{texts.get(label)}</span>
            <input
                type="text" name=name value=typed.or(name, "") maxlength=longest inputmode="decimal" autocomplete="off" dir="ltr"
                aria-invalid=typed.invalid(field.code()) aria-describedby=typed.described(field.code())
            />
        </label>
    }
}

fn identity(texts: Texts, typed: &TypedForm) -> impl IntoView + use<> {
    let chosen = typed.or("cuisine", FIRST_CUISINE.code());
    let slug = match typed.is_wrong(Field::SlugTaken.code()) {
        true => Field::SlugTaken,
        false => Field::Slug,
    };
    let described = match typed.described(slug.code()) {
        Some(wrong) => format!("slug-hint {wrong}"),
        None => "slug-hint".to_owned(),
    };
    let cuisines: Vec<_> = Cuisine::ALL
        .iter()
        .map(|kind| view! { <option value=kind.code() selected={kind.code() == chosen}>{cuisine::name(texts, *kind)}</option> })
        .collect();
    view! {
        <fieldset>
            <legend>{texts.get(Key::NewIdentity)}</legend>
            {text_input(texts, typed, ("name", Key::NewName), (Field::Name, "organization"))}
            {beside(texts, typed, Field::Name)}
            <label>
                <span>{texts.get(Key::NewCuisine)}</span>
                <select name="cuisine">{cuisines}</select>
            </label>
            {text_input(texts, typed, ("phone", Key::NewPhone), (Field::Phone, "tel"))}
            {beside(texts, typed, Field::Phone)}
            <label>
                <span>{texts.get(Key::NewSlug)}</span>
                <input
                    type="text" name="slug" value=typed.or("slug", "") maxlength="64" autocomplete="off" spellcheck="false" autocapitalize="none" dir="ltr"
                    aria-invalid=typed.invalid(slug.code()) aria-describedby=described
                />
            </label>
            <p class="hint" id="slug-hint">{texts.get(Key::NewSlugHint)}</p>
            {beside(texts, typed, slug)}
            {beside(texts, typed, Field::AlreadyMade)}
        </fieldset>
    }
}

fn place(
    texts: Texts,
    typed: &TypedForm,
    countries: &[Country],
    shown: RwSignal<Vec<(String, String)>>,
) -> impl IntoView + use<> {
    let chosen = typed.or("country", "");
    let lang = texts.lang;
    let mut sorted: Vec<&Country> = countries.iter().collect();
    sorted.sort_by_key(|country| sort_key(country.names.get(lang)));
    let options: Vec<_> = sorted
        .iter()
        .map(|country| view! { <option value=country.code.clone() selected={country.code == chosen}>{country.names.get(lang).to_owned()}</option> })
        .collect();
    view! {
        <fieldset>
            <legend>{texts.get(Key::NewPlace)}</legend>
            {text_input(texts, typed, ("street", Key::NewStreet), (Field::Place, "street-address"))}
            <div class="beside">
                {text_input(texts, typed, ("postcode", Key::NewPostcode), (Field::Place, "postal-code"))}
                {text_input(texts, typed, ("city", Key::NewCity), (Field::Place, "address-level2"))}
            </div>
            {beside(texts, typed, Field::Place)}
            <label>
                <span>{texts.get(Key::NewCountry)}</span>
                <select name="country" autocomplete="country" required aria-invalid=typed.invalid(Field::Country.code()) aria-describedby=typed.described(Field::Country.code())><option value="">{texts.get(Key::NewChoose)}</option>{options}</select>
            </label>
            <p class="hint">{texts.get(Key::NewCountryHint)}</p>
            {beside(texts, typed, Field::Country)}
            {zone(texts, typed, &sorted, shown)}
            {tax(texts, typed)}
        </fieldset>
    }
}

/// Letters with accents stand where those without do.
fn sort_key(name: &str) -> String {
    let plain = |letter: char| match letter {
        'Ä' | 'Å' => 'A',
        'É' => 'E',
        'Ö' => 'O',
        'Ü' => 'U',
        letter => letter,
    };
    name.chars().map(plain).collect()
}

/// Most countries have one. Of the others one is chosen.
fn zone(
    texts: Texts,
    typed: &TypedForm,
    countries: &[&Country],
    shown: RwSignal<Vec<(String, String)>>,
) -> impl IntoView + use<> {
    let chosen = typed.or("zone", "");
    let several: Vec<&Country> = countries
        .iter()
        .copied()
        .filter(|country| country.zones.len() > 1)
        .collect();
    let groups: Vec<_> = several
        .iter()
        .map(|country| {
            let zones: Vec<_> = country
                .zones
                .iter()
                .map(|zone| view! { <option value=zone.0.clone() selected={zone.0 == chosen}>{zone.0.replace('_', " ")}</option> })
                .collect();
            view! { <optgroup label=country.names.get(texts.lang).to_owned()>{zones}</optgroup> }
        })
        .collect();
    let mut currencies: Vec<String> = countries
        .iter()
        .map(|country| country.currency.to_string())
        .collect();
    currencies.sort();
    currencies.dedup();
    let currency = typed.or("currency", "");
    let currencies: Vec<_> = currencies
        .into_iter()
        .map(|code| view! { <option value=code.clone() selected={code == currency}>{code.clone()}</option> })
        .collect();
    let is_wrong = typed.is_wrong(Field::Zone.code()) || typed.is_wrong(Field::Currency.code());
    let several: Vec<String> = several.iter().map(|country| country.code.clone()).collect();
    let is_open = move || {
        let country = shown.with(|fields| FormFields(fields).get("country").to_owned());
        is_wrong || several.contains(&country)
    };
    view! {
        <details open=is_open>
            <summary>{texts.get(Key::NewZoneAndCurrency)}</summary>
            <label>
                <span>{texts.get(Key::NewZone)}</span>
                <select name="zone" aria-invalid=typed.invalid(Field::Zone.code()) aria-describedby=typed.described(Field::Zone.code())><option value="">{texts.get(Key::NewOfCountry)}</option>{groups}</select>
            </label>
            {beside(texts, typed, Field::Zone)}
            <label>
                <span>{texts.get(Key::NewCurrency)}</span>
                <select name="currency" aria-invalid=typed.invalid(Field::Currency.code()) aria-describedby=typed.described(Field::Currency.code())><option value="">{texts.get(Key::NewOfCountry)}</option>{currencies}</select>
            </label>
            {beside(texts, typed, Field::Currency)}
        </details>
    }
}

fn tax(texts: Texts, typed: &TypedForm) -> impl IntoView + use<> {
    let added = typed.or("tax-included", "yes") == "no";
    view! {
        <div class="beside">
            {text_input(texts, typed, ("tax-name", Key::NewTaxName), (Field::Tax, "off"))}
            {number_input(texts, typed, ("tax-eat-in", Key::NewTaxEatIn), (Field::Tax, 12))}
            {number_input(texts, typed, ("tax-takeaway", Key::NewTaxTakeaway), (Field::Tax, 12))}
        </div>
        <label>
            <span>{texts.get(Key::NewTaxPrices)}</span>
            <select name="tax-included">
                <option value="yes">{texts.get(Key::NewTaxIncluded)}</option>
                <option value="no" selected=added>{texts.get(Key::NewTaxAdded)}</option>
            </select>
        </label>
        {beside(texts, typed, Field::Tax)}
    }
}

fn hours(texts: Texts, typed: &TypedForm) -> impl IntoView + use<> {
    let code = Field::Hours.code();
    let (invalid, described) = (typed.invalid(code), typed.described(code));
    let aria = (move || invalid, move || described.clone());
    let days = WEEKDAYS.into_iter().zip(Weekday::ALL);
    let rows: Vec<_> = days
        .map(|(day, weekday)| {
            let times: &[DayTimes] = match weekday {
                CLOSED => &[],
                _ => &[LUNCH, DINNER],
            };
            let name = opening::weekday(texts, weekday).to_owned();
            DayRow { day, name, times }.view(texts, typed, aria.clone())
        })
        .collect();
    view! {
        <fieldset class="hours">
            <legend>{texts.get(Key::NewHours)}</legend>
            <p class="hint">{texts.get(Key::NewHoursHint)}</p>
            {week_grid::with_rows(texts, rows)}
            {beside(texts, typed, Field::Hours)}
        </fieldset>
    }
}

fn first_example(examples: &[ExampleMenu]) -> &str {
    examples.first().map_or("", |menu| &menu.code)
}

fn menu(texts: Texts, typed: &TypedForm, examples: &[ExampleMenu]) -> impl IntoView + use<> {
    let chosen = typed.or("menu", first_example(examples));
    let option = |code: String, name: String| {
        let is_chosen = code == chosen;
        view! { <label class="option"><input type="radio" name="menu" value=code checked=is_chosen/><span>{name}</span></label> }
    };
    let mut options: Vec<_> = examples
        .iter()
        .map(|menu| option(menu.code.clone(), menu.name.get(texts.lang).to_owned()))
        .collect();
    options.push(option(String::new(), texts.get(Key::NewNoExample).to_owned()));
    let dishes: Vec<_> = (1..=DISHES)
        .map(|number| dish_row(texts, typed, number))
        .collect();
    view! {
        <fieldset class="first-menu">
            <legend>{texts.get(Key::NewMenu)}</legend>
            <p class="hint">{texts.get(Key::NewMenuHint)}</p>
            <div class="options">{options}</div>
            <details open=true>
                <summary>{texts.get(Key::NewOwnDishes)}</summary>
                <label>
                    <span>{texts.get(Key::NewCategory)}</span>
                    <input type="text" name="category" aria-invalid=typed.invalid(Field::Dishes.code()) aria-describedby=typed.described(Field::Dishes.code()) value=typed.or("category", texts.get(Key::NewCategoryUsual)) maxlength="120" autocomplete="off"/>
                </label>
                {dishes}
            </details>
            {beside(texts, typed, Field::Dishes)}
        </fieldset>
    }
}

fn dish_row(texts: Texts, typed: &TypedForm, number: usize) -> impl IntoView + use<> {
    let (dish, price) = (format!("dish-{number}"), format!("price-{number}"));
    let label = |key: Key| texts.fill(key, &[("n", &number.to_string())]);
    view! {
        <div class="beside dish-row">
            <input type="text" name=dish.clone() aria-invalid=typed.invalid(Field::Dishes.code()) aria-describedby=typed.described(Field::Dishes.code()) value=typed.or(&dish, "") maxlength="120" autocomplete="off" aria-label=label(Key::NewDish) placeholder=label(Key::NewDish)/>
            <input type="text" name=price.clone() aria-invalid=typed.invalid(Field::Dishes.code()) aria-describedby=typed.described(Field::Dishes.code()) value=typed.or(&price, "") maxlength="20" inputmode="decimal" autocomplete="off" dir="ltr" aria-label=label(Key::NewPrice) placeholder=example_price(texts.lang)/>
        </div>
    }
}

fn example_price(lang: Lang) -> &'static str {
    match lang {
        Lang::German => "9,50",
        Lang::English | Lang::Arabic => "9.50",
    }
}

fn check_box(
    texts: Texts,
    typed: &TypedForm,
    (name, label): (&'static str, Key),
    usual: bool,
) -> impl IntoView + use<> {
    view! {
        <label class="option"><input type="checkbox" name=name checked=typed.is_on(name, usual)/><span>{texts.get(label)}</span></label>
    }
}

fn serving(texts: Texts, typed: &TypedForm) -> impl IntoView + use<> {
    view! {
        <fieldset>
            <legend>{texts.get(Key::NewServing)}</legend>
            {check_box(texts, typed, ("collection", Key::NewCollection), true)}
            {check_box(texts, typed, ("at-table", Key::NewAtTable), false)}
            {check_box(texts, typed, ("delivery", Key::NewDelivery), false)}
            {beside(texts, typed, Field::Serving)}
            <div class="delivery">
                <label>
                    <span>{texts.get(Key::NewPostcodes)}</span>
                    <input type="text" name="postcodes" aria-invalid=typed.invalid(Field::Delivery.code()) aria-describedby=typed.described(Field::Delivery.code()) value=typed.or("postcodes", "") maxlength="500" autocomplete="off" dir="ltr"/>
                </label>
                <div class="beside">{number_input(texts, typed, ("delivery-fee", Key::NewFee), (Field::Delivery, 20))}{number_input(texts, typed, ("delivery-minimum", Key::NewMinimum), (Field::Delivery, 20))}</div>
            </div>
            {beside(texts, typed, Field::Delivery)}
            {check_box(texts, typed, ("accepts-itself", Key::NewAcceptsItself), false)}
        </fieldset>
    }
}

fn payment(texts: Texts, typed: &TypedForm, takes_cards: bool) -> impl IntoView + use<> {
    let cards = takes_cards.then(|| check_box(texts, typed, ("pay-card", Key::NewPayCard), true));
    let hint = (!takes_cards).then(|| view! { <p class="hint">{texts.get(Key::NewPayHint)}</p> });
    view! {
        <fieldset>
            <legend>{texts.get(Key::NewPayment)}</legend>
            {check_box(texts, typed, ("pay-door", Key::NewPayDoor), true)}
            {cards}
            {hint}
            {beside(texts, typed, Field::Payments)}
            {beside(texts, typed, Field::Other)}
        </fieldset>
    }
}
