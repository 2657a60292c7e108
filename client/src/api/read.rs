//! JSON into the types of the API, without a word about what is wrong with it.
//!
//! What the server sends is either right or of no use, and no person reads which field was odd. `serde_json` alone would
//! make every browser download its error texts, once for each type: a tenth of the program.

use serde::{
    Deserializer,
    de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor},
};
use serde_json::{Map, Value, map};
use std::fmt;

/// Reads all of the text, or nothing.
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    T::deserialize(Reader(serde_json::from_str(text).ok()?)).ok()
}

/// It was not as it should be.
#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

impl de::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// A value to be read.
struct Reader(Value);

/// Methods that take one kind of value and refuse the rest.
macro_rules! only {
    ($($method:ident: $kind:ident($value:ident) => $visit:expr;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
            match self.0 {
                Value::$kind($value) => $visit(visitor, $value),
                _ => Err(Refused),
            }
        }
    )*};
}

/// Methods that are the same as another.
macro_rules! same {
    ($($method:ident)* => $other:ident) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
            self.$other(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(value) => number(visitor, &value),
            Value::String(value) => visitor.visit_string(value),
            Value::Array(values) => list(visitor, values),
            Value::Object(fields) => object(visitor, fields),
        }
    }

    only! {
        deserialize_bool: Bool(value) => V::visit_bool;
        deserialize_u64: Number(value) => |visitor, value| number::<V>(visitor, &value);
        deserialize_string: String(value) => V::visit_string;
        deserialize_seq: Array(values) => list;
        deserialize_map: Object(fields) => object;
    }
    same!(deserialize_u8 deserialize_u16 deserialize_u32 deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_f32 deserialize_f64 => deserialize_u64);
    same!(deserialize_str deserialize_char deserialize_identifier => deserialize_string);

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        if self.0.is_null() { visitor.visit_unit() } else { Err(Refused) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refused> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_map(visitor)
    }

    /// Only plain ones: those of the API hold nothing more than their name.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(name.into_deserializer()),
            _ => Err(Refused),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { bytes byte_buf unit_struct tuple tuple_struct }
}

fn number<'de, V: Visitor<'de>>(visitor: V, value: &serde_json::Number) -> Result<V::Value, Refused> {
    match (value.as_u64(), value.as_i64()) {
        (Some(value), _) => visitor.visit_u64(value),
        (_, Some(value)) => visitor.visit_i64(value),
        _ => Err(Refused),
    }
}

fn list<'de, V: Visitor<'de>>(visitor: V, values: Vec<Value>) -> Result<V::Value, Refused> {
    visitor.visit_seq(Items(values.into_iter()))
}

fn object<'de, V: Visitor<'de>>(visitor: V, fields: Map<String, Value>) -> Result<V::Value, Refused> {
    visitor.visit_map(Fields { fields: fields.into_iter(), value: Value::Null })
}

/// The items of an array.
struct Items(std::vec::IntoIter<Value>);

impl<'de> de::SeqAccess<'de> for Items {
    type Error = Refused;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Refused> {
        self.0.next().map(|value| seed.deserialize(Reader(value))).transpose()
    }
}

/// The fields of an object.
struct Fields {
    fields: map::IntoIter,
    /// Of the field whose name was read last.
    value: Value,
}

impl<'de> de::MapAccess<'de> for Fields {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refused> {
        let Some((name, value)) = self.fields.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(Reader(Value::String(name))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Refused> {
        seed.deserialize(Reader(self.value.take()))
    }
}
