//! A restaurant as a file: everything that its owner sets, and nothing of its orders, guests, staff and devices.
//!
//! Ids are in it, so that orders, baskets and portions keep their meaning when it is imported.

mod check;
mod pos_records;

use serde::{Deserialize, Serialize};

pub use self::check::TakenIds;
use crate::{
    brand_color::BrandColor,
    coupon::Coupon,
    currency::Currency,
    hours::OpeningHours,
    id::{DishId, RestaurantId, TableId},
    lang::Lang,
    legal::LegalNotice,
    menu::{Category, Menu, OptionGroup, Picture},
    order_settings::OrderSettings,
    pos::{PosState, station::Station, table::TablePlan},
    restaurant::{Address, Cuisine, Restaurant},
    revision::Revision,
    slug::Slug,
    tax::TaxRules,
    theme::TypePair,
    time::{Day, TimeZoneName},
};

crate::codes::codes! {
    /// The version of the format. A file of a later one is not read.
    FileFormat { One = "servery/1" }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RestaurantFile {
    pub format: FileFormat,
    pub id: RestaurantId,
    /// Its name in addresses of pages.
    pub slug: Slug,
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
    /// The days that `PH` means in its hours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Day>,
    pub currency: Currency,
    pub tax: TaxRules,
    pub brand_color: BrandColor,
    #[serde(default, skip_serializing_if = "TypePair::is_default")]
    pub type_pair: TypePair,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Picture>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    pub ordering: OrderSettings,
    #[serde(default, skip_serializing_if = "LegalNotice::is_empty")]
    pub legal: LegalNotice,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<Coupon>,
    /// What stands on the tables, for guests who order there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub table_codes: Vec<TableCode>,
    /// The floor plan of the staff app.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<PlannedTable>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stations: Vec<Station>,
    /// The dishes on the tills' page of favourites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub favourites: Vec<DishId>,
    pub categories: Vec<Category>,
    /// Each group once, even if several dishes offer it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub option_groups: Vec<OptionGroup>,
}

/// The code of a table: what its QR code leads to, `/t/CODE`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TableCode {
    pub name: String,
    pub code: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlannedTable {
    pub id: TableId,
    pub plan: TablePlan,
}

impl RestaurantFile {
    /// `pos` has at least the restaurant's tables, stations and favourites.
    pub fn new(
        restaurant: Restaurant,
        menu: Menu,
        legal: LegalNotice,
        (coupons, table_codes): (Vec<Coupon>, Vec<TableCode>),
        pos: &PosState,
    ) -> Self {
        let stations = pos_records::stations(pos, &menu);
        let favourites = pos_records::favourites(pos, &menu);
        // Every field is named, so that none is forgotten when one is added.
        let Restaurant {
            id,
            slug,
            revision: _,
            name,
            cuisine,
            description,
            lang,
            address,
            phone,
            zone,
            hours,
            currency,
            tax,
            brand_color,
            type_pair,
            logo,
            picture,
            holidays,
            ordering,
        } = restaurant;
        let Menu {
            restaurant: _,
            revision: _,
            currency: _,
            lang: _,
            categories,
            option_groups,
        } = menu;
        Self {
            format: FileFormat::One,
            id,
            slug,
            name,
            cuisine,
            description,
            lang,
            address,
            phone,
            zone,
            hours,
            holidays,
            currency,
            tax,
            brand_color,
            type_pair,
            logo,
            picture,
            ordering,
            legal,
            coupons,
            table_codes,
            tables: pos_records::tables(pos),
            stations,
            favourites,
            categories,
            option_groups,
        }
        .sorted()
    }

    /// Sorts what is stored without an order, so that equal restaurants are equal files.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.coupons.sort_by(|a, b| a.code.cmp(&b.code));
        self.table_codes.sort();
        self.tables.sort_by_key(|table| table.id);
        self.stations.sort_by_key(|station| station.id);
        self
    }

    /// Its revision is the store's to count.
    pub fn restaurant(&self) -> Restaurant {
        Restaurant {
            id: self.id,
            slug: self.slug.clone(),
            revision: Revision(0),
            name: self.name.clone(),
            cuisine: self.cuisine,
            description: self.description.clone(),
            lang: self.lang,
            address: self.address.clone(),
            phone: self.phone.clone(),
            zone: self.zone.clone(),
            hours: self.hours.clone(),
            currency: self.currency,
            tax: self.tax.clone(),
            brand_color: self.brand_color,
            type_pair: self.type_pair,
            logo: self.logo.clone(),
            picture: self.picture.clone(),
            holidays: self.holidays.clone(),
            ordering: self.ordering.clone(),
        }
    }

    pub fn menu(&self) -> Menu {
        Menu {
            restaurant: self.id,
            revision: Revision(0),
            currency: self.currency,
            lang: self.lang,
            categories: self.categories.clone(),
            option_groups: self.option_groups.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
