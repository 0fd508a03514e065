//! `format-preserving`: encryption that gives as many characters of the same kind, one to one.

mod ff1;
mod integers;

use super::keyed::text_of;
use super::number::kind_of;
use super::{
    DOMAIN, Determinism, Length, Mask, OptionAbout, OptionProblem, OptionValues, Options,
    OutputType, Place, RowView, Transformer, Uniqueness, ValueMask,
};
use ff1::Cipher;
use integers::Integers;
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::catalog::Column;
use weir_model::error::Result;

const DIGITS: &str = "0123456789";
const LOWER: &str = "0123456789abcdefghijklmnopqrstuvwxyz";
const ALL: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

pub(super) static ABOUT: Transformer = Transformer {
    name: "format-preserving",
    meaning: "the value encrypted by FF1 (NIST SP 800-38G) within its own alphabet; other characters stay where they are",
    example: ("4711-0815", "4433-6809"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::Preserved,
    output: "text of the value's length, a whole number for a whole number",
    options: &[
        OptionAbout {
            name: "alphabet",
            meaning: "what is encrypted: `digits`, `lower` (digits and small letters) or `alphanumeric`; `digits` unless given",
            values: OptionValues::Choice(&["digits", "lower", "alphanumeric"]),
            required: false,
        },
        DOMAIN,
    ],
    domain: Some("format-preserving"),
    // A permutation may leave a value where it is: without that it could be told what it is not.
    identifying: false,
    make,
};

fn make(options: &mut Options) -> std::result::Result<Arc<dyn Mask>, OptionProblem> {
    let alphabets = [("digits", DIGITS), ("lower", LOWER), ("alphanumeric", ALL)];
    let alphabet = options.choice("alphabet", &alphabets)?.unwrap_or(DIGITS);
    let domain = options.domain("format-preserving")?;
    Ok(Arc::new(FormatPreserving { domain, alphabet }))
}

#[derive(Debug)]
struct FormatPreserving {
    domain: String,
    alphabet: &'static str,
}

impl Mask for FormatPreserving {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn rule(&self) -> String {
        let letters = self.alphabet.len();
        format!(
            "format-preserving, domain {}, alphabet of {letters}",
            self.domain
        )
    }

    fn output(&self) -> OutputType {
        OutputType::Same
    }

    fn length(&self) -> Length {
        Length::AsTheValue
    }

    fn refuses(&self, column: &Column) -> Option<super::Refusal> {
        let lower = column.data_type.to_ascii_lowercase();
        let is_fraction = ["real", "double", "float"]
            .iter()
            .any(|word| lower.starts_with(word));
        is_fraction.then(|| super::Refusal {
            reason: "numbers with a fraction have no format to preserve".to_owned(),
            help: "use `number`, which gives as many digits".to_owned(),
        })
    }

    fn takes_as(&self, column: &Column) -> Option<String> {
        kind_of(&column.data_type, Integers::common)
    }

    fn bind(&self, place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        let domain = place.key.domain(&self.domain);
        // The cipher's key is as good as the domain's: a hash under it of what nobody masks.
        let key = domain.hash(b"\0format-preserving");
        Ok(Arc::new(FormatPreservingMask {
            cipher: Cipher::new(&key),
            alphabet: self.alphabet.as_bytes(),
            integers: Integers::of(&place.column.data_type),
        }))
    }
}

struct FormatPreservingMask {
    cipher: Cipher,
    alphabet: &'static [u8],
    integers: Integers,
}

impl ValueMask for FormatPreservingMask {
    fn mask(&self, field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        Ok(match field {
            Field::Null => Replacement::Null,
            Field::Integer(number) => {
                Replacement::Integer(self.integers.other(number, &self.cipher))
            }
            // The check leaves no such column; a lone value is not worth a failure.
            Field::Real(_) => Replacement::Null,
            Field::Text(_) | Field::Blob(_) => {
                let other = self.text(&text_of(field).unwrap_or_default());
                match field {
                    Field::Blob(_) => Replacement::Blob(other),
                    _ => Replacement::Text(String::from_utf8_lossy(&other).into_owned()),
                }
            }
        })
    }
}

impl FormatPreservingMask {
    fn text(&self, value: &[u8]) -> Vec<u8> {
        let place = |byte: &u8| self.alphabet.iter().position(|letter| letter == byte);
        let numerals: Vec<u16> = value
            .iter()
            .filter_map(place)
            .filter_map(|at| u16::try_from(at).ok())
            .collect();
        let radix = u16::try_from(self.alphabet.len()).unwrap_or(u16::MAX);
        let mut others = self.cipher.encrypt(radix, &numerals).into_iter();
        let written = value.iter().map(|byte| match place(byte) {
            None => *byte,
            Some(_) => others
                .next()
                .and_then(|numeral| self.alphabet.get(usize::from(numeral)).copied())
                .unwrap_or_default(),
        });
        written.collect()
    }
}
