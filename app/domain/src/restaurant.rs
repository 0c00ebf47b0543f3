//! A restaurant's public data.

use serde::{Deserialize, Serialize};

use crate::{
    brand_color::BrandColor,
    contact::{check_count, check_name, check_text},
    currency::Currency,
    domain_name::DomainName,
    hours::{Opening, OpeningHours},
    id::{DishId, RestaurantId},
    lang::Lang,
    limits,
    menu::Picture,
    mistake::Mistakes,
    order_intake::LocalPause,
    order_settings::OrderSettings,
    revision::Revision,
    slug::Slug,
    tax::TaxRules,
    theme::{PageTheme, TypePair},
    time::{Day, LocalMinute, TimeZoneName},
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Restaurant {
    pub id: RestaurantId,
    pub slug: Slug,
    /// Counts changes of the restaurant and its menu.
    pub revision: Revision,
    pub name: String,
    pub cuisine: Cuisine,
    pub description: String,
    /// The language of its texts.
    pub lang: Lang,
    pub address: Address,
    pub phone: String,
    pub zone: TimeZoneName,
    #[cfg_attr(feature = "openapi", schema(value_type = String, max_length = 500, example = "Mo-Fr 11:30-14:30,17:30-23:00; Sa 12:00-02:00"))]
    pub hours: OpeningHours,
    pub currency: Currency,
    pub tax: TaxRules,
    pub brand_color: BrandColor,
    #[serde(default, skip_serializing_if = "TypePair::is_default")]
    pub type_pair: TypePair,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Picture>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// Public holidays: the days that `PH` means in its hours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Day>,
    #[serde(default)]
    pub ordering: OrderSettings,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Address {
    pub street: String,
    pub postcode: String,
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

impl Restaurant {
    /// Whether there is such a time zone the caller knows.
    pub(crate) fn check_values(&self, mistakes: &mut Mistakes) {
        mistakes.check(check_name("name", &self.name, limits::NAME));
        mistakes.check(check_text("description", &self.description, limits::DESCRIPTION));
        mistakes.within("address", |here| self.address.check_values(here));
        mistakes.check(check_text("phone", &self.phone, limits::PHONE));
        mistakes.check(check_name("zone", &self.zone.0, limits::NAME));
        mistakes.within("tax", |here| self.tax.check_values(here));
        for (field, picture) in [("logo", &self.logo), ("picture", &self.picture)] {
            if let Some(picture) = picture {
                mistakes.within(field, |here| picture.check_values(here));
            }
        }
        mistakes.check(check_count("holidays", self.holidays.len(), limits::HOLIDAYS));
        mistakes.within("ordering", |here| self.ordering.check_values(here));
    }
}

impl Address {
    fn check_values(&self, mistakes: &mut Mistakes) {
        mistakes.check(check_name("street", &self.street, limits::ADDRESS));
        mistakes.check(check_text("postcode", &self.postcode, limits::ADDRESS));
        mistakes.check(check_name("city", &self.city, limits::ADDRESS));
        let is_code = self.country.len() == 2 && self.country.bytes().all(|byte| byte.is_ascii_uppercase());
        if !is_code {
            mistakes.add("country", "is a code of two capital letters, such as GB");
        }
    }
}

impl Restaurant {
    pub fn theme(&self) -> PageTheme {
        PageTheme {
            brand_color: self.brand_color,
            type_pair: self.type_pair,
        }
    }

    /// Whether orders are taken, and when that changes: by the hours, and by a pause.
    pub fn opening(&self, now: LocalMinute, pause: Option<LocalPause>) -> Opening {
        match pause {
            Some(pause) => pause.opening(&self.hours, &self.holidays, now),
            None => self.hours.at(now, &self.holidays),
        }
    }
}

/// A restaurant as everybody may see it now: with its opening state and sold-out dishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Listing {
    pub restaurant: Restaurant,
    pub opening: Opening,
    /// No orders are taken. A device that has only a stored answer knows when that ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<LocalPause>,
    /// In the restaurant's local time.
    #[serde(default)]
    pub today: Day,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sold_out: Vec<DishId>,
    /// Dishes with serving hours of their own that are not served now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_served: Vec<NotServed>,
    /// Of its own; its pages are there, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<DomainName>,
    /// Made by `servery demo`: what is ordered there is not cooked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_demo: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotServed {
    pub dish: DishId,
    /// When it is served next, in the restaurant's local time, if within a year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<LocalMinute>,
}

crate::codes::codes! {
    Cuisine {
        Italian = "italian", Japanese = "japanese", Indian = "indian", Mexican = "mexican", Turkish = "turkish", Lebanese = "lebanese",
        German = "german", French = "french", Thai = "thai", Vietnamese = "vietnamese", Chinese = "chinese", Korean = "korean",
        American = "american", British = "british", Greek = "greek", Spanish = "spanish", Ethiopian = "ethiopian", Tunisian = "tunisian",
        Kuwaiti = "kuwaiti", Cafe = "cafe",
    }
}
