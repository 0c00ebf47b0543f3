//! The office's first page: the menu and the restaurant's settings, as they will be once everything is published.

use std::sync::Arc;

use leptos::{either::Either, prelude::*};
use servery_domain::{
    coupon::Coupon,
    edit::{EditedRestaurant, PartKey, RestaurantPart},
    limits,
    menu::{Category, Dish},
    slug::Slug,
};

use super::{
    edit_id::edit_id,
    layout::{Tab, layout},
    menu_drag::{draggable, handle},
    part_text::part_kind,
    unsent::UnsentEdits,
};
use crate::{
    components::dish_badges::isolated,
    part_form::NewPart,
    text::{Texts, office::Key, texts},
};

pub fn page<S: IntoView>(slug: &Slug, office: &Arc<EditedRestaurant>, said: S) -> impl IntoView + use<S> {
    let texts = texts();
    let rows = MenuPage { texts, slug, office };
    let categories: Vec<_> = office
        .edited
        .categories
        .iter()
        .map(|category| rows.category(category))
        .collect();
    let none = categories
        .is_empty()
        .then(|| view! { <p class="hint">{texts.get(Key::OfficeNoCategories)}</p> });
    let lists = draggable(slug, office.new_id, categories);
    let body = view! {
        <UnsentEdits office=office.clone()/>
        {said}
        {none}
        {lists}
        <p>{rows.add(NewPart::Category, Key::OfficeAddCategory)}</p>
        {rows.options()}
        {rows.coupons()}
        {rows.table_codes()}
        {rows.stations()}
        {rows.settings()}
        {rows.reprice()}
        {rows.replace_text()}
    };
    layout((slug, &office.edited.name), Tab::Menu, Some(office), body)
}

struct MenuPage<'a> {
    texts: Texts,
    slug: &'a Slug,
    office: &'a EditedRestaurant,
}

impl MenuPage<'_> {
    fn category(&self, category: &Category) -> impl IntoView + use<> {
        let key = PartKey::Category(category.id);
        let dishes: Vec<_> = category.dishes.iter().map(|dish| self.dish(dish)).collect();
        let list = match dishes.is_empty() {
            true => Either::Left(view! { <p class="hint">{self.texts.get(Key::OfficeNoDishes)}</p> }),
            false => Either::Right(view! { <ol class="rows">{dishes}</ol> }),
        };
        let add = format!("{}?category={}", self.address(NewPart::Dish.code()), category.id);
        view! {
            <section class="category" id=key.to_string()>
                <div class="head">
                    {handle()}
                    <h2><a href=self.address(&key.to_string()) dir="auto">{category.name.clone()}</a></h2>
                    {self.acts(&key, &category.name, &[PartButton::Up, PartButton::Down, PartButton::Remove])}
                </div>
                {list}
                <p><a href=add>{self.texts.get(Key::OfficeAddDish)}</a></p>
            </section>
        }
    }

    fn dish(&self, dish: &Dish) -> impl IntoView + use<> {
        let key = PartKey::Dish(dish.id);
        let price = self.texts.lang.money(dish.price, self.office.edited.currency);
        let acts = self.acts(
            &key,
            &dish.name,
            &[
                PartButton::Up,
                PartButton::Down,
                PartButton::Duplicate,
                PartButton::Remove,
            ],
        );
        view! {
            <li id=key.to_string()>
                {handle()}
                <a class="name" href=self.address(&key.to_string()) dir="auto">{dish.name.clone()}</a>
                <span class="price">{price}</span>
                {acts}
            </li>
        }
    }

    /// A list of parts that have a name and can be removed.
    fn part(&self, part: &RestaurantPart) -> impl IntoView + use<> {
        let (key, name) = (part.key(), part.name().unwrap_or_default().to_owned());
        let acts = self.acts(&key, &name, &[PartButton::Remove]);
        view! {
            <li id=key.to_string()>
                <a class="name" href=self.address(&key.to_string()) dir="auto">{name}</a>
                {acts}
            </li>
        }
    }

    fn section<A: IntoView>(
        &self,
        (title, hint): (Key, Option<Key>),
        parts: Vec<RestaurantPart>,
        add: A,
    ) -> impl IntoView + use<A> {
        let rows: Vec<_> = parts.iter().map(|part| self.part(part)).collect();
        let hint = hint.map(|hint| view! { <p class="hint">{self.texts.get(hint)}</p> });
        let list = (!rows.is_empty()).then(|| view! { <ul class="rows">{rows}</ul> });
        view! {
            <section>
                <h2>{self.texts.get(title)}</h2>
                {hint}
                {list}
                <p>{add}</p>
            </section>
        }
    }

    fn options(&self) -> impl IntoView + use<> {
        let groups = self.office.edited.option_groups.iter().cloned();
        let add = self.add(NewPart::OptionGroup, Key::OfficeAddOptions);
        let title = (Key::OfficeOptions, Some(Key::OfficeOptionsHint));
        self.section(title, groups.map(RestaurantPart::OptionGroup).collect(), add)
    }

    fn coupons(&self) -> impl IntoView + use<> {
        let coupons = &self.office.edited.coupons;
        let rows: Vec<_> = coupons.iter().map(|coupon| self.coupon(coupon)).collect();
        let list = match rows.is_empty() {
            true => Either::Left(view! { <p class="hint">{self.texts.get(Key::OfficeNoCoupons)}</p> }),
            false => Either::Right(view! {
                <ul class="rows">{rows}</ul>
                <p><a href=format!("/office/{}/coupons", self.slug)>{self.texts.get(Key::CouponsTitle)}</a></p>
            }),
        };
        view! {
            <section>
                <h2>{self.texts.get(Key::OfficeCoupons)}</h2>
                {list}
                <p>{self.add(NewPart::Coupon, Key::OfficeAddCoupon)}</p>
            </section>
        }
    }

    /// With how often it was used.
    fn coupon(&self, coupon: &Coupon) -> impl IntoView + use<> {
        let key = PartKey::Coupon(coupon.code.clone());
        let used = self
            .office
            .coupon_uses
            .get(&coupon.code)
            .copied()
            .unwrap_or_default();
        let used = self.texts.count(Key::CouponUsed, used as usize);
        let paused = coupon
            .paused
            .then(|| format!(" · {}", self.texts.get(Key::PartCouponPaused)));
        view! {
            <li id=key.to_string()>
                <a class="name" href=self.address(&key.to_string()) dir="auto">{coupon.code.clone()}</a>
                <span class="hint">{used}{paused}</span>
                {self.acts(&key, &coupon.code, &[PartButton::Remove])}
            </li>
        }
    }

    fn table_codes(&self) -> impl IntoView + use<> {
        let codes = &self.office.edited.table_codes;
        let none = codes.is_empty().then_some(Key::OfficeNoTables);
        let parts = codes.iter().cloned().map(RestaurantPart::TableCode).collect();
        let add = self.add(NewPart::TableCode, Key::OfficeAddTable);
        self.section((Key::OfficeTables, none), parts, add)
    }

    fn stations(&self) -> impl IntoView + use<> {
        let stations = self.office.edited.stations.iter().cloned();
        let add = self.add(NewPart::Station, Key::OfficeAddStation);
        self.section(
            (Key::OfficeStations, None),
            stations.map(RestaurantPart::Station).collect(),
            add,
        )
    }

    fn settings(&self) -> impl IntoView + use<> {
        let link = |key: PartKey| {
            let name = self.texts.get(part_kind(&key));
            view! { <li><a class="name" href=self.address(&key.to_string())>{name}</a></li> }
        };
        let keys = [
            PartKey::Profile,
            PartKey::Theme,
            PartKey::Opening,
            PartKey::Ordering,
            PartKey::Tax,
            PartKey::Legal,
        ];
        let links = keys.map(link).into_iter().collect::<Vec<_>>();
        view! {
            <section>
                <h2>{self.texts.get(Key::OfficeRestaurant)}</h2>
                <ul class="rows">{links}</ul>
            </section>
        }
    }

    fn reprice(&self) -> impl IntoView + use<> {
        let option = |category: &Category| view! { <option value=category.id.to_string()>{category.name.clone()}</option> };
        let categories: Vec<_> = self.office.edited.categories.iter().map(option).collect();
        let input = |name: &'static str, label: Key| {
            view! {
                <label><span>{self.texts.get(label)}</span><input type="text" name=name maxlength="20" inputmode="decimal" autocomplete="off" dir="ltr"/></label>
            }
        };
        (!categories.is_empty()).then(|| {
            view! {
                <details class="reprice">
                    <summary>{self.texts.get(Key::OfficeReprice)}</summary>
                    <form class="fields" method="post" action=format!("/office/{}", self.slug)>
                        {edit_id(self.office.new_id)}
                        <label>
                            <span>{self.texts.get(Key::OfficeRepriceWhat)}</span>
                            <select name="category"><option value="">{self.texts.get(Key::OfficeRepriceAll)}</option>{categories}</select>
                        </label>
                        {input("percent", Key::OfficeRepricePercent)}
                        {input("amount", Key::OfficeRepriceAmount)}
                        {input("step", Key::OfficeRepriceStep)}
                        <button name="act" value="reprice">{self.texts.get(Key::OfficeRepriceSubmit)}</button>
                    </form>
                </details>
            }
        })
    }

    fn replace_text(&self) -> impl IntoView + use<> {
        let input = |name: &'static str, label: Key, required: bool| {
            view! {
                <label>
                    <span>{self.texts.get(label)}</span>
                    <input type="text" name=name maxlength=limits::NAME autocomplete="off" dir="auto" required=required/>
                </label>
            }
        };
        (!self.office.edited.categories.is_empty()).then(|| {
            view! {
                <details>
                    <summary>{self.texts.get(Key::OfficeReplace)}</summary>
                    <form class="fields" method="post" action=format!("/office/{}", self.slug)>
                        {edit_id(self.office.new_id)}
                        {input("find", Key::OfficeReplaceFind, true)}
                        {input("with", Key::OfficeReplaceWith, false)}
                        <button name="act" value="replace-text">{self.texts.get(Key::OfficeReplaceSubmit)}</button>
                    </form>
                </details>
            }
        })
    }

    fn add(&self, new: NewPart, label: Key) -> impl IntoView + use<> {
        view! { <a href=self.address(new.code())>{self.texts.get(label)}</a> }
    }

    fn address(&self, part: &str) -> String {
        format!("/office/{}/parts/{part}", self.slug)
    }

    /// Buttons that do something with a part at once.
    fn acts(&self, key: &PartKey, name: &str, acts: &[PartButton]) -> impl IntoView + use<> {
        let button = |act: &PartButton| {
            let label = self.texts.fill(act.label(), &[("name", &isolated(name))]);
            view! { <button class="icon" name="act" value=act.code() aria-label=label.clone() title=label>{act.sign()}</button> }
        };
        let buttons: Vec<_> = acts.iter().map(button).collect();
        view! {
            <form class="acts" method="post" action=format!("/office/{}", self.slug)>
                {edit_id(self.office.new_id)}
                <input type="hidden" name="part" value=key.to_string()/>
                {buttons}
            </form>
        }
    }
}

#[derive(Clone, Copy)]
enum PartButton {
    Up,
    Down,
    Duplicate,
    Remove,
}

impl PartButton {
    fn code(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Duplicate => "duplicate",
            Self::Remove => "remove",
        }
    }

    fn label(self) -> Key {
        match self {
            Self::Up => Key::OfficeUp,
            Self::Down => Key::OfficeDown,
            Self::Duplicate => Key::OfficeDuplicate,
            Self::Remove => Key::OfficeRemove,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Up => "↑",
            Self::Down => "↓",
            Self::Duplicate => "⧉",
            Self::Remove => "✕",
        }
    }
}
