//! The rules that may suit a column, the best first.

use super::tables::{Held, ScannedColumn};
use weir_detect::Sensitive;

/// A rule as it is written in a ruleset, and why it is proposed.
#[derive(Debug, Clone)]
pub(super) struct Proposed {
    pub(super) rule: String,
    pub(super) because: String,
    /// Whether it leaves something for somebody to decide.
    pub(super) is_open: bool,
}

const KEEP: &str = "keep";

/// What is put where no transformer suits.
const LAST_RESORTS: [&str; 3] = ["redact", "null", "{mask: fixed, value: \"\"}"];

/// The rules that may suit a column, given what makes it a key.
pub(super) fn candidates(column: &ScannedColumn, key: Option<&str>) -> Vec<Proposed> {
    let held = column.holds.first().filter(|_| column.sensitive);
    let keep = |because: String| Proposed {
        rule: KEEP.to_owned(),
        because,
        is_open: false,
    };
    match (held, key) {
        (Some(held), key) => {
            let because = reasons(column);
            let rules = transformers(held.what).iter().chain(&LAST_RESORTS);
            let rules = rules.map(|rule| (*rule).to_owned());
            let national = column.country;
            let national =
                national.map(|country| format!("{{mask: national-id, country: {country}}}"));
            let masked = by_path(column)
                .into_iter()
                .chain(national)
                .chain(rules)
                .map(|rule| Proposed {
                    rule,
                    because: because.clone(),
                    is_open: false,
                });
            // What cannot be masked is kept for somebody to decide.
            let key = key.map_or_else(String::new, |key| format!("; {key}"));
            let kept = Proposed {
                is_open: true,
                ..keep(format!("DECIDE: no transformer fits; {because}{key}"))
            };
            masked.chain([kept]).collect()
        }
        (None, Some(key)) => vec![keep(key.to_owned())],
        (None, None) if column.values == 0 && is_text(&column.data_type) => {
            let because = "no value was seen";
            let masked = LAST_RESORTS.iter().map(|rule| Proposed {
                rule: (*rule).to_owned(),
                because: because.to_owned(),
                is_open: false,
            });
            masked.chain([keep(because.to_owned())]).collect()
        }
        (None, None) => vec![keep(nothing(column))],
    }
}

/// A rule for what lies in documents: what nobody has seen in them is not kept.
fn by_path(column: &ScannedColumn) -> Option<String> {
    if column.paths.is_empty() {
        return None;
    }
    let rules = column.paths.iter().map(|found| {
        let held = found.holds.first().filter(|_| found.sensitive);
        let rule = match held.map(|held| transformers(held.what).first()) {
            None => KEEP,
            Some(rule) => rule.unwrap_or(&"redact"),
        };
        format!("\"{}\": {rule}", found.path)
    });
    let rules: Vec<String> = rules.collect();
    Some(format!("{{json: {{{}, \"*\": redact}}}}", rules.join(", ")))
}

/// What a column likely holds, how sure that is and what speaks for it most, on one line.
fn reasons(column: &ScannedColumn) -> String {
    let held = column.holds.first().map(|held| {
        let why: Vec<&str> = held.why.iter().take(2).map(String::as_str).collect();
        format!("{} ({})", likeliness(held), why.join("; "))
    });
    held.unwrap_or_default()
}

fn likeliness(held: &Held) -> String {
    format!("{} {:.0} %", held.what.name(), held.certainty * 100.0)
}

fn nothing(column: &ScannedColumn) -> String {
    match (column.holds.first(), column.values) {
        (Some(held), _) => format!("perhaps {}", likeliness(held)),
        (None, 0) => "no value was seen".to_owned(),
        (None, 1) => "nothing found in 1 value".to_owned(),
        (None, values) => format!("nothing found in {values} values"),
    }
}

fn is_text(data_type: &str) -> bool {
    let data_type = data_type.to_ascii_lowercase();
    const TEXTUAL: [&str; 8] = [
        "char", "text", "clob", "json", "blob", "bytea", "xml", "binary",
    ];
    data_type.is_empty() || TEXTUAL.iter().any(|part| data_type.contains(part))
}

/// The transformers made for a kind of value.
fn transformers(what: Sensitive) -> &'static [&'static str] {
    match what {
        Sensitive::Email => &["email"],
        Sensitive::PersonName => &["name"],
        Sensitive::GivenName => &["{mask: name, part: given}"],
        Sensitive::FamilyName => &["{mask: name, part: family}"],
        Sensitive::Username => &["username"],
        Sensitive::Phone => &["phone"],
        Sensitive::PostalAddress => &["address"],
        Sensitive::Postcode => &["postcode"],
        Sensitive::Company => &["company"],
        Sensitive::Iban => &["iban"],
        Sensitive::CreditCard => &["credit-card"],
        // Whose it is must be said. It is known of a column whose values tell it; a passport, a
        // Swiss number, or one inside a document is redacted.
        Sensitive::NationalId => &[],
        Sensitive::IpAddress => &["ip"],
        Sensitive::MacAddress => &["mac"],
        Sensitive::Secret => &["token"],
        Sensitive::DateOfBirth => &["date"],
        Sensitive::Coordinates => &["coordinates"],
        Sensitive::FreeText => &["text"],
        Sensitive::Document => &[],
    }
}
