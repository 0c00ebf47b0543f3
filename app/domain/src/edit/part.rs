//! The parts of a restaurant that are edited, each as one.

use serde::{Deserialize, Serialize};

use super::{PartKey, fields::Fields};
use crate::{
    brand_color::BrandColor,
    coupon::Coupon,
    hours::OpeningHours,
    id::{CategoryId, DishId},
    menu::{Category, Dish, OptionGroup, Picture},
    order_settings::OrderSettings,
    pos::station::Station,
    restaurant::{Address, Cuisine},
    restaurant_file::{RestaurantFile, TableCode},
    tax::TaxRules,
    time::{Day, TimeZoneName},
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RestaurantPart {
    Profile(Box<Profile>),
    Opening(OpeningTimes),
    Tax(TaxRules),
    Ordering(Box<OrderSettings>),
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
    pub brand_color: BrandColor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
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
}

impl CategoryHead {
    pub fn of(category: &Category) -> Self {
        Self {
            id: category.id,
            name: category.name.clone(),
            description: category.description.clone(),
        }
    }
}

impl RestaurantPart {
    pub fn key(&self) -> PartKey {
        match self {
            Self::Profile(_) => PartKey::Profile,
            Self::Opening(_) => PartKey::Opening,
            Self::Tax(_) => PartKey::Tax,
            Self::Ordering(_) => PartKey::Ordering,
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
            Self::Profile(_) | Self::Opening(_) | Self::Tax(_) | Self::Ordering(_) | Self::Favourites(_) => {
                None
            }
        }
    }

    /// The names of the fields that differ; none if the parts are of two kinds.
    pub fn changed_fields(&self, after: &Self) -> Vec<&'static str> {
        match (self, after) {
            (Self::Profile(before), Self::Profile(after)) => Fields::changed(&**before, after),
            (Self::Opening(before), Self::Opening(after)) => Fields::changed(before, after),
            (Self::Tax(before), Self::Tax(after)) => Fields::changed(before, after),
            (Self::Ordering(before), Self::Ordering(after)) => Fields::changed(&**before, after),
            (Self::Favourites(before), Self::Favourites(after)) if before != after => vec!["favourites"],
            (Self::Category(before), Self::Category(after)) => Fields::changed(before, after),
            (Self::Dish(before), Self::Dish(after)) => Fields::changed(&**before, after),
            (Self::OptionGroup(before), Self::OptionGroup(after)) => Fields::changed(before, after),
            (Self::Station(before), Self::Station(after)) => Fields::changed(before, after),
            (Self::Coupon(before), Self::Coupon(after)) => Fields::changed(before, after),
            (Self::TableCode(before), Self::TableCode(after)) => Fields::changed(before, after),
            _ => Vec::new(),
        }
    }

    /// This part, with these fields of another one of its kind: whoever has seen both versions of a field may replace it.
    #[must_use]
    pub fn with_fields_of(mut self, from: &Self, fields: &[&str]) -> Self {
        match (&mut self, from) {
            (Self::Profile(part), Self::Profile(from)) => part.take(from, fields),
            (Self::Opening(part), Self::Opening(from)) => part.take(from, fields),
            (Self::Tax(part), Self::Tax(from)) => part.take(from, fields),
            (Self::Ordering(part), Self::Ordering(from)) => part.take(from, fields),
            (Self::Category(part), Self::Category(from)) => part.take(from, fields),
            (Self::Dish(part), Self::Dish(from)) => part.take(from, fields),
            (Self::OptionGroup(part), Self::OptionGroup(from)) => part.take(from, fields),
            (Self::Station(part), Self::Station(from)) => part.take(from, fields),
            (Self::Coupon(part), Self::Coupon(from)) => part.take(from, fields),
            (Self::TableCode(part), Self::TableCode(from)) => part.take(from, fields),
            (Self::Favourites(part), Self::Favourites(from)) => part.clone_from(from),
            _ => {}
        }
        self
    }

    /// This part with what differs between `before` and `after`; or the fields that this one has changed otherwise.
    pub(super) fn merge(&self, before: &Self, after: &Self) -> Result<Self, Vec<&'static str>> {
        fn merged<T: Fields>(
            [current, before, after]: [&T; 3],
            part: impl FnOnce(T) -> RestaurantPart,
        ) -> Result<RestaurantPart, Vec<&'static str>> {
            let mut conflicts = Vec::new();
            let merged = T::merge(current, before, after, &mut conflicts);
            match conflicts.is_empty() {
                true => Ok(part(merged)),
                false => Err(conflicts),
            }
        }
        let boxed = |profile| Self::Profile(Box::new(profile));
        match (self, before, after) {
            (Self::Profile(current), Self::Profile(before), Self::Profile(after)) => {
                merged([&**current, before, after], boxed)
            }
            (Self::Opening(current), Self::Opening(before), Self::Opening(after)) => {
                merged([current, before, after], Self::Opening)
            }
            (Self::Tax(current), Self::Tax(before), Self::Tax(after)) => {
                merged([current, before, after], Self::Tax)
            }
            (Self::Ordering(current), Self::Ordering(before), Self::Ordering(after)) => {
                merged([&**current, before, after], |settings| {
                    Self::Ordering(Box::new(settings))
                })
            }
            (Self::Category(current), Self::Category(before), Self::Category(after)) => {
                merged([current, before, after], Self::Category)
            }
            (Self::Dish(current), Self::Dish(before), Self::Dish(after)) => {
                merged([&**current, before, after], |dish| Self::Dish(Box::new(dish)))
            }
            (Self::OptionGroup(current), Self::OptionGroup(before), Self::OptionGroup(after)) => {
                merged([current, before, after], Self::OptionGroup)
            }
            (Self::Station(current), Self::Station(before), Self::Station(after)) => {
                merged([current, before, after], Self::Station)
            }
            (Self::Coupon(current), Self::Coupon(before), Self::Coupon(after)) => {
                merged([current, before, after], Self::Coupon)
            }
            (Self::TableCode(current), Self::TableCode(before), Self::TableCode(after)) => {
                merged([current, before, after], Self::TableCode)
            }
            // A list of favourites is one value.
            (current, before, after) if current == before || current == after => Ok(after.clone()),
            _ => Err(vec!["favourites"]),
        }
    }
}

impl RestaurantFile {
    pub fn part(&self, key: &PartKey) -> Option<RestaurantPart> {
        Some(match key {
            PartKey::Profile => RestaurantPart::Profile(Box::new(self.profile())),
            PartKey::Opening => RestaurantPart::Opening(OpeningTimes {
                hours: self.hours.clone(),
                holidays: self.holidays.clone(),
            }),
            PartKey::Tax => RestaurantPart::Tax(self.tax.clone()),
            PartKey::Ordering => RestaurantPart::Ordering(Box::new(self.ordering.clone())),
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
            brand_color: self.brand_color,
            picture: self.picture.clone(),
        }
    }
}
