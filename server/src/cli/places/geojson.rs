//! GeoJSON: a collection of features, or one feature in each line, with the properties of OpenAddresses or of OpenStreetMap.

use std::{
    fmt,
    io::{BufRead, Cursor, Read},
};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use super::rows::{RawPlace, Rows};

/// Bytes of a line with a feature.
const LINE: u64 = 1024 * 1024;

#[derive(Deserialize)]
struct Feature {
    #[serde(rename = "type")]
    _kind: FeatureKind,
    geometry: Option<Geometry>,
    properties: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
enum FeatureKind {
    Feature,
}

#[derive(Deserialize)]
struct Geometry {
    #[serde(rename = "type")]
    kind: String,
    /// Of a point longitude, latitude, and perhaps the height.
    #[serde(default)]
    coordinates: Value,
}

impl Geometry {
    /// Longitude and latitude.
    fn position(&self) -> Option<(String, String)> {
        let is_point = self.kind == "Point";
        match self.coordinates.as_array().map(Vec::as_slice) {
            Some([longitude, latitude, ..]) if is_point => {
                Some((longitude.to_string(), latitude.to_string()))
            }
            _ => None,
        }
    }
}

impl Feature {
    fn raw(self) -> RawPlace {
        let properties = self.properties.unwrap_or_default();
        let text = |names: [&str; 2]| {
            let found = names.iter().find_map(|name| match properties.get(*name)? {
                Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            });
            found.unwrap_or_default()
        };
        RawPlace {
            street: text(["street", "addr:street"]),
            number: text(["number", "addr:housenumber"]),
            postcode: text(["postcode", "addr:postcode"]),
            city: text(["city", "addr:city"]),
            position: self.geometry.and_then(|geometry| geometry.position()),
        }
    }
}

pub(super) fn read(mut source: impl BufRead, rows: &mut Rows<'_>) {
    let mut first = Vec::new();
    if let Err(error) = source.by_ref().take(LINE).read_until(b'\n', &mut first) {
        rows.error("line 1", error);
        return;
    }
    match serde_json::from_slice::<Feature>(&first) {
        Ok(_) => lines(Cursor::new(first).chain(source), rows),
        Err(_) => collection(Cursor::new(first).chain(source), rows),
    }
}

fn lines(mut source: impl BufRead, rows: &mut Rows<'_>) {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let at = format!("line {number}");
        let goes_on = match source.by_ref().take(LINE).read_until(b'\n', &mut line) {
            Ok(0) => return,
            Ok(_) if line.trim_ascii().is_empty() => true,
            Ok(_) => match serde_json::from_slice::<Feature>(&line) {
                Ok(feature) => rows.row(&at, feature.raw()),
                Err(error) => rows.error(&at, format!("this is no feature: {error}")),
            },
            Err(error) => rows.last_error(&at, error),
        };
        if !goes_on {
            return;
        }
    }
}

fn collection(source: impl Read, rows: &mut Rows<'_>) {
    let mut stopped = false;
    let read = Collection {
        rows,
        stopped: &mut stopped,
    }
    .deserialize(&mut serde_json::Deserializer::from_reader(source));
    if let Err(error) = read
        && !stopped
    {
        let at = format!("line {}", error.line());
        rows.error(&at, error);
    }
}

/// Takes the features while the collection is read.
struct Collection<'a, 'b> {
    rows: &'a mut Rows<'b>,
    /// The reading was ended, which serde can only do by an error.
    stopped: &'a mut bool,
}

impl<'de> DeserializeSeed<'de> for Collection<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Collection<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a FeatureCollection")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "type" => {
                    let kind: String = map.next_value()?;
                    if kind != "FeatureCollection" {
                        return Err(A::Error::custom(format!("'{kind}' is not a FeatureCollection")));
                    }
                }
                "features" => {
                    found = true;
                    map.next_value_seed(Features {
                        rows: &mut *self.rows,
                        stopped: &mut *self.stopped,
                    })?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        match found {
            true => Ok(()),
            false => Err(A::Error::missing_field("features")),
        }
    }
}

struct Features<'a, 'b> {
    rows: &'a mut Rows<'b>,
    stopped: &'a mut bool,
}

impl<'de> DeserializeSeed<'de> for Features<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Features<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("features")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut features: A) -> Result<(), A::Error> {
        let mut number = 0;
        while let Some(feature) = features.next_element::<Feature>()? {
            number += 1;
            if !self.rows.row(&format!("feature {number}"), feature.raw()) {
                *self.stopped = true;
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}
