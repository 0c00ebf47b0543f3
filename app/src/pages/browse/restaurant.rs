//! A restaurant and its menu.

mod basket_link;

use std::sync::Arc;

use leptos::{html, prelude::*};
use servery_domain::{
    limits,
    menu::{Category, Diet, Dish, Menu},
    restaurant::{Listing, Restaurant},
    search::DishFilter,
    translation::{PartTranslations, TextField},
};

use crate::{
    components::{
        availability, cuisine,
        demo_badge::demo_badge,
        diet, dish_badges, form,
        menu_text::menu_text,
        opening,
        picture::{LogoView, PictureView},
    },
    page_address::{address, visit},
    text::{Key, Texts, texts},
};

#[component]
pub fn RestaurantPage(filter: DishFilter, listing: Box<Listing>, menu: Arc<Menu>) -> impl IntoView {
    let texts = texts();
    let path = format!("/restaurants/{}", listing.restaurant.slug);
    let visit = visit();
    let filters = NodeRef::<html::Form>::new();
    let shown = RwSignal::new(filter.clone());
    let look = {
        let path = path.clone();
        move || {
            let Some(pairs) = filters.get().map(|filters| form::pairs(&filters)) else {
                return;
            };
            if let Ok(filter) = DishFilter::parse(&mut pairs.iter().map(form::borrowed)) {
                form::show_address(
                    visit,
                    &address(
                        &path,
                        pairs
                            .iter()
                            .filter(|(_, value)| !value.is_empty())
                            .map(form::borrowed),
                    ),
                );
                shown.set(filter);
            }
        }
    };
    let tax = tax(texts, &listing.restaurant);
    let whole = path.clone();
    let (allergens, legal) = (format!("{path}/allergens"), format!("{path}/legal"));

    view! {
        <article class="restaurant">
            {heading(texts, &listing)}
            {basket_link::begun(texts, &path)}
            <form class="search" role="search" action=path method="get" node_ref=filters on:input=move |_| look()>
                <label class="grow">
                    <span>{texts.get(Key::MenuSearch)}</span>
                    <input type="search" name="q" value=filter.q.clone() maxlength=limits::SEARCH autocomplete="off"/>
                </label>
                <label>
                    <span>{texts.get(Key::MenuDiet)}</span>
                    <select name="diet">
                        <option value="">{texts.get(Key::MenuDietAny)}</option>
                        {Diet::ALL.iter().map(|option| view! {
                            <option value=option.code() selected={filter.diet == Some(*option)}>{diet::name(texts, *option)}</option>
                        }).collect::<Vec<_>>()}
                    </select>
                </label>
                <button type="submit">{texts.get(Key::MenuSubmit)}</button>
            </form>
            {move || shown.with(|filter| dishes(texts, &menu, &listing, filter, &whole))}
            <p class="small-print">{tax}" "{texts.get(Key::MenuAllergenNote)}</p>
            <p class="small-print links">
                <a href=allergens>{texts.get(Key::MenuAllergens)}</a>
                <a href=legal>{texts.get(Key::MenuLegal)}</a>
            </p>
        </article>
    }
}

/// The page as it will be, without what only makes sense on it.
#[component]
pub fn RestaurantPreview(listing: Box<Listing>, menu: Arc<Menu>) -> impl IntoView {
    let texts = texts();
    let path = format!("/restaurants/{}", listing.restaurant.slug);
    view! {
        <article class="restaurant">
            {heading(texts, &listing)}
            {dishes(texts, &menu, &listing, &DishFilter::default(), &path)}
            <p class="small-print">{tax(texts, &listing.restaurant)}</p>
        </article>
    }
}

const LARGE: usize = 100;

fn heading(texts: Texts, listing: &Listing) -> impl IntoView + use<> {
    let Restaurant {
        name,
        lang,
        cuisine,
        description,
        address,
        phone,
        logo,
        picture,
        hours,
        holidays,
        ..
    } = &listing.restaurant;
    let week: Vec<_> = (0..7)
        .map(|days| listing.today.plus(days))
        .map(|day| (day.weekday(), hours.spans_of(day, holidays)))
        .map(|(weekday, spans)| view! { <tr><th scope="row">{opening::weekday(texts, weekday)}</th><td>{opening::spans(texts, &spans)}</td></tr> })
        .collect();
    let phone_link = format!("tel:{}", phone.replace(' ', ""));
    view! {
        <header class="masthead">
            {picture.clone().map(|file| view! { <PictureView file alt="" sizes="(min-width: 48rem) 20rem, 40vw" eager=true/> })}
            <div>
                <p class="facts">{cuisine::name(texts, *cuisine)}{demo_badge(listing.is_demo)}</p>
                {logo.clone().map(|file| view! { <LogoView file/> })}
                <h1 lang=lang.tag() dir="auto">{name.clone()}</h1>
                <p class="lead" lang=lang.tag() dir="auto">{description.clone()}</p>
                <details class="opening" class:closed=!listing.opening.open>
                    <summary>{opening::sentence(texts, &listing.opening)}</summary>
                    <table><caption>{texts.get(Key::OpeningHours)}</caption><tbody>{week}</tbody></table>
                </details>
                <p class="facts contact">
                    <span dir="auto">{format!("{}, {} {}", address.street, address.postcode, address.city)}</span>
                    <a href=phone_link dir="ltr">{phone.clone()}</a>
                </p>
            </div>
        </header>
    }
}

fn tax(texts: Texts, restaurant: &Restaurant) -> String {
    let tax = &restaurant.tax;
    if tax.eat_in.0 == 0 && tax.takeaway.0 == 0 {
        return texts.get(Key::MenuTaxNone).to_owned();
    }
    let key = match (tax.included, tax.eat_in == tax.takeaway) {
        (true, true) => Key::MenuTaxIncluded,
        (true, false) => Key::MenuTaxIncludedByPlace,
        (false, _) => Key::MenuTaxAdded,
    };
    texts.fill(
        key,
        &[
            ("name", &tax.name),
            ("rate", &texts.percent(tax.eat_in)),
            ("takeaway", &texts.percent(tax.takeaway)),
        ],
    )
}

fn dishes(
    texts: Texts,
    menu: &Arc<Menu>,
    listing: &Listing,
    filter: &DishFilter,
    path: &str,
) -> impl IntoView + use<> {
    let wanted = filter.matcher();
    let shown: Vec<(usize, &Category, Vec<&Dish>)> = menu
        .categories
        .iter()
        .enumerate()
        .map(|(number, category)| {
            (
                number,
                category,
                category
                    .dishes
                    .iter()
                    .filter(|dish| wanted(dish))
                    .collect::<Vec<_>>(),
            )
        })
        .filter(|(_, _, dishes)| !dishes.is_empty())
        .collect();
    let (tag, direction) = (menu.lang.tag(), menu.lang.direction());
    // Long menus: browsers lay out only what is near the viewport.
    let large = menu.dishes().nth(LARGE).is_some();
    let empty = shown.is_empty().then(|| {
        view! {
            <div class="empty" role="status">
                <p>{texts.get(Key::MenuNothing)}</p>
                <p><a class="button" href=path.to_owned()>{texts.get(Key::MenuShowAll)}</a></p>
            </div>
        }
    });
    let contents: Vec<_> = shown
        .iter()
        .map(|(number, category, _)| {
            let name = menu_text(&category.name, &category.translations, TextField::Name);
            view! { <li><a href=format!("#c{number}")>{name}</a></li> }
        })
        .collect();
    let sections: Vec<_> = shown
        .into_iter()
        .map(|(number, category, dishes)| section(texts, menu, listing, path, number, category, &dishes))
        .collect();
    view! {
        <nav class="categories" aria-label=texts.get(Key::MenuCategories)><ul lang=tag dir=direction>{contents}</ul></nav>
        <div class="menu" class:large=large lang=tag dir=direction>{sections}</div>
        {empty}
    }
}

fn section(
    texts: Texts,
    menu: &Menu,
    listing: &Listing,
    path: &str,
    number: usize,
    category: &Category,
    dishes: &[&Dish],
) -> impl IntoView + use<> {
    let rows: Vec<_> = dishes
        .iter()
        .map(|shown| dish(texts, menu, listing, path, shown))
        .collect();
    let name = menu_text(&category.name, &category.translations, TextField::Name);
    view! {
        <section id=format!("c{number}")>
            <h2>{name}</h2>
            {description(&category.description, &category.translations)}
            <ul class="dishes">{rows}</ul>
        </section>
    }
}

fn description(text: &str, translations: &PartTranslations) -> impl IntoView + use<> {
    (!text.is_empty()).then(|| view! { <p>{menu_text(text, translations, TextField::Description)}</p> })
}

fn dish(texts: Texts, menu: &Menu, listing: &Listing, path: &str, dish: &Dish) -> impl IntoView + use<> {
    let picture = dish
        .picture
        .clone()
        .map(|file| view! { <PictureView file alt="" sizes="96px"/> });
    let name = menu_text(&dish.name, &dish.translations, TextField::Name);
    let mut notes = notes_with_options(texts, menu, dish);
    let sold_out = listing.sold_out.contains(&dish.id);
    let later = availability::not_served(texts, listing, dish).filter(|_| !sold_out);
    let away = later.is_some();
    if let Some(unavailable) = later.or_else(|| sold_out.then(|| texts.get(Key::DishSoldOut).to_owned())) {
        let dot = if notes.is_empty() { "" } else { " · " };
        notes = format!("{unavailable}{dot}{notes}");
    }
    let notes = (!notes.is_empty())
        .then(|| view! { <p class="notes" lang=texts.lang.tag() dir=texts.lang.direction()>{notes}</p> });
    view! {
        <li class:sold-out=sold_out class:away=away>
            <h3 dir="auto"><a href=format!("{path}/dishes/{}", dish.id)>{name}</a></h3>
            <span class="price" dir="auto">{texts.lang.money(dish.price, menu.currency)}</span>
            {description(&dish.description, &dish.translations)}
            {notes}
            {picture}
        </li>
    }
}

/// `Vegan · Contains gluten, soy · Choose: Size, Sauce`
fn notes_with_options(texts: Texts, menu: &Menu, dish: &Dish) -> String {
    let mut notes = dish_badges::notes(texts, dish);
    let foreign = menu.lang != texts.lang;
    let groups = dish
        .option_groups
        .iter()
        .filter_map(|id| menu.group(*id))
        .map(|group| match foreign || !group.translations.is_empty() {
            true => dish_badges::isolated(&group.name).into(),
            false => group.name.as_str().into(),
        });
    dish_badges::list(
        &mut notes,
        texts.get(Key::MenuChoose),
        texts.get(Key::ListComma),
        groups,
    );
    notes
}
