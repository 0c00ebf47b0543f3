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
        list_view::ListView,
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
    let (allergens, legal) = (format!("{path}/allergens"), format!("{path}/legal"));
    let listing = Arc::<Listing>::from(listing);
    let menu_view = Arc::new(MenuView {
        texts,
        menu,
        listing: listing.clone(),
        path: path.clone(),
    });

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
            {move || shown.with(|filter| menu_view.dishes(filter))}
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
    let listing = Arc::<Listing>::from(listing);
    let menu_view = Arc::new(MenuView {
        texts,
        menu,
        listing: listing.clone(),
        path: format!("/restaurants/{}", listing.restaurant.slug),
    });
    view! {
        <article class="restaurant">
            {heading(texts, &listing)}
            {menu_view.dishes(&DishFilter::default())}
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

/// What the rows of the menu are made of.
struct MenuView {
    texts: Texts,
    menu: Arc<Menu>,
    listing: Arc<Listing>,
    path: String,
}

/// A category and those of its dishes that are shown, by their places in the menu.
struct Shown {
    category: usize,
    dishes: Vec<usize>,
}

impl MenuView {
    fn shown(&self, wanted: impl Fn(&Dish) -> bool) -> Vec<Shown> {
        let categories = self.menu.categories.iter().enumerate();
        categories
            .map(|(number, category)| {
                let dishes = category.dishes.iter().enumerate();
                Shown {
                    category: number,
                    dishes: dishes
                        .filter(|(_, dish)| wanted(dish))
                        .map(|(place, _)| place)
                        .collect(),
                }
            })
            .filter(|shown| !shown.dishes.is_empty())
            .collect()
    }

    fn dishes(self: &Arc<Self>, filter: &DishFilter) -> impl IntoView + use<> {
        let texts = self.texts;
        let mut shown = self.shown(filter.matcher());
        let is_exact = !shown.is_empty();
        if !is_exact {
            shown = self.shown(filter.near_matcher());
        }
        let (tag, direction) = (self.menu.lang.tag(), self.menu.lang.direction());
        // Long menus: browsers lay out only what is near the viewport.
        let large = self.menu.dishes().nth(LARGE).is_some();
        let empty = shown.is_empty().then(|| {
            view! {
                <div class="empty" role="status">
                    <p>{texts.get(Key::MenuNothing)}</p>
                    <p><a class="button" href=self.path.clone()>{texts.get(Key::MenuShowAll)}</a></p>
                </div>
            }
        });
        let near = (!is_exact && !shown.is_empty())
            .then(|| view! { <p class="count" role="status">{texts.get(Key::SearchNear)}</p> });
        let contents: Vec<_> = shown
            .iter()
            .map(|shown| {
                let Category {
                    name, translations, ..
                } = &self.menu.categories[shown.category];
                let name = menu_text(name, translations, TextField::Name);
                view! { <li><a href=format!("#c{}", shown.category)>{name}</a></li> }
            })
            .collect();
        let rows = self.clone();
        let sections = ListView(shown.into_iter().map(move |shown| rows.section(shown)));
        view! {
            {near}
            <nav class="categories" aria-label=texts.get(Key::MenuCategories)><ul lang=tag dir=direction>{contents}</ul></nav>
            <div class="menu" class:large=large lang=tag dir=direction>{sections}</div>
            {empty}
        }
    }

    fn section(self: &Arc<Self>, shown: Shown) -> impl IntoView + use<> {
        let number = shown.category;
        let Category {
            name,
            description: text,
            translations,
            ..
        } = &self.menu.categories[number];
        let rows = self.clone();
        let dishes = shown
            .dishes
            .into_iter()
            .map(move |place| rows.dish(&rows.menu.categories[number].dishes[place]));
        view! {
            <section id=format!("c{number}")>
                <h2>{menu_text(name, translations, TextField::Name)}</h2>
                {description(text, translations)}
                <ul class="dishes">{ListView(dishes)}</ul>
            </section>
        }
    }

    fn dish(&self, dish: &Dish) -> impl IntoView + use<> {
        let texts = self.texts;
        let picture = dish
            .picture
            .clone()
            .map(|file| view! { <PictureView file alt="" sizes="96px"/> });
        let name = menu_text(&dish.name, &dish.translations, TextField::Name);
        let mut notes = notes_with_options(texts, &self.menu, dish);
        let sold_out = self.listing.sold_out.contains(&dish.id);
        let later = availability::not_served(texts, &self.listing, dish).filter(|_| !sold_out);
        let away = later.is_some();
        if let Some(unavailable) = later.or_else(|| sold_out.then(|| texts.get(Key::DishSoldOut).to_owned()))
        {
            let dot = if notes.is_empty() { "" } else { " · " };
            notes = format!("{unavailable}{dot}{notes}");
        }
        let notes = (!notes.is_empty())
            .then(|| view! { <p class="notes" lang=texts.lang.tag() dir=texts.lang.direction()>{notes}</p> });
        view! {
            <li class:sold-out=sold_out class:away=away>
                <h3 dir="auto"><a href=format!("{}/dishes/{}", self.path, dish.id)>{name}</a></h3>
                <span class="price" dir="auto">{texts.lang.money(dish.price, self.menu.currency)}</span>
                {description(&dish.description, &dish.translations)}
                {notes}
                {picture}
            </li>
        }
    }
}

fn description(text: &str, translations: &PartTranslations) -> impl IntoView + use<> {
    (!text.is_empty()).then(|| view! { <p>{menu_text(text, translations, TextField::Description)}</p> })
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
