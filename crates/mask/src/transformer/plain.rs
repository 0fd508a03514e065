//! `null`, `fixed`, `redact` and `empty`: transformers that need no key.

use super::{
    Determinism, Length, Mask, OptionAbout, OptionProblem, OptionValue, OptionValues, Options,
    OutputType, Place, RowView, Transformer, Uniqueness, ValueMask,
};
use crate::bind::{Affinity, affinity_of, keeps_reals};
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::catalog::Column;
use weir_model::error::Result;

/// What `redact` puts in the place of text. Its length says nothing about the value's.
const REDACTED: &str = "[redacted]";

pub(super) static NULL: Transformer = Transformer {
    name: "null",
    meaning: "NULL",
    example: ("anything", "NULL"),
    determinism: Determinism::Constant,
    uniqueness: Uniqueness::MayCollide,
    output: "NULL",
    options: &[],
    domain: None,
    identifying: true,
    make: |_| Ok(Arc::new(Fixed(Replacement::Null))),
};

pub(super) static FIXED: Transformer = Transformer {
    name: "fixed",
    meaning: "the rule's `value`, also where there was NULL",
    example: ("anything", "the rule's `value`"),
    determinism: Determinism::Constant,
    uniqueness: Uniqueness::MayCollide,
    output: "the type and length of `value`",
    options: &[OptionAbout {
        name: "value",
        meaning: "what every value becomes, a text or a number",
        values: OptionValues::Any,
        required: true,
    }],
    domain: None,
    // Somebody chose the value, who may have chosen one that is there.
    identifying: false,
    make: make_fixed,
};

pub(super) static REDACT: Transformer = Transformer {
    name: "redact",
    meaning: "a constant of the value's own type: `[redacted]`, 0, or no bytes",
    example: ("Call me at 555-1234", "[redacted]"),
    determinism: Determinism::Constant,
    uniqueness: Uniqueness::MayCollide,
    output: "text of 10 characters, the number 0, or zero bytes",
    options: &[],
    domain: None,
    identifying: false,
    make: |_| {
        Ok(Arc::new(OfItsType {
            transformer: &REDACT,
            text: REDACTED,
        }))
    },
};

pub(super) static EMPTY: Transformer = Transformer {
    name: "empty",
    meaning: "an empty text, the number 0, or no bytes",
    example: ("anything", ""),
    determinism: Determinism::Constant,
    uniqueness: Uniqueness::MayCollide,
    output: "text of no characters, the number 0, or zero bytes",
    options: &[],
    domain: None,
    identifying: false,
    make: |_| {
        Ok(Arc::new(OfItsType {
            transformer: &EMPTY,
            text: "",
        }))
    },
};

fn make_fixed(options: &mut Options) -> std::result::Result<Arc<dyn Mask>, OptionProblem> {
    let value = match options.any("value").map(|given| (given.value, given.span)) {
        Some((OptionValue::Integer(number), _)) => Replacement::Integer(number),
        Some((OptionValue::Real(number), _)) => Replacement::Real(number),
        Some((OptionValue::Text(text), _)) => Replacement::Text(text),
        Some((OptionValue::Null, _)) | None => {
            return Err(OptionProblem::new(
                "`fixed` needs the value to put in",
                "write {mask: fixed, value: \"…\"}; for NULL write `null`",
            ));
        }
        Some((_, span)) => {
            return Err(OptionProblem {
                at: Some(span),
                message: "`value` is neither a text nor a number".to_owned(),
                help: "write 1 or 0 for a boolean; for NULL use `null`".to_owned(),
            });
        }
    };
    Ok(Arc::new(Fixed(value)))
}

/// `fixed`, and `null`: the same for every value, NULL included.
struct Fixed(Replacement);

impl std::fmt::Debug for Fixed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.rule())
    }
}

impl Mask for Fixed {
    fn transformer(&self) -> &'static Transformer {
        match self.0 {
            Replacement::Null => &NULL,
            _ => &FIXED,
        }
    }

    fn rule(&self) -> String {
        match &self.0 {
            Replacement::Null | Replacement::Blob(_) => "null".to_owned(),
            Replacement::Integer(number) => format!("fixed, value {number}"),
            Replacement::Real(number) => format!("fixed, value {number:?}"),
            Replacement::Text(text) => format!("fixed, value {text:?}"),
        }
    }

    fn output(&self) -> OutputType {
        match &self.0 {
            Replacement::Null | Replacement::Blob(_) => OutputType::Null,
            Replacement::Integer(_) => OutputType::Integer,
            Replacement::Real(_) => OutputType::Real,
            Replacement::Text(_) => OutputType::Text,
        }
    }

    fn length(&self) -> Length {
        match &self.0 {
            Replacement::Text(text) => Length::AtMost(text.chars().count()),
            _ => Length::NoText,
        }
    }

    fn outcomes(&self, _column: &Column) -> Option<Vec<Replacement>> {
        Some(vec![self.0.clone()])
    }

    fn bind(&self, _place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        Ok(Arc::new(FixedMask(self.0.clone())))
    }
}

struct FixedMask(Replacement);

impl ValueMask for FixedMask {
    fn mask(&self, _field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        Ok(self.0.clone())
    }
}

/// `redact` and `empty`: a constant of the value's own type.
struct OfItsType {
    transformer: &'static Transformer,
    text: &'static str,
}

impl std::fmt::Debug for OfItsType {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.rule())
    }
}

impl Mask for OfItsType {
    fn transformer(&self) -> &'static Transformer {
        self.transformer
    }

    fn rule(&self) -> String {
        self.transformer.name.to_owned()
    }

    fn output(&self) -> OutputType {
        OutputType::Same
    }

    fn length(&self) -> Length {
        Length::AtMost(self.text.len())
    }

    fn outcomes(&self, column: &Column) -> Option<Vec<Replacement>> {
        let lower = column.data_type.to_ascii_lowercase();
        let is_bytes = ["blob", "bytea", "binary"]
            .iter()
            .any(|word| lower.contains(word));
        Some(vec![match affinity_of(&column.data_type) {
            _ if is_bytes => Replacement::Blob(Vec::new()),
            Affinity::Integer | Affinity::Number | Affinity::Real => Replacement::Integer(0),
            Affinity::Text | Affinity::List | Affinity::Other => {
                Replacement::Text(self.text.to_owned())
            }
        }])
    }

    fn bind(&self, place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        Ok(Arc::new(OfItsTypeMask {
            text: self.text,
            keeps_reals: keeps_reals(&place.column.data_type),
            is_number: matches!(
                affinity_of(&place.column.data_type),
                Affinity::Integer | Affinity::Number | Affinity::Real
            ),
        }))
    }
}

struct OfItsTypeMask {
    text: &'static str,
    /// Whether the column keeps 0.0 apart from 0.
    keeps_reals: bool,
    /// Whether the column is for numbers, which some databases give as text.
    is_number: bool,
}

/// Whether a text is how a database writes a number, or true and false.
fn is_number(text: &[u8]) -> bool {
    let text = std::str::from_utf8(text).unwrap_or_default();
    text.parse::<f64>().is_ok() || ["t", "f", "true", "false"].contains(&text)
}

impl ValueMask for OfItsTypeMask {
    fn mask(&self, field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        Ok(match field {
            Field::Null => Replacement::Null,
            Field::Real(_) if self.keeps_reals => Replacement::Real(0.0),
            Field::Integer(_) | Field::Real(_) => Replacement::Integer(0),
            Field::Text(text) if self.is_number && is_number(text) => Replacement::Integer(0),
            Field::Text(_) => Replacement::Text(self.text.to_owned()),
            Field::Blob(_) => Replacement::Blob(Vec::new()),
        })
    }
}
