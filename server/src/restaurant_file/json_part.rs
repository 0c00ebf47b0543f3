//! A part of a JSON document as a deserializer whose errors are mistakes: each with its path, in words for a person.
//!
//! Unlike serde_json's own it reads a struct from an object only, and refuses fields that nobody reads: a misspelt one would be lost
//! without a word.

use std::{fmt, iter::Enumerate, slice};

use serde::{
    de::{
        self, DeserializeSeed, Deserializer, EnumAccess, Expected, IntoDeserializer, MapAccess, SeqAccess,
        Unexpected, VariantAccess, Visitor,
    },
    forward_to_deserialize_any,
};
use serde_json::{Map, Value, map};
use servery_domain::mistake::{JsonPath, Mistake, PathStep};

pub struct Part<'a>(pub &'a Value);

/// A mistake whose path is put together on the way out of the document, the last step first.
#[derive(Debug)]
pub struct PartError {
    steps: Vec<PathStep>,
    wrong: String,
}

impl PartError {
    fn new(wrong: impl Into<String>) -> Self {
        Self {
            steps: Vec::new(),
            wrong: wrong.into(),
        }
    }

    fn within(mut self, step: PathStep) -> Self {
        self.steps.push(step);
        self
    }
}

impl From<PartError> for Mistake {
    fn from(mut error: PartError) -> Self {
        error.steps.reverse();
        Self {
            path: JsonPath(error.steps),
            wrong: error.wrong,
        }
    }
}

impl fmt::Display for PartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.wrong)
    }
}

impl std::error::Error for PartError {}

impl de::Error for PartError {
    /// What a type of the domain says of a text that it does not understand.
    fn custom<T: fmt::Display>(why: T) -> Self {
        Self::new(format!("is not understood: {why}"))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("is {}, and not {}", named(found), wanted(expected)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_variant(found: &str, known: &'static [&'static str]) -> Self {
        Self::new(format!("is {found:?}, and not one of {}", known.join(", ")))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new("is missing").within(PathStep::Field(field.into()))
    }
}

fn named(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Str(text) => format!("the text {text:?}"),
        Unexpected::Unit | Unexpected::Option => "null".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map | Unexpected::StructVariant => "an object".to_owned(),
        Unexpected::Bool(is) => is.to_string(),
        Unexpected::Unsigned(number) => number.to_string(),
        Unexpected::Signed(number) => number.to_string(),
        Unexpected::Float(number) => format!("{number:?}"),
        other => other.to_string(),
    }
}

/// serde names Rust's types.
fn wanted(expected: &dyn Expected) -> String {
    let name = expected.to_string();
    match name.as_str() {
        "i64" | "i32" | "i16" => "a whole number".to_owned(),
        "u64" | "u32" | "u16" | "u8" => format!("a whole number from 0 to {}", most(&name)),
        "a string" => "a text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a boolean" => "true or false".to_owned(),
        name if name.starts_with("struct ") => "an object".to_owned(),
        _ => name,
    }
}

fn most(unsigned: &str) -> u64 {
    match unsigned {
        "u8" => u8::MAX.into(),
        "u16" => u16::MAX.into(),
        "u32" => u32::MAX.into(),
        _ => u64::MAX,
    }
}

impl<'de> Deserializer<'de> for Part<'de> {
    type Error = PartError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PartError> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(is) => visitor.visit_bool(*is),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(Items(items.iter().enumerate())),
            Value::Object(members) => visitor.visit_map(Members {
                rest: members.iter(),
                value: None,
            }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PartError> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, PartError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, PartError> {
        match self.0 {
            Value::Array(_) => return Err(de::Error::invalid_type(Unexpected::Seq, &visitor)),
            Value::Object(members) => check_fields(members, fields)?,
            _ => {}
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, PartError> {
        match self.0 {
            Value::String(tag) => visitor.visit_enum(Tagged { tag, content: None }),
            Value::Object(members) if members.len() == 1 => {
                let (tag, content) = members.iter().next().ok_or_else(|| none_of(variants))?;
                visitor.visit_enum(Tagged {
                    tag,
                    content: Some(content),
                })
            }
            _ => Err(none_of(variants)),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct
        map identifier ignored_any
    }
}

fn check_fields(members: &Map<String, Value>, known: &[&str]) -> Result<(), PartError> {
    match members.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(unknown) => {
            let wrong = format!("is no field here; the fields are {}", known.join(", "));
            Err(PartError::new(wrong).within(PathStep::Field(unknown.clone().into())))
        }
    }
}

fn none_of(variants: &[&str]) -> PartError {
    PartError::new(format!("is not one of {}", variants.join(", ")))
}

struct Items<'a>(Enumerate<slice::Iter<'a, Value>>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = PartError;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, PartError> {
        let Some((position, item)) = self.0.next() else {
            return Ok(None);
        };
        let read = seed.deserialize(Part(item)).map(Some);
        read.map_err(|error| error.within(PathStep::Item(position)))
    }
}

struct Members<'a> {
    rest: map::Iter<'a>,
    value: Option<(&'a String, &'a Value)>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = PartError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, PartError> {
        self.value = self.rest.next();
        let Some((name, _)) = self.value else {
            return Ok(None);
        };
        seed.deserialize(name.as_str().into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, PartError> {
        let Some((name, value)) = self.value else {
            return Err(PartError::new("has a value without a name"));
        };
        let read = seed.deserialize(Part(value));
        read.map_err(|error| error.within(PathStep::Field(name.clone().into())))
    }
}

/// A value of an enum: a text, or an object whose one field is its name.
struct Tagged<'a> {
    tag: &'a str,
    content: Option<&'a Value>,
}

impl<'a> Tagged<'a> {
    fn read<T>(self, read: impl FnOnce(Part<'a>) -> Result<T, PartError>) -> Result<T, PartError> {
        let Some(content) = self.content else {
            return Err(PartError::new(format!("needs a value: {{\"{}\": …}}", self.tag)));
        };
        read(Part(content)).map_err(|error| error.within(PathStep::Field(self.tag.to_owned().into())))
    }
}

impl<'de> EnumAccess<'de> for Tagged<'de> {
    type Error = PartError;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), PartError> {
        Ok((seed.deserialize(self.tag.into_deserializer())?, self))
    }
}

impl<'de> VariantAccess<'de> for Tagged<'de> {
    type Error = PartError;

    fn unit_variant(self) -> Result<(), PartError> {
        match self.content {
            None => Ok(()),
            Some(_) => Err(PartError::new(format!(
                "takes no value; write {:?} alone",
                self.tag
            ))),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, PartError> {
        self.read(|content| seed.deserialize(content))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, PartError> {
        self.read(|content| content.deserialize_tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, PartError> {
        self.read(|content| content.deserialize_struct("", fields, visitor))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]
mod tests {
    use serde::Deserialize;
    use serde_json::json;
    use servery_domain::{
        coupon::CouponEffect,
        delivery_area::DeliveryArea,
        menu::Dish,
        order_settings::{DeliveryZone, OrderSettings},
    };

    use super::*;

    fn read<'a, T: Deserialize<'a>>(value: &'a Value) -> Result<T, String> {
        T::deserialize(Part(value)).map_err(|error| Mistake::from(error).to_string())
    }

    fn dish() -> Value {
        json!({"id": "0".repeat(32), "name": "Ramen", "price": 950, "allergens": ["gluten"], "served": "Mo-Fr 11:30-14:30"})
    }

    #[test]
    fn what_is_sound_is_read_as_serde_does() {
        let value = dish();
        assert_eq!(
            read::<Dish>(&value),
            Ok(serde_json::from_value(value.clone()).unwrap())
        );
        for area in [
            json!({"circle": {"centre": {"latitude": -5, "longitude": 5}, "metres": 100}}),
            json!({"polygon": [{"latitude": 1, "longitude": 2}]}),
            json!({"postcodes": ["1"]}),
        ] {
            let expected: DeliveryArea = serde_json::from_value(area.clone()).unwrap();
            assert_eq!(read(&area), Ok(expected));
        }
        for effect in [json!("free_delivery"), json!({"portion": 5})] {
            let expected: CouponEffect = serde_json::from_value(effect.clone()).unwrap();
            assert_eq!(read(&effect), Ok(expected));
        }
        assert_eq!(read(&json!({})), Ok(OrderSettings::default()));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_path() {
        let without = |field: &str| {
            let mut dish = dish();
            dish.as_object_mut().unwrap().remove(field);
            dish
        };
        let with = |field: &str, value: Value| {
            let mut dish = dish();
            dish[field] = value;
            dish
        };
        for (value, expected) in [
            (json!([]), "is a list, and not an object"),
            (json!(7), "is 7, and not an object"),
            (without("price"), "price: is missing"),
            (
                with("price", json!("9.50")),
                "price: is the text \"9.50\", and not a whole number",
            ),
            (with("price", json!(9.5)), "price: is 9.5, and not a whole number"),
            (with("name", json!(null)), "name: is null, and not a text"),
            (
                with("id", json!("7")),
                "id: is not understood: an id is 32 hexadecimal digits in lower case",
            ),
            (
                with("allergens", json!("nuts")),
                "allergens: is the text \"nuts\", and not a list",
            ),
            (
                with("served", json!("Mo-Fri")),
                "served: is not understood: opening hours are written like",
            ),
            (
                with("alergens", json!(["nuts"])),
                "alergens: is no field here; the fields are id, name,",
            ),
            (with("tax", json!({"eat_in": 1})), "tax.takeaway: is missing"),
            (
                with("tax", json!({"eat_in": -1, "takeaway": 1})),
                "tax.eat_in: is -1, and not a whole number from 0 to",
            ),
        ] {
            let told = read::<Dish>(&value).unwrap_err();
            assert!(told.starts_with(expected), "{told}");
        }
        let unknown = with("allergens", json!(["gluten", "plutonium"]));
        let told = read::<Dish>(&unknown).unwrap_err();
        assert!(
            told.starts_with("allergens[1]: is \"plutonium\", and not one of gluten, crustaceans"),
            "{told}"
        );
    }

    #[test]
    fn values_of_enums_are_read_as_strictly() {
        let zone = |area: Value| json!({"name": "Town", "area": area, "fee": 0});
        for (area, expected) in [
            (json!(7), "area: is not one of polygon, circle, postcodes"),
            (json!({}), "area: is not one of polygon, circle, postcodes"),
            (json!("circle"), "area: needs a value: {\"circle\": …}"),
            (
                json!({"square": 5}),
                "area: is \"square\", and not one of polygon, circle, postcodes",
            ),
            (
                json!({"circle": [{"latitude": 1, "longitude": 2}, 5]}),
                "area.circle: is a list, and not an object",
            ),
            (
                json!({"polygon": [{"latitude": 1}]}),
                "area.polygon[0].longitude: is missing",
            ),
        ] {
            assert_eq!(read::<DeliveryZone>(&zone(area)), Err(expected.to_owned()));
        }
        let told = read::<CouponEffect>(&json!({"free_delivery": true}));
        assert_eq!(
            told,
            Err("takes no value; write \"free_delivery\" alone".to_owned())
        );
    }
}
