//! Public holidays from a list that others keep: `data/README.md` says which. The service behind the API and the plain form.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use servery_domain::{
    edit::{OpeningTimes, PartKey, RestaurantPart},
    id::EditId,
    problem::ProblemType,
    public_holidays::{HolidayRegion, PublicHolidays, with_holidays},
    time::Day,
};

use crate::{
    accounts::sessions::CurrentUser,
    edits::{self, EditFailure},
    http::error::ApiError,
    state::AppState,
};

const LIST: &str = include_str!("../data/holidays.json");

#[derive(Deserialize)]
struct ListedCountry {
    code: String,
    days: ListedDays,
    #[serde(default)]
    regions: Vec<ListedRegion>,
}

#[derive(Deserialize)]
struct ListedRegion {
    code: String,
    name: String,
    days: ListedDays,
}

/// By year: `01-01 12-25`.
type ListedDays = BTreeMap<String, String>;

static COUNTRIES: LazyLock<Vec<ListedCountry>> =
    LazyLock::new(|| serde_json::from_str(LIST).unwrap_or_default());

/// Of the country with this code, and of a region of it.
pub fn of_country(country: &str, region: Option<&str>) -> Result<PublicHolidays, ApiError> {
    let not_found = |what: String| ApiError::new(ProblemType::NotFound, what);
    let listed = COUNTRIES.iter().find(|listed| listed.code == country);
    let listed = listed.ok_or_else(|| not_found(format!("no country has the code '{country}'")))?;
    let mut found: Vec<Day> = days(&listed.days).collect();
    if let Some(code) = region {
        let region = listed.regions.iter().find(|region| region.code == code);
        let region =
            region.ok_or_else(|| not_found(format!("no region of {country} has the code '{code}'")))?;
        found.extend(days(&region.days));
        found.sort();
    }
    let regions = listed.regions.iter().map(|region| HolidayRegion {
        code: region.code.clone(),
        name: region.name.clone(),
    });
    Ok(PublicHolidays {
        regions: regions.collect(),
        days: found,
    })
}

fn days(listed: &ListedDays) -> impl Iterator<Item = Day> + '_ {
    listed.iter().flat_map(|(year, days)| {
        let days = days.split_whitespace();
        days.filter_map(move |day| format!("{year}-{day}").parse().ok())
    })
}

/// What became of holidays that were to be added.
pub enum Added {
    /// So many are new.
    New(usize),
    AllKnown,
    /// The list has none for these years.
    NoneListed,
}

/// An edit that adds the holidays of the restaurant's country up to the end of next year.
pub async fn add(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    (id, region): (EditId, Option<&str>),
) -> Result<Added, EditFailure> {
    let office = edits::edited_restaurant(app, user, slug).await?;
    let file = &office.edited;
    let listed = of_country(&file.address.country, region)?;
    let today = office.now.day();
    if with_holidays(&[], &listed.days, today).is_empty() {
        return Ok(Added::NoneListed);
    }
    let holidays = with_holidays(&file.holidays, &listed.days, today);
    let added = holidays.iter().filter(|day| !file.holidays.contains(day)).count();
    let Some(before) = file.part(&PartKey::Opening).filter(|_| added > 0) else {
        return Ok(Added::AllKnown);
    };
    let after = RestaurantPart::Opening(OpeningTimes {
        hours: file.hours.clone(),
        holidays,
    });
    edits::replace_part(app, user, slug, &office, (id, before, after)).await?;
    Ok(Added::New(added))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNTRIES_OF_CHOICE: &str = include_str!("../data/countries.json");

    #[derive(Deserialize)]
    struct Country {
        code: String,
    }

    #[test]
    fn every_country_that_a_restaurant_can_be_in_is_listed_and_every_day_can_be_read() {
        let countries: Vec<Country> = serde_json::from_str(COUNTRIES_OF_CHOICE).unwrap();
        assert_eq!(countries.len(), COUNTRIES.len());
        for Country { code } in countries {
            let listed = COUNTRIES.iter().find(|listed| listed.code == code).unwrap();
            let regions = listed.regions.iter().map(|region| &region.days);
            for listed in regions.chain([&listed.days]) {
                let words: usize = listed.values().map(|days| days.split_whitespace().count()).sum();
                assert_eq!(days(listed).count(), words, "{code}");
            }
        }
    }

    #[test]
    fn a_region_has_holidays_of_its_own_beside_those_of_the_country() {
        let (epiphany, unity) = (Day::new(2027, 1, 6), Day::new(2027, 10, 3));
        let has = |region: Option<&str>, day: Day| of_country("DE", region).unwrap().days.contains(&day);
        assert_eq!([has(None, epiphany), has(None, unity)], [false, true]);
        assert_eq!([has(Some("BY"), epiphany), has(Some("BY"), unity)], [true, true]);
        assert!(!has(Some("BE"), epiphany));
        assert!(of_country("XX", None).is_err() && of_country("DE", Some("XX")).is_err());
    }
}
