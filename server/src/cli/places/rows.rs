//! Rows of a file of addresses: what of them are places, and which lines are wrong.

use servery_domain::{delivery_area::Point, id::PlaceId, place::ImportedPlace};
use sha2::{Digest, Sha256};

/// Addresses of one file.
const MOST: usize = 10_000_000;
/// Errors that are told.
pub(super) const ERRORS: usize = 20;

/// What was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    pub places: usize,
    pub left_out: LeftOut,
}

/// Rows that are no addresses, as every large list has them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    pub without_number: usize,
    pub without_city: usize,
    pub without_point: usize,
}

/// A row as it stands in the file.
#[derive(Debug, Default)]
pub(super) struct RawPlace {
    pub street: String,
    pub number: String,
    pub postcode: String,
    pub city: String,
    /// Degrees of longitude and latitude, as text.
    pub position: Option<(String, String)>,
}

/// Takes the rows of a file. `false` ends the reading.
pub(super) struct Rows<'a> {
    reading: Reading,
    errors: Vec<String>,
    city: &'a str,
    add: &'a mut dyn FnMut(ImportedPlace) -> bool,
}

impl<'a> Rows<'a> {
    pub(super) fn new(city: &'a str, add: &'a mut dyn FnMut(ImportedPlace) -> bool) -> Self {
        Self {
            reading: Reading::default(),
            errors: Vec::new(),
            city,
            add,
        }
    }

    /// What was read, unless there were errors.
    pub(super) fn finish(self) -> Result<Reading, Vec<String>> {
        match self.errors.is_empty() {
            true => Ok(self.reading),
            false => Err(self.errors),
        }
    }

    pub(super) fn error(&mut self, at: &str, what: impl std::fmt::Display) -> bool {
        self.errors.push(format!("{at}: {what}"));
        self.errors.len() < ERRORS
    }

    /// The file cannot be read further.
    pub(super) fn last_error(&mut self, at: &str, what: impl std::fmt::Display) -> bool {
        self.error(at, what);
        false
    }

    pub(super) fn row(&mut self, at: &str, row: RawPlace) -> bool {
        let Some((longitude, latitude)) = &row.position else {
            self.reading.left_out.without_point += 1;
            return true;
        };
        let [street, number, postcode, mut city] =
            [&row.street, &row.number, &row.postcode, &row.city].map(|text| one_line(text));
        if street.is_empty() || number.is_empty() {
            self.reading.left_out.without_number += 1;
            return true;
        }
        if city.is_empty() {
            city = one_line(self.city);
        }
        if city.is_empty() && postcode.is_empty() {
            self.reading.left_out.without_city += 1;
            return true;
        }
        let point = match point(longitude, latitude) {
            Ok(point) => point,
            Err(error) => return self.error(at, error),
        };
        let mut place = ImportedPlace {
            id: PlaceId(0),
            street,
            number,
            postcode,
            city,
            point,
        };
        if let Err(error) = place.check() {
            return self.error(at, error);
        }
        place.id = place_id(&place);
        self.reading.places += 1;
        if self.reading.places > MOST {
            return self.last_error(at, format!("a file has at most {MOST} addresses"));
        }
        (self.add)(place)
    }
}

/// Spaces of all kinds become one space each.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn point(longitude: &str, latitude: &str) -> Result<Point, String> {
    Ok(Point {
        latitude: millionths("latitude", latitude, 90.0)?,
        longitude: millionths("longitude", longitude, 180.0)?,
    })
}

fn millionths(name: &str, degrees: &str, most: f64) -> Result<i32, String> {
    let number: f64 = degrees
        .trim()
        .parse()
        .map_err(|_| format!("the {name} '{degrees}' is not a number"))?;
    match (-most..=most).contains(&number) {
        true => Ok((number * 1_000_000.0).round() as i32),
        false => Err(format!("the {name} {degrees} is not between -{most} and {most}")),
    }
}

/// Made from the address: a second import of it finds the first.
fn place_id(place: &ImportedPlace) -> PlaceId {
    let key = place.key();
    let digest = Sha256::new()
        .chain_update(&key.street)
        .chain_update([0])
        .chain_update(&key.postcode)
        .chain_update([0])
        .chain_update(&key.city)
        .finalize();
    let start = digest.iter().take(16);
    PlaceId(start.fold(0, |id, byte| id << 8 | u128::from(*byte)))
}
