use super::*;
use crate::mask::Encoder;
use crate::mask::samples::{PrintedRow, cut, cuts, every_form, rows, shape};
use proptest::prelude::*;
use weir_engine::{ByColumn, ColumnMask, ColumnUse, Fate, Field, Replacement};
use weir_model::manifest::TableDigest;

/// The mask of a column, or `None` to keep it.
type Mask = Option<Arc<dyn ColumnMask>>;

/// Tells what it was handed.
struct Tell;

impl ColumnMask for Tell {
    fn mask(&self, field: Field<'_>) -> Result<Replacement> {
        Ok(match field {
            Field::Null => Replacement::Null,
            Field::Integer(number) => Replacement::Integer(number / 2 + 1),
            Field::Real(number) => Replacement::Real(number / 2.0),
            Field::Text(text) => Replacement::Text(text.len().to_string()),
            Field::Blob(bytes) => Replacement::Blob(bytes.iter().rev().copied().collect()),
        })
    }
}

/// What came out of a part: its statements, and the digests of what came and went.
type Told = (Vec<Statement>, TableDigest, TableDigest);

fn told(shape: &Arc<Shape>, masks: Option<Vec<Mask>>, pieces: &[&[u8]]) -> Result<Told> {
    let mask = masks.map(|masks| Arc::new(ByColumn::new(masks)) as Arc<dyn RowMask>);
    through(shape, mask, pieces)
}

fn through(shape: &Arc<Shape>, mask: Option<Arc<dyn RowMask>>, pieces: &[&[u8]]) -> Result<Told> {
    let mut inflow = Inflow::new(Arc::clone(shape), mask);
    let mut statements = Vec::new();
    for piece in pieces {
        statements.extend(inflow.push(piece)?);
    }
    let (received, sent) = inflow.finish()?;
    Ok((statements, received.finish("t"), sent.finish("t")))
}

/// A part with these rows, so many in a statement, and their digest.
fn part(shape: &Arc<Shape>, rows: &[PrintedRow], many: usize) -> (Vec<u8>, TableDigest) {
    let mut encoder = Encoder::new(Arc::clone(shape));
    let mut out = PROLOGUE.as_bytes().to_vec();
    for rows in rows.chunks(many) {
        out.extend_from_slice(shape.head().as_bytes());
        for (at, row) in rows.iter().enumerate() {
            if at > 0 {
                out.extend_from_slice(NEXT_ROW);
            }
            encoder.row(row, &mut out).unwrap();
        }
        out.extend_from_slice(END);
    }
    (out, encoder.digester().finish("t"))
}

fn text(pieces: &[&str]) -> Vec<u8> {
    format!("{PROLOGUE}{}", pieces.concat()).into_bytes()
}

const HEAD: &str = "INSERT INTO `t` (`a`,`b`) VALUES\n";

#[test]
fn statements_are_sent_as_they_stand_there() {
    let shape = shape("`a` int, `c` int AS (1), `b` text");
    let part = text(&[HEAD, "(1,'x\\n)')\n,(NULL,NULL)\n;\n", HEAD, "(2,'')\n;\n"]);
    let (statements, received, sent) = told(&shape, None, &[&part]).unwrap();
    let sql = |at: usize| String::from_utf8(statements[at].sql.clone()).unwrap();
    assert_eq!(sql(0), format!("{HEAD}(1,'x\\n)')\n,(NULL,NULL)"));
    assert_eq!(sql(1), format!("{HEAD}(2,'')"));
    assert_eq!((statements[0].rows, statements[1].rows), (2, 1));
    assert_eq!((received.rows, statements.len()), (3, 2));
    assert_eq!(received, sent);
}

#[test]
fn only_masked_columns_are_written_anew() {
    let shape = shape("`a` int, `c` int AS (1), `b` text");
    let part = text(&[HEAD, "(01,'x\\'')\n,(NULL,NULL)\n;\n"]);
    let masks: Vec<Mask> = vec![None, None, Some(Arc::new(Tell))];
    let (statements, _, sent) = told(&shape, Some(masks), &[&part]).unwrap();
    let sql = String::from_utf8(statements[0].sql.clone()).unwrap();
    assert_eq!(sql, format!("{HEAD}(01,'2')\n,(NULL,NULL)"));
    let expected = text(&[&sql, END_TEXT]);
    assert_eq!(told(&shape, None, &[&expected]).unwrap().1, sent);
}

const END_TEXT: &str = "\n;\n";

/// Drops rows by a column, and masks another if it is told to.
struct Choosy {
    uses: Vec<ColumnUse>,
    by: usize,
}

impl RowMask for Choosy {
    fn columns(&self) -> &[ColumnUse] {
        &self.uses
    }

    fn mask(&self, row: &[Field<'_>], masked: &mut [Replacement]) -> Result<Fate> {
        assert_eq!(
            (row.len(), masked.len()),
            (self.uses.len(), self.uses.len())
        );
        for ((usage, field), place) in self.uses.iter().zip(row).zip(masked) {
            match usage {
                ColumnUse::Copied => assert!(*field == Field::Null),
                ColumnUse::Masked => *place = Replacement::Text("masked".to_owned()),
                ColumnUse::Read => {}
            }
        }
        Ok(match row[self.by] {
            Field::Integer(number) if number % 2 == 0 => Fate::Dropped,
            _ => Fate::Kept,
        })
    }
}

#[test]
fn dropped_rows_are_received_and_not_sent() {
    use ColumnUse::{Copied, Masked, Read};
    let shape = shape("`c` int AS (1), `a` int, `b` text, `d` blob");
    let head = "INSERT INTO `t` (`a`,`b`,`d`) VALUES\n";
    let part = text(&[
        head,
        "(2,'gone',0x00)\n,(1,'x\\n)',0x00)\n,(4,'gone','')\n,(NULL,NULL,NULL)\n;\n",
        head,
        "(6,'gone',NULL)\n;\n",
        head,
        "(7,'','')\n;\n",
    ]);
    for (usage, first) in [(Read, "'x\\n)'"), (Copied, "'x\\n)'"), (Masked, "'masked'")] {
        let uses = vec![Copied, Read, usage, Copied];
        let mask = Arc::new(Choosy { uses, by: 1 });
        let out = through(&shape, Some(mask.clone()), &[&part]).unwrap();
        let pieces: Vec<&[u8]> = part.chunks(1).collect();
        assert_eq!(through(&shape, Some(mask), &pieces).unwrap(), out);
        let (statements, received, sent) = out;
        assert_eq!(received, told(&shape, None, &[&part]).unwrap().1);
        let sql: Vec<String> = statements
            .iter()
            .map(|statement| String::from_utf8(statement.sql.clone()).unwrap())
            .collect();
        let (null, empty) = match usage {
            Masked => ("'masked'", "'masked'"),
            _ => ("NULL", "''"),
        };
        assert_eq!(
            sql,
            [
                format!("{head}(1,{first},0x00)\n,(NULL,{null},NULL)"),
                format!("{head}(7,{empty},'')"),
            ]
        );
        let rows: Vec<u64> = statements.iter().map(|statement| statement.rows).collect();
        assert_eq!(rows, [2, 1]);
        let again = text(&[&sql[0], END_TEXT, &sql[1], END_TEXT]);
        assert_eq!(told(&shape, None, &[&again]).unwrap().1, sent);
    }
}

#[test]
fn a_masked_statement_does_not_grow_without_end() {
    struct Long;
    impl ColumnMask for Long {
        fn mask(&self, _: Field<'_>) -> Result<Replacement> {
            Ok(Replacement::Text("x".repeat(10_000)))
        }
    }
    let shape = shape("`a` text");
    let rows = vec![vec![Some(b"y".to_vec())]; 1_000];
    let (part, _) = part(&shape, &rows, 1_000);
    let (statements, received, sent) =
        told(&shape, Some(vec![Some(Arc::new(Long))]), &[&part]).unwrap();
    assert!(
        statements
            .iter()
            .all(|statement| statement.sql.len() <= FULL)
    );
    let sum: u64 = statements.iter().map(|statement| statement.rows).sum();
    assert_eq!((sum, received.rows, sent.rows), (1_000, 1_000, 1_000));
}

#[test]
fn errors_name_the_place_and_no_value() {
    let cases = [
        ("(secret,'')\n;\n", None, Kind::Corrupt),
        ("(1,secret)\n;\n", None, Kind::Corrupt),
        ("(1,'secret\\q')\n;\n", None, Kind::Corrupt),
        ("(1,'secret')", None, Kind::Corrupt),
        ("(1,'secret", None, Kind::Corrupt),
        ("(1,'secret',1)\n;\n", None, Kind::Corrupt),
        ("(1)\n;\n", None, Kind::Corrupt),
        ("(1,'secret')\n;\nDROP TABLE t\n;\n", None, Kind::Corrupt),
        ("(1,'secret'); DROP TABLE t\n;\n", None, Kind::Corrupt),
        ("(2147483647,'secret')\n;\n", Some(0), Kind::Sanitise),
        ("(0,'secret')\n;\n", Some(0), Kind::Sanitise),
        ("(1,'secret')\n;\n", Some(1), Kind::Sanitise),
    ];
    struct Wrong;
    impl ColumnMask for Wrong {
        fn mask(&self, field: Field<'_>) -> Result<Replacement> {
            Ok(match field {
                Field::Integer(0) => Replacement::Null,
                Field::Integer(number) => Replacement::Integer(number + 1),
                Field::Text(text) => Replacement::Text(String::from_utf8_lossy(text).repeat(2)),
                _ => Replacement::Null,
            })
        }
    }
    let shape = shape("`a` int NOT NULL, `b` varchar(10)");
    for (rows, masked, kind) in cases {
        let masks = masked.map(|masked| {
            let mask = |at| (at == masked).then(|| Arc::new(Wrong) as Arc<dyn ColumnMask>);
            vec![mask(0), mask(1)]
        });
        let part = text(&[HEAD, rows]);
        let error = told(&shape, masks, &[&part]).map(drop).expect_err(rows);
        assert_eq!(error.kind(), kind, "{rows}");
        assert!(error.doing().contains("table t") && error.hint_text().is_some());
        let printed = format!("{error:?}");
        assert!(
            !printed.contains("secret") && !printed.contains("2147"),
            "{printed}"
        );
    }
}

#[test]
fn a_column_without_a_decision_lets_no_row_pass() {
    let shape = shape("`a` int, `b` text");
    let part = text(&[HEAD, "(1,'x')\n;\n"]);
    assert!(told(&shape, Some(vec![None]), &[&part]).is_err());
}

#[test]
fn a_table_may_have_no_columns_of_its_own() {
    let shape = shape("`a` int AS (1)");
    let part = text(&["INSERT INTO `t` () VALUES\n", "()\n,()\n;\n"]);
    let (statements, received, _) = told(&shape, None, &[&part]).unwrap();
    assert_eq!((statements[0].rows, received.rows), (2, 2));
}

#[test]
fn a_large_value_in_small_pieces_is_looked_at_once() {
    let shape = shape("`a` text, `b` blob");
    let rows = [vec![Some(b"x'".repeat(1 << 20)), Some(vec![7; 1 << 20])]];
    let (part, digest) = part(&shape, &rows, 1);
    let pieces: Vec<&[u8]> = part.chunks(64 << 10).collect();
    let (statements, received, _) = told(&shape, None, &pieces).unwrap();
    assert_eq!(received, digest);
    assert!(part.ends_with(&[&statements[0].sql[..], END].concat()));
}

proptest! {
    #[test]
    fn what_the_encoder_writes_is_read_again_however_it_is_cut(
        rows in rows(), many in 1..4_usize, cuts in cuts(), masked: [bool; 9],
    ) {
        let shape = every_form();
        let (part, digest) = part(&shape, &rows, many);
        let whole = told(&shape, None, &[&part]).unwrap();
        prop_assert_eq!(&whole.1, &digest);
        prop_assert_eq!(&whole.2, &digest);
        prop_assert_eq!(told(&shape, None, &cut(&part, &cuts)).unwrap(), whole);
        let masks: Vec<Mask> = masked.map(|is| is.then(|| Arc::new(Tell) as _)).to_vec();
        let tell = |pieces: &[&[u8]]| {
            told(&shape, Some(masks.clone()), pieces).map_err(|error| error.to_string())
        };
        let whole = tell(&[&part]);
        prop_assert_eq!(&tell(&cut(&part, &cuts)), &whole);
        if let Ok((statements, received, sent)) = whole {
            prop_assert_eq!(received, digest);
            let sent_text: Vec<Vec<u8>> = statements
                .iter()
                .map(|statement| [&statement.sql, END].concat())
                .collect();
            let again = [PROLOGUE.as_bytes().to_vec(), sent_text.concat()].concat();
            prop_assert_eq!(told(&shape, None, &[&again]).unwrap().1, sent);
        }
    }

    #[test]
    fn nonsense_is_refused_alike_however_it_is_cut(
        pieces in proptest::collection::vec(
            "(INSERT INTO `t` \\(`a`,`b`\\) VALUES\n|\\(|\\)|,|\n|;|'|\\\\|0x|[0-9a-fC]|NULL){1,9}",
            0..12,
        ),
        cuts in cuts(),
    ) {
        let shape = shape("`a` json, `b` blob");
        let part = text(&pieces.iter().map(String::as_str).collect::<Vec<_>>());
        let tell = |pieces: &[&[u8]]| told(&shape, None, pieces).map_err(|error| error.to_string());
        prop_assert_eq!(tell(&cut(&part, &cuts)), tell(&[&part]));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        let part = [PROLOGUE.as_bytes(), HEAD.as_bytes(), &bytes].concat();
        let _ = told(&shape("`a` int, `b` text"), None, &[&part]);
    }
}
