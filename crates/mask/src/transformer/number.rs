//! `number`: another number.

mod decimal;

pub(super) use decimal::{greatest, kind_of};

use super::keyed::text_of;
use super::{
    DOMAIN, Determinism, Length, Mask, OptionAbout, OptionProblem, OptionValues, Options,
    OutputType, Place, RowView, Transformer, Uniqueness, ValueMask,
};
use crate::key::DomainKey;
use crate::scheme::{Draws, Pseudonym};
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::catalog::Column;
use weir_model::error::Result;

pub(super) static ABOUT: Transformer = Transformer {
    name: "number",
    meaning: "another number: of as many digits, or within `noise` of the value, or between `min` and `max`",
    example: ("4711", "7566"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "a number of the value's own type, with as many digits behind the point; what is no number becomes 0",
    options: &[
        OptionAbout {
            name: "noise",
            meaning: "the largest share by which the value changes, e.g. 0.1 for a tenth up or down",
            values: OptionValues::Number,
            required: false,
        },
        OptionAbout {
            name: "min",
            meaning: "the least output; goes with `max`",
            values: OptionValues::Number,
            required: false,
        },
        OptionAbout {
            name: "max",
            meaning: "the greatest output",
            values: OptionValues::Number,
            required: false,
        },
        DOMAIN,
    ],
    domain: Some("number"),
    // Noise may be too little to change a small number.
    identifying: false,
    make,
};

/// What the other number is like.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    /// As many digits.
    Digits,
    /// About as large.
    Noise(f64),
    /// Anything in between.
    Between(f64, f64),
}

fn make(options: &mut Options) -> std::result::Result<Arc<dyn Mask>, OptionProblem> {
    let noise = options.number("noise")?;
    let bounds = (options.number("min")?, options.number("max")?);
    let way = match (noise, bounds) {
        (None, (None, None)) => Way::Digits,
        (Some(noise), (None, None)) if noise > 0.0 && noise <= 1.0 => Way::Noise(noise),
        (None, (Some(min), Some(max))) if min < max => Way::Between(min, max),
        _ => {
            return Err(OptionProblem::new(
                "it is not clear what the numbers become",
                "say `noise` from 0 to 1, or `min` and a greater `max`, or none of them for as many digits",
            ));
        }
    };
    let domain = options.domain("number")?;
    Ok(Arc::new(Number { domain, way }))
}

#[derive(Debug)]
struct Number {
    domain: String,
    way: Way,
}

impl Mask for Number {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn rule(&self) -> String {
        let way = match self.way {
            Way::Digits => String::new(),
            Way::Noise(noise) => format!(", noise {noise}"),
            Way::Between(min, max) => format!(", min {min}, max {max}"),
        };
        format!("number, domain {}{way}", self.domain)
    }

    fn output(&self) -> OutputType {
        OutputType::Same
    }

    fn length(&self) -> Length {
        Length::Any
    }

    fn range(&self) -> Option<(f64, f64)> {
        match self.way {
            // Rounded to the digits that the value had.
            Way::Between(min, max) => Some((min.floor(), max.ceil())),
            Way::Digits | Way::Noise(_) => None,
        }
    }

    fn takes_as(&self, column: &Column) -> Option<String> {
        kind_of(&column.data_type, greatest)
    }

    fn bind(&self, place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        Ok(Arc::new(NumberMask {
            key: place.key.domain(&self.domain),
            way: self.way,
            greatest: greatest(&place.column.data_type),
        }))
    }
}

struct NumberMask {
    key: DomainKey,
    way: Way,
    /// The greatest whole number that the column takes.
    greatest: i64,
}

impl ValueMask for NumberMask {
    fn mask(&self, field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        let Some(pseudonym) = Pseudonym::of(&self.key, field) else {
            return Ok(Replacement::Null);
        };
        let mut draws = pseudonym.draws(&self.key);
        Ok(match field {
            Field::Integer(number) => Replacement::Integer(self.whole(number, &mut draws)),
            Field::Real(number) => Replacement::Real(self.real(number, &mut draws)),
            _ => {
                let value = text_of(field).unwrap_or_default();
                let text = std::str::from_utf8(&value).unwrap_or_default().trim();
                Replacement::Text(self.decimal(text, &mut draws))
            }
        })
    }
}

impl NumberMask {
    fn whole(&self, number: i64, draws: &mut Draws<'_>) -> i64 {
        match self.way {
            Way::Digits => {
                let digits = decimal::other_digits(&number.unsigned_abs().to_string(), draws);
                let other = digits.parse::<u64>().unwrap_or(u64::MAX);
                // A type may promise less than its column holds, as INTEGER of SQLite does.
                let greatest = match number.unsigned_abs() > self.greatest.unsigned_abs() {
                    true => i64::MAX.unsigned_abs(),
                    false => self.greatest.unsigned_abs(),
                };
                let fits = other % greatest.saturating_add(1);
                let fits = i64::try_from(fits).unwrap_or(i64::MAX);
                if number < 0 { -fits } else { fits }
            }
            _ => {
                let greatest = self.greatest as f64;
                let other = self.near(number as f64, draws).round();
                other.clamp(-greatest, greatest) as i64
            }
        }
    }

    fn real(&self, number: f64, draws: &mut Draws<'_>) -> f64 {
        match self.way {
            Way::Digits if number.is_finite() => {
                let text = decimal::other_digits(&number.to_string(), draws);
                text.parse().unwrap_or_default()
            }
            Way::Digits => number,
            _ => self.near(number, draws),
        }
    }

    fn decimal(&self, text: &str, draws: &mut Draws<'_>) -> String {
        if !decimal::is_decimal(text) {
            return "0".to_owned();
        }
        if self.way == Way::Digits {
            return decimal::other_digits(text, draws);
        }
        let places = decimal::places(text);
        format!(
            "{:.places$}",
            self.near(text.parse().unwrap_or_default(), draws)
        )
    }

    /// A number near another, or between the bounds.
    fn near(&self, number: f64, draws: &mut Draws<'_>) -> f64 {
        // 53 bits are all that a fraction holds.
        let share = (draws.number() >> 11) as f64 / (1_u64 << 53) as f64;
        match self.way {
            Way::Digits => number,
            Way::Noise(noise) => number + number * noise * (2.0 * share - 1.0),
            Way::Between(min, max) => min + (max - min) * share,
        }
    }
}
