//! The addresses that an operator imported: how they are found while somebody types, and which of them a typed address is.

use serde::{Deserialize, Serialize};

use crate::{
    contact::{AddressLocation, DeliveryAddress, InvalidField, LocationSource, check_name, check_text},
    delivery_area::Point,
    id::PlaceId,
    limits,
    search::fold,
};

/// An address with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedPlace {
    pub id: PlaceId,
    pub street: String,
    pub number: String,
    /// Empty if the list has none, as the city may be.
    pub postcode: String,
    pub city: String,
    pub point: Point,
}

/// A place as the fields of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceSuggestion {
    pub id: PlaceId,
    /// With the house number, in the order of the country.
    pub street: String,
    pub postcode: String,
    pub city: String,
}

/// A house number has so many words at the most, such as `12 - 14 a`.
const NUMBER_WORDS: usize = 3;

/// Countries that write the house number before the street.
const NUMBER_FIRST: [&str; 12] = [
    "AU", "CA", "FR", "GB", "IE", "IL", "IN", "LU", "MY", "NZ", "US", "ZA",
];

impl ImportedPlace {
    pub fn check(&self) -> Result<(), InvalidField> {
        check_name("street", &self.street, limits::ADDRESS)?;
        check_name("number", &self.number, limits::NUMBER)?;
        // As one field of an address.
        check_text("street", &self.street_line(""), limits::ADDRESS)?;
        check_text("postcode", &self.postcode, limits::ADDRESS)?;
        check_text("city", &self.city, limits::ADDRESS)
    }

    pub fn street_line(&self, country: &str) -> String {
        match NUMBER_FIRST.contains(&country) {
            true => format!("{} {}", self.number, self.street),
            false => format!("{} {}", self.street, self.number),
        }
    }

    pub fn suggestion(&self, country: &str) -> PlaceSuggestion {
        PlaceSuggestion {
            id: self.id,
            street: self.street_line(country),
            postcode: self.postcode.clone(),
            city: self.city.clone(),
        }
    }

    /// What a search runs over: it begins with the street.
    pub fn search_text(&self) -> String {
        let (street, numbers) = by_street(words(&self.street));
        let rest = words(&format!("{} {} {}", self.number, self.postcode, self.city));
        [street, numbers, rest].concat().join(" ")
    }

    pub fn key(&self) -> AddressKey {
        AddressKey {
            street: street_key(&words(&self.street), &words(&self.number)),
            postcode: postcode_key(&self.postcode),
            city: words(&self.city).join(" "),
        }
    }
}

/// An address in the spelling by which two of them are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressKey {
    /// With the house number.
    pub street: String,
    pub postcode: String,
    pub city: String,
}

/// An address as it was typed. Its street and number may be read in several ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedAddress {
    /// [`AddressKey::street`] of each way, the whole line first. Behind a comma often stands a floor or a flat.
    pub streets: Vec<String>,
    pub postcode: String,
    pub city: String,
}

impl From<&DeliveryAddress> for TypedAddress {
    fn from(address: &DeliveryAddress) -> Self {
        let before_comma = address.street.split_once(',').map(|(before, _)| before);
        let lines = [Some(address.street.as_str()), before_comma];
        Self {
            streets: lines.into_iter().flatten().flat_map(typed_street_keys).collect(),
            postcode: postcode_key(&address.postcode),
            city: words(&address.city).join(" "),
        }
    }
}

impl TypedAddress {
    /// Whether a place with this key may be in the same town. What the list leaves out is not compared.
    fn may_be_near(&self, key: &AddressKey) -> bool {
        let by_postcode = !key.postcode.is_empty() && key.postcode == self.postcode;
        let by_city = key.postcode.is_empty() && !key.city.is_empty() && key.city == self.city;
        by_postcode || by_city
    }
}

/// The place that an address is. Several cities may share a postcode: then the city has to be the same.
pub fn find_place<'a>(address: &DeliveryAddress, places: &'a [ImportedPlace]) -> Option<&'a ImportedPlace> {
    let typed = TypedAddress::from(address);
    let near: Vec<(&ImportedPlace, AddressKey)> = places
        .iter()
        .map(|place| (place, place.key()))
        .filter(|(_, key)| typed.may_be_near(key))
        .collect();
    typed.streets.iter().find_map(|street| {
        let mut found = near.iter().filter(|(_, key)| key.street == *street).peekable();
        let (first, first_key) = found.peek()?;
        let is_only_city = found.clone().all(|(_, key)| key.city == first_key.city);
        let in_city = found.find(|(_, key)| key.city == typed.city);
        in_city
            .map(|(place, _)| *place)
            .or(is_only_city.then_some(*first))
    })
}

impl DeliveryAddress {
    /// Says where the address is. The list wins over the diner, who may be or point elsewhere than the address.
    pub fn locate(&mut self, place: Option<&ImportedPlace>) {
        let of_diner = self.location.filter(|location| location.source.is_diners());
        let of_place = place.map(|place| AddressLocation {
            point: place.point,
            source: LocationSource::Place,
        });
        self.location = of_place.or(of_diner);
    }
}

/// A search for places by what was typed so far, in any order of street and number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceSearch {
    /// What [`ImportedPlace::search_text`] begins with.
    pub prefix: String,
    /// Beginnings of further words in it.
    pub words: Vec<String>,
}

impl PlaceSearch {
    /// `None` for what is too little to search for: most of the list would match.
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.trim().chars().count() < limits::PLACE_SEARCH_FROM {
            return None;
        }
        let (street, numbers) = by_street(typed_words(typed));
        let name = street.iter().take_while(|word| !begins_with_digit(word)).count();
        // The house number follows the street, unless numbers came before it.
        let prefix = if numbers.is_empty() { name + 1 } else { name };
        let (prefix, rest) = street.split_at(prefix.min(street.len()));
        let words = numbers.iter().chain(rest).take(limits::PLACE_SEARCH_WORDS);
        (!prefix.is_empty()).then(|| Self {
            prefix: prefix.join(" "),
            words: words.cloned().collect(),
        })
    }

    /// Whether the house number is one that was typed: a postcode may begin like it.
    pub fn has_number_of(&self, place: &ImportedPlace) -> bool {
        let number = words(&place.number).concat();
        let mut typed = self
            .prefix
            .split(' ')
            .chain(self.words.iter().map(String::as_str));
        typed.any(|word| begins_with_digit(word) && number.starts_with(word))
    }
}

/// Lower case without accents and punctuation.
fn words(text: &str) -> Vec<String> {
    plain_words(text).map(spelled_out).collect()
}

/// The same for somebody who may not have finished the last word.
fn typed_words(text: &str) -> Vec<String> {
    let mut all: Vec<String> = plain_words(text).collect();
    if let Some((_, finished)) = all.split_last_mut() {
        for word in finished {
            *word = spelled_out(std::mem::take(word));
        }
    }
    all
}

fn plain_words(text: &str) -> impl Iterator<Item = String> {
    let folded = fold(text);
    let words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.into_iter()
}

/// German streets are mostly abbreviated.
fn spelled_out(word: String) -> String {
    match word.strip_suffix("str") {
        Some(name) => format!("{name}strasse"),
        None => word,
    }
}

fn begins_with_digit(word: &str) -> bool {
    word.starts_with(|c: char| c.is_numeric())
}

/// The words from the first that is no number, and the numbers before it.
fn by_street(mut words: Vec<String>) -> (Vec<String>, Vec<String>) {
    let numbers = words.iter().take_while(|word| begins_with_digit(word)).count();
    let street = words.split_off(numbers);
    (street, words)
}

/// A street and a house number as one text.
fn street_key(street: &[String], number: &[String]) -> String {
    format!("{},{}", street.join(" "), number_key(number))
}

/// `12a` is also written as `12 a`.
fn number_key(words: &[String]) -> String {
    let parts = words.iter().flat_map(|word| {
        let at = word.find(|c: char| !c.is_numeric()).unwrap_or(word.len());
        let (digits, letters) = word.split_at(at);
        [digits, letters]
    });
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// What a typed line may mean: its house number stands before or behind the street, as one word or as several.
fn typed_street_keys(line: &str) -> Vec<String> {
    let words = words(line);
    let lengths = 1..words.len().min(NUMBER_WORDS + 1);
    let is_number = |number: &[String]| number.first().is_some_and(|word| begins_with_digit(word));
    let of_length = |length: usize| {
        let (before, street_behind) = words.split_at(length);
        let (street_before, behind) = words.split_at(words.len() - length);
        [(street_behind, before), (street_before, behind)]
    };
    lengths
        .flat_map(of_length)
        .filter(|(_, number)| is_number(number))
        .map(|(street, number)| street_key(street, number))
        .collect()
}

fn postcode_key(postcode: &str) -> String {
    plain_words(postcode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(street: &str, number: &str, postcode: &str, city: &str) -> ImportedPlace {
        let [street, number, postcode, city] = [street, number, postcode, city].map(str::to_owned);
        ImportedPlace {
            id: PlaceId(1),
            street,
            number,
            postcode,
            city,
            point: Point {
                latitude: 1,
                longitude: 2,
            },
        }
    }

    fn address(street: &str, postcode: &str, city: &str) -> DeliveryAddress {
        let [street, postcode, city] = [street, postcode, city].map(str::to_owned);
        DeliveryAddress {
            street,
            postcode,
            city,
            ..DeliveryAddress::default()
        }
    }

    #[test]
    fn an_address_is_found_however_it_is_written() {
        let places = [
            place("Schöne Straße", "12a", "10115", "Berlin"),
            place("E Main St", "12", "", "Millbrook"),
            place("Rue de l'Église", "3", "75011", "Paris"),
        ];
        for (street, postcode, city, found) in [
            ("Schöne Straße 12a", "10115", "Berlin", Some(0)),
            ("schone str. 12 A", "10115", "", Some(0)),
            ("Schöne Straße 12a, 3. Stock", "10115", "Berlin", Some(0)),
            ("Schöne Straße 12", "10115", "Berlin", None),
            ("Schöne Straße 12a", "10117", "Berlin", None),
            ("12 E Main St", "99999", "MILLBROOK", Some(1)),
            ("E Main St 12", "", "Millbrook", Some(1)),
            ("12 E Main St", "99999", "Elsewhere", None),
            ("3, rue de l’Eglise", "75 011", "Paris", Some(2)),
            ("", "10115", "Berlin", None),
        ] {
            let found = found.map(|at: usize| &places[at]);
            assert_eq!(
                find_place(&address(street, postcode, city), &places),
                found,
                "{street}"
            );
        }
    }

    #[test]
    fn a_number_in_the_name_of_a_street_is_not_its_house_number() {
        let places = [
            place("E 13th St", "12", "10003", "New York"),
            place("E 12th St", "13", "10003", "New York"),
            place("Straße des 17. Juni", "135", "10623", "Berlin"),
        ];
        for (street, postcode, found) in [
            ("12 E 13th St", "10003", Some(0)),
            ("E 13th St 12", "10003", Some(0)),
            ("13 E 12th St", "10003", Some(1)),
            ("13 E 12th St, Apt 12", "10003", Some(1)),
            ("12 E 12th St", "10003", None),
            ("E 13th St", "10003", None),
            ("Str. des 17. Juni 135", "10623", Some(2)),
            ("Str. des 135. Juni 17", "10623", None),
        ] {
            let found = found.map(|at: usize| &places[at]);
            assert_eq!(
                find_place(&address(street, postcode, ""), &places),
                found,
                "{street}"
            );
        }
    }

    #[test]
    fn a_postcode_of_two_cities_needs_the_city() {
        let places = [
            place("Hauptstraße", "1", "21493", "Elmenhorst"),
            place("Hauptstraße", "1", "21493", "Fuhlenhagen"),
        ];
        let find = |city| find_place(&address("Hauptstr. 1", "21493", city), &places);
        assert_eq!(find("fuhlenhagen"), Some(&places[1]));
        assert_eq!(find("Schwarzenbek"), None);
    }

    #[test]
    fn the_list_wins_over_the_device_and_over_a_point_on_the_map() {
        for source in [LocationSource::Device, LocationSource::Pin] {
            let of_diner = AddressLocation {
                point: Point {
                    latitude: 50,
                    longitude: 50,
                },
                source,
            };
            let place = place("Mill Lane", "1", "10115", "Millbrook");
            let mut door = address("Mill Lane 1", "10115", "Millbrook");
            door.location = Some(of_diner);
            door.locate(None);
            assert_eq!(door.location, Some(of_diner));
            door.locate(Some(&place));
            assert_eq!(door.point(), Some(place.point), "{source:?}");
            door.locate(None);
            assert_eq!(
                door.location, None,
                "what a client says of the list is not believed"
            );
        }
    }

    #[test]
    fn whatever_is_typed_of_an_address_finds_it() {
        let finds = |typed: &str, place: &ImportedPlace| {
            let text = place.search_text();
            PlaceSearch::parse(typed).is_some_and(|search| {
                text.starts_with(&search.prefix)
                    && search.words.iter().all(|word| text.contains(&format!(" {word}")))
            })
        };
        let mill = place("Mill Lane", "12a", "10115", "Millbrook");
        for typed in ["Mil", "mill lane 12", "12a Mill La", "Mill Lane 12a, 10115 mill"] {
            assert!(finds(typed, &mill), "{typed}");
        }
        for typed in ["Mi", "12a", "Lane", "Mill Lane 13", ""] {
            assert!(!finds(typed, &mill), "{typed}");
        }
        assert!(finds("hauptstr", &place("Hauptstraße", "1", "10115", "Berlin")));
        assert!(finds(
            "hauptstr. 1",
            &place("Hauptstraße", "1", "10115", "Berlin")
        ));
        assert!(finds(
            "350 5th av",
            &place("5th Avenue", "350", "10118", "New York")
        ));
        assert!(finds("astr", &place("Astra Road", "1", "10115", "Berlin")));
        assert!(finds(
            "strasse des 17. juni 135",
            &place("Straße des 17. Juni", "135", "10623", "Berlin")
        ));
    }

    #[test]
    fn a_house_number_is_told_from_a_postcode() {
        let has_number = |typed: &str, number: &str| {
            let place = place("Mill Lane", number, "12043", "Berlin");
            PlaceSearch::parse(typed).unwrap().has_number_of(&place)
        };
        assert!(has_number("mill lane 12", "12a") && has_number("12 mill", "12"));
        assert!(!has_number("12 mill", "3") && !has_number("mill lane", "12"));
    }

    #[test]
    fn the_number_stands_where_the_country_has_it() {
        let place = place("Mill Lane", "12", "10115", "Millbrook");
        assert_eq!(place.suggestion("GB").street, "12 Mill Lane");
        assert_eq!(place.suggestion("DE").street, "Mill Lane 12");
        assert_eq!(place.check(), Ok(()));
        let long = ImportedPlace {
            street: "x".repeat(limits::ADDRESS),
            ..place
        };
        assert_eq!(long.check().unwrap_err().field, "street");
    }
}
