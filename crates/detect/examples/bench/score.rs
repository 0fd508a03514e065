//! Precision and recall, by kind and over all.

use crate::columns::Column;
use std::collections::BTreeMap;
use weir_detect::{Profile, Sensitive};

/// Columns right, wrongly called sensitive or of this kind, and of this kind in truth.
#[derive(Default, Clone, Copy)]
struct Tally {
    right: u32,
    said: u32,
    true_ones: u32,
}

#[derive(Default)]
pub(crate) struct Score {
    kinds: BTreeMap<Sensitive, Tally>,
    pub(crate) traps: usize,
    /// Sensitive columns that were called sensitive, of whatever kind.
    flagged: u32,
}

impl Score {
    /// Judges all columns. A column counts as found where its first judgement is its kind.
    pub(crate) fn of(columns: &[Column], print_misses: bool) -> Self {
        let mut score = Self::default();
        for column in columns {
            let said = judge(column);
            score.count(column.label, said);
            if print_misses && said != column.label {
                println!(
                    "  {}.{} ({}): said {said:?}, is {:?}",
                    column.table, column.name, column.what, column.label
                );
            }
        }
        score
    }

    fn count(&mut self, label: Option<Sensitive>, said: Option<Sensitive>) {
        match label {
            Some(kind) => self.kinds.entry(kind).or_default().true_ones += 1,
            None => self.traps += 1,
        }
        if let Some(kind) = said {
            self.flagged += u32::from(label.is_some());
            let tally = self.kinds.entry(kind).or_default();
            tally.said += 1;
            tally.right += u32::from(label == said);
        }
    }

    fn sum(&self) -> Tally {
        let add = |sum: Tally, one: &Tally| Tally {
            right: sum.right + one.right,
            said: sum.said + one.said,
            true_ones: sum.true_ones + one.true_ones,
        };
        self.kinds.values().fold(Tally::default(), add)
    }

    /// Precision and recall over all kinds.
    pub(crate) fn overall(&self) -> (f64, f64) {
        rates(self.sum())
    }

    pub(crate) fn print(&self) {
        println!(
            "  {:<16} {:>8} {:>10} {:>8}",
            "", "columns", "precision", "recall"
        );
        for (kind, tally) in &self.kinds {
            line(kind.name(), *tally);
        }
        let sum = self.sum();
        line("all", sum);
        println!(
            "  called sensitive at all, of whatever kind: {:.3} of the sensitive columns",
            share(self.flagged, sum.true_ones)
        );
    }

    pub(crate) fn json(&self) -> String {
        let kinds = self.kinds.iter().map(|(kind, tally)| (kind.name(), *tally));
        let rows: Vec<_> = kinds
            .chain([("all", self.sum())])
            .map(|(name, tally)| {
                let (precision, recall) = rates(tally);
                format!(r#"    {{"kind": "{name}", "columns": {}, "precision": {precision:.3}, "recall": {recall:.3}}}"#, tally.true_ones)
            })
            .collect();
        format!("[\n{}\n  ]", rows.join(",\n"))
    }
}

fn judge(column: &Column) -> Option<Sensitive> {
    let mut profile = Profile::new(&column.table, &column.name, &column.data_type);
    for value in &column.values {
        profile.add(value.as_deref().map(str::as_bytes));
    }
    let verdict = profile.verdict();
    let first = verdict.what.first().map(|judgement| judgement.what);
    first.filter(|_| verdict.sensitive)
}

fn rates(tally: Tally) -> (f64, f64) {
    (
        share(tally.right, tally.said),
        share(tally.right, tally.true_ones),
    )
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 {
        1.0
    } else {
        f64::from(part) / f64::from(whole)
    }
}

fn line(name: &str, tally: Tally) {
    let (precision, recall) = rates(tally);
    println!(
        "  {name:<16} {:>8} {precision:>10.3} {recall:>8.3}",
        tally.true_ones
    );
}
