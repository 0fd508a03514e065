//! `email`: an address that belongs to nobody.

use crate::key::DomainKey;
use crate::scheme::Pseudonym;
use crate::scheme::words::{FAMILY_LONGEST, GIVEN_LONGEST, family, given};
use weir_engine::{ColumnMask, Field, Replacement};
use weir_model::error::Result;

/// Domains that RFC 2606 reserves: no mail sent by accident reaches anyone.
const HOSTS: [&str; 3] = ["@example.com", "@example.net", "@example.org"];

/// The longest address: names, suffix, two dots and the domain.
pub(super) const LONGEST: usize = GIVEN_LONGEST + 1 + FAMILY_LONGEST + 1 + 16 + 12;

pub(super) struct EmailMask {
    key: DomainKey,
}

impl EmailMask {
    pub(super) fn new(key: DomainKey) -> Self {
        Self { key }
    }
}

impl ColumnMask for EmailMask {
    fn mask(&self, field: Field<'_>) -> Result<Replacement> {
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
