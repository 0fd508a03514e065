//! What the gate lets pass.

use super::At;
use super::file::GateFields;
use super::maker::Maker;
use weir_config::yaml::Spanned;

/// What the gate lets pass.
#[derive(Debug, Clone, Default)]
pub(crate) struct GateRules {
    /// The share of a column's values that may hold findings.
    pub(crate) threshold: f64,
    /// One in so many values is read; `None` for all.
    pub(crate) one_in: Option<u64>,
    pub(crate) allow: Vec<Allowed>,
}

/// What may stay in one column.
#[derive(Debug, Clone)]
pub(crate) struct Allowed {
    pub(crate) at: At,
    pub(crate) table: String,
    pub(crate) column: String,
    /// Kinds of findings, with their places.
    pub(crate) kinds: Vec<(String, At)>,
}

pub(super) fn gate_rules(fields: GateFields, maker: &mut Maker<'_>) -> GateRules {
    let mut rules = GateRules::default();
    if let Some(findings) = &fields.findings {
        match share(&findings.value) {
            Some(share) if (0.0..1.0).contains(&share) => rules.threshold = share,
            _ => maker.problem(
                findings.span,
                "this is no share of the values",
                "write e.g. `0.1%`",
            ),
        }
    }
    if let Some(sample) = &fields.sample {
        rules.one_in = one_in(&sample.value);
        if rules.one_in.is_none() {
            maker.problem(
                sample.span,
                "this is no sample",
                "write e.g. `1/10` to read one in ten values",
            );
        }
    }
    for (name, kinds) in fields.allow {
        let allowed = allowed(&name, kinds.value, maker);
        rules.allow.extend(allowed);
    }
    rules
}

fn allowed(
    name: &Spanned<String>,
    kinds: Vec<Spanned<String>>,
    maker: &mut Maker<'_>,
) -> Option<Allowed> {
    let Some((table, column)) = name.value.rsplit_once('.') else {
        maker.problem(
            name.span,
            "this names no column",
            "write it as `table.column`",
        );
        return None;
    };
    let kinds = kinds
        .into_iter()
        .map(|kind| (kind.value, maker.at(kind.span)));
    Some(Allowed {
        at: maker.at(name.span),
        table: table.to_owned(),
        column: column.to_owned(),
        kinds: kinds.collect(),
    })
}

fn share(text: &str) -> Option<f64> {
    let text = text.trim();
    match text.strip_suffix('%') {
        Some(percent) => percent
            .trim()
            .parse::<f64>()
            .ok()
            .map(|percent| percent / 100.0),
        None => text.parse().ok(),
    }
}

fn one_in(text: &str) -> Option<u64> {
    let (one, many) = text.split_once('/')?;
    let many = many.trim().parse().ok()?;
    (one.trim() == "1" && many > 0).then_some(many)
}
