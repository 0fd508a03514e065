//! What databases of the fake engine are filled with.

use weir_model::catalog::{Column, ForeignKey};
use weir_testkit::conformance::{Planted, Seed};
use weir_testkit::fake::document::{Cell, Document, Object, Table};

pub(crate) fn document(seed: Seed) -> Document {
    match seed {
        Seed::Empty => Document::default(),
        Seed::Generation(generation) => self::generation(generation),
        Seed::Everything => everything(),
    }
}

/// The tables that hold planted values.
pub(crate) fn planted(rows: &[Planted]) -> [Table; 2] {
    let columns = ["plain", "document", "list", "prose"].map(|name| column(name, "text"));
    let mut columns = Vec::from(columns);
    columns.insert(0, key());
    columns.push(column("bytes", "bytes"));
    let id = |row: &Planted| Cell::Integer(i64::try_from(row.id).unwrap());
    let canaries = rows.iter().map(|row| {
        vec![
            id(row),
            text(&row.plain),
            text(&row.document),
            text(serde_json::to_string(&row.list).unwrap()),
            text(&row.prose),
            Cell::Blob(row.bytes.clone()),
        ]
    });
    let copies = rows.iter().map(|row| vec![id(row), text(&row.plain)]);
    [
        table("canaries", columns, canaries.collect()),
        table(
            "copies",
            vec![key(), column("plain", "text")],
            copies.collect(),
        ),
    ]
}

fn generation(generation: u32) -> Document {
    let items = (0..200)
        .map(|id| vec![Cell::Integer(id), Cell::Integer(i64::from(generation))])
        .collect();
    let people = (0..50)
        .map(|id| {
            vec![
                Cell::Integer(id),
                text(format!("Person {id}")),
                text(format!("person-{id}@generation-{generation}.example")),
            ]
        })
        .collect();
    let notes = (0..50)
        .map(|id| {
            vec![
                Cell::Integer(id),
                Cell::Integer(id),
                text(format!("erase-me-{id}")),
            ]
        })
        .collect();
    let mut email = column("email", "text");
    email.unique = true;
    let mut notes = table(
        "notes",
        vec![key(), column("person", "integer"), column("text", "text")],
        notes,
    );
    notes.foreign_keys.push(reference("person", "people"));
    Document {
        tables: vec![
            table("items", vec![key(), column("generation", "integer")], items),
            table("people", vec![key(), column("name", "text"), email], people),
            notes,
            table("writes", vec![key()], Vec::new()),
            table(
                "totals",
                vec![key(), column("writes", "integer")],
                vec![vec![Cell::Integer(1), Cell::Integer(0)]],
            ),
        ],
        ..Document::default()
    }
}

fn everything() -> Document {
    let odd_names = [
        "",
        " ",
        "na\"me",
        "täble/😀",
        "%2F..",
        "a%b_c",
        "..",
        "newline\nname",
    ];
    let mut tables: Vec<Table> = odd_names
        .iter()
        .map(|name| table(name, vec![column(name, "any")], vec![vec![text("value")]]))
        .collect();
    let columns = vec![column("one", "any"), column("two", "any")];
    let values = [
        Cell::Null,
        Cell::Integer(i64::MIN),
        Cell::Integer(i64::MAX),
        Cell::Real((0.1_f64 + 0.2).to_bits()),
        Cell::Real((-0.0_f64).to_bits()),
        Cell::Real(f64::NAN.to_bits()),
        Cell::Real(f64::MIN_POSITIVE.to_bits()),
        text(""),
        text("line\nline\0end \u{202e} 😀 \\ \" '"),
        Cell::Blob(Vec::new()),
        Cell::Blob((0..=255).collect()),
    ];
    let rows = values
        .iter()
        .map(|value| vec![value.clone(), value.clone()])
        .collect();
    tables.push(table("values", columns, rows));
    tables.push(table(
        "twins",
        vec![column("same", "any")],
        vec![vec![Cell::Null]; 1500],
    ));
    tables.push(table("empty", vec![column("nothing", "any")], Vec::new()));
    let objects = ["view", "trigger", "statistics", "index", "setting"]
        .iter()
        .map(|kind| Object {
            kind: (*kind).to_owned(),
            name: format!("a-{kind}"),
            text: format!("the definition of a {kind}"),
        })
        .collect();
    Document {
        tables,
        objects,
        ..Document::default()
    }
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn table(name: &str, columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Table {
    Table {
        name: name.to_owned(),
        columns,
        foreign_keys: Vec::new(),
        rows,
    }
}

fn key() -> Column {
    Column {
        nullable: false,
        primary_key: true,
        ..column("id", "integer")
    }
}

pub(crate) fn column(name: &str, data_type: &str) -> Column {
    Column {
        name: name.to_owned(),
        data_type: data_type.to_owned(),
        nullable: true,
        primary_key: false,
        unique: false,
        generated: false,
    }
}

pub(crate) fn reference(column: &str, table: &str) -> ForeignKey {
    ForeignKey {
        columns: vec![column.to_owned()],
        references: table.to_owned(),
        referenced_columns: vec!["id".to_owned()],
    }
}
