//! JSON into the types of the API, without a word about what is wrong with it.
//!
//! What the server sends is either right or of no use, and no person reads which field was odd. `serde_json` alone would
//! make every browser download its error texts, once for each type: a tenth of the program.

use serde::{
    Deserializer,
    de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor},
};
use std::fmt;

/// Reads all of the text, or nothing.
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    T::deserialize(parse(text)?).ok()
}

/// A JSON value. Numbers are whole: the API has no others.
enum Value {
    Null,
    Bool(bool),
    Number(i64),
    String(String),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
}

/// The browser reads JSON itself.
#[cfg(target_arch = "wasm32")]
fn parse(text: &str) -> Option<Value> {
    of_js(js_sys::JSON::parse(text).ok()?)
}

/// Where there is no browser: in tests.
#[cfg(not(target_arch = "wasm32"))]
fn parse(text: &str) -> Option<Value> {
    fn of(value: serde_json::Value) -> Option<Value> {
        use serde_json::Value as Json;
        Some(match value {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(value),
            Json::Number(value) => Value::Number(value.as_i64()?),
            Json::String(value) => Value::String(value),
            Json::Array(values) => Value::Array(values.into_iter().map(of).collect::<Option<_>>()?),
            Json::Object(fields) => {
                let fields = fields.into_iter().map(|(name, value)| Some((name, of(value)?)));
                Value::Object(fields.collect::<Option<_>>()?)
            }
        })
    }

    of(serde_json::from_str(text).ok()?)
}

/// What `JSON.parse` gave.
#[cfg(target_arch = "wasm32")]
fn of_js(value: wasm_bindgen::JsValue) -> Option<Value> {
    use wasm_bindgen::JsCast;

    if let Some(text) = value.as_string() {
        return Some(Value::String(text));
    }
    if let Some(number) = value.as_f64() {
        return (number.floor() == number).then_some(Value::Number(number as i64));
    }
    if value.is_null() {
        return Some(Value::Null);
    }
    if let Some(value) = value.as_bool() {
        return Some(Value::Bool(value));
    }
    let list = |array: js_sys::Array| array.iter().map(of_js).collect::<Option<Vec<_>>>();
    if js_sys::Array::is_array(&value) {
        return list(value.unchecked_into()).map(Value::Array);
    }
    let object: js_sys::Object = value.unchecked_into();
    let names = js_sys::Object::keys(&object);
    let values = list(js_sys::Object::values(&object))?;
    Some(Value::Object(names.iter().filter_map(|name| name.as_string()).zip(values).collect()))
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

/// Methods that take one kind of value and refuse the rest.
macro_rules! only {
    ($($method:ident: $kind:ident($value:ident) => $visit:expr;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
            match self {
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

impl<'de> Deserializer<'de> for Value {
    type Error = Refused;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(value) => number(visitor, value),
            Value::String(value) => visitor.visit_string(value),
            Value::Array(values) => list(visitor, values),
            Value::Object(fields) => object(visitor, fields),
        }
    }

    only! {
        deserialize_bool: Bool(value) => V::visit_bool;
        deserialize_u64: Number(value) => number;
        deserialize_string: String(value) => V::visit_string;
        deserialize_seq: Array(values) => list;
        deserialize_map: Object(fields) => object;
    }
    same!(deserialize_u8 deserialize_u16 deserialize_u32 deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_f32 deserialize_f64 => deserialize_u64);
    same!(deserialize_str deserialize_char deserialize_identifier => deserialize_string);

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self {
            Self::Null => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        match self {
            Self::Null => visitor.visit_unit(),
            _ => Err(Refused),
        }
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

    /// A plain one is its name; one that holds something is an object of one field, named as it.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        match self {
            Value::String(name) => visitor.visit_enum(name.into_deserializer()),
            Value::Object(mut fields) if fields.len() == 1 => match fields.pop() {
                Some((name, value)) => visitor.visit_enum(Variant { name, value }),
                None => Err(Refused),
            },
            _ => Err(Refused),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refused> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { bytes byte_buf unit_struct tuple tuple_struct }
}

fn number<'de, V: Visitor<'de>>(visitor: V, value: i64) -> Result<V::Value, Refused> {
    match u64::try_from(value) {
        Ok(value) => visitor.visit_u64(value),
        Err(_) => visitor.visit_i64(value),
    }
}

fn list<'de, V: Visitor<'de>>(visitor: V, values: Vec<Value>) -> Result<V::Value, Refused> {
    visitor.visit_seq(Items(values.into_iter()))
}

fn object<'de, V: Visitor<'de>>(visitor: V, fields: Vec<(String, Value)>) -> Result<V::Value, Refused> {
    visitor.visit_map(Fields { fields: fields.into_iter(), value: Value::Null })
}

/// A variant that holds something.
struct Variant {
    name: String,
    value: Value,
}

impl<'de> de::EnumAccess<'de> for Variant {
    type Error = Refused;
    type Variant = Value;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Value), Refused> {
        Ok((seed.deserialize(Value::String(self.name))?, self.value))
    }
}

impl<'de> de::VariantAccess<'de> for Value {
    type Error = Refused;

    fn unit_variant(self) -> Result<(), Refused> {
        Err(Refused)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Refused> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Refused> {
        Err(Refused)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refused> {
        self.deserialize_map(visitor)
    }
}

/// The items of an array.
struct Items(std::vec::IntoIter<Value>);

impl<'de> de::SeqAccess<'de> for Items {
    type Error = Refused;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Refused> {
        self.0.next().map(|value| seed.deserialize(value)).transpose()
    }
}

/// The fields of an object.
struct Fields {
    fields: std::vec::IntoIter<(String, Value)>,
    /// Of the field whose name was read last.
    value: Value,
}

impl<'de> de::MapAccess<'de> for Fields {
    type Error = Refused;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Refused> {
        let Some((name, value)) = self.fields.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(Value::String(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Refused> {
        seed.deserialize(std::mem::replace(&mut self.value, Value::Null))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use daymark_shared::channel::Shown;

    #[test]
    fn a_variant_is_read_with_what_it_holds() {
        let push = read::<Shown>(r#"{"push":{"host":"push.example","fingerprint":"00ff"}}"#);
        assert!(matches!(push, Some(Shown::Push { host, .. }) if host == "push.example"));
        let mail = read::<Shown>(r#"{"email":{"address":"mira@example.org"}}"#);
        assert!(matches!(mail, Some(Shown::Email(target)) if target.address.as_str() == "mira@example.org"));
        assert_eq!(read::<Shown>(r#"{"email":{"address":"mira@example.org"},"push":{}}"#), None);
        assert_eq!(read::<Shown>(r#""email""#), None);
    }
}
