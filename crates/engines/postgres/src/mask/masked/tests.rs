use super::*;
use crate::mask::RowStream;
use crate::mask::samples::{cut, rows};
use proptest::prelude::*;
use weir_engine::{ByColumn, ColumnMask};

/// Tells what it was handed.
struct Tell;

impl ColumnMask for Tell {
    fn mask(&self, field: Field<'_>) -> Result<Replacement> {
        Ok(match field {
            Field::Null => Replacement::Text("was\tNULL".to_owned()),
            Field::Integer(number) => Replacement::Integer(number + 1),
            Field::Real(_) => Replacement::Null,
            Field::Text(text) => Replacement::Text(format!("<{}>", text.len())),
            Field::Blob(bytes) => Replacement::Blob(bytes.iter().rev().copied().collect()),
        })
    }
}

fn masked(
    pieces: &[&[u8]],
    columns: &[(&str, bool)],
) -> Result<(Vec<u8>, RowDigester, RowDigester)> {
    let masks = columns.iter().map(|(_, is_masked)| {
        let mask: Option<Arc<dyn ColumnMask>> = is_masked.then(|| Arc::new(Tell) as _);
        mask
    });
    let rules = RowRules {
        mask: Arc::new(ByColumn::new(masks.collect())),
        places: (0..columns.len()).collect(),
    };
    let types = columns.iter().map(|(data_type, _)| *data_type);
    through(pieces, types, &rules)
}

fn through<'a>(
    pieces: &[&[u8]],
    types: impl Iterator<Item = &'a str>,
    rules: &RowRules,
) -> Result<(Vec<u8>, RowDigester, RowDigester)> {
    let columns: Vec<CopyColumn> = types
        .map(|data_type| CopyColumn {
            name: "c".to_owned(),
            data_type: data_type.to_owned(),
        })
        .collect();
    let mut rows = MaskedRows::new("t", &columns, rules);
    let mut out = Vec::new();
    for piece in pieces {
        rows.push(piece, &mut out)?;
    }
    let (received, sent) = rows.finish()?;
    Ok((out, received, sent))
}

fn digest(bytes: &[u8], columns: usize) -> RowDigester {
    let names = vec!["c".to_owned(); columns];
    let mut rows = RowStream::new(&names);
    rows.push(bytes).unwrap();
    rows.finish().unwrap()
}

#[test]
fn only_masked_columns_are_written_anew() {
    let raw = b"1\t\\\\x0aff\t\\\\\\x41\tab\\\\\n\\N\t\\N\t\\N\t\\N\n\\.\n\n";
    let columns = [
        ("bigint", false),
        ("bytea", true),
        ("text", false),
        ("text", true),
    ];
    let (out, received, sent) = masked(&[&raw[..12], &raw[12..]], &columns).unwrap();
    let expected = b"1\t\\\\xff0a\t\\\\\\x41\t<3>\n\\N\t\\\\x776173094e554c4c\t\\N\twas\\tNULL\n";
    assert_eq!(out, expected);
    assert_eq!(received.finish("t"), digest(raw, 4).finish("t"));
    assert_eq!(sent.finish("t"), digest(expected, 4).finish("t"));
}

#[test]
fn a_number_is_masked_as_a_number() {
    let (out, _, sent) = masked(&[b"41\n"], &[("integer", true)]).unwrap();
    assert_eq!(out, b"42\n");
    assert_eq!(sent.finish("t"), digest(b"42\n", 1).finish("t"));
}

#[test]
fn errors_name_the_place_and_no_value() {
    let cases = [
        (&b"secret\n"[..], "integer", Kind::Corrupt),
        (b"\\\\xsecret\n", "bytea", Kind::Corrupt),
        (b"secret\tmore\n", "text", Kind::Corrupt),
        (b"secret", "text", Kind::Corrupt),
        (b"secret\n", "date", Kind::Sanitise),
        (b"2147483647\n", "integer", Kind::Sanitise),
    ];
    for (rows, data_type, kind) in cases {
        let error = masked(&[rows], &[(data_type, true)]).map(drop).unwrap_err();
        assert_eq!(error.kind(), kind, "{data_type}");
        assert!(error.doing().contains("table t") && error.hint_text().is_some());
        assert!(!format!("{error:?}").contains("secret") && !format!("{error:?}").contains("2147"));
    }
}

/// Goes by the catalog: a text, a number, bytes. Drops rows whose number is 0, and writes the text
/// anew with what the others are.
struct ByRow([ColumnUse; 3]);

impl RowMask for ByRow {
    fn columns(&self) -> &[ColumnUse] {
        &self.0
    }

    fn mask(&self, row: &[Field<'_>], masked: &mut [Replacement]) -> Result<Fate> {
        let [
            Field::Text(text),
            Field::Integer(number),
            Field::Blob(bytes),
        ] = row
        else {
            panic!("other fields than asked for");
        };
        let text = String::from_utf8_lossy(text);
        masked[0] = Replacement::Text(format!("{text}/{number}/{}", bytes.len()));
        Ok(match number {
            0 => Fate::Dropped,
            _ => Fate::Kept,
        })
    }
}

#[test]
fn a_row_is_masked_as_a_whole_in_the_order_of_the_catalog_or_dropped() {
    let uses = [ColumnUse::Masked, ColumnUse::Read, ColumnUse::Read];
    let rules = RowRules {
        mask: Arc::new(ByRow(uses)),
        places: vec![1, 2, 0],
    };
    let raw = b"7\t\\\\x00ff\ta\\tb\n0\t\\\\x\tgone\n-1\t\\\\x41\tc\n";
    let types = ["integer", "bytea", "text"].into_iter();
    let (out, received, sent) = through(&[&raw[..9], &raw[9..]], types, &rules).unwrap();
    let expected = b"7\t\\\\x00ff\ta\\tb/7/2\n-1\t\\\\x41\tc/-1/1\n";
    assert_eq!(out, expected, "{}", String::from_utf8_lossy(&out));
    assert_eq!(received.finish("t"), digest(raw, 3).finish("t"));
    assert_eq!(sent.finish("t"), digest(expected, 3).finish("t"));
}

proptest! {
    #[test]
    fn it_does_not_matter_where_a_stream_is_cut(
        (bytes, cuts) in rows(), first: bool, second: bool,
    ) {
        let columns = [("text", first), ("text", second)];
        let told = |pieces: &[&[u8]]| {
            masked(pieces, &columns)
                .map(|(out, received, sent)| (out, received.finish("t"), sent.finish("t")))
                .map_err(|error| error.to_string())
        };
        let whole = told(&[&bytes]);
        prop_assert_eq!(&told(&cut(&bytes, &cuts)), &whole);
        if let Ok((out, received, sent)) = whole {
            prop_assert_eq!(received, digest(&bytes, 2).finish("t"));
            prop_assert_eq!(sent, digest(&out, 2).finish("t"));
        }
    }
}
