//! `coordinates`: a place, only roughly.

use super::keyed::text_of;
use super::{
    Determinism, Length, Mask, OptionAbout, OptionProblem, OptionValues, Options, OutputType,
    Place, RowView, Transformer, Uniqueness, ValueMask,
};
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::error::Result;

/// Decimals that stay unless the rule says otherwise: about eleven kilometres.
const DECIMALS: i64 = 1;

pub(super) static ABOUT: Transformer = Transformer {
    name: "coordinates",
    meaning: "the same place, only roughly: every number in the value rounded",
    example: ("(13.37770,52.51628)", "(13.4,52.5)"),
    determinism: Determinism::Value,
    uniqueness: Uniqueness::MayCollide,
    output: "the value's own type, no longer than the value; whole numbers stay",
    options: &[OptionAbout {
        name: "decimals",
        meaning: "digits behind the point that stay: 1 is about 11 km, 2 about 1 km; 1 unless given",
        values: OptionValues::Integer(0, 4),
        required: false,
    }],
    domain: None,
    // Where the database knows a place no better, it stays as it is.
    identifying: false,
    make,
};

fn make(options: &mut Options) -> std::result::Result<Arc<dyn Mask>, OptionProblem> {
    let decimals = options.integer("decimals", 0, 4)?.unwrap_or(DECIMALS);
    Ok(Arc::new(Coordinates {
        decimals: u8::try_from(decimals).unwrap_or_default(),
    }))
}

#[derive(Debug, Clone, Copy)]
struct Coordinates {
    decimals: u8,
}

impl Mask for Coordinates {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn rule(&self) -> String {
        format!("coordinates, decimals {}", self.decimals)
    }

    fn output(&self) -> OutputType {
        OutputType::Same
    }

    fn length(&self) -> Length {
        Length::AsTheValue
    }

    fn bind(&self, _place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        Ok(Arc::new(*self))
    }
}

impl ValueMask for Coordinates {
    fn mask(&self, field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        Ok(match field {
            Field::Null => Replacement::Null,
            Field::Integer(number) => Replacement::Integer(number),
            Field::Real(number) => Replacement::Real(self.rounded(number)),
            // Bytes are a format of their own, in which nothing can be rounded here.
            Field::Blob(_) => Replacement::Blob(Vec::new()),
            Field::Text(_) => {
                let value = text_of(field).unwrap_or_default();
                Replacement::Text(self.text(&String::from_utf8_lossy(&value)))
            }
        })
    }
}

impl Coordinates {
    fn rounded(self, number: f64) -> f64 {
        let scale = 10_f64.powi(self.decimals.into());
        (number * scale).round() / scale
    }

    fn text(self, text: &str) -> String {
        if !is_plain(text) {
            return String::new();
        }
        let is_number = |letter: char| letter.is_ascii_digit() || ".-+eE".contains(letter);
        let mut written = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(|letter| !is_number(letter)).unwrap_or(rest.len());
            let (number, behind) = rest.split_at(end);
            match number.parse::<f64>().ok().filter(|_| number.contains('.')) {
                Some(parsed) if parsed.is_finite() => {
                    let rough = format!("{}", self.rounded(parsed));
                    written.push_str(&rough);
                }
                _ => written.push_str(number),
            }
            let between = behind.find(is_number).unwrap_or(behind.len());
            let (separators, next) = behind.split_at(between);
            written.push_str(separators);
            rest = next;
        }
        written
    }
}

/// Whether a text is numbers, what parts them, and the words of well-known text (`POINT`).
/// Anything else (degrees and minutes, a geometry in hexadecimal) is a form in which nothing can be
/// rounded here.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 11] = [
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
        "geometrycollection",
        "z",
        "m",
        "zm",
        "e",
    ];
    let is_known = |letter: char| letter.is_ascii_alphanumeric() || "+-.,;()[] ".contains(letter);
    let mut words = text.split(|letter: char| !letter.is_ascii_alphabetic());
    let is_word =
        |word: &str| word.is_empty() || WORDS.contains(&word.to_ascii_lowercase().as_str());
    // A long number without a point is no coordinate: it may be a place in another form.
    let numbers = text.split(|letter: char| !(letter.is_ascii_digit() || letter == '.'));
    let is_number = |number: &str| number.contains('.') || number.len() <= 3;
    text.chars().all(is_known) && words.all(is_word) && numbers.into_iter().all(is_number)
}
