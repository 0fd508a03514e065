//! A serde deserializer over nodes, which binds each error to the innermost place it concerns.

mod access;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use self::access::{Elements, Entries, SpannedParts, Variant};
use super::decode_error::DecodeError;
use super::node::{Kind, Node};
use super::scalar::{Scalar, resolve};
use super::spanned;

/// Reads a value from a node.
#[derive(Clone, Copy)]
pub(super) struct NodeDeserializer<'de>(pub(super) &'de Node);

impl<'de> NodeDeserializer<'de> {
    fn is_null(self) -> bool {
        matches!(&self.0.kind, Kind::Scalar { text, plain }
            if resolve(text, *plain) == Scalar::Null)
    }

    /// What this node is, for an error that expected something else.
    fn unexpected(self) -> Unexpected<'de> {
        match &self.0.kind {
            Kind::Sequence(_) => Unexpected::Seq,
            Kind::Mapping(_) => Unexpected::Map,
            Kind::Scalar { text, plain } => match resolve(text, *plain) {
                Scalar::Null => Unexpected::Unit,
                Scalar::Boolean(value) => Unexpected::Bool(value),
                Scalar::Unsigned(value) => Unexpected::Unsigned(value),
                Scalar::Signed(value) => Unexpected::Signed(value),
                Scalar::Float(value) => Unexpected::Float(value),
                Scalar::Text(value) => Unexpected::Str(value),
            },
        }
    }

    fn mismatch<V: Visitor<'de>>(self, visitor: &V) -> DecodeError {
        DecodeError::invalid_type(self.unexpected(), visitor).at(self.0.span)
    }
}

impl<'de> Deserializer<'de> for NodeDeserializer<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let (text, plain) = match &self.0.kind {
            Kind::Sequence(_) => return self.deserialize_seq(visitor),
            Kind::Mapping(_) => return self.deserialize_map(visitor),
            Kind::Scalar { text, plain } => (text, *plain),
        };
        let result = match resolve(text, plain) {
            Scalar::Null => visitor.visit_unit(),
            Scalar::Boolean(value) => visitor.visit_bool(value),
            Scalar::Unsigned(value) => visitor.visit_u64(value),
            Scalar::Signed(value) => visitor.visit_i64(value),
            Scalar::Float(value) => visitor.visit_f64(value),
            Scalar::Text(value) => visitor.visit_borrowed_str(value),
        };
        result.map_err(|error: DecodeError| error.at(self.0.span))
    }

    /// Where text is wanted, `2024` and `true` are taken as written.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.0.kind {
            Kind::Scalar { text, .. } if !self.is_null() => visitor
                .visit_borrowed_str(text)
                .map_err(|error: DecodeError| error.at(self.0.span)),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.0.kind {
            Kind::Sequence(items) => visitor
                .visit_seq(Elements(items.iter()))
                .map_err(|error| error.at(self.0.span)),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    /// A key without a value (`staging:`) is a map without entries.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.0.kind {
            Kind::Mapping(entries) => visitor.visit_map(Entries::new(entries)),
            Kind::Scalar { .. } if self.is_null() => visitor.visit_map(Entries::new(&[])),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if name == spanned::NAME {
            return visitor.visit_map(SpannedParts::new(self.0.span, self));
        }
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match &self.0.kind {
            Kind::Scalar { text, .. } if !self.is_null() => visitor
                .visit_enum(text.as_str().into_deserializer())
                .map_err(|error: DecodeError| error.at(self.0.span)),
            Kind::Mapping(entries) => match entries.as_slice() {
                [entry] => visitor.visit_enum(Variant(entry)),
                _ => Err(DecodeError::custom("expected exactly one field here").at(self.0.span)),
            },
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct
        tuple tuple_struct
    }
}

/// Reads the key of an entry, also as [`super::Spanned`].
pub(super) struct KeyDeserializer<'de>(pub(super) &'de super::node::Key);

impl<'de> KeyDeserializer<'de> {
    fn text(&self) -> BorrowedStrDeserializer<'de, DecodeError> {
        BorrowedStrDeserializer::new(&self.0.text)
    }
}

impl<'de> Deserializer<'de> for KeyDeserializer<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        de::Deserializer::deserialize_any(self.text(), visitor)
            .map_err(|error| error.at(self.0.span))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.text()
            .deserialize_enum(name, variants, visitor)
            .map_err(|error| error.at(self.0.span))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if name == spanned::NAME {
            return visitor.visit_map(SpannedParts::new(self.0.span, self));
        }
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}
