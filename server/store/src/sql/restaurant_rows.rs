//! A restaurant as a row.

use servery_domain::{
    lang::Lang,
    restaurant::{Address, Cuisine, Restaurant},
    revision::Revision,
    tax::{TaxRate, TaxRules},
    time::TimeZoneName,
};

use crate::{Result, StoreError, id, json, parse, value};

pub(crate) const SELECT_ALL: &str = "select id, slug, revision, name, cuisine, description, lang, street, postcode, city, country, phone, zone, hours, \
     currency, tax_name, tax_included, tax_eat_in, tax_takeaway, brand_color, picture, holidays, ordering from restaurants";

/// `revision` is the store's own: it goes up by one whatever the caller had.
pub(crate) const UPSERT: &str = "insert into restaurants (id, slug, name, cuisine, description, lang, street, postcode, city, country, phone, zone, hours, \
     currency, tax_name, tax_included, tax_eat_in, tax_takeaway, brand_color, picture, holidays, ordering, revision) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, 1) \
     on conflict (id) do update set slug = excluded.slug, name = excluded.name, cuisine = excluded.cuisine, description = excluded.description, \
     lang = excluded.lang, street = excluded.street, postcode = excluded.postcode, city = excluded.city, country = excluded.country, \
     phone = excluded.phone, zone = excluded.zone, hours = excluded.hours, currency = excluded.currency, tax_name = excluded.tax_name, \
     tax_included = excluded.tax_included, tax_eat_in = excluded.tax_eat_in, tax_takeaway = excluded.tax_takeaway, brand_color = excluded.brand_color, \
     picture = excluded.picture, holidays = excluded.holidays, ordering = excluded.ordering, revision = restaurants.revision + 1 returning revision";

/// In the order of `UPSERT`; a macro because each engine's query is a type of its own.
macro_rules! bind_restaurant {
    ($query:expr, $row:ident) => {
        $query
            .bind(&$row.id)
            .bind(&$row.slug)
            .bind(&$row.name)
            .bind(&$row.cuisine)
            .bind(&$row.description)
            .bind(&$row.lang)
            .bind(&$row.street)
            .bind(&$row.postcode)
            .bind(&$row.city)
            .bind(&$row.country)
            .bind(&$row.phone)
            .bind(&$row.zone)
            .bind(&$row.hours)
            .bind(&$row.currency)
            .bind(&$row.tax_name)
            .bind($row.tax_included)
            .bind($row.tax_eat_in)
            .bind($row.tax_takeaway)
            .bind(&$row.brand_color)
            .bind(&$row.picture)
            .bind(&$row.holidays)
            .bind(&$row.ordering)
    };
}
pub(crate) use bind_restaurant;

#[derive(sqlx::FromRow)]
pub(crate) struct RestaurantRow {
    pub(crate) id: String,
    pub(crate) slug: String,
    revision: i64,
    pub(crate) name: String,
    pub(crate) cuisine: String,
    pub(crate) description: String,
    pub(crate) lang: String,
    pub(crate) street: String,
    pub(crate) postcode: String,
    pub(crate) city: String,
    pub(crate) country: String,
    pub(crate) phone: String,
    pub(crate) zone: String,
    pub(crate) hours: String,
    pub(crate) currency: String,
    pub(crate) tax_name: String,
    pub(crate) tax_included: bool,
    pub(crate) tax_eat_in: i64,
    pub(crate) tax_takeaway: i64,
    pub(crate) brand_color: String,
    pub(crate) picture: Option<String>,
    pub(crate) holidays: String,
    pub(crate) ordering: String,
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
            revision: restaurant.revision.0,
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
            picture: restaurant.picture.as_ref().map(json).transpose()?,
            holidays: json(&restaurant.holidays)?,
            ordering: json(&restaurant.ordering)?,
        })
    }

    /// A row of another version, or one that somebody changed by hand, closes no other restaurant.
    pub(crate) fn read_or_leave_out(self) -> Option<Restaurant> {
        let slug = self.slug.clone();
        self.read()
            .inspect_err(|error| tracing::error!(restaurant = slug, %error, "left out"))
            .ok()
    }

    fn read(self) -> Result<Restaurant> {
        let unreadable = |what: &str, stored: &str| StoreError::Unreadable(format!("{what} {stored:?}"));
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
            picture: self.picture.as_deref().map(parse).transpose()?,
            holidays: parse(&self.holidays)?,
            ordering: parse(&self.ordering)?,
        })
    }
}
