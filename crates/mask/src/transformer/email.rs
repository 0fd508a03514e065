//! `email`: an address that belongs to nobody.

use super::{
    DOMAIN, Determinism, Length, Mask, OptionProblem, Options, Place, RowView, Transformer,
    Uniqueness, ValueMask,
};
use crate::key::DomainKey;
use crate::scheme::Pseudonym;
use crate::scheme::words::{FAMILY_LONGEST, GIVEN_LONGEST, family, given};
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::error::Result;

/// Domains that RFC 2606 reserves: no mail sent by accident reaches anyone.
const HOSTS: [&str; 3] = ["@example.com", "@example.net", "@example.org"];

/// The longest address: names, suffix, two dots and the domain.
const LONGEST: usize = GIVEN_LONGEST + 1 + FAMILY_LONGEST + 1 + 16 + 12;

pub(super) static ABOUT: Transformer = Transformer {
    name: "email",
    meaning: "an address of a person who does not exist, in a domain that can receive no mail",
    example: (
        "Ada.Lovelace@gmail.com",
        "paula.voss.ns2vnxt6td0masg9@example.net",
    ),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::KeptUnique,
    output: "text, at most 52 characters: letters, digits, dots and one @",
    options: &[DOMAIN],
    domain: Some("email"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> std::result::Result<Arc<dyn Mask>, OptionProblem> {
    Ok(Arc::new(Email {
        domain: options.domain("email")?,
    }))
}

#[derive(Debug)]
struct Email {
    domain: String,
}

impl Mask for Email {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn rule(&self) -> String {
        format!("email, domain {}", self.domain)
    }

    fn length(&self) -> Length {
        Length::AtMost(LONGEST)
    }

    fn bind(&self, place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        let key = place.key.domain(&self.domain);
        Ok(Arc::new(EmailMask { key }))
    }
}

struct EmailMask {
    key: DomainKey,
}

impl ValueMask for EmailMask {
    fn mask(&self, field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        let Some(pseudonym) = Pseudonym::of(&self.key, field) else {
            return Ok(Replacement::Null);
        };
        let address = address(pseudonym);
        if let Field::Text(value) | Field::Blob(value) = field
            && value.trim_ascii().eq_ignore_ascii_case(address.as_bytes())
        {
            let other = self::address(pseudonym.again(&self.key));
            return Ok(Replacement::Text(other));
        }
        Ok(Replacement::Text(address))
    }
}

/// The names are the hash's choice alone: where one agrees with the value's, that is chance and
/// tells nothing.
fn address(pseudonym: Pseudonym) -> String {
    let mut text = String::with_capacity(LONGEST);
    text.push_str(given(pseudonym.first(), |_| false));
    text.push('.');
    text.push_str(family(pseudonym.second(), |_| false));
    text.push('.');
    text.make_ascii_lowercase();
    pseudonym.push_suffix(&mut text);
    let host = usize::try_from(pseudonym.third() % 3).unwrap_or_default();
    text.push_str(HOSTS.get(host).copied().unwrap_or_default());
    text
}
