//! Which transformer replaces what is found.

use super::super::{
    OptionValue, Options, Place, RowView, Transformer, ValueMask, address, card, company,
    coordinates, date, email, iban, ip, mac, name, phone, postcode, text, token, username,
};
use crate::transformer::keyed::text_of;
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_config::problem::Span;
use weir_config::yaml::Spanned;
use weir_detect::Sensitive;
use weir_engine::Field;
use weir_model::catalog::Column;
use weir_model::error::{Error, Kind, Result};

/// A transformer and its options.
type Rule = (
    &'static Transformer,
    &'static [(&'static str, &'static str)],
);

/// What a column of that kind alone would be masked by, so that both become the same.
const fn rule(what: Sensitive) -> Rule {
    match what {
        Sensitive::Email => (&email::ABOUT, &[]),
        Sensitive::PersonName => (&name::ABOUT, &[]),
        Sensitive::GivenName => (&name::ABOUT, &[("part", "given")]),
        Sensitive::FamilyName => (&name::ABOUT, &[("part", "family")]),
        Sensitive::Username => (&username::ABOUT, &[]),
        Sensitive::Phone => (&phone::ABOUT, &[]),
        Sensitive::PostalAddress => (&address::ABOUT, &[]),
        Sensitive::Postcode => (&postcode::ABOUT, &[]),
        Sensitive::Company => (&company::ABOUT, &[]),
        Sensitive::Iban => (&iban::ABOUT, &[]),
        Sensitive::CreditCard => (&card::ABOUT, &[]),
        // Of which country it is nobody says; the shape is kept, a checksum is not made.
        Sensitive::NationalId => (&token::ABOUT, &[("domain", "national-id")]),
        Sensitive::IpAddress => (&ip::ABOUT, &[]),
        Sensitive::MacAddress => (&mac::ABOUT, &[]),
        Sensitive::Secret => (&token::ABOUT, &[]),
        Sensitive::DateOfBirth => (&date::ABOUT, &[]),
        Sensitive::Coordinates => (&coordinates::ABOUT, &[]),
        Sensitive::FreeText | Sensitive::Document => (&text::ABOUT, &[]),
    }
}

/// The masks of every kind at work.
pub(super) struct Kinds(BTreeMap<Sensitive, Arc<dyn ValueMask>>);

impl Kinds {
    /// With one domain for all of them, or that of each transformer.
    pub(super) fn bind(domain: Option<&str>, place: &Place<'_>) -> Result<Self> {
        // A finding has no column of its own whose type or length would count.
        let column = Column {
            data_type: String::new(),
            ..place.column.clone()
        };
        let place = Place {
            column: &column,
            ..*place
        };
        let kinds = Sensitive::ALL.into_iter().map(|what| {
            let (transformer, options) = rule(what);
            let mut given: BTreeMap<&str, &str> = options.iter().copied().collect();
            given.extend(domain.map(|domain| ("domain", domain)));
            let mut options = Options::new(given.into_iter().map(option).collect());
            let mask = (transformer.make)(&mut options)
                .map_err(|problem| Error::new(Kind::Internal, "scrub texts", problem.message))?;
            Ok((what, mask.bind(&place)?))
        });
        kinds.collect::<Result<_>>().map(Self)
    }

    /// What takes the place of a finding.
    pub(super) fn pseudonym(&self, what: Sensitive, span: &[u8]) -> Result<Vec<u8>> {
        let Some(mask) = self.0.get(&what) else {
            return Ok(Vec::new());
        };
        let masked = mask.mask(Field::Text(span), &RowView::new(&[], &[], &[]))?;
        Ok(text_of(masked.as_field()).unwrap_or_default().into_owned())
    }
}

fn option((name, text): (&str, &str)) -> (String, Spanned<OptionValue>) {
    let value = Spanned {
        value: OptionValue::Text(text.to_owned()),
        span: Span::default(),
    };
    (name.to_owned(), value)
}
