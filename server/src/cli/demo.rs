//! The demo: twelve restaurants, the same each time, ids included. Their menus are in `server/demo`.

pub mod pos;

use serde::Deserialize;
use servery_domain::{
    account::{Password, Role},
    audit::Author,
    coupon::Coupon,
    currency::{Currency, Minor},
    device::{DeviceKind, NewDevice},
    hours::OpeningHours,
    id::{CategoryId, ChoiceId, DishId, OptionGroupId, RestaurantId},
    lang::Lang,
    menu::{Allergen, Category, Choice, Diet, Dish, Menu, OptionGroup, Picture, PictureFormat},
    order_settings::OrderSettings,
    place::ImportedPlace,
    restaurant::{Address, Cuisine, Restaurant},
    revision::Revision,
    slug::Slug,
    tax::{TaxRates, TaxRules},
    time::{Day, TimeZoneName},
};
use servery_store::{Store, StoreError};
use sha2::{Digest, Sha256};

use crate::{
    cli::{error::CliError, places, staff},
    clock,
};

const FILES: [&str; 12] = [
    include_str!("../../demo/01-trattoria-da-lucia.toml"),
    include_str!("../../demo/02-gasthaus-zur-alten-muehle.toml"),
    include_str!("../../demo/03-menya-tsukikage.toml"),
    include_str!("../../demo/04-lighthouse-diner.toml"),
    include_str!("../../demo/05-saffron-lane.toml"),
    include_str!("../../demo/06-taqueria-el-farol.toml"),
    include_str!("../../demo/07-bayt-al-arza.toml"),
    include_str!("../../demo/08-diwaniyat-al-bahar.toml"),
    include_str!("../../demo/09-bistro-lindenhof.toml"),
    include_str!("../../demo/10-mesob-house.toml"),
    include_str!("../../demo/11-backstube-morgenrot.toml"),
    include_str!("../../demo/12-jade-lantern.toml"),
];

/// The addresses of the town, as an operator would import them.
const PLACES: &str = include_str!("../../demo/places.csv");

#[derive(Debug, thiserror::Error)]
#[error("demo restaurant {0}: {1}")]
pub struct DemoError(usize, String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    slug: Slug,
    name: String,
    cuisine: Cuisine,
    lang: Lang,
    description: String,
    hours: OpeningHours,
    zone: TimeZoneName,
    currency: Currency,
    brand_color: servery_domain::brand_color::BrandColor,
    phone: String,
    picture: String,
    address: Address,
    tax: TaxRules,
    #[serde(default)]
    holidays: Vec<Day>,
    #[serde(default)]
    ordering: OrderSettings,
    #[serde(default)]
    coupon: Vec<Coupon>,
    /// Names of tables that have a code.
    #[serde(default)]
    tables: Vec<String>,
    #[serde(default)]
    group: Vec<GroupEntry>,
    #[serde(default)]
    category: Vec<CategoryEntry>,
    matrix: Option<Matrix>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupEntry {
    key: String,
    name: String,
    min: u8,
    max: u8,
    choices: Vec<ChoiceEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChoiceEntry {
    name: String,
    price: i64,
    #[serde(default)]
    preselected: bool,
    /// The name of the dish that comes with it.
    dish: Option<String>,
    #[serde(default)]
    groups: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryEntry {
    name: String,
    #[serde(default)]
    description: String,
    /// For all of its dishes.
    served: Option<OpeningHours>,
    tax: Option<TaxRates>,
    dish: Vec<DishEntry>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct DishEntry {
    name: String,
    #[serde(default)]
    description: String,
    price: i64,
    #[serde(default)]
    allergens: Vec<Allergen>,
    #[serde(default)]
    diets: Vec<Diet>,
    #[serde(default)]
    groups: Vec<String>,
    picture: Option<String>,
    /// Portions left, if they are counted.
    left: Option<u32>,
}

/// A very large menu: each main ingredient in each style.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Matrix {
    mains: Vec<DishEntry>,
    styles: Vec<DishEntry>,
    numbered: bool,
}

impl Matrix {
    fn categories(self, groups: &[GroupEntry]) -> Vec<CategoryEntry> {
        let mut number = 0;
        let mut cook = |main: &DishEntry, style: &DishEntry| {
            number += 1;
            let name = style.name.replace("{main}", &main.name);
            let mut allergens = [main.allergens.as_slice(), &style.allergens].concat();
            allergens.sort();
            allergens.dedup();
            DishEntry {
                name: if self.numbered {
                    format!("{number}. {name}")
                } else {
                    name
                },
                description: style.description.replace("{main}", &main.name),
                price: main.price + style.price,
                allergens,
                diets: main.diets.clone(),
                groups: groups.iter().map(|group| group.key.clone()).collect(),
                picture: main.picture.clone(),
                left: None,
            }
        };
        let category = |main: &DishEntry| CategoryEntry {
            name: main.name.clone(),
            description: String::new(),
            served: None,
            tax: None,
            dish: self.styles.iter().map(|style| cook(main, style)).collect(),
        };
        self.mains.iter().map(category).collect()
    }
}

/// Deterministic ids: the restaurant's number, the kind, a counter.
struct Ids {
    restaurant: u128,
    last: u128,
}

impl Ids {
    fn next(&mut self) -> u128 {
        self.last += 1;
        self.restaurant << 64 | self.last
    }
}

/// In the demo the code of a table is the same each time.
fn table_code(slug: &str, table: &str) -> String {
    let digest = Sha256::new().chain_update(slug).chain_update(table).finalize();
    digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect()
}

fn drawing(name: String) -> Picture {
    Picture {
        path: name,
        formats: vec![PictureFormat::Svg],
        widths: Vec::new(),
    }
}

/// A demo restaurant with its menu and tables.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoRestaurant {
    pub restaurant: Restaurant,
    pub menu: Menu,
    pub stock: Vec<(DishId, u32)>,
    pub coupons: Vec<Coupon>,
    /// Code and name.
    pub tables: Vec<(String, String)>,
}

fn restaurant(number: u128, text: &str) -> Result<DemoRestaurant, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    let mut ids = Ids {
        restaurant: number,
        last: 0,
    };
    let id = RestaurantId(ids.next());
    let entries = match file.matrix {
        Some(matrix) => matrix.categories(&file.group),
        None => file.category,
    };
    let mut keys = Vec::new();
    let mut choices_to_finish = Vec::new();
    let option_groups = file.group.into_iter().map(|group| {
        let id = OptionGroupId(ids.next());
        keys.push((group.key, id));
        let choices = group.choices.into_iter().map(|entry| {
            let choice = Choice {
                id: ChoiceId(ids.next()),
                name: entry.name,
                price: Minor(entry.price),
                preselected: entry.preselected,
                dish: None,
                option_groups: Vec::new(),
            };
            choices_to_finish.push((choice.id, entry.dish, entry.groups));
            choice
        });
        OptionGroup {
            id,
            name: group.name,
            min: group.min,
            max: group.max,
            choices: choices.collect(),
        }
    });
    let option_groups = option_groups.collect();
    let group_of = |key: &String| {
        keys.iter()
            .find(|(known, _)| known == key)
            .map(|(_, id)| *id)
            .ok_or_else(|| format!("no group {key:?}"))
    };
    let mut categories = Vec::new();
    let mut stock = Vec::new();
    for category in entries {
        let id = CategoryId(ids.next());
        let mut dishes = Vec::new();
        for dish in category.dish {
            let id = DishId(ids.next());
            stock.extend(dish.left.map(|left| (id, left)));
            dishes.push(Dish {
                id,
                name: dish.name,
                description: dish.description,
                price: Minor(dish.price),
                allergens: dish.allergens,
                diets: dish.diets,
                option_groups: dish.groups.iter().map(group_of).collect::<Result<_, _>>()?,
                picture: dish.picture.map(drawing),
                served: category.served.clone(),
                tax: category.tax,
            });
        }
        categories.push(Category {
            id,
            name: category.name,
            description: category.description,
            dishes,
        });
    }
    let mut menu = Menu {
        restaurant: id,
        revision: Revision(0),
        currency: file.currency,
        lang: file.lang,
        categories,
        option_groups,
    };
    for (choice, dish, groups) in choices_to_finish {
        let dish_of = |name: String| {
            menu.dishes()
                .find(|dish| dish.name == name)
                .map(|dish| dish.id)
                .ok_or(format!("no dish {name:?}"))
        };
        let dish = dish.map(dish_of).transpose()?;
        let groups = groups.iter().map(group_of).collect::<Result<_, _>>()?;
        let choices = menu.option_groups.iter_mut().flat_map(|group| &mut group.choices);
        if let Some(found) = choices.into_iter().find(|known| known.id == choice) {
            (found.dish, found.option_groups) = (dish, groups);
        }
    }
    menu.check()?;
    file.ordering.check()?;
    let tables = file
        .tables
        .into_iter()
        .map(|name| (table_code(file.slug.as_str(), &name), name))
        .collect();
    let restaurant = Restaurant {
        id,
        slug: file.slug,
        revision: Revision(0),
        name: file.name,
        cuisine: file.cuisine,
        description: file.description,
        lang: file.lang,
        address: file.address,
        phone: file.phone,
        zone: file.zone,
        hours: file.hours,
        currency: file.currency,
        tax: file.tax,
        brand_color: file.brand_color,
        picture: Some(drawing(file.picture)),
        holidays: file.holidays,
        ordering: file.ordering,
    };
    Ok(DemoRestaurant {
        restaurant,
        menu,
        stock,
        coupons: file.coupon,
        tables,
    })
}

pub fn catalog() -> Result<Vec<DemoRestaurant>, DemoError> {
    let numbered = FILES.iter().zip(1..);
    numbered
        .map(|(text, number)| restaurant(number as u128, text).map_err(|error| DemoError(number, error)))
        .collect()
}

/// Writes the demo restaurants into the store, in place of what they had.
pub async fn fill(store: &dyn Store, catalog: &[DemoRestaurant]) -> Result<(), StoreError> {
    for DemoRestaurant {
        restaurant,
        menu,
        stock,
        coupons,
        tables,
    } in catalog
    {
        store.put_restaurant(restaurant, menu).await?;
        for (dish, left) in stock {
            store
                .set_stock(restaurant.id, *dish, Some(*left), clock::now())
                .await?;
        }
        for coupon in coupons {
            store.put_coupon(restaurant.id, coupon).await?;
        }
        for (code, name) in tables {
            store.put_table(restaurant.id, code, name).await?;
        }
    }
    Ok(())
}

/// Imports the addresses of the town, in place of all others.
pub async fn import_places(store: &dyn Store) -> Result<(), CliError> {
    Ok(places::replace_all(store, &town_places()?).await?)
}

fn town_places() -> Result<Vec<ImportedPlace>, CliError> {
    let mut all = Vec::new();
    places::file::read(PLACES.as_bytes(), "", &mut |place| {
        all.push(place);
        true
    })
    .map_err(|errors| errors.join("\n"))?;
    Ok(all)
}

/// Writes the tables, stations and favourites of their staff apps.
pub async fn set_up_pos(store: &dyn Store, catalog: &[DemoRestaurant]) -> Result<(), pos::PosError> {
    for demo in catalog {
        pos::set_up(store, demo).await?;
    }
    Ok(())
}

/// Makes an account for each owner and each kitchen, `owner@SLUG.example` and `kitchen@SLUG.example`, all with one new random password.
pub async fn staff(
    store: &dyn Store,
    catalog: &[DemoRestaurant],
) -> Result<Password, Box<dyn std::error::Error + Send + Sync>> {
    let password = staff::generated()?;
    let hash = staff::hash(&password, "").await?;
    let posts = catalog
        .iter()
        .flat_map(|demo| [Role::Owner, Role::Kitchen].map(|role| (&demo.restaurant, role)));
    for (restaurant, role) in posts {
        let email = format!("{}@{}.example", role.code(), restaurant.slug);
        let account = match store.account_by_email(&email).await? {
            Some(known) => {
                store
                    .set_password(known.account.id, &hash, "", clock::now())
                    .await?;
                known.account.id
            }
            None => staff::add_account(store, &email, &hash).await?,
        };
        store
            .put_staff(account, restaurant.id, role, (Author::Operator, clock::now()))
            .await?;
    }
    Ok(password)
}

/// The address and the code with which a till of the first restaurant is paired.
pub async fn till(
    store: &dyn Store,
    catalog: &[DemoRestaurant],
) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let first = catalog.first().ok_or("the town has no restaurant")?;
    staff::pair(
        store,
        &first.restaurant,
        NewDevice {
            name: "Till".into(),
            kind: DeviceKind::Till,
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_street_of_the_town_is_delivered_to_or_outside_on_purpose() {
        let catalog = catalog().unwrap();
        let places = town_places().unwrap();
        let outside = [
            "Strada del Colle",
            "Far Shore Avenue",
            "Avenida del Puente",
            "Towpath Way",
        ];
        assert_eq!(places.len(), PLACES.lines().count() - 1);
        for place in places {
            let is_drawn_in = catalog.iter().any(|demo| {
                let ordering = &demo.restaurant.ordering;
                ordering.zone(&place.postcode, Some(place.point)).is_some()
                    && ordering.zone(&place.postcode, None).is_none()
            });
            assert_eq!(
                is_drawn_in,
                !outside.contains(&place.street.as_str()),
                "{place:?}"
            );
        }
    }

    #[test]
    fn the_town_is_the_same_every_time_and_as_varied_as_promised() {
        let catalog = catalog().unwrap();
        assert_eq!(catalog, super::catalog().unwrap());
        let distinct = |values: Vec<String>| {
            values
                .into_iter()
                .collect::<std::collections::BTreeSet<_>>()
                .len()
        };
        assert_eq!(catalog.len(), 12);
        assert_eq!(
            distinct(
                catalog
                    .iter()
                    .map(|demo| demo.restaurant.cuisine.code().to_owned())
                    .collect()
            ),
            12
        );
        assert!(
            distinct(
                catalog
                    .iter()
                    .map(|demo| demo.restaurant.zone.0.clone())
                    .collect()
            ) >= 6
        );
        assert!(
            distinct(
                catalog
                    .iter()
                    .map(|demo| demo.restaurant.currency.to_string())
                    .collect()
            ) >= 6
        );
        assert!(
            distinct(
                catalog
                    .iter()
                    .map(|demo| format!("{:?}", demo.restaurant.tax))
                    .collect()
            ) >= 6
        );
        assert!(catalog.iter().any(|demo| demo.menu.dishes().count() == 500));
        assert!(
            catalog
                .iter()
                .all(|demo| crate::clock::zone(&demo.restaurant.zone).is_some())
        );
    }
}
