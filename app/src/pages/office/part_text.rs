//! Parts of a restaurant and their fields in words.

use servery_domain::{
    coupon::CouponEffect,
    currency::Currency,
    edit::{PartKey, RestaurantPart},
    menu::OptionGroup,
    restaurant_file::RestaurantFile,
    tax::TaxRate,
    theme::TypePair,
    translation::PartTranslations,
};

use crate::{
    components::{allergen, diet},
    text::{Texts, office::Key},
};

pub fn part_kind(key: &PartKey) -> Key {
    match key {
        PartKey::Profile => Key::PartProfile,
        PartKey::Theme => Key::PartTheme,
        PartKey::Opening => Key::PartOpening,
        PartKey::Tax => Key::PartTax,
        PartKey::Ordering => Key::PartOrdering,
        PartKey::Legal => Key::PartLegal,
        PartKey::Favourites => Key::PartFavourites,
        PartKey::Category(_) => Key::PartCategory,
        PartKey::Dish(_) => Key::PartDish,
        PartKey::OptionGroup(_) => Key::PartOptions,
        PartKey::Station(_) => Key::PartStation,
        PartKey::Coupon(_) => Key::PartCoupon,
        PartKey::TableCode(_) => Key::PartTable,
    }
}

/// The label of a field, by its name in the domain.
pub fn field_label(field: &str) -> Key {
    match field {
        "description" => Key::PartDescription,
        "price" => Key::PartPrice,
        "allergens" => Key::PartAllergens,
        "diets" => Key::PartDiets,
        "option_groups" => Key::PartOffers,
        "picture" => Key::PartPicture,
        "served" => Key::PartServed,
        "tax" | "eat_in" | "takeaway" | "included" => Key::PartTax,
        "min" => Key::PartMin,
        "max" => Key::PartMax,
        "choices" => Key::PartChoices,
        "categories" => Key::PartStationCategories,
        "code" => Key::PartCode,
        "effect" => Key::PartEffect,
        "minimum" => Key::PartMinimum,
        "from" => Key::PartFrom,
        "until" => Key::PartUntil,
        "uses" => Key::PartUses,
        "per_customer" => Key::PartPerCustomer,
        "cuisine" => Key::PartCuisine,
        "address" => Key::PartStreet,
        "phone" => Key::PartPhone,
        "zone" => Key::PartZone,
        "brand_color" => Key::PartBrandColor,
        "type_pair" => Key::PartTypePair,
        "logo" => Key::PartLogo,
        "hours" => Key::PartHours,
        "holidays" => Key::PartHolidays,
        "collection" => Key::PartCollection,
        "at_table" => Key::PartAtTable,
        "zones" => Key::PartZones,
        "preparation" => Key::PartPreparation,
        "slot" => Key::PartSlot,
        "per_slot" => Key::PartPerSlot,
        "work_per_slot" => Key::PartWorkPerSlot,
        "work" => Key::PartWork,
        "paused" => Key::PartCouponPaused,
        "days_ahead" => Key::PartDaysAhead,
        "accepts_itself" => Key::PartAcceptsItself,
        "answers_within" => Key::PartAnswersWithin,
        "service_fee" => Key::PartServiceFee,
        "tips" => Key::PartTips,
        "payments" => Key::PartPayDoor,
        "represented_by" => Key::PartLegalRepresentedBy,
        "email" => Key::PartLegalEmail,
        "register" => Key::PartLegalRegister,
        "vat_id" => Key::PartLegalVatId,
        "favourites" => Key::PartFavourites,
        "translations" => Key::TranslationsTitle,
        _ => Key::PartName,
    }
}

/// The value of a field in a few words; `None` if it takes more than that.
pub fn field_value(
    texts: Texts,
    file: &RestaurantFile,
    part: &RestaurantPart,
    field: &str,
) -> Option<String> {
    let value = match part {
        RestaurantPart::Dish(dish) => match field {
            "name" => dish.name.clone(),
            "description" => dish.description.clone(),
            "price" => texts.lang.money(dish.price, file.currency),
            "allergens" => list(dish.allergens.iter().map(|code| allergen::name(texts, *code))),
            "diets" => list(dish.diets.iter().map(|code| diet::name(texts, *code))),
            "option_groups" => {
                let group = |id| file.option_groups.iter().find(|group| group.id == id);
                list(
                    dish.option_groups
                        .iter()
                        .filter_map(|id| group(*id))
                        .map(|group| group.name.as_str()),
                )
            }
            "served" => dish
                .served
                .as_ref()
                .map(|hours| hours.as_str().to_owned())
                .unwrap_or_default(),
            "tax" => dish
                .tax
                .map(|tax| rates(texts, [tax.eat_in, tax.takeaway]))
                .unwrap_or_default(),
            "work" => dish.work.to_string(),
            "translations" => translations(&dish.translations),
            _ => return None,
        },
        RestaurantPart::Category(category) => match field {
            "name" => category.name.clone(),
            "translations" => translations(&category.translations),
            _ => category.description.clone(),
        },
        RestaurantPart::OptionGroup(group) => match field {
            "name" => group.name.clone(),
            "min" => group.min.to_string(),
            "max" => group.max.to_string(),
            "translations" => translations(&group.translations),
            _ => choices(texts, file.currency, group),
        },
        RestaurantPart::Coupon(coupon) => match field {
            "effect" => effect(texts, file.currency, coupon.effect),
            "minimum" => texts.lang.money(coupon.minimum, file.currency),
            _ => return None,
        },
        RestaurantPart::TableCode(table) if field == "name" => table.name.clone(),
        RestaurantPart::Station(station) if field == "name" => station.name.clone(),
        RestaurantPart::Opening(opening) if field == "hours" => opening.hours.as_str().to_owned(),
        RestaurantPart::Opening(opening) => list(opening.holidays.iter().map(ToString::to_string)),
        RestaurantPart::Tax(tax) => match field {
            "name" => tax.name.clone(),
            "eat_in" => rates(texts, [tax.eat_in]),
            "takeaway" => rates(texts, [tax.takeaway]),
            _ => return None,
        },
        RestaurantPart::Legal(legal) => match field {
            "name" => legal.name.clone(),
            "represented_by" => legal.represented_by.clone(),
            "email" => legal.email.clone(),
            "register" => legal.register.clone(),
            _ => legal.vat_id.clone(),
        },
        RestaurantPart::Theme(theme) => match field {
            "brand_color" => theme.brand_color.to_string(),
            "type_pair" => texts.get(type_pair_name(theme.type_pair)).to_owned(),
            _ => return None,
        },
        RestaurantPart::Profile(profile) => match field {
            "name" => profile.name.clone(),
            "description" => profile.description.clone(),
            "phone" => profile.phone.clone(),
            "zone" => profile.zone.0.clone(),
            _ => return None,
        },
        _ => return None,
    };
    Some(match value.is_empty() {
        true => texts.get(Key::PartNone).to_owned(),
        false => value,
    })
}

pub fn type_pair_name(pair: TypePair) -> Key {
    match pair {
        TypePair::Classic => Key::PartTypeClassic,
        TypePair::Modern => Key::PartTypeModern,
        TypePair::Book => Key::PartTypeBook,
    }
}

fn list<T: AsRef<str>>(names: impl Iterator<Item = T>) -> String {
    let names: Vec<T> = names.collect();
    names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

fn rates<const N: usize>(texts: Texts, rates: [TaxRate; N]) -> String {
    list(rates.into_iter().map(|rate| format!("{} %", texts.percent(rate))))
}

/// `Deutsch: Tomatensuppe – Mit Brot`
fn translations(translations: &PartTranslations) -> String {
    let said = translations.iter().map(|translation| {
        let texts = [translation.name.as_str(), &translation.description];
        let texts: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
        format!("{}: {}", translation.lang.own_name(), texts.join(" – "))
    });
    said.collect::<Vec<_>>().join(" · ")
}

fn choices(texts: Texts, currency: Currency, group: &OptionGroup) -> String {
    let choice = |choice: &servery_domain::menu::Choice| {
        let price = texts.lang.money_more(choice.price, currency);
        match choice.translations.is_empty() {
            true => format!("{} {price}", choice.name),
            false => format!("{} {price} ({})", choice.name, translations(&choice.translations)),
        }
    };
    list(group.choices.iter().map(choice))
}

pub fn effect(texts: Texts, currency: Currency, effect: CouponEffect) -> String {
    match effect {
        CouponEffect::Portion(portion) => format!("−{} %", texts.percent(TaxRate(portion))),
        CouponEffect::Amount(amount) => format!("−{}", texts.lang.money(amount, currency)),
        CouponEffect::FreeDelivery => texts.get(Key::PartEffectFreeDelivery).to_owned(),
    }
}
