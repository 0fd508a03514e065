//! Dumps and loads that break off: never taken for whole ones, and the live copy goes on serving.

use crate::conformance::client::Database;
use crate::masks::Custom;
use crate::memory::Memory;
use crate::support::{Target, assert_no_backup, backup, filled, refused, restore, with_setting};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;
use weir_engine::{Cancel, ColumnUse, Endpoint, Fate, Field, Observer, Replacement, RowMask};
use weir_model::error::{Kind, Result};
use weir_model::event::{Checkpoint, Event};
use weir_testkit::conformance::{Plan, Seed, Setting};
use weir_testkit::mariadb::{Account, Grants, MariadbServer};
use weir_testkit::observe::Probe;

/// Enough rows that reading them takes a while.
const LARGE: &str = "CREATE TABLE large(id INT PRIMARY KEY, text VARCHAR(200)); \
     INSERT INTO large SELECT seq, REPEAT('x', 200) FROM seq_1_to_200000;";

fn somebody() -> Account {
    MariadbServer::shared().account(Grants::Only(&["ALL ON *.*"]))
}

/// The same database, entered by a user of whom nobody else has connections.
fn entered_by(account: &Account, endpoint: &Endpoint) -> Endpoint {
    Endpoint {
        database: endpoint.database.clone(),
        ..account.endpoint(Database::of(endpoint).name())
    }
}

/// Ends every connection of a user.
fn kill_connections(user: &str) {
    MariadbServer::shared().run(&format!("KILL CONNECTION USER `{user}`@`127.0.0.1`"));
}

/// A probe that ends every connection of a user at a state of the run.
fn killing(account: &Account, at: Checkpoint) -> Arc<Probe> {
    let user = account.user.clone();
    Arc::new(Probe::default().at(at, move || kill_connections(&user)))
}

/// Ends every connection of a user as soon as some rows were read.
struct KillerAtRows {
    user: String,
    done: AtomicBool,
}

impl Observer for KillerAtRows {
    fn event(&self, event: &Event) {
        let is_progress = matches!(event, Event::Progress { done, .. } if *done > 0);
        if is_progress && !self.done.swap(true, Ordering::SeqCst) {
            kill_connections(&self.user);
        }
    }
}

#[test]
fn a_dump_whose_connections_are_lost_is_an_error_and_no_backup() {
    with_setting(|setting| async move {
        let account = somebody();
        let source = entered_by(&account, &filled(&setting, "source", LARGE));
        let context = setting.watched(&killing(&account, Checkpoint::SnapshotOpened));
        refused(setting.backup(&source, &context).await, &[Kind::Source]);
        assert_no_backup(&setting, "source").await;
    });
}

#[test]
fn a_dump_that_is_killed_half_way_is_an_error_and_no_backup() {
    with_setting(|setting| async move {
        let account = somebody();
        let source = entered_by(&account, &filled(&setting, "source", LARGE));
        let killer = Arc::new(KillerAtRows {
            user: account.user.clone(),
            done: AtomicBool::new(false),
        });
        let context = setting
            .context()
            .with_observer(Arc::clone(&killer) as Arc<dyn Observer>);
        refused(setting.backup(&source, &context).await, &[Kind::Source]);
        assert!(killer.done.load(Ordering::SeqCst), "rows were read");
        assert_no_backup(&setting, "source").await;
    });
}

#[test]
fn a_dump_of_nothing_is_an_error_and_no_backup() {
    with_setting(|setting| async move {
        let missing = setting.endpoint("missing");
        let context = setting.context();
        refused(setting.backup(&missing, &context).await, &[Kind::Source]);
        assert_no_backup(&setting, "missing").await;
    });
}

#[test]
fn a_table_that_is_changed_behind_the_snapshot_is_an_error_and_no_backup() {
    with_setting(|setting| async move {
        let source = setting.seeded("source", Seed::Generation(1));
        let changed = source.clone();
        let probe = Probe::default().at(Checkpoint::SnapshotOpened, move || {
            let mut connection = Database::of(&changed).connect();
            connection.run("SET lock_wait_timeout = 1");
            // Where the dump holds its tables, the change has to wait, which is as well.
            let _ = connection.ask("ALTER TABLE items ADD more INT DEFAULT 7, ALGORITHM=COPY");
        });
        let context = setting.watched(&Arc::new(probe));
        match setting.backup(&source, &context).await {
            Err(error) => {
                refused::<()>(Err(error), &[Kind::Source]);
                assert_no_backup(&setting, "source").await;
            }
            Ok(manifest) => {
                let target = setting.endpoint("target");
                let plan = Plan::with_token(1);
                restore(&setting, &manifest, &target, &plan).await.unwrap();
                assert_eq!(setting.harness().read_generation(&target), Ok(1));
            }
        }
    });
}

/// Restores while connections are lost at a state; the target is all old or all new.
async fn restore_cut_off_at(setting: &Setting, state: Checkpoint) {
    let manifest = setting.backup_of("source", Seed::Generation(1)).await;
    let account = somebody();
    let target = setting.seeded("target", Seed::Generation(2));
    let target = entered_by(&account, &target);
    let context = setting.watched(&killing(&account, state));
    let plan = Plan::with_token(1);
    let restored = setting.restore(&manifest, &target, &plan, &context).await;
    let context = setting.context();
    setting.engine().heal(&target, &context).await.unwrap();
    let live = setting.harness().read_generation(&target);
    match restored {
        Ok(_) => assert_eq!(live, Ok(1), "{state:?}"),
        Err(error) => {
            assert!([Ok(1), Ok(2)].contains(&live), "{state:?}: {live:?}");
            assert!(error.hint_text().is_some(), "{error:?}");
        }
    }
    setting
        .assert_nothing_left(&target, "a lost connection")
        .await;
}

#[test]
fn connections_lost_at_any_state_of_a_restore_leave_all_old_or_all_new() {
    for state in [
        Checkpoint::ShadowCreated,
        Checkpoint::RowsLoaded,
        Checkpoint::ReadBack,
        Checkpoint::ScriptsRun,
        Checkpoint::Verified,
        Checkpoint::Swapping,
        Checkpoint::Swapped,
    ] {
        with_setting(|setting| async move { restore_cut_off_at(&setting, state).await });
    }
}

#[test]
fn a_backup_that_is_cut_short_leaves_the_old_rows_serving() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", LARGE);
        let manifest = backup(&setting, &source).await;
        let target = Target::seeded(&setting, 2);
        let stored = setting.shelf().objects().join(&manifest.backup);
        let largest = manifest.parts.iter().max_by_key(|part| part.bytes);
        let file = stored.join(&largest.unwrap().name);
        let whole = std::fs::read(&file).unwrap();
        for length in [0, 1, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&file, &whole[..length]).unwrap();
            let plan = Plan::with_token(1);
            let restored = restore(&setting, &manifest, &target.endpoint, &plan).await;
            refused(restored, &[Kind::NoBackup, Kind::Corrupt]);
            target.assert_untouched(&setting, "a part cut short").await;
        }
    });
}

#[test]
fn a_script_that_fails_behind_a_change_of_schema_changes_nothing_that_is_live() {
    with_setting(|setting| async move {
        let manifest = setting.backup_of("source", Seed::Generation(1)).await;
        let target = Target::seeded(&setting, 2);
        // Changes of schema end a transaction: what stands in front of them is written for good.
        for last in ["SELECT nothing;", "DELETE FROM nowhere;", "CALL nobody();"] {
            let script = format!(
                "DELETE FROM notes;\nALTER TABLE people ADD gone INT;\nUPDATE people SET name = 'x';\n\
                 CREATE TABLE more (id INT);\nDROP TABLE writes;\n{last}\n"
            );
            let plan = Plan::with_token(1).script(script);
            let restored = restore(&setting, &manifest, &target.endpoint, &plan).await;
            let error = refused(restored, &[Kind::Script]);
            assert!(
                format!("{error:?}").contains('6'),
                "the line is told: {error:?}"
            );
            target
                .assert_untouched(&setting, "a script that failed")
                .await;
        }
    });
}

/// A mask that stops the run and then hangs, as with a program that does not answer.
struct Hanging {
    uses: [ColumnUse; 2],
    run: Cancel,
    /// Hung up once nobody waits for the run any more.
    waited_for: Mutex<mpsc::Receiver<()>>,
    /// Whether somebody waited all the time.
    outwaited: Arc<AtomicBool>,
}

impl RowMask for Hanging {
    fn columns(&self) -> &[ColumnUse] {
        &self.uses
    }

    fn mask(&self, _row: &[Field<'_>], _masked: &mut [Replacement]) -> Result<Fate> {
        self.run.cancel();
        let hangs = self.waited_for.lock().unwrap();
        if hangs.recv_timeout(Duration::from_secs(20)) == Err(mpsc::RecvTimeoutError::Timeout) {
            self.outwaited.store(true, Ordering::SeqCst);
        }
        Ok(Fate::Kept)
    }
}

#[test]
fn a_run_that_is_stopped_waits_for_no_mask() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", LARGE);
        let manifest = backup(&setting, &source).await;
        let target = Target::seeded(&setting, 2);
        for restores in [false, true] {
            let context = setting.context();
            let (waits, waited_for) = mpsc::channel();
            let outwaited = Arc::new(AtomicBool::new(false));
            let rules = Custom::keep(&manifest.catalog).rows(
                "large",
                Hanging {
                    uses: [ColumnUse::Read; 2],
                    run: context.cancel.clone(),
                    waited_for: Mutex::new(waited_for),
                    outwaited: Arc::clone(&outwaited),
                },
            );
            let outcome = match restores {
                false => {
                    let parts = setting.parts(&manifest).await.unwrap();
                    let sink = Memory::default();
                    let engine = setting.engine();
                    let made = engine.rewrite(parts, Arc::new(rules), &sink, &context);
                    made.await.map(drop)
                }
                true => {
                    let plan = Plan::with_token(1).masked(rules);
                    let made = setting.restore(&manifest, &target.endpoint, &plan, &context);
                    made.await.map(drop)
                }
            };
            refused(outcome, &[Kind::Interrupted]);
            assert!(!outwaited.load(Ordering::SeqCst), "{restores}");
            drop(waits);
        }
        target
            .assert_untouched(&setting, "a run that was stopped")
            .await;
    });
}
