use super::super::text::encode;
use super::*;
use weir_testkit::postgres::PostgresServer;

/// What a rule makes for a column of a type, and what is sent; both as the table below says it.
enum Made {
    Text(&'static str),
    Integer(i64),
    Real(f64),
    Blob(&'static [u8]),
}

use Made::{Blob, Integer, Real, Text};

const FITTING: [(&str, Made, &str); 87] = [
    ("text[]", Text("{a, b c ,\"d\"}"), "{a,\"b c\",d}"),
    ("text[]", Text("{}"), "{}"),
    (
        "text[]",
        Text("{\"\",null,\"null\"}"),
        "{\"\",NULL,\"null\"}",
    ),
    (
        "text[]",
        Text("{{a,\"{}\"},{\"x,y\",NULL}}"),
        "{{a,\"{}\"},{\"x,y\",NULL}}",
    ),
    (
        "text[]",
        Text("{\"a\\\\b\",\"c\\\"d\",e\\ }"),
        "{\"a\\\\b\",\"c\\\"d\",\"e \"}",
    ),
    ("text[]", Text("[0:1]={a,b}"), "[0:1]={a,b}"),
    ("text[]", Text("[1:2]={\u{e9},\u{a0}}"), "{\u{e9},\u{a0}}"),
    ("character varying(3)[]", Text("{abc}"), "{abc}"),
    ("integer[]", Text("{ 007,NULL}"), "{7,NULL}"),
    (
        "timestamp(3) with time zone[]",
        Text("{2026-11-22T13:45:30Z}"),
        "{\"2026-11-22 13:45:30+00\"}",
    ),
    ("bytea[]", Text("{x}"), "{\"\\\\x78\"}"),
    ("smallint", Text(" -032768"), "-32768"),
    ("integer", Integer(7), "7"),
    ("integer", Real(7.0), "7"),
    ("bigint", Integer(i64::MIN), "-9223372036854775808"),
    ("numeric", Text("-0.00"), "0.00"),
    ("numeric", Text(" +007.50"), "7.50"),
    ("numeric", Text(".5"), "0.5"),
    ("numeric", Text("5."), "5"),
    ("numeric", Text("1.50e1"), "15.0"),
    ("numeric", Text("12e-3"), "0.012"),
    ("numeric", Real(1e21), "1000000000000000000000"),
    ("numeric", Real(-1e-7), "-0.0000001"),
    ("numeric", Text("nan"), "NaN"),
    ("numeric", Text("-inf"), "-Infinity"),
    ("numeric(10,2)", Text("1.5"), "1.50"),
    ("numeric(10,2)", Integer(3), "3.00"),
    ("numeric(5,2)", Text("1.005"), "1.01"),
    ("numeric(5,2)", Text("-9.995"), "-10.00"),
    ("numeric(5,2)", Text("-0.001"), "0.00"),
    ("numeric(5,2)", Text("0"), "0.00"),
    ("numeric(2,0)", Text("98.6"), "99"),
    ("numeric(3,1)", Text("NaN"), "NaN"),
    ("numeric(2,-1)", Integer(15), "20"),
    ("numeric(2,-1)", Integer(-994), "-990"),
    ("numeric(2,-1)", Integer(4), "0"),
    ("numeric(2,-2)", Text("9949.9"), "9900"),
    ("numeric(3,5)", Text("0.005124"), "0.00512"),
    ("real", Real(0.1), "0.1"),
    ("real", Text("16777217"), "1.6777216e+07"),
    ("real", Integer(999_999), "999999"),
    ("real", Integer(1_000_000), "1e+06"),
    ("real", Text("1e-45"), "1e-45"),
    ("real", Text("3.4028235e38"), "3.4028235e+38"),
    ("double precision", Real(1e20), "1e+20"),
    ("double precision", Real(1e23), "9.999999999999999e+22"),
    (
        "double precision",
        Real(123_456_789_012_345_680.0),
        "1.2345678901234568e+17",
    ),
    (
        "double precision",
        Real(99_999_999_999_999.5),
        "99999999999999.5",
    ),
    ("double precision", Real(1e14), "100000000000000"),
    ("double precision", Real(1e15), "1e+15"),
    ("double precision", Real(1e-4), "0.0001"),
    ("double precision", Real(1.25e-5), "1.25e-05"),
    ("double precision", Real(-0.0), "-0"),
    ("double precision", Real(f64::NAN), "NaN"),
    ("double precision", Real(f64::NEG_INFINITY), "-Infinity"),
    ("double precision", Real(5e-324), "5e-324"),
    ("double precision", Text(" +1.50 "), "1.5"),
    ("double precision", Real(1120.5), "1120.5"),
    ("boolean", Text(" TRUE"), "t"),
    ("boolean", Integer(0), "f"),
    ("bytea", Blob(&[0, 255, 16]), "\\x00ff10"),
    ("bytea", Blob(&[]), "\\x"),
    ("bytea", Text("aé"), "\\x61c3a9"),
    ("bytea", Text("\\xDEad"), "\\xdead"),
    ("text", Real(1.5), "1.5"),
    ("text", Text(" a\t\\N"), " a\t\\N"),
    ("character(3)", Text("ä"), "ä  "),
    ("character(3)", Text("abc   "), "abc"),
    ("bpchar", Text("a "), "a "),
    ("character varying(3)", Text("äöü"), "äöü"),
    ("character varying", Text("abcdef"), "abcdef"),
    (
        "uuid",
        Text("{6F9619FF-8B86-D011-B42D-00C04FC964FF}"),
        "6f9619ff-8b86-d011-b42d-00c04fc964ff",
    ),
    (
        "uuid",
        Text("6f9619ff8b86d011b42d00c04fc964ff"),
        "6f9619ff-8b86-d011-b42d-00c04fc964ff",
    ),
    ("date", Text("2024-02-29"), "2024-02-29"),
    ("date", Text("infinity"), "infinity"),
    (
        "timestamp without time zone",
        Text("2024-02-29T13:45:30.250000"),
        "2024-02-29 13:45:30.25",
    ),
    (
        "timestamp without time zone",
        Text("2024-02-29"),
        "2024-02-29 00:00:00",
    ),
    (
        "timestamp(0) without time zone",
        Text("2024-02-29 13:45:30.0"),
        "2024-02-29 13:45:30",
    ),
    (
        "timestamp with time zone",
        Text("2024-02-29 13:45Z"),
        "2024-02-29 13:45:00+00",
    ),
    (
        "timestamp(3) with time zone",
        Text("2024-02-29 13:45:30.125+00:00"),
        "2024-02-29 13:45:30.125+00",
    ),
    ("time without time zone", Text("13:45"), "13:45:00"),
    (
        "time(3) without time zone",
        Text("13:45:30.120"),
        "13:45:30.12",
    ),
    ("json", Text("{ \"b\":1, \"a\" :1}"), "{ \"b\":1, \"a\" :1}"),
    (
        "jsonb",
        Text("{\"bb\":[1,2.50,-0,1e3,1.50e1,1E-5],\"a\":0, \"é\":{},\"a\":null, \"\":[ ]}"),
        "{\"\": [], \"a\": null, \"bb\": [1, 2.50, 0, 1000, 15.0, 0.00001], \"é\": {}}",
    ),
    (
        "jsonb",
        Text(" \"\\u0001\\u00e9\\/\\ud83d\\ude00\\n\u{7f}\" "),
        "\"\\u0001é/😀\\n\u{7f}\"",
    ),
    (
        "jsonb",
        Text("123456789012345678901234567890.10"),
        "123456789012345678901234567890.10",
    ),
    ("integer[]", Text("{1,2}"), "{1,2}"),
];

const UNFIT: [(&str, Made); 53] = [
    ("text[]", Text("secret")),
    ("text[]", Text("{secret")),
    ("text[]", Text("{secret,}")),
    ("text[]", Text("{secret} x")),
    ("text[]", Integer(1)),
    ("character varying(3)[]", Text("{secret}")),
    ("integer[]", Text("{secret}")),
    ("smallint", Integer(32_768)),
    ("integer", Integer(-2_147_483_649)),
    ("integer", Real(1.5)),
    ("integer", Text("secret")),
    ("integer", Blob(b"secret")),
    ("numeric", Text("secret")),
    ("numeric", Text("1e401")),
    ("numeric", Text("--1")),
    ("numeric", Text(".")),
    ("numeric(3,2)", Text("9.995")),
    ("numeric(2,-1)", Integer(995)),
    ("numeric(3,5)", Text("0.01")),
    ("numeric(5,2)", Real(f64::INFINITY)),
    ("real", Real(1e39)),
    ("double precision", Text("1e400")),
    ("double precision", Text("secret")),
    ("boolean", Integer(2)),
    ("boolean", Text("secret")),
    ("bytea", Integer(1)),
    ("bytea", Real(1.0)),
    ("bytea", Text("\\x123")),
    ("bytea", Text("a\\b")),
    ("text", Blob(b"secret")),
    ("text", Text("secret\0")),
    ("integer[]", Text("\0")),
    ("character(3)", Text("secret")),
    ("character varying(3)", Text("secret")),
    ("uuid", Text("6f9619ff-8b86-d011-b42d-00c04fc964f")),
    ("uuid", Text("6f9619ff-8b86-d011-b42d-00c04fc964fff")),
    ("uuid", Text("secret")),
    ("date", Text("2023-02-29")),
    ("date", Text("1900-02-29")),
    ("date", Text("0000-01-01")),
    ("date", Text("2023-13-01")),
    ("date", Text("2023-1-1")),
    ("date", Text("2023-01-01-01")),
    ("timestamp without time zone", Text("2024-02-29 24:00")),
    (
        "timestamp without time zone",
        Text("2024-02-29 13:45:30.1234567"),
    ),
    (
        "timestamp(1) without time zone",
        Text("2024-02-29 13:45:30.25"),
    ),
    ("timestamp with time zone", Text("2024-02-29 13:45:30+02")),
    ("time without time zone", Text("13:45:30.")),
    ("jsonb", Text("secret")),
    ("jsonb", Text("{\"a\":1,}")),
    ("jsonb", Text("[01]")),
    ("jsonb", Text("\"\\u0000\"")),
    ("jsonb", Text("1 2")),
];

fn stored(data_type: &str, made: &Made) -> Result<Option<String>, Unfit> {
    let replacement = match made {
        Text(text) => Replacement::Text((*text).to_owned()),
        Integer(number) => Replacement::Integer(*number),
        Real(number) => Replacement::Real(*number),
        Blob(bytes) => Replacement::Blob(bytes.to_vec()),
    };
    let stored = StoredForm::of(data_type);
    let stored = stored.stored(&replacement)?;
    Ok(stored.map(Cow::into_owned))
}

#[test]
fn values_are_sent_in_the_form_of_their_column() {
    for (data_type, made, expected) in &FITTING {
        let sent = stored(data_type, made);
        assert_eq!(sent, Ok(Some((*expected).to_owned())), "{data_type}");
    }
    assert_eq!(StoredForm::Uuid.stored(&Replacement::Null), Ok(None));
}

#[test]
fn what_does_not_fit_is_refused_without_a_value() {
    for (at, (data_type, made)) in UNFIT.iter().enumerate() {
        let refused = stored(data_type, made).unwrap_err();
        assert!(!refused.to_string().contains("secret"), "{at}: {data_type}");
    }
    let deep = "[".repeat(100_000);
    assert!(json::jsonb(&deep).is_err());
}

#[test]
fn bytes_are_read_however_a_server_writes_them() {
    let read_bytes = |value: &[u8]| {
        let mut bytes = Vec::new();
        read_bytes(value, &mut bytes).map(|()| bytes)
    };
    assert_eq!(read_bytes(b"\\x00fF"), Some(vec![0, 255]));
    assert_eq!(read_bytes(b"a\\\\\\000\\377"), Some(b"a\\\0\xff".to_vec()));
    assert_eq!(read_bytes(b"\\x0"), None);
    assert_eq!(read_bytes(b"\\xgg"), None);
    assert_eq!(read_bytes(b"\\4"), None);
}

/// The value as whoever wrote the rule would send it; bytes have but one form.
fn as_made(made: &Made) -> Option<String> {
    match made {
        Text(text) => Some((*text).to_owned()),
        Integer(number) => Some(number.to_string()),
        Real(number) => Some(number.to_string()),
        Blob(_) => None,
    }
}

/// What a server writes back of values, each sent to a column of its type.
fn written_back(values: &[(&str, String)]) -> Vec<String> {
    let mut script =
        b"SET TimeZone = 'UTC'; SET DateStyle = ISO; SET bytea_output = hex;\n".to_vec();
    for (at, (data_type, value)) in values.iter().enumerate() {
        let begin = format!("CREATE TEMP TABLE t{at}(c {data_type}); COPY t{at} FROM stdin;\n");
        script.extend_from_slice(begin.as_bytes());
        encode(Some(value.as_bytes()), &mut script);
        let end = format!("\n\\.\nCOPY t{at} TO stdout;\n");
        script.extend_from_slice(end.as_bytes());
    }
    let script = String::from_utf8(script).unwrap();
    let written = PostgresServer::shared().psql("postgres", &script).unwrap();
    written.split('\n').map(str::to_owned).collect()
}

fn encoded(value: &str) -> String {
    let mut field = Vec::new();
    encode(Some(value.as_bytes()), &mut field);
    String::from_utf8(field).unwrap()
}

#[test]
fn a_server_writes_back_what_was_sent_and_means_the_same_by_it() {
    let sent: Vec<(&str, String)> = FITTING
        .iter()
        .map(|(data_type, _, sent)| (*data_type, (*sent).to_owned()))
        .collect();
    let made: Vec<(&str, String)> = FITTING
        .iter()
        .map(|(data_type, made, sent)| (*data_type, as_made(made).unwrap_or((*sent).to_owned())))
        .collect();
    let (after_sent, after_made) = (written_back(&sent), written_back(&made));
    for (at, (data_type, value)) in sent.iter().enumerate() {
        assert_eq!(after_sent[at], encoded(value), "{data_type}");
        assert_eq!(after_made[at], encoded(value), "{data_type} {}", made[at].1);
    }
}

#[test]
fn a_server_writes_floating_point_numbers_the_same_way() {
    let powers = (-320..309).map(|exponent| format!("1e{exponent}").parse::<f64>().unwrap());
    // Any numbers, the same in every run.
    let any = (1..2_000_u64).map(|at| f64::from_bits(at.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    let round = (0..2_000_u64).map(|at| (at * at * 1_048_577) as f64 * 1e7);
    let numbers: Vec<f64> = powers.chain(any).chain(round).collect();
    let values: String = numbers
        .iter()
        .map(|number| format!("{number:e}\t{:e}\n", *number as f32))
        .collect();
    let script = format!(
        "CREATE TEMP TABLE t(at serial, double float8, single float4);\n\
         COPY t(double, single) FROM stdin;\n{values}\\.\n\
         COPY (SELECT double, single FROM t ORDER BY at) TO stdout;\n"
    );
    let written = PostgresServer::shared().psql("postgres", &script).unwrap();
    for (number, row) in numbers.iter().zip(written.split('\n')) {
        let expected = format!(
            "{}\t{}",
            number::double(*number),
            number::single(*number as f32)
        );
        assert_eq!(row, expected);
    }
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    const TYPES: [&str; 14] = [
        "bigint",
        "numeric",
        "numeric(5,2)",
        "numeric(3,-2)",
        "real",
        "double precision",
        "boolean",
        "bytea",
        "character(4)",
        "uuid",
        "timestamp with time zone",
        "jsonb",
        "text[]",
        "integer[]",
    ];

    proptest! {
        #[test]
        fn what_is_sent_stays_as_it_is_when_sent_again(
            data_type in proptest::sample::select(&TYPES[..]),
            text in "([-+]?[0-9.]{1,12}([eE][-+]?[0-9]{1,2})?|[\\[\\]{}\",:0-9a-f]{0,12}|\\PC{0,8}|20[0-9]{2}-0[1-9]-[12][0-9] 1[0-9]:[0-5][0-9])",
        ) {
            let form = StoredForm::of(data_type);
            if let Ok(sent) = form.text(&text) {
                prop_assert_eq!(form.text(&sent), Ok(Cow::Borrowed(&*sent)));
            }
        }

        #[test]
        fn floating_point_numbers_keep_their_value(bits: u64) {
            let (double, single) = (f64::from_bits(bits), f32::from_bits(bits as u32));
            let (twice, once) = (number::double(double), number::single(single));
            prop_assert!(twice.parse::<f64>().unwrap() == double || double.is_nan());
            prop_assert!(once.parse::<f32>().unwrap() == single || single.is_nan());
        }
    }
}
