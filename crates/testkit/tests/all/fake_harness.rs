//! The fake engine's side of the conformance suite.

use super::fake_seeds::{self, column, reference};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use weir_engine::{Endpoint, Engine, Secret, TargetPolicy};
use weir_model::error::Kind;
use weir_model::stamp::Stamp;
use weir_testkit::conformance::{Harness, Planted, SchemaChange, Seed, Unusable};
use weir_testkit::fake::document::{Cell, Document, Object, Table};
use weir_testkit::fake::{self, Beside, FakeEngine};

pub(crate) struct FakeHarness;

fn path(endpoint: &Endpoint) -> PathBuf {
    fake::path(endpoint).unwrap()
}

fn read(endpoint: &Endpoint) -> Document {
    Document::read(&path(endpoint), Kind::Source)
        .unwrap()
        .unwrap()
}

fn change_shadow(endpoint: &Endpoint, change: impl FnOnce(&mut Document)) {
    let shadow = Beside::new(&path(endpoint)).shadow;
    let mut document = Document::read(&shadow, Kind::Target).unwrap().unwrap();
    change(&mut document);
    document.write(&shadow).unwrap();
}

fn table<'document>(document: &'document mut Document, name: &str) -> &'document mut Table {
    document.table_mut(name).unwrap()
}

fn schema_change(name: &'static str, change: fn(&mut Document)) -> SchemaChange {
    SchemaChange {
        name,
        apply: Box::new(move |endpoint| Document::update(&path(endpoint), change).unwrap()),
    }
}

impl Harness for FakeHarness {
    fn engine(&self) -> Arc<dyn Engine> {
        Arc::new(FakeEngine::default())
    }

    fn endpoint(&self, folder: &Path, name: &str) -> Endpoint {
        Endpoint {
            url: format!("fake://{}/{name}.json", folder.display()),
            database: name.to_owned(),
            password: None,
            owner: None,
            policy: TargetPolicy::default(),
        }
    }

    fn seed(&self, endpoint: &Endpoint, seed: Seed) {
        Document::update(&path(endpoint), |document| {
            *document = fake_seeds::document(seed);
        })
        .unwrap();
    }

    fn plant(&self, endpoint: &Endpoint, rows: &[Planted]) {
        Document::update(&path(endpoint), |document| {
            document.tables.extend(fake_seeds::planted(rows));
        })
        .unwrap();
    }

    fn fingerprint(&self, endpoint: &Endpoint) -> String {
        let document = read(endpoint);
        format!("{:#?}{:#?}", document.tables, document.objects)
    }

    fn read_generation(&self, endpoint: &Endpoint) -> Result<u32, String> {
        let document = Document::read(&path(endpoint), Kind::Source)
            .map_err(|error| error.to_string())?
            .ok_or("there is no database")?;
        let rows = |name: &str| document.table(name).map(|table| table.rows.clone());
        let items = rows("items").ok_or("there are no items")?;
        let [_, Cell::Integer(generation)] = items[0][..] else {
            return Err("an item has no number".to_owned());
        };
        if items.iter().any(|row| row[1] != Cell::Integer(generation)) {
            return Err("items have several numbers".to_owned());
        }
        let writes = rows("writes").ok_or("there are no writes")?.len();
        let total = rows("totals").ok_or("there are no totals")?[0][1].clone();
        if total != Cell::Integer(i64::try_from(writes).unwrap()) {
            return Err("writes and totals differ".to_owned());
        }
        u32::try_from(generation).map_err(|error| error.to_string())
    }

    fn write(&self, endpoint: &Endpoint) -> Result<(), String> {
        Document::update(&path(endpoint), |document| {
            let next = i64::try_from(table(document, "writes").rows.len()).unwrap();
            table(document, "writes")
                .rows
                .push(vec![Cell::Integer(next)]);
            table(document, "totals").rows[0][1] = Cell::Integer(next + 1);
        })
        .map_err(|error| error.to_string())
    }

    fn schema_changes(&self) -> Vec<SchemaChange> {
        vec![
            schema_change("a new table", |document| {
                let items = document.tables[0].clone();
                document.tables.push(Table {
                    name: "more".to_owned(),
                    ..items
                });
            }),
            schema_change("a dropped table", |document| drop(document.tables.pop())),
            schema_change("a renamed table", |document| {
                document.tables[0].name.push('s');
            }),
            schema_change("a new column", |document| {
                document.tables[0].columns.push(column("more", "text"));
                let rows = &mut document.tables[0].rows;
                rows.iter_mut().for_each(|row| row.push(Cell::Null));
            }),
            schema_change("another type", |document| {
                document.tables[0].columns[1].data_type = "bigint".to_owned();
            }),
            schema_change("a NOT NULL", |document| {
                document.tables[0].columns[1].nullable = false;
            }),
            schema_change("a constraint less", |document| {
                table(document, "people").columns[2].unique = false;
            }),
            schema_change("a foreign key less", |document| {
                table(document, "notes").foreign_keys.clear();
            }),
            schema_change("another foreign key", |document| {
                table(document, "notes").foreign_keys = vec![reference("person", "items")];
            }),
            schema_change("a view", |document| {
                document.objects.push(Object {
                    kind: "view".to_owned(),
                    name: "everyone".to_owned(),
                    text: "people".to_owned(),
                });
            }),
        ]
    }

    fn lose_a_row(&self, endpoint: &Endpoint) {
        change_shadow(endpoint, |shadow| drop(table(shadow, "items").rows.pop()));
    }

    fn break_a_constraint(&self, endpoint: &Endpoint) {
        change_shadow(endpoint, |shadow| {
            table(shadow, "notes").rows[0][1] = Cell::Integer(-1);
        });
    }

    fn write_stamp(&self, endpoint: &Endpoint, stamp: &Stamp) {
        Document::update(&path(endpoint), |document| {
            document.stamp = Some(stamp.clone());
        })
        .unwrap();
    }

    fn deleting_script(&self) -> String {
        (0..50)
            .map(|person| format!("delete notes where person = {person}\n"))
            .collect()
    }

    fn renaming_script(&self) -> String {
        "set people.name = x".to_owned()
    }

    fn failing_scripts(&self) -> Vec<String> {
        [
            "drop nowhere",
            "set people.nothing = 1",
            "delete nowhere where email = person-1@generation-1.example",
            "commit",
        ]
        .iter()
        .map(|statement| format!("drop writes\n{statement}"))
        .collect()
    }

    fn remains(&self, endpoint: &Endpoint) -> Vec<String> {
        let live = path(endpoint);
        let name = live.file_name().unwrap().to_string_lossy().into_owned();
        let allowed = ["", ".weir-lock", ".weir-previous", ".writers"];
        std::fs::read_dir(live.parent().unwrap())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|file| {
                file.strip_prefix(&name)
                    .is_some_and(|end| !allowed.contains(&end))
            })
            .collect()
    }

    fn foreign_dump(&self, endpoint: &Endpoint, folder: &Path) -> Vec<PathBuf> {
        let copy = folder.join("foreign.json");
        std::fs::copy(path(endpoint), &copy).unwrap();
        vec![copy]
    }

    fn unusable(&self, folder: &Path) -> Vec<Unusable> {
        let guarded = self.endpoint(folder, "guarded");
        Document::update(&path(&guarded), |document| {
            *document = fake_seeds::document(Seed::Generation(8));
            document.password = Some(fake::password_digest("the right one"));
        })
        .unwrap();
        let wrong = Endpoint {
            password: Some(Secret::new("the wrong one")),
            ..guarded.clone()
        };
        let garbage = self.endpoint(folder, "garbage");
        std::fs::write(path(&garbage), "person-1@generation-1.example").unwrap();
        let case = |why, endpoint| Unusable { why, endpoint };
        vec![
            case("no password", guarded),
            case("a wrong password", wrong),
            case("something else", garbage),
            case(
                "a folder that is not there",
                self.endpoint(&folder.join("nowhere"), "it"),
            ),
            case(
                "an address of something else",
                Endpoint {
                    url: "postgres://localhost/it".to_owned(),
                    ..self.endpoint(folder, "it")
                },
            ),
        ]
    }
}
