//! The demo: twelve restaurants, the same each time, ids included. Their files are in `server/demo`.

use servery_domain::{
    account::{Password, Role},
    audit::Author,
    device::{DeviceKind, NewDevice},
    id::{AccountId, DishId, RestaurantId},
    mistake::Mistake,
    place::ImportedPlace,
    restaurant_file::RestaurantFile,
};
use servery_store::{
    Store,
    restaurant_files::{ImportMode, ImportOutcome},
};

use crate::{
    cli::{error::CliError, places, staff},
    clock, invitations,
    restaurant_file::read::{read, told},
};

const FILES: [&str; 12] = [
    include_str!("../../demo/01-trattoria-da-lucia.json"),
    include_str!("../../demo/02-gasthaus-zur-alten-muehle.json"),
    include_str!("../../demo/03-menya-tsukikage.json"),
    include_str!("../../demo/04-lighthouse-diner.json"),
    include_str!("../../demo/05-saffron-lane.json"),
    include_str!("../../demo/06-taqueria-el-farol.json"),
    include_str!("../../demo/07-bayt-al-arza.json"),
    include_str!("../../demo/08-diwaniyat-al-bahar.json"),
    include_str!("../../demo/09-bistro-lindenhof.json"),
    include_str!("../../demo/10-mesob-house.json"),
    include_str!("../../demo/11-backstube-morgenrot.json"),
    include_str!("../../demo/12-jade-lantern.json"),
];

/// The addresses of the town, as an operator would import them.
const PLACES: &str = include_str!("../../demo/places.csv");

/// A dish of the Lighthouse Diner whose portions are counted.
const COUNTED: (RestaurantId, DishId, u32) = (RestaurantId(4 << 64 | 1), DishId(4 << 64 | 0x55), 14);

pub fn catalog() -> Result<Vec<RestaurantFile>, CliError> {
    let files = FILES
        .iter()
        .map(|text| read(text).map_err(|mistakes| told(text, &mistakes)));
    Ok(files.collect::<Result<_, _>>()?)
}

/// Writes the demo restaurants into the store, in place of what they had.
pub async fn fill(store: &dyn Store, catalog: &[RestaurantFile]) -> Result<(), CliError> {
    let now = clock::now();
    for file in catalog {
        let imported = store
            .import_restaurant(file, ImportMode::Write, (Author::Operator, now))
            .await?;
        if let ImportOutcome::Refused(mistakes) = imported {
            let mistakes: Vec<String> = mistakes.iter().map(Mistake::to_string).collect();
            return Err(format!("{}: {}", file.slug, mistakes.join("\n")).into());
        }
        store.mark_as_demo(file.id).await?;
    }
    let (restaurant, dish, portions) = COUNTED;
    if catalog.iter().any(|file| file.id == restaurant) {
        store.set_stock(restaurant, dish, Some(portions), now).await?;
    }
    Ok(())
}

/// Imports the addresses of the town, in place of all others.
pub async fn import_places(store: &dyn Store) -> Result<(), CliError> {
    let import = places::replace_all(store, &town_places()?).await?;
    Ok(store.mark_places_as_demo(import).await?)
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

/// The account that runs the installation.
pub const OPERATOR: &str = "operator@servery.example";

/// Makes an account for the operator, and for each owner and each kitchen `owner@SLUG.example` and `kitchen@SLUG.example`, all with one new
/// random password.
pub async fn staff(store: &dyn Store, catalog: &[RestaurantFile]) -> Result<Password, CliError> {
    let password = staff::generated()?;
    let hash = staff::hash(&password, "").await?;
    let posts = catalog
        .iter()
        .flat_map(|file| [Role::Owner, Role::Kitchen].map(|role| (file, role)));
    for (file, role) in posts {
        let email = format!("{}@{}.example", role.code(), file.slug);
        let account = account(store, &email, &hash).await?;
        store
            .put_staff(account, file.id, role, (Author::Operator, clock::now()))
            .await?;
    }
    invitations::make_operator(store, account(store, OPERATOR, &hash).await?).await?;
    Ok(password)
}

async fn account(store: &dyn Store, email: &str, hash: &str) -> Result<AccountId, CliError> {
    match store.account_by_email(email).await? {
        Some(known) => {
            store
                .set_password(known.account.id, hash, "", clock::now())
                .await?;
            Ok(known.account.id)
        }
        None => staff::add_account(store, email, hash).await,
    }
}

/// The address and the code with which a till of the first restaurant is paired.
pub async fn till(store: &dyn Store, catalog: &[RestaurantFile]) -> Result<String, CliError> {
    let first = catalog.first().ok_or("the town has no restaurant")?;
    staff::pair(
        store,
        &first.restaurant(),
        NewDevice {
            name: "Till".into(),
            kind: DeviceKind::Till,
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::restaurant_file;

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
            let is_drawn_in = catalog.iter().any(|file| {
                let ordering = &file.ordering;
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
        let distinct = |of: fn(&RestaurantFile) -> String| {
            let values: BTreeSet<String> = catalog.iter().map(of).collect();
            values.len()
        };
        assert_eq!(catalog.len(), 12);
        assert_eq!(distinct(|file| file.cuisine.code().to_owned()), 12);
        assert!(distinct(|file| file.zone.0.clone()) >= 6);
        assert!(distinct(|file| file.currency.to_string()) >= 6);
        assert!(distinct(|file| format!("{:?}", file.tax)) >= 6);
        assert!(catalog.iter().any(|file| file.menu().dishes().count() == 500));
        let (restaurant, dish, _) = COUNTED;
        let diner = catalog.iter().find(|file| file.id == restaurant).unwrap();
        assert!(diner.menu().dish(dish).is_some());
    }

    #[test]
    fn the_files_are_as_they_would_be_exported() {
        for (text, file) in FILES.iter().zip(catalog().unwrap()) {
            let written = restaurant_file::write(&file.clone().sorted()).unwrap();
            assert!(*text == written, "{}", file.slug);
        }
    }
}
