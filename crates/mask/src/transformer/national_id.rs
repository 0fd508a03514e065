//! `national-id`: an identifier that the country's check accepts, of nobody in particular.

mod numbers;

use super::keyed::{Counted, Keyed, Shape, alphanumeric, ascii};
use super::{
    DOMAIN, Determinism, Length, OptionAbout, OptionProblem, OptionValues, Options, Transformer,
    Uniqueness,
};
use crate::scheme::Draws;
use std::sync::Arc;

pub(super) static ABOUT: Transformer = Transformer {
    name: "national-id",
    meaning: "an identifier of the same country that passes its check, written with the value's separators where it has as many characters",
    example: ("123-45-6789", "907-07-1857"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text of the identifier's length, separators included",
    options: &[
        OptionAbout {
            name: "country",
            meaning: "whose identifier: de (Steuer-ID), es (DNI, NIE), fr (NIR), gb (National Insurance), nl (BSN), pl (PESEL), us (SSN)",
            values: OptionValues::Choice(&["de", "es", "fr", "gb", "nl", "pl", "us"]),
            required: true,
        },
        DOMAIN,
    ],
    domain: Some("national-id"),
    identifying: true,
    make,
};

/// Whose identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Country {
    Germany,
    Spain,
    France,
    Britain,
    Netherlands,
    Poland,
    UnitedStates,
}

const COUNTRIES: [(&str, Country); 7] = [
    ("de", Country::Germany),
    ("es", Country::Spain),
    ("fr", Country::France),
    ("gb", Country::Britain),
    ("nl", Country::Netherlands),
    ("pl", Country::Poland),
    ("us", Country::UnitedStates),
];

fn make(options: &mut Options) -> Result<Arc<dyn super::Mask>, OptionProblem> {
    let Some(country) = options.choice("country", &COUNTRIES)? else {
        return Err(OptionProblem::new(
            "`national-id` needs a country",
            "write {mask: national-id, country: de}: de, es, fr, gb, nl, pl or us",
        ));
    };
    Ok(Arc::new(Keyed {
        domain: options.domain("national-id")?,
        shape: NationalId { country },
    }))
}

#[derive(Debug, Clone)]
struct NationalId {
    country: Country,
}

impl Shape for NationalId {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn options(&self) -> String {
        let mut known = COUNTRIES.iter();
        let code = known.find(|(_, country)| *country == self.country);
        format!("country {}", code.map_or("", |(code, _)| code))
    }

    fn length(&self) -> Length {
        Length::AtMost(32)
    }

    fn counts(&self, value: &[u8]) -> Option<Counted> {
        Some(alphanumeric(value))
    }

    fn write(&self, value: &[u8], draws: &mut Draws<'_>) -> String {
        let letters: Vec<u8> = alphanumeric(value);
        let number = match self.country {
            Country::Germany => numbers::steuer_id(draws),
            Country::Spain => numbers::dni(letters.first().copied(), draws),
            Country::France => numbers::nir(letters.first().copied(), draws),
            Country::Britain => numbers::national_insurance(draws),
            Country::Netherlands => numbers::bsn(draws),
            Country::Poland => numbers::pesel(draws),
            Country::UnitedStates => numbers::ssn(draws),
        };
        ascii(separated(number, value, letters.len()))
    }
}

/// The identifier with the separators of the value, if that has as many letters and digits.
fn separated(number: Vec<u8>, value: &[u8], letters: usize) -> Vec<u8> {
    let value = value.trim_ascii();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" -./".contains(byte);
    if letters != number.len() || value.len() > 32 || !value.iter().all(is_plain) {
        return number;
    }
    let mut number = number.into_iter();
    let written = value.iter().map(|byte| match byte {
        byte if byte.is_ascii_alphanumeric() => number.next().unwrap_or(*byte),
        separator => *separator,
    });
    written.collect()
}
