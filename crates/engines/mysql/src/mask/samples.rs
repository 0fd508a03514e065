//! Rows for tests.

use super::Form;
use super::encoder::Printed;
use super::shape::Shape;
use crate::catalog::definition::TableDefinition;
use proptest::prelude::*;
use proptest::sample::Index;
use std::sync::Arc;

/// The shape of a table with these columns.
pub(super) fn shape(columns: &str) -> Arc<Shape> {
    let create = format!("CREATE TABLE `t` ({columns})");
    Arc::new(Shape::of(&TableDefinition::parse(&create).unwrap()))
}

/// A table with a column of every form.
pub(super) fn every_form() -> Arc<Shape> {
    shape(
        "`i` bigint, `n` decimal(10,2), `f` float, `d` double, `t` text, `j` json, `b` blob, \
         `s` bit(9), `g` geometry",
    )
}

/// A row as a server sends it.
pub(super) type PrintedRow = Vec<Option<Vec<u8>>>;

impl Printed for PrintedRow {
    fn value(&self, at: usize) -> Option<Option<&[u8]>> {
        self.get(at).map(Option::as_deref)
    }
}

/// A value of that form as a server prints it.
fn value(form: Form) -> BoxedStrategy<Option<Vec<u8>>> {
    let text = prop_oneof![
        "[a-zé'\\\\\n\r\0\x1a\"%,()]{0,12}".prop_map(String::into_bytes),
        any::<Vec<u8>>(),
        proptest::collection::vec(any::<u8>(), 60..200),
    ];
    let some = match form {
        Form::Integer => prop_oneof![
            any::<i64>().prop_map(|number| number.to_string()),
            any::<u64>().prop_map(|number| number.to_string()),
            any::<u16>().prop_map(|number| format!("{number:020}")),
        ]
        .prop_map(String::into_bytes)
        .boxed(),
        Form::Decimal => "-?[0-9]{1,8}(\\.[0-9]{2})?"
            .prop_map(String::into_bytes)
            .boxed(),
        Form::Float => any::<f32>()
            .prop_filter("a number", |number| number.is_finite())
            .prop_map(|number| format!("{}", f64::from(number)).into_bytes())
            .boxed(),
        Form::Double => any::<f64>()
            .prop_filter("a number", |number| number.is_finite())
            .prop_map(|number| format!("{number}").into_bytes())
            .boxed(),
        _ => text.boxed(),
    };
    prop_oneof![1 => Just(None), 4 => some.prop_map(Some)].boxed()
}

/// Rows of a table with a column of every form.
pub(super) fn rows() -> impl Strategy<Value = Vec<PrintedRow>> {
    let shape = every_form();
    let columns: Vec<_> = shape
        .columns
        .iter()
        .map(|column| value(column.form))
        .collect();
    proptest::collection::vec(columns, 0..8)
}

/// Places to cut bytes at.
pub(super) fn cuts() -> impl Strategy<Value = Vec<Index>> {
    proptest::collection::vec(any::<Index>(), 0..8)
}

/// The bytes in pieces.
pub(super) fn cut<'a>(bytes: &'a [u8], cuts: &[Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places
        .windows(2)
        .map(|ends| &bytes[ends[0]..ends[1]])
        .collect()
}
