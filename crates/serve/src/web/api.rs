//! What the API's document says of a route: its types, from which their schemas come.

use axum::http::StatusCode;
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// How a type is described.
pub(crate) type Describe = fn(&mut SchemaGenerator) -> Schema;

/// A route of the API.
pub(crate) struct Api {
    /// What it does, in a line.
    pub(crate) about: &'static str,
    /// The fields of its query.
    pub(crate) query: Option<Describe>,
    /// What is sent to it.
    pub(crate) body: Option<Describe>,
    /// What it answers when it goes well,
    pub(crate) answer: Describe,
    /// and the status of that.
    pub(crate) status: StatusCode,
}

impl Api {
    /// A route that answers `T`.
    pub(crate) fn answering<T: JsonSchema>(about: &'static str) -> Self {
        Self {
            about,
            query: None,
            body: None,
            answer: SchemaGenerator::subschema_for::<T>,
            status: StatusCode::OK,
        }
    }

    /// That takes these fields in its query.
    pub(crate) fn query<T: JsonSchema>(self) -> Self {
        Self {
            query: Some(SchemaGenerator::root_schema_for::<T>),
            ..self
        }
    }
}
