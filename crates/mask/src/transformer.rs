//! The transformers: what each does, as data, and the masks that do it.

mod address;
mod card;
mod city;
mod company;
mod coordinates;
mod date;
mod email;
mod filename;
mod format_preserving;
mod hash;
mod iban;
mod ip;
mod keyed;
mod locale;
mod mac;
mod name;
mod national_id;
mod number;
mod options;
mod phone;
mod pick;
mod plain;
mod postcode;
mod program;
mod scrub;
mod shuffle;
mod template;
mod text;
mod token;
mod url;
mod user_agent;
mod username;
mod uuid;

use crate::bind::declared_length;
use crate::key::Key;
use crate::run::Run;
use std::fmt;
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::catalog::{Column, Table};
use weir_model::error::Result;

pub(crate) use keyed::text_of;
pub(crate) use options::{OptionProblem, OptionValue, Options};

/// What a transformer does and promises: the source of the documentation, the JSON Schema and the
/// checks.
#[derive(Clone, Copy)]
pub struct Transformer {
    /// The name in rulesets.
    pub name: &'static str,
    /// What it puts in a value's place.
    pub meaning: &'static str,
    /// A value before and after, as text, under the key of the documentation.
    pub example: (&'static str, &'static str),
    /// What the output depends on.
    pub determinism: Determinism,
    /// Whether different values stay different, unless an option makes it another.
    pub uniqueness: Uniqueness,
    /// Type and length of the output, in words.
    pub output: &'static str,
    /// The options it takes.
    pub options: &'static [OptionAbout],
    /// The domain of its pseudonyms unless a rule names one; `None` where there is no key.
    pub domain: Option<&'static str>,
    /// Whether no value may come back as it was.
    pub identifying: bool,
    /// Makes the mask of a rule from its options, taking each that it knows.
    pub(crate) make: fn(&mut Options) -> std::result::Result<Arc<dyn Mask>, OptionProblem>,
}

/// An option of a transformer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionAbout {
    /// Its name in rulesets.
    pub name: &'static str,
    /// What it is for.
    pub meaning: &'static str,
    /// What it may be.
    pub values: OptionValues,
    /// Whether the transformer needs it.
    pub required: bool,
}

/// What an option may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionValues {
    /// Any text.
    Text,
    /// A whole number from a least to a greatest.
    Integer(i64, i64),
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// A text, a number, or a list of them.
    Any,
}

/// What the output of a transformer depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Determinism {
    /// The value, the masking key and the domain: the same everywhere, on every run.
    Keyed,
    /// The value, the masking key, the domain, and other columns of the row.
    KeyedByRow,
    /// The value alone.
    Value,
    /// The rule alone, or the type of the value.
    Constant,
    /// A program of the operator's: whatever it depends on.
    Program,
}

/// Whether different values stay different.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uniqueness {
    /// Always: it maps one to one.
    Preserved,
    /// In practice always: the output carries at least 80 bits of a keyed hash. Values that differ
    /// only in case or in white space around them count as one.
    KeptUnique,
    /// Different values may become the same.
    MayCollide,
}

/// How long the texts are that a mask gives, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// It gives no text.
    NoText,
    /// Never longer than this.
    AtMost(usize),
    /// Never longer than the value was.
    AsTheValue,
    /// Not known before.
    Any,
}

/// What a mask gives, as far as a column can be held against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputType {
    /// The same as the value's.
    Same,
    /// NULL alone.
    Null,
    /// Whole numbers.
    Integer,
    /// Numbers with a fraction.
    Real,
    /// Text.
    Text,
}

/// Why a mask does not fit a column, and what to write instead.
pub(crate) struct Refusal {
    pub(crate) reason: String,
    pub(crate) help: String,
}

/// A transformer with its options: what a rule says, checked by itself.
pub(crate) trait Mask: fmt::Debug + Send + Sync {
    /// Which transformer it is.
    fn transformer(&self) -> &'static Transformer;

    /// The rule in one canonical line, options with their defaults included: two masks do the
    /// same if and only if their lines are equal.
    fn rule(&self) -> String;

    /// What it gives.
    fn output(&self) -> OutputType {
        OutputType::Text
    }

    /// How long its texts are.
    fn length(&self) -> Length;

    /// Everything it writes into that column where there was something, if that is known before.
    /// NULL and empty texts may stay what they are.
    fn outcomes(&self, _column: &Column) -> Option<Vec<Replacement>> {
        None
    }

    /// The least and the greatest number it writes, if that is known before.
    fn range(&self) -> Option<(f64, f64)> {
        None
    }

    /// Whether different values stay different, with these options.
    fn uniqueness(&self) -> Uniqueness {
        self.transformer().uniqueness
    }

    /// Whether it fits a column of that many characters though [`Self::length`] is more. A mask
    /// that makes itself shorter to fit a column says so here.
    fn fits_into(&self, _room: usize) -> bool {
        false
    }

    /// What the values of that column are to it, where the same ones become others in a column of
    /// another type.
    fn takes_as(&self, _column: &Column) -> Option<String> {
        None
    }

    /// [`Self::rule`] in that column: what points to each other must be masked alike, and a mask
    /// that makes itself shorter, or keeps within a type's numbers, gives other values there.
    fn rule_in(&self, column: &Column) -> String {
        let room = declared_length(&column.data_type);
        let shorter = room.filter(|room| match self.length() {
            Length::AtMost(longest) => longest > *room,
            Length::Any => self.fits_into(*room),
            Length::NoText | Length::AsTheValue => false,
        });
        let shorter = shorter.map(|room| format!("at most {room} characters"));
        let parts = [Some(self.rule()), shorter, self.takes_as(column)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join(", ")
    }

    /// Other columns of the row whose values before masking it reads.
    fn reads(&self) -> Vec<String> {
        Vec::new()
    }

    /// Other columns of the row whose values after masking it reads.
    fn reads_masked(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whether the column's values are dealt out anew in the shadow instead.
    fn shuffles(&self) -> bool {
        false
    }

    /// Why it cannot be used on that column, where its output alone does not tell.
    fn refuses(&self, _column: &Column) -> Option<Refusal> {
        None
    }

    /// The mask at work, in one column.
    ///
    /// # Errors
    /// `sanitise` or `config` when it cannot begin to work, e.g. a program that is not there.
    fn bind(&self, place: &Place<'_>) -> Result<Arc<dyn ValueMask>>;
}

/// The column in which a mask works, and the key.
pub(crate) struct Place<'a> {
    pub(crate) key: &'a Key,
    pub(crate) run: &'a Arc<Run>,
    pub(crate) table: &'a Table,
    pub(crate) column: &'a Column,
}

impl Place<'_> {
    /// How many characters the column takes at most, where its type says so.
    pub(crate) fn room(&self) -> Option<usize> {
        declared_length(&self.column.data_type)
    }

    /// Where another column of the row stands.
    pub(crate) fn index_of(&self, column: &str) -> Option<usize> {
        let mut columns = self.table.columns.iter();
        columns.position(|known| known.name == column)
    }
}

/// A mask at work. MUST depend on nothing but the rule, the key and the row, so that the same
/// value is masked alike everywhere.
pub(crate) trait ValueMask: Send + Sync {
    /// What takes the place of `field`.
    ///
    /// # Errors
    /// `sanitise`, naming no value.
    fn mask(&self, field: Field<'_>, row: &RowView<'_>) -> Result<Replacement>;

    /// A mask that only looks at values which this one will mask soon, where that helps it; what
    /// it gives is thrown away, and nothing is shown to the gate.
    fn ahead(self: Arc<Self>) -> Option<Arc<dyn ValueMask>> {
        None
    }
}

/// The row that a value stands in, by the catalog's order of columns.
pub(crate) struct RowView<'a> {
    before: &'a [Field<'a>],
    after: &'a [Replacement],
    is_masked: &'a [bool],
}

impl<'a> RowView<'a> {
    /// A row on its way: `after` counts where `is_masked`.
    pub(crate) const fn new(
        before: &'a [Field<'a>],
        after: &'a [Replacement],
        is_masked: &'a [bool],
    ) -> Self {
        Self {
            before,
            after,
            is_masked,
        }
    }

    /// The whole row as it was.
    pub(crate) const fn row_before(&self) -> &'a [Field<'a>] {
        self.before
    }

    /// A column's value as it was; NULL where there is no such column.
    pub(crate) fn before(&self, column: usize) -> Field<'a> {
        self.before.get(column).copied().unwrap_or(Field::Null)
    }

    /// A column's value as it arrives.
    pub(crate) fn after(&self, column: usize) -> Field<'_> {
        match (self.is_masked.get(column), self.after.get(column)) {
            (Some(true), Some(masked)) => masked.as_field(),
            _ => self.before(column),
        }
    }
}

/// Every transformer, in the order of the documentation. A new one is added here.
static ALL: &[&Transformer] = &[
    &email::ABOUT,
    &name::ABOUT,
    &username::ABOUT,
    &phone::ABOUT,
    &address::ABOUT,
    &postcode::ABOUT,
    &city::ABOUT,
    &company::ABOUT,
    &text::ABOUT,
    &scrub::ABOUT,
    &filename::ABOUT,
    &url::ABOUT,
    &user_agent::ABOUT,
    &date::ABOUT,
    &number::ABOUT,
    &uuid::ABOUT,
    &token::ABOUT,
    &hash::ABOUT,
    &format_preserving::ABOUT,
    &card::ABOUT,
    &iban::ABOUT,
    &national_id::ABOUT,
    &ip::ABOUT,
    &mac::ABOUT,
    &coordinates::ABOUT,
    &shuffle::ABOUT,
    &template::ABOUT,
    &pick::ABOUT,
    &program::ABOUT,
    &plain::NULL,
    &plain::FIXED,
    &plain::REDACT,
    &plain::EMPTY,
];

/// Every transformer, in the order of the documentation.
#[must_use]
pub fn transformers() -> &'static [&'static Transformer] {
    ALL
}

/// The transformer of that name.
pub(crate) fn named(name: &str) -> Option<&'static Transformer> {
    ALL.iter().copied().find(|known| known.name == name)
}

/// The option of a keyed transformer that names its domain.
pub(crate) const DOMAIN: OptionAbout = OptionAbout {
    name: "domain",
    meaning: "pseudonyms of two domains do not correlate",
    values: OptionValues::Text,
    required: false,
};
