use super::*;
use crate::catalog::definition::TableDefinition;
use Replacement::{Blob, Integer, Null, Real, Text};

fn stored(data_type: &str, replacement: Replacement) -> Result<Replacement, Unfit> {
    let table = format!("CREATE TABLE `t` (`a` {data_type})");
    let table = TableDefinition::parse(&table).unwrap();
    StoredForm::of(&table.columns[0]).stored(replacement, table.columns[0].nullable)
}

fn text(text: &str) -> Replacement {
    Text(text.to_owned())
}

/// Types, what a mask makes, and what a server keeps of it.
fn fitting() -> Vec<(&'static str, Replacement, Replacement)> {
    vec![
        ("int", Null, Null),
        ("tinyint", Integer(-128), Integer(-128)),
        ("tinyint unsigned", text(" 255 "), Integer(255)),
        ("mediumint", Integer(8_388_607), Integer(8_388_607)),
        ("bigint", text("-9223372036854775808"), Integer(i64::MIN)),
        (
            "bigint unsigned",
            text("18446744073709551615"),
            text("18446744073709551615"),
        ),
        ("int", Real(3.0), Integer(3)),
        ("decimal(5,2)", text("1.005"), text("1.01")),
        ("decimal(5,2)", Integer(-7), text("-7.00")),
        ("decimal(5,2)", Real(1e-9), text("0.00")),
        (
            "decimal(10,2) unsigned zerofill",
            text("12.5"),
            text("00000012.50"),
        ),
        (
            "decimal(5,5) unsigned zerofill",
            text("0.5"),
            text("0.50000"),
        ),
        ("float", Real(0.1), Real(f64::from(0.1_f32))),
        ("float", text("-1e-50"), Real(0.0)),
        ("double", text("1.5e3"), Real(1500.0)),
        ("double(10,2)", Real(1.239), Real(1.24)),
        ("varchar(3)", text("äö "), text("äö ")),
        ("char(3)", text("äö   "), text("äö")),
        ("text", Integer(5), text("5")),
        ("text", Real(1.5), text("1.5")),
        ("text", Blob(b"x".to_vec()), text("x")),
        ("varchar(9) CHARACTER SET latin1", text("€ÿ"), text("€ÿ")),
        ("enum('a','it''s','\\\\x')", text("it's"), text("it's")),
        ("enum('a','it''s','\\\\x')", text("\\x"), text("\\x")),
        ("set('x','y z','é')", text("é,x,é"), text("x,é")),
        ("set('x','y z','é')", text(""), text("")),
        ("date", text("2024-02-29"), text("2024-02-29")),
        ("date", text("0000-00-00"), text("0000-00-00")),
        ("time(3)", text("-100:00:00.25"), text("-100:00:00.250")),
        ("time", text("7:30"), text("07:30:00")),
        (
            "datetime(6)",
            text("2026-11-22T13:45:30.5"),
            text("2026-11-22 13:45:30.500000"),
        ),
        ("datetime", text("2026-11-22"), text("2026-11-22 00:00:00")),
        (
            "timestamp",
            text("2026-11-22 13:45:30Z"),
            text("2026-11-22 13:45:30"),
        ),
        ("year(4)", Integer(2024), text("2024")),
        ("year(4)", text("0"), text("0000")),
        (
            "uuid",
            text("00112233445566778899AABBCCDDEEFF"),
            text("00112233-4455-6677-8899-aabbccddeeff"),
        ),
        ("inet4", text("192.0.2.1"), text("192.0.2.1")),
        ("inet6", text("2001:DB8:0::1"), text("2001:db8::1")),
        (
            "json",
            text("{\"bb\":1,\"a\":[1,\"é\"]}"),
            text("{\"a\": [1, \"é\"], \"bb\": 1}"),
        ),
        ("binary(4)", text("x"), Blob(b"x\0\0\0".to_vec())),
        ("varbinary(4)", Blob(vec![0]), Blob(vec![0])),
        ("bit(9)", Integer(511), Blob(vec![1, 255])),
        ("bit(9)", Blob(vec![1]), Blob(vec![0, 1])),
        ("bit(64)", text("1"), Blob(vec![0, 0, 0, 0, 0, 0, 0, 1])),
        ("bit(1)", Blob(vec![0, 0, 1]), Blob(vec![1])),
    ]
}

#[test]
fn what_fits_is_kept_as_the_server_keeps_it() {
    for (data_type, replacement, expected) in fitting() {
        assert!(
            stored(data_type, replacement) == Ok(expected),
            "{data_type}"
        );
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let cases = [
        ("int NOT NULL", Null),
        ("tinyint", Integer(128)),
        ("int unsigned", Integer(-1)),
        ("int", text("x")),
        ("int", Real(1.5)),
        ("bigint unsigned", text("18446744073709551616")),
        ("decimal(5,2)", text("999.995")),
        ("decimal(5,2)", text("NaN")),
        ("decimal(5,2) unsigned", text("-1")),
        ("float", Real(1e39)),
        ("float unsigned", Real(-1.0)),
        ("double", Real(f64::NAN)),
        ("double(4,2)", Real(99.999)),
        ("varchar(3)", text("äöüß")),
        ("tinytext", text(&"x".repeat(256))),
        ("tinytext CHARACTER SET ucs2", text(&"x".repeat(128))),
        ("varchar(9) CHARACTER SET ascii", text("é")),
        ("varchar(9) CHARACTER SET latin1", text("ł")),
        ("varchar(9) CHARACTER SET utf8mb3", text("😀")),
        ("text", Blob(vec![255])),
        ("enum('a')", text("A")),
        ("set('a')", text("a,")),
        ("date", text("2023-02-29")),
        ("date", text("2023-02-28 00:00:00")),
        ("time", text("839:00:00")),
        ("time(3)", text("00:00:00.0001")),
        ("datetime", text("2026-11-22 24:00:00")),
        ("timestamp", text("1969-12-31 00:00:00")),
        ("year(4)", Integer(1900)),
        ("uuid", text("0")),
        ("inet4", text("::1")),
        ("json", text("{")),
        ("blob", Integer(1)),
        ("binary(4)", text("12345")),
        ("bit(9)", Integer(512)),
        ("bit(8)", Integer(256)),
        ("bit(64)", Integer(-1)),
        ("bit(1)", Blob(vec![1, 0])),
    ];
    for (data_type, replacement) in cases {
        assert!(stored(data_type, replacement).is_err(), "{data_type}");
    }
}
