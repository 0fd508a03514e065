//! A source that is written all the time while it is read.

use crate::conformance::client::Database;
use crate::support::{backup, filled, one, restore, until, with_setting};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use weir_engine::Endpoint;
use weir_testkit::conformance::Plan;

const RUNS: u32 = 20;
const WRITERS: u32 = 3;

/// Money in two tables, and parents that count their children.
const SOURCE: &str = "
    CREATE TABLE accounts(id integer PRIMARY KEY, balance bigint NOT NULL);
    CREATE TABLE vaults(id integer PRIMARY KEY, balance bigint NOT NULL);
    CREATE TABLE parents(id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, writer integer, children integer);
    CREATE TABLE children(id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        parent integer NOT NULL REFERENCES parents ON DELETE CASCADE);
    CREATE INDEX children_by_parent ON children(parent);
    CREATE TABLE moves(writer integer);
    INSERT INTO accounts SELECT id, 1000 FROM generate_series(0, 99) id;
    INSERT INTO vaults SELECT id, 0 FROM generate_series(0, 99) id;";

/// One transaction of a writer: money goes from one table to the other, a family comes, one grows
/// and one goes.
fn transaction(writer: u32, number: u32) -> String {
    let (from, to, amount) = (number * 7 % 100, number * 13 % 100, number % 50);
    format!(
        "UPDATE accounts SET balance = balance - {amount} WHERE id = {from};
         UPDATE vaults SET balance = balance + {amount} WHERE id = {to};
         WITH parent AS (INSERT INTO parents(writer, children) VALUES ({writer}, 3) RETURNING id)
             INSERT INTO children(parent) SELECT id FROM parent, generate_series(1, 3);
         WITH parent AS (UPDATE parents SET children = children + 1
                 WHERE id = (SELECT max(id) FROM parents WHERE writer = {writer}) RETURNING id)
             INSERT INTO children(parent) SELECT id FROM parent;
         DELETE FROM parents WHERE id = (SELECT min(id) FROM parents WHERE writer = {writer})
             AND {number} % 3 = 0;
         INSERT INTO moves VALUES ({writer});"
    )
}

/// Everything that holds after each transaction, as one line.
const INVARIANTS: &str = "
    SELECT concat_ws(', ', (SELECT sum(balance) FROM accounts) + (SELECT sum(balance) FROM vaults),
        (SELECT count(*) FROM parents p WHERE children <> (SELECT count(*) FROM children WHERE parent = p.id)),
        (SELECT count(*) FROM children c WHERE NOT EXISTS (SELECT FROM parents WHERE id = c.parent)))";
const KEPT: &str = "100000, 0, 0";

struct Writers {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Writers {
    fn start(source: &Endpoint) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let threads = (0..WRITERS).map(|writer| {
            let (stop, source) = (Arc::clone(&stop), Database::of(source));
            std::thread::spawn(move || {
                let mut numbers = writer..;
                while !stop.load(Ordering::SeqCst) {
                    let batches = numbers.by_ref().take(10);
                    source.run(batches.map(|number| transaction(writer, number)));
                }
            })
        });
        Self {
            threads: threads.collect(),
            stop,
        }
    }

    fn stop(self) {
        self.stop.store(true, Ordering::SeqCst);
        for thread in self.threads {
            thread.join().expect("a writer must not fail");
        }
    }
}

fn moves(endpoint: &Endpoint) -> u64 {
    one(endpoint, "SELECT count(*) FROM moves").parse().unwrap()
}

#[test]
fn what_spans_tables_holds_in_a_copy_of_a_source_that_is_written() {
    for _ in 0..RUNS {
        with_setting(|setting| async move {
            let source = filled(&setting, "source", SOURCE);
            let writing = Writers::start(&source);
            until("writers write", || moves(&source) > 0);
            let manifest = backup(&setting, &source).await;
            writing.stop();
            let target = setting.endpoint("target");
            let plan = Plan::with_token(1);
            restore(&setting, &manifest, &target, &plan).await.unwrap();
            let (copied, written) = (moves(&target), moves(&source));
            assert!(0 < copied && copied < written, "{copied} of {written}");
            assert_eq!(one(&source, INVARIANTS), KEPT);
            assert_eq!(one(&target, INVARIANTS), KEPT);
        });
    }
}
