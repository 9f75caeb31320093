//! JSON from outside, strictly: bounded in size, depth and number of values, and no member twice.
//!
//! Two members of one name are read differently by different parsers (RFC 8259 §4), which is how a token
//! comes to mean two things: RFC 7515 §4 and RFC 7519 §4 let a parser refuse them, and so we do.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Bounds of one JSON text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Bytes of the text.
    pub bytes: usize,
    /// Levels of arrays and objects: `{"a":[1]}` has two.
    pub depth: usize,
    /// Values of all kinds, at all depths.
    pub values: usize,
}

/// Why a JSON text is refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum JsonFault {
    #[error("longer than {max} bytes")]
    TooLong { max: usize },
    #[error("not acceptable JSON: {0}")]
    Refused(String),
    #[error("not a JSON object")]
    NotAnObject,
}

/// Parses any JSON text.
pub fn parse(text: &[u8], bounds: Bounds) -> Result<Value, JsonFault> {
    if text.len() > bounds.bytes {
        return Err(JsonFault::TooLong { max: bounds.bytes });
    }
    let left = Cell::new(bounds.values);
    let mut source = serde_json::Deserializer::from_slice(text);
    let read = Strict { depth: bounds.depth, left: &left }.deserialize(&mut source);
    // `end` refuses anything after the value.
    read.and_then(|value| source.end().map(|()| value)).map_err(|e| JsonFault::Refused(e.to_string()))
}

/// Parses a JSON text that must be an object.
pub fn object(text: &[u8], bounds: Bounds) -> Result<Map<String, Value>, JsonFault> {
    match parse(text, bounds)? {
        Value::Object(members) => Ok(members),
        _ => Err(JsonFault::NotAnObject),
    }
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    left: &'a Cell<usize>,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| E::custom("nested too deeply"))?;
        Ok(Self { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Value, D::Error> {
        self.left.set(self.left.get().checked_sub(1).ok_or_else(|| D::Error::custom("too many values"))?);
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut out = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            out.push(item);
        }
        Ok(Value::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut out = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            if out.insert(name, value).is_some() {
                return Err(A::Error::custom("an object has a member twice"));
            }
        }
        Ok(Value::Object(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BOUNDS: Bounds = Bounds { bytes: 200, depth: 3, values: 8 };

    #[test]
    fn ordinary_json_means_what_it_means_elsewhere() {
        let text = br#" {"a":[1,-2,1.5,"x",null,true]} "#;
        assert_eq!(parse(text, BOUNDS), Ok(serde_json::from_slice(text).unwrap()));
    }

    #[test]
    fn what_two_parsers_could_read_differently_is_refused() {
        for hostile in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"a":1,"a":1}}"#,
            r#"{"a":1}{"#,
            r#"{"a":1,}"#,
            r"[[[[1]]]]",
            r"[1,2,3,4,5,6,7,8]",
            r"{'a':1}",
            "\u{feff}{}",
            "NaN",
            "1e999",
            "",
        ] {
            assert!(parse(hostile.as_bytes(), BOUNDS).is_err(), "{hostile}");
        }
        assert_eq!(parse(&[b' '; 201], BOUNDS), Err(JsonFault::TooLong { max: 200 }));
        assert_eq!(object(b"[]", BOUNDS), Err(JsonFault::NotAnObject));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(text in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Ok(value) = parse(&text, BOUNDS) {
                prop_assert_eq!(parse(&serde_json::to_vec(&value).unwrap(), Bounds { bytes: 1000, ..BOUNDS }), Ok(value));
            }
        }
    }
}
