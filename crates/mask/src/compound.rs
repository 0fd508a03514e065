//! Rules made of rules: by condition, inside JSON, and for every element of an array.

mod array;
mod json;
mod when;

pub(crate) use json::path::Path;

use crate::condition::Surroundings;
use crate::ruleset::Rule;
use crate::transformer::{Determinism, Place, ValueMask};
use crate::watch::{Watch, Watched};
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::catalog::Column;
use weir_model::error::{Error, Kind, Result};

/// What `redact` leaves of a value as a whole, as JSON.
const REDACTED: &str = "\"[redacted]\"";

/// What the rules of one column work beside.
pub(crate) struct Site<'a> {
    pub(crate) surroundings: &'a Surroundings<'a>,
    pub(crate) watch: Watch,
}

/// A rule at work in one column; `None` keeps every value as it is.
///
/// # Errors
/// As [`crate::transformer::Mask::bind`].
pub(crate) fn bind(
    rule: &Rule,
    place: &Place<'_>,
    site: &Site<'_>,
) -> Result<Option<Arc<dyn ValueMask>>> {
    Ok(Some(match rule {
        Rule::Keep => return Ok(None),
        Rule::Mask(mask) => Arc::new(Watched {
            mask: mask.bind(place)?,
            is_foreign: mask.transformer().determinism == Determinism::Program,
            watch: site.watch.clone(),
        }),
        Rule::When(cases) => Arc::new(when::WhenMask::new(cases, place, site)?),
        Rule::Json(rules) => {
            let column = inside_json(place.column);
            let place = Place {
                column: &column,
                ..*place
            };
            Arc::new(json::JsonMask::new(rules, &place, site)?)
        }
        Rule::Each(rule) => {
            let column = element(place.column);
            let inner = Place {
                column: &column,
                ..*place
            };
            let inner = bind(rule, &inner, site)?;
            match (inner, is_array(place.column)) {
                (None, _) => return Ok(None),
                (Some(inner), true) => Arc::new(array::ArrayMask(inner)),
                (Some(inner), false) => Arc::new(json::JsonMask::of_every(inner, site)),
            }
        }
    }))
}

/// Whether a column holds arrays of the database's own.
pub(crate) fn is_array(column: &Column) -> bool {
    column.data_type.trim_end().ends_with("[]")
}

/// The column as its elements see it.
pub(crate) fn element(column: &Column) -> Column {
    if !is_array(column) {
        return inside_json(column);
    }
    let mut data_type = column.data_type.trim_end();
    while let Some(shorter) = data_type.strip_suffix("[]") {
        data_type = shorter;
    }
    loosened(column, data_type)
}

/// The column as a value inside its JSON sees it: of no type.
pub(crate) fn inside_json(column: &Column) -> Column {
    loosened(column, "")
}

fn loosened(column: &Column, data_type: &str) -> Column {
    Column {
        name: column.name.clone(),
        data_type: data_type.to_owned(),
        nullable: true,
        primary_key: false,
        unique: false,
        generated: false,
    }
}

/// A value that a condition keeps as it is.
fn kept(field: Field<'_>) -> Result<Replacement> {
    Ok(match field {
        Field::Null => Replacement::Null,
        Field::Integer(number) => Replacement::Integer(number),
        Field::Real(number) => Replacement::Real(number),
        Field::Blob(bytes) => Replacement::Blob(bytes.to_vec()),
        Field::Text(bytes) => {
            let text = String::from_utf8(bytes.to_vec()).map_err(|_| {
                Error::new(
                    Kind::Sanitise,
                    "keep a value as a condition says",
                    "it is text that is no UTF-8, and could not be written as it was",
                )
                .hint("mask the column in every case, or keep it without a condition")
            })?;
            Replacement::Text(text)
        }
    })
}
