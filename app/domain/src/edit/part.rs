//! The parts of a restaurant that are edited, each as one.

use serde::{Deserialize, Serialize};

use super::{
    PartKey,
    fields::{Fields, fields},
};
use crate::{
    brand_color::BrandColor,
    coupon::Coupon,
    hours::OpeningHours,
    id::{CategoryId, DishId},
    legal::LegalNotice,
    menu::{Category, Dish, OptionGroup, Picture},
    order_settings::OrderSettings,
    pos::station::Station,
    restaurant::{Address, Cuisine},
    restaurant_file::{RestaurantFile, TableCode},
    tax::TaxRules,
    theme::TypePair,
    time::{Day, TimeZoneName},
    translation::PartTranslations,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RestaurantPart {
    Profile(Box<Profile>),
    Theme(Theme),
    Opening(OpeningTimes),
    Tax(TaxRules),
    Ordering(Box<OrderSettings>),
    Legal(LegalNotice),
    /// The dishes on the tills' page of favourites.
    Favourites(Vec<DishId>),
    Category(CategoryHead),
    Dish(Box<Dish>),
    OptionGroup(OptionGroup),
    Station(Station),
    Coupon(Coupon),
    TableCode(TableCode),
}

/// What a restaurant says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Profile {
    pub name: String,
    pub cuisine: Cuisine,
    pub description: String,
    pub address: Address,
    pub phone: String,
    pub zone: TimeZoneName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}

/// What its pages look like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Theme {
    pub brand_color: BrandColor,
    #[serde(default, skip_serializing_if = "TypePair::is_default")]
    pub type_pair: TypePair,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Picture>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpeningTimes {
    #[cfg_attr(feature = "openapi", schema(value_type = String, max_length = 500, example = "Mo-Fr 11:30-14:30,17:30-23:00; Sa 12:00-02:00"))]
    pub hours: OpeningHours,
    /// The days that `PH` means in its hours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<Day>,
}

/// A category without its dishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategoryHead {
    pub id: CategoryId,
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(default, skip_serializing_if = "PartTranslations::is_empty")]
    pub translations: PartTranslations,
}

impl CategoryHead {
    pub fn of(category: &Category) -> Self {
        Self {
            id: category.id,
            name: category.name.clone(),
            description: category.description.clone(),
            translations: category.translations.clone(),
        }
    }
}

impl RestaurantPart {
    pub fn key(&self) -> PartKey {
        match self {
            Self::Profile(_) => PartKey::Profile,
            Self::Theme(_) => PartKey::Theme,
            Self::Opening(_) => PartKey::Opening,
            Self::Tax(_) => PartKey::Tax,
            Self::Ordering(_) => PartKey::Ordering,
            Self::Legal(_) => PartKey::Legal,
            Self::Favourites(_) => PartKey::Favourites,
            Self::Category(category) => PartKey::Category(category.id),
            Self::Dish(dish) => PartKey::Dish(dish.id),
            Self::OptionGroup(group) => PartKey::OptionGroup(group.id),
            Self::Station(station) => PartKey::Station(station.id),
            Self::Coupon(coupon) => PartKey::Coupon(coupon.code.clone()),
            Self::TableCode(table) => PartKey::TableCode(table.code.clone()),
        }
    }

    /// What people call it; parts of which a restaurant has one have no name.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Category(category) => Some(&category.name),
            Self::Dish(dish) => Some(&dish.name),
            Self::OptionGroup(group) => Some(&group.name),
            Self::Station(station) => Some(&station.name),
            Self::Coupon(coupon) => Some(&coupon.code),
            Self::TableCode(table) => Some(&table.name),
            Self::Profile(_)
            | Self::Theme(_)
            | Self::Opening(_)
            | Self::Tax(_)
            | Self::Ordering(_)
            | Self::Legal(_)
            | Self::Favourites(_) => None,
        }
    }

    /// `None` for parts that never have one.
    pub fn picture(&self) -> Option<Option<&Picture>> {
        match self {
            Self::Profile(profile) => Some(profile.picture.as_ref()),
            Self::Theme(theme) => Some(theme.logo.as_ref()),
            Self::Dish(dish) => Some(dish.picture.as_ref()),
            _ => None,
        }
    }

    /// The same part with this picture, or without one; `None` for parts that never have one.
    pub fn with_picture(&self, picture: Option<Picture>) -> Option<Self> {
        let mut part = self.clone();
        match &mut part {
            Self::Profile(profile) => profile.picture = picture,
            Self::Theme(theme) => theme.logo = picture,
            Self::Dish(dish) => dish.picture = picture,
            _ => return None,
        }
        Some(part)
    }
}

fields! {
    Profile { name, cuisine, description, address, phone, zone, picture }
    Theme { brand_color, type_pair, logo }
    OpeningTimes { hours, holidays }
    TaxRules { name, included, eat_in, takeaway }
    OrderSettings {
        collection, at_table, zones, preparation, slot, per_slot, work_per_slot, days_ahead, accepts_itself, answers_within, service_fee, tips,
        payments,
    }
    LegalNotice { name, represented_by, email, register, vat_id }
    CategoryHead { id, name, description; translations }
    Dish { id, name, description, price, allergens, diets, option_groups, picture, served, tax, work; translations }
    OptionGroup { id, name, min, max, choices; translations }
    Station { id, name, categories }
    Coupon { code, effect, minimum, from, until, uses, per_customer, paused }
    TableCode { name, code }
}

/// What is done in the same way for each kind of part.
macro_rules! each_kind {
    ($($kind:ident),+ $(,)?) => {
        impl RestaurantPart {
            /// The names of all fields that a part of this kind has.
            pub fn field_names(&self) -> &'static [&'static str] {
                fn names<T: Fields>(_: &T) -> &'static [&'static str] {
                    T::NAMES
                }
                match self {
                    $(Self::$kind(part) => names(part),)+
                }
            }

            /// The names of the fields that differ; none if the parts are of two kinds.
            pub fn changed_fields(&self, after: &Self) -> Vec<&'static str> {
                match (self, after) {
                    $((Self::$kind(before), Self::$kind(after)) => Fields::changed(before, after),)+
                    _ => Vec::new(),
                }
            }

            /// This part, with these fields of another one of its kind: whoever has seen both versions of a field may replace it.
            #[must_use]
            pub fn with_fields_of(mut self, from: &Self, fields: &[&str]) -> Self {
                match (&mut self, from) {
                    $((Self::$kind(part), Self::$kind(from)) => part.take(from, fields),)+
                    _ => {}
                }
                self
            }

            /// This part with what differs between `before` and `after`; or the fields that this one has changed otherwise.
            pub(super) fn merge(&self, before: &Self, after: &Self) -> Result<Self, Vec<&'static str>> {
                let mut conflicts = Vec::new();
                let merged = match (self, before, after) {
                    $((Self::$kind(current), Self::$kind(before), Self::$kind(after)) => {
                        Self::$kind(Fields::merge(current, before, after, &mut conflicts))
                    })+
                    _ => return Err(conflicts),
                };
                match conflicts.is_empty() {
                    true => Ok(merged),
                    false => Err(conflicts),
                }
            }
        }
    };
}

each_kind! {
    Profile, Theme, Opening, Tax, Ordering, Legal, Favourites, Category, Dish, OptionGroup, Station, Coupon, TableCode,
}

impl RestaurantFile {
    pub fn part(&self, key: &PartKey) -> Option<RestaurantPart> {
        Some(match key {
            PartKey::Profile => RestaurantPart::Profile(Box::new(self.profile())),
            PartKey::Theme => RestaurantPart::Theme(Theme {
                brand_color: self.brand_color,
                type_pair: self.type_pair,
                logo: self.logo.clone(),
            }),
            PartKey::Opening => RestaurantPart::Opening(OpeningTimes {
                hours: self.hours.clone(),
                holidays: self.holidays.clone(),
            }),
            PartKey::Tax => RestaurantPart::Tax(self.tax.clone()),
            PartKey::Ordering => RestaurantPart::Ordering(Box::new(self.ordering.clone())),
            PartKey::Legal => RestaurantPart::Legal(self.legal.clone()),
            PartKey::Favourites => RestaurantPart::Favourites(self.favourites.clone()),
            PartKey::Category(id) => {
                let category = self.categories.iter().find(|category| category.id == *id)?;
                RestaurantPart::Category(CategoryHead::of(category))
            }
            PartKey::Dish(id) => {
                let mut dishes = self.categories.iter().flat_map(|category| &category.dishes);
                RestaurantPart::Dish(Box::new(dishes.find(|dish| dish.id == *id)?.clone()))
            }
            PartKey::OptionGroup(id) => {
                let group = self.option_groups.iter().find(|group| group.id == *id)?;
                RestaurantPart::OptionGroup(group.clone())
            }
            PartKey::Station(id) => {
                let station = self.stations.iter().find(|station| station.id == *id)?;
                RestaurantPart::Station(station.clone())
            }
            PartKey::Coupon(code) => {
                let coupon = self.coupons.iter().find(|coupon| coupon.code == *code)?;
                RestaurantPart::Coupon(coupon.clone())
            }
            PartKey::TableCode(code) => {
                let table = self.table_codes.iter().find(|table| table.code == *code)?;
                RestaurantPart::TableCode(table.clone())
            }
        })
    }

    fn profile(&self) -> Profile {
        Profile {
            name: self.name.clone(),
            cuisine: self.cuisine,
            description: self.description.clone(),
            address: self.address.clone(),
            phone: self.phone.clone(),
            zone: self.zone.clone(),
            picture: self.picture.clone(),
        }
    }
}
