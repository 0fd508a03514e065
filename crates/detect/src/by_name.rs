//! What a column holds by its name, in English, German, French and Spanish.

mod lexicon;
mod split;

use crate::kind::Sensitive;
use lexicon::LEXICON;
use split::Name;
use std::ops::Range;

/// What a column can hold by its names and type alone, the likeliest first, each with how likely
/// that is (0 to 1).
#[must_use]
pub fn by_name(table: &str, column: &str, data_type: &str) -> Vec<(Sensitive, f32)> {
    let kind = TypeKind::of(data_type);
    if let TypeKind::Says(what) = kind {
        return vec![(what, 0.9)];
    }
    let mut found = said(&Name::new(table), &Name::new(column));
    found.retain(|(what, _)| kind.can_hold(*what));
    found
}

/// What a key of a document says of its value.
pub(crate) fn of_key(key: &str) -> Option<Sensitive> {
    let name = Name::new(key);
    let first = said(&Name::new(""), &name).into_iter().next();
    first
        .filter(|(_, score)| *score >= 0.7)
        .map(|(what, _)| what)
}

/// A phrase found in a name: its kind, how far it tells that kind, and which words it is.
struct Said {
    what: Sensitive,
    score: f32,
    words: Range<usize>,
}

fn said(table: &Name, column: &Name) -> Vec<(Sensitive, f32)> {
    let phrases = LEXICON.phrases.iter().filter_map(|phrase| {
        column.says(phrase.text).map(|words| Said {
            what: phrase.what,
            score: phrase.score,
            words,
        })
    });
    let phrases: Vec<_> = phrases.collect();
    let mut found = Vec::new();
    for said in &phrases {
        // `email_address` is no address.
        let inside = phrases
            .iter()
            .any(|other| other.words.len() > said.words.len() && covers(&other.words, &said.words));
        if !inside {
            add(&mut found, said.what, said.score);
        }
    }
    let free = |place: usize| !phrases.iter().any(|said| said.words.contains(&place));
    let named = LEXICON.names.iter().any(|name| column.has_at(name, free));
    join_parts(named, &mut found);
    if LEXICON.things.iter().any(|thing| table.has_stem(thing)) {
        let full = found
            .iter_mut()
            .filter(|(what, _)| *what == Sensitive::PersonName);
        full.for_each(|(_, score)| *score *= 0.4);
    }
    name_of_whom(table, column, named, &mut found);
    if LEXICON.about.iter().any(|word| column.has_at(word, free))
        && !is_hash_of_secret(column, &found)
    {
        found.iter_mut().for_each(|(_, score)| *score *= 0.2);
    }
    found.sort_by(|one, other| other.1.total_cmp(&one.1));
    found
}

/// Whether a kind is a name of somebody.
fn is_name(what: Sensitive) -> bool {
    use Sensitive::{Company, FamilyName, GivenName, PersonName, Username};
    matches!(
        what,
        PersonName | GivenName | FamilyName | Username | Company
    )
}

/// A column called after both parts of a name holds the full one.
fn join_parts(named: bool, found: &mut Vec<(Sensitive, f32)>) {
    let both = [Sensitive::GivenName, Sensitive::FamilyName];
    let parts = found.iter().filter(|(what, _)| both.contains(what));
    if parts.count() + usize::from(named) >= 2 {
        found.retain(|(what, _)| !both.contains(what));
        add(found, Sensitive::PersonName, 0.9);
    }
}

fn covers(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// A person's name may be the full one or a part: the values say which.
fn add_person(column: &Name, score: f32, found: &mut Vec<(Sensitive, f32)>) {
    let given = column.has("nombre") || column.has("nombres");
    let part = if given {
        Sensitive::GivenName
    } else {
        Sensitive::FamilyName
    };
    add(found, Sensitive::PersonName, score);
    if score > ROLE {
        add(found, part, score - 0.05);
    }
}

/// Whether a column's name says that its values are numbers of things: versions, orders, goods.
pub(crate) fn says_thing(column: &str) -> bool {
    let name = Name::new(column);
    LEXICON.numbered.iter().any(|word| name.has_stem(word))
}

/// The hash of a password is a secret too.
fn is_hash_of_secret(column: &Name, found: &[(Sensitive, f32)]) -> bool {
    column.has("hash")
        && found
            .iter()
            .any(|(what, score)| *what == Sensitive::Secret && *score >= 0.9)
}

/// Keeps the greatest score of a kind.
fn add(found: &mut Vec<(Sensitive, f32)>, what: Sensitive, score: f32) {
    match found.iter_mut().find(|(known, _)| *known == what) {
        Some((_, known)) => *known = known.max(score),
        None => found.push((what, score)),
    }
}

/// `name` alone says nothing until it is known whose: the column or its table says so.
fn name_of_whom(table: &Name, column: &Name, named: bool, found: &mut Vec<(Sensitive, f32)>) {
    let of = |list: &[&str], name: &Name| list.iter().any(|word| name.has_stem(word));
    let company = LEXICON.companies.iter().any(|who| column.is(who));
    let role = company || of(&LEXICON.people, column);
    let clear = found
        .iter()
        .any(|(what, score)| *score >= 0.5 && (!named || is_name(*what)));
    if !(named || role) || clear {
        return;
    }
    if of(&LEXICON.companies, column) {
        add(found, Sensitive::Company, 0.8);
    } else if of(&LEXICON.things, column) {
        add(found, Sensitive::PersonName, 0.1);
    } else if of(&LEXICON.people, column) {
        add_person(column, if named { 0.85 } else { ROLE }, found);
    } else if of(&LEXICON.companies, table) && !of(&LEXICON.people, table) {
        add(found, Sensitive::Company, 0.75);
    } else if of(&LEXICON.people, table) && !of(&LEXICON.things, table) {
        add_person(column, 0.75, found);
    } else {
        add(found, Sensitive::PersonName, 0.15);
    }
}

/// How far a column called after a role, as `reviewer`, tells that it holds names.
pub(crate) const ROLE: f32 = 0.6;

/// What the type of a column leaves open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TypeKind {
    /// Text, or a type nobody knows.
    Text,
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Decimal,
    /// A date or a time.
    Date,
    /// Nothing personal by itself: truth values, UUIDs.
    Nothing,
    /// The type says all.
    Says(Sensitive),
}

impl TypeKind {
    /// By the words SQL dialects share.
    pub(crate) fn of(data_type: &str) -> Self {
        let lower = data_type.to_ascii_lowercase();
        let starts = |words: &[&str]| words.iter().any(|word| lower.starts_with(word));
        if starts(&["inet", "cidr"]) && !lower.starts_with("int") {
            return Self::Says(Sensitive::IpAddress);
        }
        if lower.starts_with("macaddr") {
            return Self::Says(Sensitive::MacAddress);
        }
        if starts(&["point", "geography", "geometry"]) {
            return Self::Says(Sensitive::Coordinates);
        }
        if starts(&["bool", "uuid", "bit", "tinyint(1)", "enum", "set("]) {
            Self::Nothing
        } else if starts(&[
            "int",
            "bigint",
            "smallint",
            "tinyint",
            "mediumint",
            "serial",
            "bigserial",
        ]) {
            Self::Integer
        } else if starts(&[
            "numeric", "decimal", "float", "double", "real", "money", "number",
        ]) {
            Self::Decimal
        } else if starts(&["date", "time", "year"]) {
            Self::Date
        } else {
            Self::Text
        }
    }

    fn can_hold(self, what: Sensitive) -> bool {
        match self {
            Self::Text | Self::Says(_) => true,
            Self::Integer => matches!(
                what,
                Sensitive::Phone
                    | Sensitive::Postcode
                    | Sensitive::NationalId
                    | Sensitive::CreditCard
                    | Sensitive::IpAddress
            ),
            Self::Decimal => matches!(what, Sensitive::Coordinates | Sensitive::NationalId),
            Self::Date => what == Sensitive::DateOfBirth,
            Self::Nothing => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_four_languages_are_read() {
        let examples = [
            ("users", "email", Sensitive::Email),
            ("tkunde", "cVorname", Sensitive::GivenName),
            ("clients", "nom_famille", Sensitive::FamilyName),
            ("clientes", "telefonoMovil", Sensitive::Phone),
            ("kunden", "strasse", Sensitive::PostalAddress),
            ("kunden", "Geburtsdatum", Sensitive::DateOfBirth),
            ("customers", "name", Sensitive::PersonName),
            ("orders", "customerName", Sensitive::PersonName),
            ("salaries", "num_secu", Sensitive::NationalId),
            ("personas", "codigo_postal", Sensitive::Postcode),
            ("users", "password_hash", Sensitive::Secret),
        ];
        for (table, column, what) in examples {
            let found = by_name(table, column, "varchar(100)");
            assert_eq!(found.first().map(|(what, _)| *what), Some(what), "{column}");
            assert!(found[0].1 >= 0.5, "{column}: {found:?}");
        }
    }

    #[test]
    fn what_is_about_a_value_or_a_thing_is_not_the_value() {
        for (table, column) in [
            ("users", "email_count"),
            ("products", "name"),
            ("users", "phone_verified"),
            ("cities", "name"),
            ("orders", "shipping_address_id"),
        ] {
            let found = by_name(table, column, "text");
            assert!(
                found.iter().all(|(_, score)| *score < 0.5),
                "{column}: {found:?}"
            );
        }
        assert!(by_name("users", "email", "boolean").is_empty());
        assert!(by_name("users", "email", "timestamp").is_empty());
    }
}
