//! How many values and rows a core masks in a second: a line for each transformer, and one for a
//! table of twenty columns with six masked. `scripts/bench mask` runs it; behind `--`, the names of a
//! few measure these alone.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark fails as a test does"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;
use weir_engine::{Field, Masker as _, Replacement, RowMask, TablePlan};
use weir_mask::{Key, Ruleset, transformers};
use weir_model::catalog::{Catalog, Column, Table, TableKind};
use weir_model::digest::Digest;

/// Different rows that are masked over and over.
const ROWS: usize = 4_096;
/// How long each is measured.
const LONG_ENOUGH: Duration = Duration::from_millis(300);
/// Rounds, of which the fastest counts: whoever shares the core's caches only ever slows one down.
const ROUNDS: usize = 3;
/// What a rule needs besides its name, and what its values look like: `#` is a digit that differs.
const KINDS: [(&str, &str, &str); 26] = [
    ("email", "", "person.########@private.example"),
    ("name", "", "Ada Lovelace ########"),
    ("username", "", "ada########"),
    ("phone", "", "+44 20 ########"),
    ("address", "", "######## Station Road"),
    ("city", "", "Springfield ########"),
    ("postcode", "", "SW######## 1AA"),
    ("company", "", "Acme ######## Ltd"),
    (
        "text",
        "",
        "Called on the ######## about the parcel that never came; will call again.",
    ),
    (
        "scrub",
        "",
        "Write to person.########@private.example about the parcel.",
    ),
    ("filename", "", "scan-########.pdf"),
    ("url", "", "https://private.example/people/########?tab=1"),
    ("user-agent", "", "Mozilla/5.0 ########"),
    ("pick", ", values: [red, green, blue]", "colour ########"),
    ("date", "", "1985-04-12 10:30:00.########"),
    ("number", "", "########"),
    ("uuid", "", "########-8b86-4011-b42d-00c04fc964ff"),
    ("token", "", "sk_live_########LyjWDarjtT1zd"),
    ("hash", "", "value ########"),
    ("format-preserving", "", "########"),
    ("credit-card", "", "41111111########"),
    ("iban", "", "DE893704004405########00"),
    ("national-id", ", country: de", "086########"),
    ("ip", "", "10.########"),
    ("mac", "", "00:1b:########"),
    ("redact", "", "anything ########"),
];

fn main() {
    let named: Vec<String> = std::env::args().skip(1).collect();
    let named = named.iter().filter(|name| !name.starts_with('-'));
    let named: Vec<&str> = named.map(String::as_str).collect();
    let is_wanted = |name: &str| named.is_empty() || named.contains(&name);
    println!(
        "{:<20} {:>14} {:>12} {:>12}",
        "", "ns a value", "million/s", "MB/s"
    );
    for transformer in transformers() {
        let mut kinds = KINDS.iter();
        let kind = kinds.find(|(name, ..)| *name == transformer.name && is_wanted(name));
        let Some((name, options, shape)) = kind else {
            continue;
        };
        let values = values(shape);
        let mask = masked(&format!("v: {{mask: {name}{options}}}"), &["v text"]);
        let rows: Vec<[Field<'_>; 1]> = values.iter().map(|value| [Field::Text(value)]).collect();
        let rows: Vec<&[Field<'_>]> = rows.iter().map(|row| &row[..]).collect();
        line(name, &values, measured(&*mask, &rows), 1);
    }
    if is_wanted("table") {
        table();
    }
}

/// Twenty columns, six of them masked: names, address, email, phone and number of a person.
fn table() {
    let kinds = ["email", "name", "phone", "date", "uuid", "number"];
    let columns: Vec<String> = (0..20).map(|at| format!("c{at} text")).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let rules: Vec<String> = (0..20)
        .map(|at| match kinds.get(at) {
            Some(kind) => format!("c{at}: {kind}"),
            None => format!("c{at}: keep"),
        })
        .collect();
    let mask = masked(&rules.join(", "), &columns);
    let shape = |at: usize| {
        let kind = kinds.get(at).copied().unwrap_or("redact");
        KINDS.iter().find(|(name, ..)| *name == kind).unwrap().2
    };
    let columns: Vec<Vec<Vec<u8>>> = (0..20).map(|at| values(shape(at))).collect();
    let rows: Vec<Vec<Field<'_>>> = (0..ROWS)
        .map(|row| {
            columns
                .iter()
                .map(|column| Field::Text(&column[row]))
                .collect()
        })
        .collect();
    let rows: Vec<&[Field<'_>]> = rows.iter().map(Vec::as_slice).collect();
    let all: Vec<Vec<u8>> = columns.iter().flatten().cloned().collect();
    line("20 columns, 6 masked", &all, measured(&*mask, &rows), 20);
}

fn values(shape: &str) -> Vec<Vec<u8>> {
    let value = |row: usize| {
        let number = format!("{:08}", (row * 7_919_111) % 100_000_000);
        shape.replace("########", &number).into_bytes()
    };
    (0..ROWS).map(value).collect()
}

/// Nanoseconds for a row.
fn measured(mask: &dyn RowMask, rows: &[&[Field<'_>]]) -> f64 {
    let mut places = vec![Replacement::Null; rows[0].len()];
    let round = |places: &mut [Replacement]| {
        let (begin, mut masked) = (on_core(), 0_u32);
        while on_core() - begin < LONG_ENOUGH {
            for row in rows {
                black_box(mask.mask(black_box(row), places).unwrap());
            }
            masked += 1;
        }
        (on_core() - begin).as_nanos() as f64 / f64::from(masked) / rows.len() as f64
    };
    (0..ROUNDS)
        .map(|_| round(&mut places))
        .fold(f64::MAX, f64::min)
}

/// How long this thread has been on a core: what else the machine does is not counted.
fn on_core() -> Duration {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(spent).unwrap()
}

/// `columns` values are in a row; the bytes are those of all values.
fn line(what: &str, values: &[Vec<u8>], nanoseconds: f64, columns: usize) {
    let bytes: usize = values.iter().map(Vec::len).sum();
    let a_row = bytes as f64 * columns as f64 / values.len() as f64;
    println!(
        "{what:<20} {nanoseconds:>14.1} {:>12.2} {:>12.1}",
        1_000.0 / nanoseconds,
        a_row * 1_000.0 / nanoseconds
    );
}

fn masked(rules: &str, columns: &[&str]) -> Arc<dyn RowMask> {
    let text = format!("weir-rules: 1\ntables: {{t: {{columns: {{{rules}}}}}}}\n");
    let ruleset = Ruleset::parse(&text, "bench.yaml").unwrap_or_else(|wrong| panic!("{wrong}"));
    let columns = columns.iter().map(|column| {
        let (name, data_type) = column.split_once(' ').unwrap();
        Column {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            nullable: true,
            primary_key: false,
            unique: false,
            generated: false,
        }
    });
    let catalog = Catalog {
        tables: vec![Table {
            name: "t".to_owned(),
            kind: TableKind::Ordinary,
            columns: columns.collect(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            definition: Digest::new("bench", b"t"),
        }],
        ..Catalog::default()
    };
    let key = Key::parse(b"the key of a bench").unwrap();
    let bound = ruleset
        .bind(&catalog, &key)
        .unwrap_or_else(|wrong| panic!("{wrong}"));
    match bound.table("t") {
        Some(TablePlan::Rows(mask)) => Arc::clone(mask),
        _ => panic!("rows were expected"),
    }
}
