//! An application that goes on using a database while a copy of another one takes its place.

use crate::conformance::client::{Connection, Database};
use crate::support::{Loops, backup, filled, one, with_setting};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use weir_model::event::Checkpoint;
use weir_testkit::conformance::Plan;
use weir_testkit::observe::Probe;

/// Tables, and what is put back behind them one by one.
const DATABASE: &str = "
    CREATE TABLE orders(id INT AUTO_INCREMENT PRIMARY KEY, state VARCHAR(20));
    CREATE TABLE positions(id INT AUTO_INCREMENT PRIMARY KEY, `order` INT NOT NULL,
        FOREIGN KEY (`order`) REFERENCES orders(id));
    CREATE TABLE log(id INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(20));
    CREATE VIEW open_orders AS SELECT * FROM orders WHERE state = 'open';
    CREATE TRIGGER logged AFTER INSERT ON positions FOR EACH ROW INSERT INTO log(what) VALUES ('position');
    CREATE PROCEDURE look() SELECT COUNT(*) FROM open_orders;
    INSERT INTO orders SELECT seq, 'open' FROM seq_1_to_20000;
    INSERT INTO positions SELECT seq, seq FROM seq_1_to_20000;";

/// What an application does, on one connection that it keeps.
const OF_TABLES: &str = "SELECT COUNT(*) FROM positions JOIN orders ON orders.id = positions.`order` WHERE orders.id < 100; \
     START TRANSACTION; INSERT INTO positions(`order`) VALUES (1); UPDATE orders SET state = 'open' WHERE id = 2; COMMIT";
/// The same through what is made again after the tables changed places.
const OF_CODE: &str = "CALL look(); SELECT COUNT(*) FROM open_orders WHERE id = 1";

/// When it did so last, the longest it had to wait, and what went wrong.
#[derive(Default)]
struct Seen {
    longest: Duration,
    times: u32,
    errors: Vec<(bool, String)>,
}

/// Does it again; an error is noted with whether the swap was on.
fn use_again(connection: &mut Connection, sql: &str, swapping: &AtomicBool, seen: &Mutex<Seen>) {
    let begun = Instant::now();
    let before = swapping.load(Ordering::SeqCst);
    let outcome = connection.ask(sql);
    let mut seen = seen.lock().unwrap();
    seen.times += 1;
    seen.longest = seen.longest.max(begun.elapsed());
    if let Err(error) = outcome {
        let within = before || swapping.load(Ordering::SeqCst);
        seen.errors.push((within, format!("{error}")));
        connection.run("ROLLBACK");
    }
}

#[test]
fn an_application_reads_and_writes_through_a_whole_restore() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", DATABASE);
        let manifest = backup(&setting, &source).await;
        let target = filled(&setting, "target", DATABASE);
        let swapping = Arc::new(AtomicBool::new(false));
        let seen: [Arc<Mutex<Seen>>; 2] = Default::default();
        let uses = [OF_TABLES, OF_CODE];
        let application = Loops::start(2, |number| {
            let number = number as usize;
            let (sql, seen) = (uses[number], Arc::clone(&seen[number]));
            let (mut connection, swapping) =
                (Database::of(&target).connect(), Arc::clone(&swapping));
            move || use_again(&mut connection, sql, &swapping, &seen)
        });
        for token in 1..=3 {
            let now = Arc::clone(&swapping);
            let probe = Probe::default().at(Checkpoint::Swapping, move || {
                now.store(true, Ordering::SeqCst);
            });
            let context = setting.watched(&Arc::new(probe));
            let plan = Plan::with_token(token);
            let restored = setting.restore(&manifest, &target, &plan, &context).await;
            restored.unwrap();
            swapping.store(false, Ordering::SeqCst);
        }
        application.stop();
        for (seen, what) in seen.iter().zip(["tables", "views and routines"]) {
            let seen = seen.lock().unwrap();
            println!(
                "{what}: used {} times, waited for {:?} at most, {} errors within the swaps",
                seen.times,
                seen.longest,
                seen.errors.len()
            );
            assert!(seen.times > 10);
            assert!(
                seen.longest < Duration::from_secs(5),
                "{what}: {:?}",
                seen.longest
            );
            let outside: Vec<_> = seen.errors.iter().filter(|(within, _)| !within).collect();
            assert!(outside.is_empty(), "{what}: {outside:?}");
        }
        // Tables are there at every moment.
        assert_eq!(seen[0].lock().unwrap().errors, Vec::new());
        assert_eq!(one(&target, "SELECT COUNT(*) FROM orders"), "20000");
    });
}
