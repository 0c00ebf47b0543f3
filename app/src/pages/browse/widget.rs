//! The restaurant inside another web site: whether it is open, a link to order, and the menu.

use leptos::prelude::*;
use servery_domain::{
    brand_color::PAPER,
    menu::{Category, Dish, Menu},
    restaurant::Listing,
    translation::TextField,
};

use crate::{
    components::{availability, menu_text::menu_text, opening},
    page_address::address,
    text::{Key, Texts, office},
};

pub struct Widget<'a> {
    pub texts: Texts,
    pub listing: &'a Listing,
    pub menu: &'a Menu,
    /// The restaurant's page, with scheme and host; dishes are below it.
    pub page: String,
}

impl Widget<'_> {
    pub fn view(&self) -> impl IntoView + use<> {
        let Self {
            texts, listing, menu, ..
        } = *self;
        let restaurant = &listing.restaurant;
        let color = restaurant.brand_color.readable_on(PAPER).to_string();
        let call = match restaurant.ordering.takes_orders() {
            true => texts.get(office::Key::ShareOrder),
            false => texts.get(office::Key::OfficeMenu),
        };
        let (tag, direction) = (menu.lang.tag(), menu.lang.direction());
        let categories = menu.categories.iter();
        let categories = categories.filter(|category| !category.dishes.is_empty());
        let categories: Vec<_> = categories.map(|category| self.category(category)).collect();
        view! {
            <article lang=texts.lang.tag() dir=texts.lang.direction() data-color=color>
                <p class="state">{opening::sentence(texts, &listing.opening)}</p>
                <p><a class="order" href=self.link(&self.page)>{call}</a></p>
                <div class="menu" lang=tag dir=direction>{categories}</div>
            </article>
        }
    }

    fn category(&self, category: &Category) -> impl IntoView + use<> {
        let dishes: Vec<_> = category.dishes.iter().map(|dish| self.dish(dish)).collect();
        let name = menu_text(&category.name, &category.translations, TextField::Name);
        view! {
            <details>
                <summary>{name}</summary>
                <ul>{dishes}</ul>
            </details>
        }
    }

    fn dish(&self, dish: &Dish) -> impl IntoView + use<> {
        let Self {
            texts, listing, menu, ..
        } = *self;
        let sold_out = listing.sold_out.contains(&dish.id);
        let away = match sold_out {
            true => Some(texts.get(Key::DishSoldOut).to_owned()),
            false => availability::not_served(texts, listing, dish),
        };
        let away = away.map(|away| {
            view! { <small lang=texts.lang.tag() dir=texts.lang.direction()>{away}</small> }
        });
        let description = (!dish.description.is_empty()).then(|| {
            let text = menu_text(&dish.description, &dish.translations, TextField::Description);
            view! { <small>{text}</small> }
        });
        let name = menu_text(&dish.name, &dish.translations, TextField::Name);
        let href = self.link(&format!("{}/dishes/{}", self.page, dish.id));
        view! {
            <li>
                <a href=href>{name}</a>
                <span class="price" dir="auto">{texts.lang.money(dish.price, menu.currency)}</span>
                {description}
                {away}
            </li>
        }
    }

    /// The page in the language of the web site from which somebody comes.
    fn link(&self, page: &str) -> String {
        address(page, [("lang", self.texts.lang.tag())])
    }
}
