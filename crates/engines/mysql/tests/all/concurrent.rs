//! A source that is written all the time while it is read.

use crate::conformance::client::Database;
use crate::support::{Loops, backup, filled, name_of, one, restore, until, with_setting};
use weir_engine::Endpoint;
use weir_testkit::conformance::Plan;
use weir_testkit::mariadb::{Grants, MariadbServer};

const RUNS: u32 = 20;

/// Money in two tables, and parents that count their children.
const SOURCE: &str = "
    CREATE TABLE accounts(id INT PRIMARY KEY, balance BIGINT NOT NULL);
    CREATE TABLE vaults(id INT PRIMARY KEY, balance BIGINT NOT NULL);
    CREATE TABLE parents(id INT AUTO_INCREMENT PRIMARY KEY, writer INT, children INT, KEY (writer));
    CREATE TABLE children(id INT AUTO_INCREMENT PRIMARY KEY, parent INT NOT NULL,
        FOREIGN KEY (parent) REFERENCES parents(id) ON DELETE CASCADE);
    CREATE TABLE moves(id INT AUTO_INCREMENT PRIMARY KEY, writer INT);
    INSERT INTO accounts SELECT seq, 1000 FROM seq_0_to_99;
    INSERT INTO vaults SELECT seq, 0 FROM seq_0_to_99;";

/// One transaction of a writer: money goes from one table to the other, a family comes, one grows
/// and one goes.
fn transaction(writer: u32, number: u32) -> String {
    let (from, to, amount) = (number * 7 % 100, number * 13 % 100, number % 50);
    format!(
        "START TRANSACTION;
         UPDATE accounts SET balance = balance - {amount} WHERE id = {from};
         UPDATE vaults SET balance = balance + {amount} WHERE id = {to};
         INSERT INTO parents(writer, children) VALUES ({writer}, 3);
         SET @parent = LAST_INSERT_ID();
         INSERT INTO children(parent) VALUES (@parent), (@parent), (@parent);
         UPDATE parents SET children = children + 1 WHERE id = @parent;
         INSERT INTO children(parent) VALUES (@parent);
         DELETE FROM parents WHERE id = CAST(@parent AS SIGNED) - 20 AND writer = {writer};
         INSERT INTO moves(writer) VALUES ({writer});
         COMMIT"
    )
}

/// Everything that holds after each transaction, as one line.
const INVARIANTS: &str = "
    SELECT CONCAT_WS(', ', (SELECT SUM(balance) FROM accounts) + (SELECT SUM(balance) FROM vaults),
        (SELECT COUNT(*) FROM parents p WHERE children <> (SELECT COUNT(*) FROM children WHERE parent = p.id)),
        (SELECT COUNT(*) FROM children c WHERE NOT EXISTS (SELECT 1 FROM parents WHERE id = c.parent)))";
const KEPT: &str = "100000, 0, 0";

/// A writer with a connection of its own, who starts a transaction over that the server gave up.
fn writer(source: &Endpoint, number: u32) -> impl FnMut() + Send + 'static {
    let mut connection = Database::of(source).connect();
    let mut numbers = number..;
    move || {
        let sql = transaction(number, numbers.next().expect("there is always one more"));
        if let Err(error) = connection.ask(&sql) {
            let mysql_async::Error::Server(told) = &error else {
                panic!("{error:?}");
            };
            assert!([1205, 1213].contains(&told.code), "{told:?}");
            connection.run("ROLLBACK");
        }
    }
}

fn moves(endpoint: &Endpoint) -> u64 {
    one(endpoint, "SELECT COUNT(*) FROM moves").parse().unwrap()
}

/// What every reader needs, besides what makes several connections see one moment.
fn reading(name: &str) -> Vec<String> {
    vec![
        format!("SELECT, SHOW VIEW, TRIGGER, EVENT ON `{name}`.*"),
        "SELECT ON `mysql`.`proc`".to_owned(),
    ]
}

/// What holds in a copy of a source that is written by so many, read by a user with these grants,
/// who sees one moment by that means.
fn assert_kept(mode: &str, writers: u32, grants: impl Fn(&str) -> Vec<String>) {
    for _ in 0..RUNS {
        with_setting(|setting| async {
            let setting = setting;
            let source = filled(&setting, "source", SOURCE);
            let name = name_of(&source);
            let clauses = [reading(&name), grants(&name)].concat();
            let clauses: Vec<&str> = clauses.iter().map(String::as_str).collect();
            let account = MariadbServer::shared().account(Grants::Only(&clauses));
            let reader = Endpoint {
                database: source.database.clone(),
                ..account.endpoint(&name)
            };
            let writing = Loops::start(writers, |number| writer(&source, number));
            until("writers write", || moves(&source) > 0);
            let manifest = backup(&setting, &reader).await;
            let until_then = moves(&source);
            until("writers go on", || moves(&source) > until_then);
            writing.stop();
            assert_eq!(manifest.snapshot.mode, mode);
            assert_eq!(one(&source, INVARIANTS), KEPT);
            let target = setting.endpoint("target");
            let plan = Plan::with_token(1);
            restore(&setting, &manifest, &target, &plan).await.unwrap();
            let (copied, written) = (moves(&target), moves(&source));
            assert!(0 < copied && copied < written, "{copied} of {written}");
            assert_eq!(one(&target, INVARIANTS), KEPT);
        });
    }
}

#[test]
fn what_spans_tables_holds_where_commits_may_be_held_back() {
    assert_kept("backup-stage", 3, |_| vec!["RELOAD ON *.*".to_owned()]);
}

#[test]
fn it_holds_where_only_the_log_may_be_looked_at() {
    assert_kept("binlog-snapshot", 2, |_| {
        vec!["BINLOG MONITOR ON *.*".to_owned()]
    });
}

#[test]
fn it_holds_where_only_tables_may_be_locked() {
    // Nobody gets a lock on tables that several write without a pause.
    assert_kept("table-locks", 1, |name| {
        vec![format!("LOCK TABLES ON `{name}`.*")]
    });
}

#[test]
fn it_holds_where_nothing_may_be_held() {
    assert_kept("single-connection", 3, |_| Vec::new());
}
