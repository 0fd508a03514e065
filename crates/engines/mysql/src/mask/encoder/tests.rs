use super::*;
use crate::mask::samples::{every_form, rows, shape};
use crate::mask::{END, Inflow, NEXT_ROW, PROLOGUE};
use proptest::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use weir_engine::{ColumnUse, Replacement};

fn encoded(columns: &str, values: &[&[u8]]) -> (String, weir_model::manifest::TableDigest) {
    let mut encoder = Encoder::new(shape(columns));
    let row: Vec<_> = values.iter().map(|value| Some(value.to_vec())).collect();
    let mut out = Vec::new();
    encoder.row(&row, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    (text, encoder.digester().finish("t"))
}

fn digest(fields: &[Field<'_>]) -> weir_model::manifest::TableDigest {
    let mut digester = RowDigester::default();
    fields.iter().for_each(|field| digester.field(*field));
    digester.end_row();
    digester.finish("t")
}

#[test]
fn a_value_is_written_as_its_type_wants_it() {
    let cases: [(&str, &[u8], &str, Field<'_>); 17] = [
        ("int", b"-7", "-7", Field::Integer(-7)),
        (
            "int(5) unsigned zerofill",
            b"00042",
            "42",
            Field::Integer(42),
        ),
        ("int(5) unsigned zerofill", b"00000", "0", Field::Integer(0)),
        (
            "bigint",
            b"-9223372036854775808",
            "-9223372036854775808",
            Field::Integer(i64::MIN),
        ),
        (
            "bigint unsigned",
            b"18446744073709551615",
            "18446744073709551615",
            Field::Text(b"18446744073709551615"),
        ),
        ("decimal(10,2)", b"-1.50", "-1.50", Field::Text(b"-1.50")),
        (
            "float",
            b"0.12345678359270096",
            "1.2345678e-1",
            Field::Real(f64::from(0.12345678_f32)),
        ),
        (
            "float",
            b"3.4028234663852886e38",
            "3.4028234663852886e38",
            Field::Real(f64::from(f32::MAX)),
        ),
        (
            "float",
            b"1.401298464324817e-45",
            "1e-45",
            Field::Real(f64::from(f32::from_bits(1))),
        ),
        ("double", b"1.5", "1.5e0", Field::Real(1.5)),
        ("double", b"-0", "-0e0", Field::Real(-0.0)),
        ("double", b"1e20", "1e20", Field::Real(1e20)),
        (
            "text",
            b"it's\n\0\r\x1a\\\"",
            "'it\\'s\\n\\0\\r\\Z\\\\\"'",
            Field::Text(b"it's\n\0\r\x1a\\\""),
        ),
        (
            "json",
            b"{}",
            "CONVERT('{}' USING utf8mb4)",
            Field::Text(b"{}"),
        ),
        ("blob", b"", "''", Field::Blob(b"")),
        ("blob", b"\x0a\xff", "0x0AFF", Field::Blob(b"\x0a\xff")),
        ("bit(9)", b"\x01\xff", "0x01FF", Field::Blob(b"\x01\xff")),
    ];
    for (data_type, value, literal, field) in cases {
        let (text, told) = encoded(&format!("`c` {data_type}"), &[value]);
        assert_eq!(text, format!("({literal})"), "{data_type}");
        assert_eq!(told, digest(&[field]), "{data_type}");
    }
}

#[test]
fn a_row_is_digested_alike_whether_it_is_written_or_not() {
    let shape = shape("`a` int, `b` text, `c` float");
    let row = vec![None, Some(b"x".to_vec()), Some(b"0.5".to_vec())];
    let (mut writing, mut reading) = (Encoder::new(Arc::clone(&shape)), Encoder::new(shape));
    let mut out = Vec::new();
    writing.row(&row, &mut out).unwrap();
    reading.digest_only(&row).unwrap();
    assert_eq!(out, b"(NULL,'x',5e-1)");
    let digests = [writing, reading].map(|encoder| encoder.digester().finish("t"));
    assert_eq!(digests[0], digests[1]);
}

#[test]
fn what_is_no_value_of_its_type_is_an_error_without_the_value() {
    let mut encoder = Encoder::new(shape("`c` int"));
    for row in [vec![Some(b"secret".to_vec())], vec![]] {
        let error = encoder.row(&row, &mut Vec::new()).unwrap_err();
        assert!(error.hint_text().is_some() && !format!("{error:?}").contains("secret"));
        assert!(error.doing().contains("column c of table t"));
    }
}

/// Drops every third row, and takes the sign of numbers and all but the length of the rest.
struct Blunt(Vec<ColumnUse>, AtomicUsize);

impl RowMask for Blunt {
    fn columns(&self) -> &[ColumnUse] {
        &self.0
    }

    fn mask(&self, row: &[Field<'_>], masked: &mut [Replacement]) -> Result<Fate> {
        for ((usage, field), place) in self.0.iter().zip(row).zip(masked) {
            if *usage == ColumnUse::Masked {
                *place = match field {
                    Field::Null => Replacement::Null,
                    Field::Integer(number) => Replacement::Integer(number.saturating_abs() / 2),
                    Field::Real(number) => Replacement::Real(number.abs() / 2.0),
                    Field::Text(text) => Replacement::Text(text.len().to_string()),
                    Field::Blob(bytes) => Replacement::Blob(vec![1; bytes.len()]),
                };
            }
        }
        let number = self.1.fetch_add(1, Ordering::Relaxed);
        Ok(match number % 3 {
            0 => Fate::Dropped,
            _ => Fate::Kept,
        })
    }
}

proptest! {
    #[test]
    fn a_dump_masks_as_a_restore_does(rows in rows(), uses in proptest::array::uniform9(0..3_u8)) {
        let shape = every_form();
        let uses = uses.map(|usage| match usage {
            0 => ColumnUse::Copied,
            1 => ColumnUse::Read,
            _ => ColumnUse::Masked,
        });
        let mask = || Arc::new(Blunt(uses.to_vec(), AtomicUsize::new(0)));
        let mut part = [PROLOGUE.as_bytes(), shape.head().as_bytes()].concat();
        let mut plain = Encoder::new(Arc::clone(&shape));
        let mut masked = Encoder::through(Arc::clone(&shape), Some(mask()));
        let (mut dumped, mut written) = (Vec::new(), Ok(()));
        for row in &rows {
            plain.row(row, &mut part).unwrap();
            part.extend_from_slice(NEXT_ROW);
            let mut text = Vec::new();
            match masked.row(row, &mut text) {
                Ok(Fate::Kept) => dumped.push(text),
                Ok(Fate::Dropped) => prop_assert!(text.is_empty()),
                Err(error) => {
                    written = Err(error.to_string());
                    break;
                }
            }
        }
        prop_assume!(!rows.is_empty());
        part.truncate(part.len() - NEXT_ROW.len());
        part.extend_from_slice(END);
        let mut inflow = Inflow::new(Arc::clone(&shape), Some(mask()));
        let statements = match inflow.push(&part) {
            Ok(statements) => statements,
            Err(error) => {
                prop_assert_eq!(Err(error.to_string()), written);
                return Ok(());
            }
        };
        prop_assert_eq!(written, Ok(()));
        let mut sql = shape.head().into_bytes();
        sql.extend_from_slice(&dumped.join(NEXT_ROW));
        let restored: Vec<u8> = statements.into_iter().flat_map(|all| all.sql).collect();
        prop_assert_eq!(restored, if dumped.is_empty() { Vec::new() } else { sql });
        let (received, sent) = inflow.finish().unwrap();
        prop_assert_eq!(received.finish("t"), plain.digester().finish("t"));
        prop_assert_eq!(sent.finish("t"), masked.digester().finish("t"));
    }
}
