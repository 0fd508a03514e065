//! The labelled columns of a part.

use crate::random::Random;
use crate::values::Maker;
use crate::words::Words;
use std::collections::BTreeMap;
use weir_detect::Sensitive;

/// Values of each column.
const ROWS: usize = 200;

pub(crate) struct Column {
    pub(crate) table: String,
    pub(crate) name: String,
    pub(crate) data_type: String,
    pub(crate) what: String,
    /// The kind, or nothing for a trap.
    pub(crate) label: Option<Sensitive>,
    pub(crate) values: Vec<Option<String>>,
}

/// Reads `held-out.txt`, `fresh.txt` or `tuning.txt` and fills its columns.
pub(crate) fn read(part: &str) -> Vec<Column> {
    let file = format!("{}/examples/bench/{part}.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    // The fresh part has columns of its own, filled like the held-out ones.
    let words_of = if part == "fresh" { "held-out" } else { part };
    let languages =
        ["en", "de", "fr", "es"].map(|language| (language, Words::read(words_of, language)));
    let words: BTreeMap<_, _> = languages.into_iter().collect();
    let mut columns = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut parts = line.split_whitespace();
        let (language, table) = (
            parts.next().expect("a language"),
            parts.next().expect("a table"),
        );
        let words = words.get(language).expect("a language there are words of");
        columns.extend(parts.map(|column| make(words, (part, language, table), column)));
    }
    columns
}

fn make(words: &Words, (part, language, table): (&str, &str, &str), column: &str) -> Column {
    let mut fields = column.splitn(3, ':');
    let (name, what) = (
        fields.next().expect("a name"),
        fields.next().expect("a generator"),
    );
    let random = Random::new(&format!("{part} {table} {column}"));
    let mut maker = Maker::new(words, language, random);
    let values = (0..ROWS).map(|_| maker.value(what)).collect();
    Column {
        table: table.to_owned(),
        name: name.to_owned(),
        data_type: fields.next().unwrap_or("varchar(255)").to_owned(),
        what: what.to_owned(),
        label: label(what),
        values,
    }
}

fn label(what: &str) -> Option<Sensitive> {
    Some(match what {
        "email" => Sensitive::Email,
        "full" => Sensitive::PersonName,
        "given" => Sensitive::GivenName,
        "family" => Sensitive::FamilyName,
        "user" => Sensitive::Username,
        "phone" => Sensitive::Phone,
        "address" => Sensitive::PostalAddress,
        "postcode" => Sensitive::Postcode,
        "company" => Sensitive::Company,
        "iban" => Sensitive::Iban,
        "card" => Sensitive::CreditCard,
        "national" | "nhs" | "tax" | "vat" | "tracking2" => Sensitive::NationalId,
        "ip" | "ip6" => Sensitive::IpAddress,
        "mac" => Sensitive::MacAddress,
        "hash" | "md5pass" | "token" | "hex2" | "apikey" | "jwt" | "pem" => Sensitive::Secret,
        "dob" => Sensitive::DateOfBirth,
        "lat" | "lng" | "latlng" => Sensitive::Coordinates,
        "notes" => Sensitive::FreeText,
        "doc" => Sensitive::Document,
        _ => return None,
    })
}
