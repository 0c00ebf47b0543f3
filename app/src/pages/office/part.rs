//! The form of one part of the restaurant.

mod holidays;
mod inputs;
mod menu;
mod opening;
mod picture;
mod settings;
mod theme;
mod zone_map;

use std::sync::Arc;

use leptos::{either::Either, html, prelude::*};
use servery_domain::{
    delivery_map::DeliveryMap,
    edit::{EditedRestaurant, RestaurantPart},
    slug::Slug,
};

use self::inputs::Inputs;
use super::{
    PartExtras,
    layout::{Tab, layout},
    part_text::part_kind,
    typed_form::TypedForm,
    unsent::UnsentEdits,
};
use crate::{
    components::{
        form,
        notice::{Tone, said},
        render_info::RenderInfo,
    },
    form_fields::FormFields,
    mode::Mode,
    part_form::{self, BEFORE, NewPart, PartForm},
    text::{office::Key, texts},
};

#[component]
pub fn PartPage(
    slug: Slug,
    office: Arc<EditedRestaurant>,
    form: PartForm,
    typed: TypedForm,
    /// The category that a new dish is for.
    category: String,
    extras: PartExtras,
) -> impl IntoView {
    let texts = texts();
    let (kind, part) = match &form {
        PartForm::Part(key) => (part_kind(key), office.edited.part(key)),
        PartForm::New(new) => (new_kind(*new), None),
    };
    // Without an address of its own a part is gone.
    let is_gone = matches!(form, PartForm::Part(_)) && part.is_none();
    let name = part.as_ref().and_then(|part| part.name().map(str::to_owned));
    let title = name.unwrap_or_else(|| texts.get(kind).to_owned());
    let is_new_dish = matches!(form, PartForm::New(NewPart::Dish));
    let key_and_picture = part
        .as_ref()
        .and_then(|part| Some((part.key(), part.picture()?.cloned())));
    let picture_section =
        key_and_picture.map(|of_part| picture::section((&slug, &office), of_part, extras.picture.as_deref()));
    let holidays_section = extras
        .holidays
        .map(|(known, result)| holidays::section(&slug, &office, &known, result.as_deref()));
    let body = match is_gone {
        true => Either::Left(said(Some(texts.get(Key::OfficeWrongGone)), Tone::Bad)),
        false => Either::Right(part_form_view(
            &slug,
            &office,
            (form, part),
            (&typed, &category),
            extras.map,
        )),
    };
    let back = format!("/office/{slug}");
    let body = view! {
        <UnsentEdits office=office.clone()/>
        <h2 dir="auto">{title}</h2>
        {body}
        {is_new_dish.then(|| view! { <p class="hint">{texts.get(Key::PictureLater)}</p> })}
        {picture_section}
        {holidays_section}
        <p><a href=back>{texts.get(Key::PartBack)}</a></p>
    };
    layout((&slug, &office.edited.name), Tab::Menu, Some(&office), body)
}

fn new_kind(new: NewPart) -> Key {
    match new {
        NewPart::Category => Key::OfficeAddCategory,
        NewPart::Dish => Key::OfficeAddDish,
        NewPart::OptionGroup => Key::OfficeAddOptions,
        NewPart::Coupon => Key::OfficeAddCoupon,
        NewPart::TableCode => Key::OfficeAddTable,
        NewPart::Station => Key::OfficeAddStation,
    }
}

fn part_form_view(
    slug: &Slug,
    office: &Arc<EditedRestaurant>,
    (form, part): (PartForm, Option<RestaurantPart>),
    (typed, category): (&TypedForm, &str),
    map: Option<DeliveryMap>,
) -> impl IntoView + use<> {
    let texts = texts();
    let RenderInfo { decision, .. } = use_context().expect("whoever makes a page says how it was made");
    let wrong = RwSignal::new(typed.wrong().to_vec());
    let element = NodeRef::<html::Form>::new();
    let check = {
        let (office, form) = (office.clone(), form.clone());
        move || {
            let Some(element) = element.get() else { return };
            let pairs = form::pairs(&element);
            let read = part_form::edit(
                &form,
                FormFields(&pairs),
                &office.edited,
                (texts.lang, office.new_id),
            );
            // What is missing is said when the form is sent, and not while it is filled in.
            let found = read.err().unwrap_or_default();
            wrong.update(|wrong| wrong.retain(|code| found.contains(&code.as_str())));
        }
    };
    let action = match &form {
        PartForm::Part(key) => format!("/office/{slug}/parts/{key}"),
        PartForm::New(new) => format!("/office/{slug}/parts/{}", new.code()),
    };
    let before = part.as_ref().and_then(|part| serde_json::to_string(part).ok());
    // A form that comes back was filled from what it says itself.
    let before = typed.get(BEFORE).filter(|before| !before.is_empty()).or(before);
    let before = before.map(|before| view! { <input type="hidden" name=BEFORE value=before/> });
    let inputs = Inputs {
        texts,
        file: &office.edited,
        typed,
        wrong,
        new_id: office.new_id,
        map: map.filter(|_| decision.mode != Mode::Thin),
    };
    let id = typed.or("id", &office.new_id.to_string());
    let fields = match (&form, &part) {
        (_, Some(part)) => inputs.of_part(part),
        (PartForm::New(new), None) => inputs.of_new(*new, category),
        (PartForm::Part(_), None) => ().into_any(),
    };
    let summary = inputs.summary();
    view! {
        {summary}
        <form class="fields" method="post" action=action node_ref=element on:input=move |_| check()>
            <input type="hidden" name="id" value=id/>
            {before}
            {fields}
            <button type="submit">{texts.get(Key::PartSave)}</button>
        </form>
    }
}

impl Inputs<'_> {
    fn of_part(&self, part: &RestaurantPart) -> AnyView {
        match part {
            RestaurantPart::Category(category) => self.category(Some(category)),
            RestaurantPart::Dish(dish) => {
                let category = self
                    .file
                    .categories
                    .iter()
                    .find(|category| category.dishes.iter().any(|known| known.id == dish.id));
                let category = category.map(|category| category.id.to_string());
                self.dish(Some(dish), &category.unwrap_or_default())
            }
            RestaurantPart::OptionGroup(group) => self.option_group(Some(group)),
            RestaurantPart::Station(station) => self.station(Some(station)),
            RestaurantPart::Coupon(coupon) => self.coupon(Some(coupon)),
            RestaurantPart::TableCode(table) => self.table_code(Some(table)),
            RestaurantPart::Profile(profile) => self.profile(profile),
            RestaurantPart::Theme(theme) => self.theme(theme),
            RestaurantPart::Opening(opening) => self.opening(opening),
            RestaurantPart::Tax(tax) => self.tax(tax),
            RestaurantPart::Ordering(ordering) => self.ordering(ordering),
            RestaurantPart::Legal(legal) => self.legal(legal),
            RestaurantPart::Favourites(_) => ().into_any(),
        }
    }

    fn of_new(&self, new: NewPart, category: &str) -> AnyView {
        match new {
            NewPart::Category => self.category(None),
            NewPart::Dish => self.dish(None, category),
            NewPart::OptionGroup => self.option_group(None),
            NewPart::Station => self.station(None),
            NewPart::Coupon => self.coupon(None),
            NewPart::TableCode => self.table_code(None),
        }
    }
}
