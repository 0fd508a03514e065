//! Values fit types that take texts of one form alone, where the database takes nothing else: dates,
//! UUIDs, addresses, documents, the labels of an enum. Only what surely does not fit is refused.

use super::super::affinity::{self, Affinity, enum_labels};
use super::{Refusal, Unfit, refusal};
use crate::compound::{element, is_array};
use crate::ruleset::{At, Rule};
use crate::transformer::{Length, Mask};
use weir_engine::Replacement;
use weir_model::catalog::Column;

/// What a type takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Moment,
    Uuid,
    Address,
    Json,
    Label,
}

/// The part of a rule that writes what the column's type never takes.
pub(super) fn of_rule<'a>(column: &Column, rule: &'a Rule, at: At) -> Option<Unfit<'a>> {
    match rule {
        Rule::Keep | Rule::Json(_) => None,
        Rule::Mask(mask) => {
            let refusal = of_mask(column, mask.as_ref())?;
            Some((at, rule, refusal))
        }
        Rule::When(cases) => {
            let mut cases = cases.iter();
            cases.find_map(|case| of_rule(column, &case.rule, case.at))
        }
        Rule::Each(rule) if is_array(column) => of_rule(&element(column), rule, at),
        Rule::Each(_) => None,
    }
}

fn of_mask(column: &Column, mask: &dyn Mask) -> Option<Refusal> {
    let kind = Kind::of(&column.data_type)?;
    if mask.shuffles() {
        return None;
    }
    let labels = enum_labels(&column.data_type);
    let is_unfit = match mask.outcomes(column) {
        Some(values) => values.iter().any(|value| match value {
            Replacement::Text(text) => !kind.may_be(text, &labels),
            _ => false,
        }),
        None => !kind.is_written_by(mask),
    };
    if !is_unfit {
        return None;
    }
    let (reason, help) = kind.words();
    let values = match kind {
        Kind::Label => format!(": {}", column.data_type),
        _ => format!(", and the column is {}", column.data_type),
    };
    let null = match column.nullable {
        true => ", or `null`",
        false => "",
    };
    refusal(format!("{reason}{values}"), format!("{help}{null}"))
}

/// A rule that fits a column of such a type, where `redact` would not.
pub(in crate::bind) fn fitting(data_type: &str) -> Option<&'static str> {
    Some(match Kind::of(data_type)? {
        Kind::Moment => "date",
        Kind::Uuid => "uuid",
        Kind::Address => "ip",
        Kind::Json => "{mask: fixed, value: \"{}\"}",
        Kind::Label => "shuffle",
    })
}

impl Kind {
    fn of(data_type: &str) -> Option<Self> {
        if data_type.trim_end().ends_with("[]") {
            return None;
        }
        let lower = data_type.trim().to_ascii_lowercase();
        let end = lower.find(|letter: char| !letter.is_ascii_alphanumeric());
        match lower.get(..end.unwrap_or(lower.len())).unwrap_or_default() {
            "date" | "time" | "timetz" | "timestamp" | "timestamptz" | "datetime" => {
                Some(Self::Moment)
            }
            "uuid" => Some(Self::Uuid),
            "inet" | "inet4" | "inet6" | "cidr" | "macaddr" | "macaddr8" => Some(Self::Address),
            "json" | "jsonb" => Some(Self::Json),
            "enum" if affinity::of(data_type) == Affinity::List => Some(Self::Label),
            _ => None,
        }
    }

    /// Whether a text may be one of these.
    fn may_be(self, text: &str, labels: &[String]) -> bool {
        let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
        match self {
            // There are words for some days.
            Self::Moment => has_digit || ["now", "today", "epoch", "infinity"].contains(&text),
            Self::Uuid => {
                let digits = text.chars().filter(|letter| letter.is_ascii_hexdigit());
                digits.count() == 32
            }
            Self::Address => text.contains([':', '.', '-']) || text.len() == 12,
            Self::Json => serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(),
            // Some databases take them in any letter case.
            Self::Label => labels.iter().any(|label| label.eq_ignore_ascii_case(text)),
        }
    }

    /// Whether a transformer whose values are not known before may write such a text.
    fn is_written_by(self, mask: &dyn Mask) -> bool {
        const ANYTHING: [&str; 4] = ["program", "template", "scrub", "format-preserving"];
        let name = mask.transformer().name;
        let own: &[&str] = match self {
            Self::Moment => &["date"],
            Self::Uuid => &["uuid", "token"],
            Self::Address => &["ip", "mac", "token"],
            Self::Json => &["number", "token"],
            Self::Label => &[],
        };
        let is_long_hash = name == "hash" && mask.length() == Length::AtMost(32);
        ANYTHING.contains(&name) || own.contains(&name) || (self == Self::Uuid && is_long_hash)
    }

    /// What such a column takes, and what to write.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Moment => (
                "it gives no date or time",
                "use `date`, `shuffle`, {mask: fixed, value: \"2000-01-01\"} in the column's own form",
            ),
            Self::Uuid => (
                "it gives no UUID",
                "use `uuid`, `shuffle`, {mask: fixed, value: \"00000000-0000-0000-0000-000000000000\"}",
            ),
            Self::Address => (
                "it gives no network address",
                "use `ip` or `mac`, `shuffle`, or {mask: fixed, value: …} with an address",
            ),
            Self::Json => (
                "it gives no JSON",
                "use `json:` with a rule for each path, or {mask: fixed, value: \"{}\"}",
            ),
            Self::Label => (
                "it takes the values of a list alone",
                "use `shuffle`, {mask: pick, values: […]} with values of the list",
            ),
        }
    }
}
