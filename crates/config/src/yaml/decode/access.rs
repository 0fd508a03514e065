//! Walking maps, lists and enums for serde.

use std::slice;

use serde::de::value::{BorrowedStrDeserializer, UsizeDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

use super::super::decode_error::DecodeError;
use super::super::node::{Entry, Node};
use super::super::spanned::FIELDS;
use super::{KeyDeserializer, NodeDeserializer};
use crate::problem::Span;

/// The place to blame for a value: a map as a whole is blamed at its key.
fn blamed(entry: &Entry) -> Span {
    if entry.value.is_mapping() || entry.value.span.is_empty() {
        entry.key.span
    } else {
        entry.value.span
    }
}

pub(super) struct Elements<'de>(pub(super) slice::Iter<'de, Node>);

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        let Some(node) = self.0.next() else {
            return Ok(None);
        };
        seed.deserialize(NodeDeserializer(node))
            .map(Some)
            .map_err(|error| error.at(node.span))
    }
}

pub(super) struct Entries<'de> {
    left: slice::Iter<'de, Entry>,
    current: Option<&'de Entry>,
}

impl<'de> Entries<'de> {
    pub(super) fn new(entries: &'de [Entry]) -> Self {
        Self {
            left: entries.iter(),
            current: None,
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DecodeError> {
        self.current = self.left.next();
        let Some(entry) = self.current else {
            return Ok(None);
        };
        seed.deserialize(KeyDeserializer(&entry.key))
            .map(Some)
            .map_err(|error| error.at(entry.key.span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, DecodeError> {
        let Some(entry) = self.current.take() else {
            return Err(serde::de::Error::custom("a value was asked for twice"));
        };
        seed.deserialize(NodeDeserializer(&entry.value))
            .map_err(|error| error.at(blamed(entry)))
    }
}

/// The three parts that [`super::super::Spanned`] asks for, one after the other.
pub(super) struct SpannedParts<D> {
    span: Span,
    value: Option<D>,
    fields: slice::Iter<'static, &'static str>,
    field: &'static str,
}

impl<D> SpannedParts<D> {
    pub(super) fn new(span: Span, value: D) -> Self {
        Self {
            span,
            value: Some(value),
            fields: FIELDS.iter(),
            field: "",
        }
    }
}

impl<'de, D: Deserializer<'de, Error = DecodeError>> MapAccess<'de> for SpannedParts<D> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, DecodeError> {
        let Some(field) = self.fields.next() else {
            return Ok(None);
        };
        self.field = field;
        seed.deserialize(BorrowedStrDeserializer::new(field))
            .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, DecodeError> {
        let number = |value: usize| -> UsizeDeserializer<DecodeError> { value.into_deserializer() };
        match (self.field, self.value.take()) {
            ("value", Some(value)) => seed.deserialize(value),
            (field, value) => {
                self.value = value;
                let bound = if field == "start" {
                    self.span.start
                } else {
                    self.span.end
                };
                seed.deserialize(number(bound))
            }
        }
    }
}

/// An enum written as a map with the variant as its only key.
pub(super) struct Variant<'de>(pub(super) &'de Entry);

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = DecodeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Self), DecodeError> {
        let variant = seed
            .deserialize(KeyDeserializer(&self.0.key))
            .map_err(|error| error.at(self.0.key.span))?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        let error: DecodeError = serde::de::Error::custom("this takes no value");
        Err(error.at(self.0.key.span))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, DecodeError> {
        seed.deserialize(NodeDeserializer(&self.0.value))
            .map_err(|error| error.at(blamed(self.0)))
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _length: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        NodeDeserializer(&self.0.value).deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        NodeDeserializer(&self.0.value)
            .deserialize_map(visitor)
            .map_err(|error| error.at(blamed(self.0)))
    }
}
