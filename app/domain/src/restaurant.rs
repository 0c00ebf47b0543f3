//! A restaurant's public data.

use serde::{Deserialize, Serialize};

use crate::{
    brand_color::BrandColor,
    currency::Currency,
    hours::{Opening, OpeningHours},
    id::{DishId, RestaurantId},
    lang::Lang,
    menu::Picture,
    order_settings::OrderSettings,
    revision::Revision,
    slug::Slug,
    tax::TaxRules,
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

/// A restaurant as everybody may see it now: with its opening state and sold-out dishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Listing {
    pub restaurant: Restaurant,
    pub opening: Opening,
    /// In the restaurant's local time.
    #[serde(default)]
    pub today: Day,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sold_out: Vec<DishId>,
    /// Dishes with serving hours of their own that are not served now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_served: Vec<NotServed>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotServed {
    pub dish: DishId,
    /// When it is served next, in the restaurant's local time, if within a year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<LocalMinute>,
}

crate::menu::codes! {
    Cuisine {
        Italian = "italian", Japanese = "japanese", Indian = "indian", Mexican = "mexican", Turkish = "turkish", Lebanese = "lebanese",
        German = "german", French = "french", Thai = "thai", Vietnamese = "vietnamese", Chinese = "chinese", Korean = "korean",
        American = "american", British = "british", Greek = "greek", Spanish = "spanish", Ethiopian = "ethiopian", Tunisian = "tunisian",
        Kuwaiti = "kuwaiti", Cafe = "cafe",
    }
}
