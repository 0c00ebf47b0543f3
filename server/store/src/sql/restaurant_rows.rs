//! A restaurant as a row.

use servery_domain::{
    lang::Lang,
    order_settings::OrderSettings,
    restaurant::{Address, Cuisine, Restaurant},
    revision::Revision,
    tax::{TaxRate, TaxRules},
    theme::TypePair,
    time::TimeZoneName,
};

use crate::{
    Result, StoreError, id, json, parse,
    sql::rows::{Row, row},
    value,
};

/// Follows the insert. The revision goes up by one, whatever the caller had.
pub(crate) fn or_update() -> String {
    let updates: Vec<String> = RestaurantRow::COLUMNS
        .iter()
        .filter(|column| !["id", "revision"].contains(column))
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    let updates = updates.join(", ");
    format!(" on conflict (id) do update set {updates}, revision = restaurants.revision + 1")
}

row! {
    struct RestaurantRow in restaurants {
        id: String,
        slug: String,
        revision: i64,
        name: String,
        cuisine: String,
        description: String,
        lang: String,
        street: String,
        postcode: String,
        city: String,
        country: String,
        phone: String,
        zone: String,
        hours: String,
        currency: String,
        tax_name: String,
        tax_included: bool,
        tax_eat_in: i64,
        tax_takeaway: i64,
        brand_color: String,
        type_pair: String,
        logo: Option<String>,
        picture: Option<String>,
        holidays: String,
        ordering: String,
    }
}

fn rate(stored: i64) -> Result<TaxRate> {
    u32::try_from(stored)
        .map(TaxRate)
        .map_err(|_| StoreError::Unreadable(format!("tax rate {stored}")))
}

impl RestaurantRow {
    pub(crate) fn write(restaurant: &Restaurant) -> Result<Self> {
        let Restaurant { address, tax, .. } = restaurant.clone();
        Ok(Self {
            id: restaurant.id.to_string(),
            slug: restaurant.slug.to_string(),
            revision: 1,
            name: restaurant.name.clone(),
            cuisine: restaurant.cuisine.code().to_owned(),
            description: restaurant.description.clone(),
            lang: restaurant.lang.tag().to_owned(),
            street: address.street,
            postcode: address.postcode,
            city: address.city,
            country: address.country,
            phone: restaurant.phone.clone(),
            zone: restaurant.zone.0.clone(),
            hours: restaurant.hours.as_str().to_owned(),
            currency: restaurant.currency.code().to_owned(),
            tax_name: tax.name,
            tax_included: tax.included,
            tax_eat_in: i64::from(tax.eat_in.0),
            tax_takeaway: i64::from(tax.takeaway.0),
            brand_color: restaurant.brand_color.to_string(),
            type_pair: restaurant.type_pair.code().to_owned(),
            logo: restaurant.logo.as_ref().map(json).transpose()?,
            picture: restaurant.picture.as_ref().map(json).transpose()?,
            holidays: json(&restaurant.holidays)?,
            ordering: json(&restaurant.ordering)?,
        })
    }

    /// A row of another version, or one that somebody changed by hand, closes no other restaurant.
    pub(crate) fn read_or_skip(self) -> Option<Restaurant> {
        let slug = self.slug.clone();
        self.read()
            .inspect_err(|error| tracing::error!(restaurant = slug, %error, "cannot read this restaurant"))
            .ok()
    }

    pub(crate) fn read(self) -> Result<Restaurant> {
        let unreadable = |what: &str, stored: &str| StoreError::Unreadable(format!("{what} {stored:?}"));
        let ordering: OrderSettings = parse(&self.ordering)?;
        ordering.check().map_err(StoreError::Unreadable)?;
        Ok(Restaurant {
            id: id(&self.id)?,
            slug: value(self.slug)?,
            revision: Revision(self.revision),
            name: self.name,
            cuisine: Cuisine::from_code(&self.cuisine).ok_or_else(|| unreadable("cuisine", &self.cuisine))?,
            description: self.description,
            lang: Lang::from_tag(&self.lang).ok_or_else(|| unreadable("language", &self.lang))?,
            address: Address {
                street: self.street,
                postcode: self.postcode,
                city: self.city,
                country: self.country,
            },
            phone: self.phone,
            zone: TimeZoneName(self.zone),
            hours: value(self.hours)?,
            currency: value(self.currency)?,
            tax: TaxRules {
                name: self.tax_name,
                included: self.tax_included,
                eat_in: rate(self.tax_eat_in)?,
                takeaway: rate(self.tax_takeaway)?,
            },
            brand_color: value(self.brand_color)?,
            type_pair: TypePair::from_code(&self.type_pair)
                .ok_or_else(|| unreadable("type pair", &self.type_pair))?,
            logo: self.logo.as_deref().map(parse).transpose()?,
            picture: self.picture.as_deref().map(parse).transpose()?,
            holidays: parse(&self.holidays)?,
            ordering,
        })
    }
}
