//! `email`: an address that belongs to nobody.

mod parts;

use super::{
    DOMAIN, Determinism, Length, Mask, OptionAbout, OptionProblem, OptionValues, Options, Place,
    Refusal, RowView, Transformer, Uniqueness, ValueMask,
};
use crate::bind::declared_length;
use crate::key::DomainKey;
use crate::scheme::Pseudonym;
use crate::scheme::words::{FAMILY_LONGEST, GIVEN_LONGEST, family, given};
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::catalog::Column;
use weir_model::error::Result;

/// Domains that RFC 2606 reserves: no mail sent by accident reaches anyone.
const HOSTS: [&str; 3] = ["@example.com", "@example.net", "@example.org"];

/// Characters of the suffix that keeps addresses apart.
const SUFFIX: usize = 16;

/// The longest local part: names, suffix, two dots.
const LONGEST_LOCAL: usize = GIVEN_LONGEST + 1 + FAMILY_LONGEST + 1 + SUFFIX;

/// The longest address.
const LONGEST: usize = LONGEST_LOCAL + HOST;

/// Every reserved domain with its @.
const HOST: usize = 12;

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
    options: &[
        OptionAbout {
            name: "variants",
            meaning: "whether dots and `+tags` of the local part, and googlemail.com for gmail.com, make another address; `apart` unless given",
            values: OptionValues::Choice(&["apart", "same"]),
            required: false,
        },
        OptionAbout {
            name: "keep-domain",
            meaning: "whether the domain of the value stays, as it may for firms; `false` unless given",
            values: OptionValues::Boolean,
            required: false,
        },
        DOMAIN,
    ],
    domain: Some("email"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> std::result::Result<Arc<dyn Mask>, OptionProblem> {
    let variants = [("apart", false), ("same", true)];
    Ok(Arc::new(Email {
        domain: options.domain("email")?,
        joins_variants: options.choice("variants", &variants)?.unwrap_or_default(),
        keeps_domain: options.boolean("keep-domain")?.unwrap_or_default(),
    }))
}

#[derive(Debug)]
struct Email {
    domain: String,
    joins_variants: bool,
    keeps_domain: bool,
}

impl Mask for Email {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn rule(&self) -> String {
        let mut rule = format!("email, domain {}", self.domain);
        // What was written before there were options means the same.
        if self.joins_variants {
            rule.push_str(", variants same");
        }
        if self.keeps_domain {
            rule.push_str(", keep-domain");
        }
        rule
    }

    fn length(&self) -> Length {
        match self.keeps_domain {
            true => Length::Any,
            false => Length::AtMost(LONGEST),
        }
    }

    fn fits_into(&self, room: usize) -> bool {
        room >= SUFFIX + HOST
    }

    fn refuses(&self, column: &Column) -> Option<Refusal> {
        let room = declared_length(&column.data_type)?;
        (self.keeps_domain && !self.fits_into(room)).then(|| Refusal {
            reason: format!("the shortest address has {} characters", SUFFIX + HOST),
            help: format!("use {{mask: fixed, value: …}} with at most {room} characters"),
        })
    }

    fn bind(&self, place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        Ok(Arc::new(EmailMask {
            key: place.key.domain(&self.domain),
            room: place.room().unwrap_or(usize::MAX),
            joins_variants: self.joins_variants,
            keeps_domain: self.keeps_domain,
        }))
    }
}

struct EmailMask {
    key: DomainKey,
    /// Characters that the column takes.
    room: usize,
    joins_variants: bool,
    keeps_domain: bool,
}

impl ValueMask for EmailMask {
    fn mask(&self, field: Field<'_>, _row: &RowView<'_>) -> Result<Replacement> {
        let Some(pseudonym) = self.pseudonym(field) else {
            return Ok(Replacement::Null);
        };
        let address = self.address(pseudonym, field);
        if let Field::Text(value) | Field::Blob(value) = field
            && value.trim_ascii().eq_ignore_ascii_case(address.as_bytes())
        {
            let other = self.address(pseudonym.again(&self.key), field);
            return Ok(Replacement::Text(other));
        }
        Ok(Replacement::Text(address))
    }
}

impl EmailMask {
    fn pseudonym(&self, field: Field<'_>) -> Option<Pseudonym> {
        match field {
            Field::Text(value) | Field::Blob(value) if self.joins_variants => {
                let variant = parts::without_variants(value);
                let counts = variant.as_deref().unwrap_or(value);
                Pseudonym::of(&self.key, Field::Text(counts))
            }
            _ => Pseudonym::of(&self.key, field),
        }
    }

    /// The names are the hash's choice alone: where one agrees with the value's, that is chance
    /// and tells nothing.
    fn address(&self, pseudonym: Pseudonym, field: Field<'_>) -> String {
        let host = self.host(pseudonym, field);
        // The host has its @ with it. Without room for names, the suffix does.
        let fits = self.room == usize::MAX || host.chars().count() + LONGEST_LOCAL <= self.room;
        let mut text = String::with_capacity(LONGEST_LOCAL + host.len());
        if fits {
            text.push_str(given(pseudonym.first(), |_| false));
            text.push('.');
            text.push_str(family(pseudonym.second(), |_| false));
            text.push('.');
            text.make_ascii_lowercase();
        }
        pseudonym.push_suffix(&mut text);
        text.push_str(host);
        text
    }

    fn host<'v>(&self, pseudonym: Pseudonym, field: Field<'v>) -> &'v str {
        if self.keeps_domain
            && let Field::Text(value) | Field::Blob(value) = field
            && let Some(host) = parts::host(value)
            && host.chars().count() + SUFFIX <= self.room
        {
            return host;
        }
        let host = usize::try_from(pseudonym.third() % 3).unwrap_or_default();
        HOSTS.get(host).copied().unwrap_or_default()
    }
}
