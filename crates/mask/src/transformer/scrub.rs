//! `scrub`: a text that stays, but for what identifies somebody.

mod kinds;

use super::keyed::{empty, text_of};
use super::{
    DOMAIN, Determinism, Length, Mask, OptionProblem, Options, Place, RowView, Transformer,
    Uniqueness, ValueMask,
};
use kinds::Kinds;
use std::sync::Arc;
use weir_detect::{Found, find};
use weir_engine::{Field, Replacement};
use weir_model::error::Result;

pub(super) static ABOUT: Transformer = Transformer {
    name: "scrub",
    meaning: "the value's own text, in which everything found that identifies somebody is replaced by the pseudonym of its kind",
    example: (
        "Ada.Lovelace@gmail.com called from +44 20 7946 0958.",
        "paula.voss.ns2vnxt6td0masg9@example.net called from +44 10 0518 3131.",
    ),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text, cut where the column is shorter",
    options: &[DOMAIN],
    domain: Some("scrub"),
    // A text in which nothing is found comes back.
    identifying: false,
    make,
};

fn make(options: &mut Options) -> std::result::Result<Arc<dyn Mask>, OptionProblem> {
    let domain = options.text("domain")?;
    Ok(Arc::new(Scrub { domain }))
}

#[derive(Debug)]
struct Scrub {
    /// The domain of everything; without it each kind has that of its own transformer.
    domain: Option<String>,
}

impl Mask for Scrub {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn rule(&self) -> String {
        match &self.domain {
            Some(domain) => format!("scrub, domain {domain}"),
            None => "scrub".to_owned(),
        }
    }

    fn length(&self) -> Length {
        Length::Any
    }

    fn fits_into(&self, _room: usize) -> bool {
        true
    }

    fn bind(&self, place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        Ok(Arc::new(ScrubMask {
            kinds: Kinds::bind(self.domain.as_deref(), place)?,
            room: place.room(),
        }))
    }
}

struct ScrubMask {
    kinds: Kinds,
    /// Characters that the column takes.
    room: Option<usize>,
}

impl ValueMask for ScrubMask {
    fn mask(&self, field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        let Some(value) = text_of(field) else {
            return Ok(Replacement::Null);
        };
        if value.is_empty() {
            return Ok(empty(field));
        }
        let mut found = Vec::new();
        find(&value, &mut found);
        if found.is_empty()
            && let Field::Integer(number) = field
        {
            return Ok(Replacement::Integer(number));
        }
        let scrubbed = self.scrubbed(&value, &found)?;
        if let Field::Blob(_) = field {
            return Ok(Replacement::Blob(scrubbed));
        }
        let mut text = String::from_utf8(scrubbed)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        let cut = self.room.and_then(|room| text.char_indices().nth(room));
        if let Some((end, _)) = cut {
            text.truncate(end);
        }
        Ok(Replacement::Text(text))
    }
}

impl ScrubMask {
    /// The value with each finding replaced.
    fn scrubbed(&self, value: &[u8], found: &[Found]) -> Result<Vec<u8>> {
        let mut scrubbed = Vec::with_capacity(value.len() + 32 * found.len());
        let mut at = 0;
        for one in found {
            let start = one.start.max(at);
            let (between, span) = (value.get(at..start), value.get(start..one.end));
            let (Some(between), Some(span)) = (between, span) else {
                continue;
            };
            scrubbed.extend_from_slice(between);
            scrubbed.extend_from_slice(&self.kinds.pseudonym(one.what, span)?);
            at = one.end;
        }
        scrubbed.extend_from_slice(value.get(at..).unwrap_or_default());
        Ok(scrubbed)
    }
}
