//! The types that domains are of, as the archive defines them.

use crate::dump::archive::{Archive, dumped_identifier};
use std::collections::BTreeMap;

/// What follows a domain's type in its definition.
const BEHIND: [&str; 6] = [
    " NOT NULL",
    " NULL",
    " COLLATE ",
    " DEFAULT ",
    " CONSTRAINT ",
    "\n",
];

/// Domains, each with its type, both as servers tell types.
#[derive(Debug, Default)]
pub(super) struct Domains(BTreeMap<String, String>);

impl Domains {
    pub(super) fn of(archive: &Archive) -> Self {
        let domains = archive.entries.iter().filter(|entry| entry.is("DOMAIN"));
        let of_each = domains.filter_map(|entry| {
            let (schema, name) = (entry.namespace.as_ref()?, entry.tag.as_ref()?);
            let (schema, name) = (schema.as_str()?, name.as_str()?);
            let name = format!("{}.{}", dumped_identifier(schema), dumped_identifier(name));
            let base = base(entry.definition.as_ref()?.as_str()?, &name)?;
            Some((name, base.to_owned()))
        });
        Self(of_each.collect())
    }

    /// The type itself, or what its domain is of in the end.
    pub(super) fn base_of<'a>(&'a self, data_type: &'a str) -> &'a str {
        let mut base = data_type;
        // A domain of a domain stands behind it: there are no circles.
        for _ in 0..self.0.len() {
            match self.0.get(base) {
                Some(of) => base = of,
                None => break,
            }
        }
        base
    }
}

/// The type in a definition as `pg_dump` writes it.
fn base<'a>(definition: &'a str, name: &str) -> Option<&'a str> {
    let rest = definition.strip_prefix("CREATE DOMAIN ")?;
    let rest = rest.strip_prefix(name)?.strip_prefix(" AS ")?;
    let ends = BEHIND.iter().filter_map(|behind| rest.find(behind));
    let base = rest.get(..ends.min()?)?;
    Some(base.trim_end_matches(';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_a_domain_is_found() {
        let cases = [
            ("CREATE DOMAIN public.d AS inet;\n", "inet"),
            (
                "CREATE DOMAIN public.d AS character varying(10) COLLATE pg_catalog.\"C\" NOT NULL DEFAULT 'x';\n",
                "character varying(10)",
            ),
            (
                "CREATE DOMAIN public.d AS timestamp(3) with time zone\n\tCONSTRAINT c CHECK (true);\n",
                "timestamp(3) with time zone",
            ),
            ("CREATE DOMAIN public.d AS integer[];\n", "integer[]"),
        ];
        for (definition, expected) in cases {
            assert_eq!(base(definition, "public.d"), Some(expected));
        }
    }

    #[test]
    fn a_domain_of_a_domain_is_of_its_type() {
        let domains = [("public.a", "public.b"), ("public.b", "uuid")];
        let domains = domains.map(|(name, base)| (name.to_owned(), base.to_owned()));
        let domains = Domains(BTreeMap::from(domains));
        assert_eq!(domains.base_of("public.a"), "uuid");
        assert_eq!(domains.base_of("date"), "date");
    }
}
