//! Reads JSON as serde does, but a struct only from an object: serde reads one from a list of its fields, too, and then `[]` means a
//! struct whose fields all have defaults.

use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};

pub fn from_slice<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let value = T::deserialize(Strict(&mut reader))?;
    reader.end()?;
    Ok(value)
}

/// Passes on everything that serde's parts ask of each other, wrapped, so that no struct in the depth is missed.
struct Strict<T>(T);

macro_rules! deserialize {
    ($($method:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method(Strict(visitor))
        }
    )+};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<D> {
    type Error = D::Error;

    deserialize! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_option
        deserialize_unit deserialize_seq deserialize_map deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Strict(visitor))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_unit_struct(name, Strict(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, Strict(visitor))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple(len, Strict(visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple_struct(name, len, Strict(visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(name, variants, Strict(visitor))
    }
}

macro_rules! visit {
    ($($method:ident($value:ty))+) => {$(
        fn $method<E: Error>(self, value: $value) -> Result<V::Value, E> {
            self.0.$method(value)
        }
    )+};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Strict<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    visit! {
        visit_bool(bool) visit_i64(i64) visit_u64(u64) visit_i128(i128) visit_u128(u128) visit_f64(f64)
        visit_str(&str) visit_borrowed_str(&'de str) visit_string(String)
        visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Strict(value))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Strict(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Strict(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Strict(members))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, value: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(Strict(value))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Strict<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Strict(value))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Strict<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Strict(seed))
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Strict<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Strict(seed))
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Strict<A> {
    type Error = A::Error;
    type Variant = Strict<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let (tag, content) = self.0.variant_seed(seed)?;
        Ok((tag, Strict(content)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Strict<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.0.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.0.newtype_variant_seed(Strict(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.0.tuple_variant(len, Strict(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.0.newtype_variant_seed(AsObject(visitor))
    }
}

/// The fields of a tagged struct.
struct AsObject<V>(V);

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for AsObject<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        value.deserialize_map(Strict(self.0))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]
mod tests {
    use serde::Deserialize;
    use serde_json::value::RawValue;
    use servery_domain::{
        draft::Draft,
        order::Event,
        pos::{Record, op::Op},
    };

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Raw {
        ops: Vec<Box<RawValue>>,
    }

    #[test]
    fn a_struct_is_an_object_however_deep() {
        for json in [
            "[]",
            r#"{"basket":[]}"#,
            r#"{"contact":["Ada"]}"#,
            r#"{"door":["Main St","1","X"]}"#,
            r#"{"basket":{"fulfilment":{"delivery":["Main St","1","X"]}}}"#,
        ] {
            assert!(serde_json::from_str::<Draft>(json).is_ok(), "serde reads {json}");
            assert!(from_slice::<Draft>(json.as_bytes()).is_err(), "{json}");
        }
        let json = br#"{"rejected":["busy"]}"#;
        assert!(serde_json::from_slice::<Event>(json).is_ok() && from_slice::<Event>(json).is_err());
        assert!(from_slice::<Draft>(b"{} {}").is_err(), "two values");
    }

    #[test]
    fn everything_else_is_read_as_serde_does() {
        let id = "0".repeat(32);
        for json in [
            r#"{"basket":{"fulfilment":"collection","tip":5},"contact":{"name":"Ada"},"payment":null}"#
                .to_owned(),
            format!(
                r#"{{"basket":{{"lines":[{{"id":"{id}","dish":"{id}","count":2}}],"slot":"2026-11-21T22:30"}}}}"#
            ),
        ] {
            let read: Draft = from_slice(json.as_bytes()).unwrap();
            assert_eq!(read, serde_json::from_str(&json).unwrap(), "{json}");
        }
        for json in [r#""placed""#, r#"{"rejected":{"reason":"busy"}}"#] {
            assert_eq!(
                from_slice::<Event>(json.as_bytes()).unwrap(),
                serde_json::from_str(json).unwrap()
            );
        }
        let action = format!(
            r#"{{"add":{{"bill":"{id}","line":{{"id":"{id}","dish":"{id}","name":"x","price":5,"taxed":[[1,5]],"count":1}}}}}}"#
        );
        let op = format!(r#"{{"id":"{id}","device":"{id}","n":1,"op_version":1,"at":0,"action":{action}}}"#);
        assert_eq!(
            from_slice::<Op>(op.as_bytes()).unwrap(),
            serde_json::from_str(&op).unwrap()
        );
        let record = format!(r#"{{"gone":{{"bill":"{id}"}}}}"#);
        assert_eq!(
            from_slice::<Record>(record.as_bytes()).unwrap(),
            serde_json::from_str(&record).unwrap()
        );
        let raw: Raw = from_slice(br#"{"ops":[{"a":[1]}, [2]]}"#).unwrap();
        assert_eq!(
            raw.ops.iter().map(|raw| raw.get()).collect::<Vec<_>>(),
            [r#"{"a":[1]}"#, "[2]"]
        );
    }
}
