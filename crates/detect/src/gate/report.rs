//! What the gate saw, and whether that lets a copy pass.

use crate::kind::Sensitive;
use std::fmt::Write as _;
use weir_model::error::{Error, Kind, Result};
use weir_model::sanitising::GateMark;

/// Findings that other things look like too count from this share of a column's values on: a column
/// of telephone numbers has it, a text with an order number now and then does not.
const LIKELY_SHARE: f64 = 0.05;
/// And from this many on.
const LIKELY_LEAST: u64 = 3;

/// How many columns an error names.
const MOST_NAMED: usize = 8;

/// What the gate saw.
#[derive(Debug, Clone, PartialEq)]
pub struct GateReport {
    /// Values the detectors read.
    pub read: u64,
    /// Of how many values they read one.
    pub one_in: u64,
    /// The share of a column's values above which findings of one kind fail the run.
    pub threshold: f64,
    /// What was found, by column and kind.
    pub findings: Vec<GateFinding>,
    /// How many canaries were looked for.
    pub canaries: u64,
    /// Where any of them was found.
    pub canaries_found: Vec<ColumnCanaries>,
}

/// One kind found in one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateFinding {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The kind.
    pub what: Sensitive,
    /// Whether a rule masks the column.
    pub masked: bool,
    /// Values in which it was found surely.
    pub sure: u64,
    /// Values in which it was found, and could be something else.
    pub likely: u64,
    /// Values of the column that were read.
    pub read: u64,
    /// What one looks like: letters as `a`, digits as `9`. Never a value.
    pub example_shape: String,
}

/// Canaries in one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnCanaries {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// Values that hold one.
    pub values: u64,
}

impl GateFinding {
    /// Values that count: those found surely, and with them those likely where there are many.
    #[must_use]
    pub fn found(&self) -> u64 {
        let both = self.sure + self.likely;
        let many = both >= LIKELY_LEAST && both as f64 >= LIKELY_SHARE * self.read as f64;
        if many { both } else { self.sure }
    }

    /// The share of the values read that counts.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.found() as f64 / self.read.max(1) as f64
    }

    fn described(&self) -> String {
        let Self {
            table,
            column,
            what,
            read,
            ..
        } = self;
        let found = self.found();
        let rate = self.rate() * 100.0;
        format!(
            "{table}.{column}: {} in {found} of {read} values ({rate:.2} %), such as `{}`",
            what.name(),
            self.example_shape
        )
    }

    fn remedy(&self) -> String {
        let Self {
            table,
            column,
            what,
            ..
        } = self;
        let rule = if self.masked {
            "a rule that takes it out"
        } else {
            "a rule instead of `keep`"
        };
        format!(
            "give {table}.{column} {rule}, or let it stay with `gate: {{allow: {{{table}.{column}: [{}]}}}}`",
            what.name()
        )
    }
}

impl GateReport {
    /// What the copy's mark says of the gate, where it passed.
    ///
    /// # Errors
    /// Of kind `sanitise` where a canary is left, or more findings than the threshold lets pass.
    pub fn verdict(&self) -> Result<GateMark> {
        if !self.canaries_found.is_empty() {
            return Err(self.canaries_left());
        }
        let above = |finding: &&GateFinding| finding.found() > 0 && finding.rate() > self.threshold;
        let failed: Vec<_> = self.findings.iter().filter(above).collect();
        if !failed.is_empty() {
            return Err(self.findings_left(&failed));
        }
        Ok(GateMark {
            read: self.read,
            one_in: self.one_in,
            findings: self.findings.iter().map(GateFinding::found).sum(),
            canaries: self.canaries,
        })
    }

    fn canaries_left(&self) -> Error {
        let places = self.canaries_found.iter().take(MOST_NAMED).map(|found| {
            let ColumnCanaries {
                table,
                column,
                values,
            } = found;
            format!("{table}.{column} in {values} values")
        });
        let mut cause = format!(
            "canaries are left: {}",
            places.collect::<Vec<_>>().join("; ")
        );
        note_others(&mut cause, self.canaries_found.len());
        let hint = "each canary stands for a value that must be gone: give these columns rules that take it out";
        Error::new(Kind::Sanitise, "let the copy through the gate", cause).hint(hint)
    }

    fn findings_left(&self, failed: &[&GateFinding]) -> Error {
        let named = || failed.iter().take(MOST_NAMED);
        let places: Vec<_> = named().map(|finding| finding.described()).collect();
        let mut cause = format!(
            "personal data is left, more than {} % of a column: {}",
            self.threshold * 100.0,
            places.join("; ")
        );
        note_others(&mut cause, failed.len());
        let remedies: Vec<_> = named().map(|finding| finding.remedy()).collect();
        Error::new(Kind::Sanitise, "let the copy through the gate", cause).hint(remedies.join("; "))
    }
}

fn note_others(text: &mut String, many: usize) {
    if many > MOST_NAMED {
        let _ = write!(text, "; and {} more", many - MOST_NAMED);
    }
}

/// What a value looks like, without any of its letters and digits.
pub(super) fn shape(value: &[u8]) -> String {
    const LONGEST: usize = 40;
    let text = String::from_utf8_lossy(value);
    let masked = |letter: char| match letter {
        _ if letter.is_uppercase() => 'A',
        _ if letter.is_alphabetic() => 'a',
        _ if letter.is_numeric() => '9',
        ' ' | '@' | '.' | '-' | '+' | '(' | ')' | '/' | ':' | ',' | '_' | '$' => letter,
        _ => '?',
    };
    text.chars().take(LONGEST).map(masked).collect()
}
