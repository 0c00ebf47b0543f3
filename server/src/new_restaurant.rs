//! Makes a restaurant from the office's form.

use std::sync::LazyLock;

use servery_app::{form_fields::FormFields, new_restaurant_form};
use servery_domain::{
    id::RestaurantId,
    lang::Lang,
    new_restaurant::{Country, ExampleMenu, NewRestaurantChoices, NewRestaurantField},
    problem::ProblemType,
    restaurant_file::RestaurantFile,
    slug::Slug,
};
use servery_store::invitations::Creation;

use crate::{
    accounts::sessions::CurrentUser,
    clock,
    http::{error::ApiError, visitor},
    state::AppState,
};

const COUNTRIES: &str = include_str!("../data/countries.json");
const EXAMPLE_MENUS: [&str; 4] = [
    include_str!("../data/example-menus/pizzeria.json"),
    include_str!("../data/example-menus/cafe.json"),
    include_str!("../data/example-menus/burger-bar.json"),
    include_str!("../data/example-menus/noodle-house.json"),
];

static CHOICES: LazyLock<(Vec<Country>, Vec<ExampleMenu>)> = LazyLock::new(|| {
    let menus = EXAMPLE_MENUS
        .iter()
        .filter_map(|menu| serde_json::from_str(menu).ok());
    (
        serde_json::from_str(COUNTRIES).unwrap_or_default(),
        menus.collect(),
    )
});

/// For whoever may make a restaurant.
pub async fn choices(app: &AppState, user: &CurrentUser) -> Result<NewRestaurantChoices, ApiError> {
    check_invited(app, user).await?;
    Ok(choices_for(app, RestaurantId(visitor::id()?)))
}

fn choices_for(app: &AppState, id: RestaurantId) -> NewRestaurantChoices {
    let (countries, example_menus) = &*CHOICES;
    NewRestaurantChoices {
        id,
        takes_cards: app.cards.shared.is_some(),
        countries: countries.clone(),
        example_menus: example_menus.clone(),
    }
}

/// What became of a form.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Created(Slug),
    Wrong(Vec<NewRestaurantField>),
}

/// The same form again makes nothing more.
pub async fn create(
    app: &AppState,
    user: &CurrentUser,
    fields: FormFields<'_>,
    lang: Lang,
) -> Result<Outcome, ApiError> {
    let Ok(id) = fields.get("id").parse() else {
        check_invited(app, user).await?;
        return Err(ApiError::new(
            ProblemType::NotAccepted,
            "'id' is not the id of a restaurant: open the page again",
        ));
    };
    let (file, mut wrong) = new_restaurant_form::read(fields, &choices_for(app, id), lang);
    if clock::zone(&file.zone).is_none() && !wrong.contains(&NewRestaurantField::Zone) {
        wrong.push(NewRestaurantField::Zone);
    }
    match wrong.is_empty() {
        true => store(app, user, &file).await,
        false => {
            check_invited(app, user).await?;
            Ok(Outcome::Wrong(wrong))
        }
    }
}

/// The store decides for good.
async fn check_invited(app: &AppState, user: &CurrentUser) -> Result<(), ApiError> {
    match app.store.may_create_restaurant(user.account.id).await? {
        true => Ok(()),
        false => Err(not_invited()),
    }
}

async fn store(app: &AppState, user: &CurrentUser, file: &RestaurantFile) -> Result<Outcome, ApiError> {
    match app
        .store
        .create_restaurant(file, user.account.id, clock::now())
        .await?
    {
        Creation::Created => {
            // The next page is about it.
            app.catalog.reload_if_changed().await?;
            Ok(Outcome::Created(file.slug.clone()))
        }
        Creation::SlugTaken => Ok(Outcome::Wrong(vec![NewRestaurantField::SlugTaken])),
        Creation::AlreadyMade => Ok(Outcome::Wrong(vec![NewRestaurantField::AlreadyMade])),
        Creation::NotInvited => Err(not_invited()),
        Creation::Refused(mistakes) => {
            let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
            tracing::warn!(
                mistakes = told.join("; "),
                "the form of a new restaurant let something through"
            );
            Ok(Outcome::Wrong(vec![NewRestaurantField::Other]))
        }
    }
}

fn not_invited() -> ApiError {
    ApiError::new(
        ProblemType::Forbidden,
        "a restaurant is made by an invitation: ask whoever runs this installation",
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use servery_domain::{
        menu::Menu,
        new_restaurant::{MenuIds, Translations},
        revision::Revision,
    };

    use super::*;

    fn is_complete(text: &Translations) -> bool {
        Lang::ALL.iter().all(|lang| !text.get(*lang).trim().is_empty())
    }

    #[test]
    fn every_country_has_names_and_a_zone_that_is_known() {
        let countries: Vec<Country> = serde_json::from_str(COUNTRIES).unwrap();
        assert!(countries.is_sorted_by(|one, next| one.code < next.code));
        for country in &countries {
            assert!(is_complete(&country.names), "{country:?}");
            assert!(!country.zones.is_empty(), "{country:?}");
            for zone in &country.zones {
                assert!(clock::zone(zone).is_some(), "{zone:?}");
            }
        }
        for (code, currency, zone) in [
            ("DE", "EUR", "Europe/Berlin"),
            ("EG", "EGP", "Africa/Cairo"),
            ("JP", "JPY", "Asia/Tokyo"),
            ("US", "USD", "America/New_York"),
        ] {
            let country = countries.iter().find(|country| country.code == code).unwrap();
            assert_eq!(
                (country.currency.code(), country.zones[0].0.as_str()),
                (currency, zone)
            );
        }
    }

    #[test]
    fn every_example_menu_can_be_taken_as_it_is() {
        assert_eq!(CHOICES.1.len(), EXAMPLE_MENUS.len());
        for example in EXAMPLE_MENUS {
            let example: ExampleMenu = serde_json::from_str(example).unwrap();
            for category in &example.categories {
                assert!(is_complete(&category.name), "{category:?}");
                for dish in &category.dishes {
                    assert!(
                        is_complete(&dish.name) && is_complete(&dish.description),
                        "{dish:?}"
                    );
                }
            }
            for lang in Lang::ALL {
                let currency = "EUR".parse().unwrap();
                let restaurant = RestaurantId(7 << 64);
                let menu = Menu {
                    restaurant,
                    revision: Revision(0),
                    currency,
                    lang,
                    categories: example.categories(lang, currency, &mut MenuIds::of(restaurant)),
                    option_groups: Vec::new(),
                };
                assert_eq!(menu.check(), Ok(()), "{}", example.code);
                let ids: BTreeSet<_> = menu.dishes().map(|dish| dish.id).collect();
                assert_eq!(ids.len(), menu.dishes().count());
                assert!(ids.len() >= 9, "{}", example.code);
            }
        }
    }
}
