//! Runs that are stopped half-way.

use crate::conformance::client::Database;
use crate::support::{
    Target, assert_no_backup, backup, filled, name_of, one, refused, restore, stopped_when,
    through_a_proxy, until, with_setting,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use weir_engine::{Cancel, Context, Engine as _, Observer};
use weir_engine_postgres::PostgresEngine;
use weir_model::error::Kind;
use weir_model::event::{Event, Unit};
use weir_testkit::conformance::Plan;
use weir_testkit::proxy::{Direction, Toxic};

/// Some two megabytes.
const LARGE: &str = "CREATE TABLE large(id integer PRIMARY KEY, filler text);
    INSERT INTO large SELECT id, repeat(md5(id::text), 8) FROM generate_series(1, 8000) id;
    CREATE TABLE small AS SELECT 1 AS x;";
const ROWS: &str = "SELECT count(*) FROM large";

/// Stops the run when half of the bytes have come.
struct AtHalf {
    cancel: Cancel,
    stopped: AtomicBool,
}

impl Observer for AtHalf {
    fn event(&self, event: &Event) {
        if let Event::Progress { unit, done, total } = event
            && *unit == Unit::Bytes
            && done * 2 >= *total
            && done < total
        {
            self.stopped.store(true, Ordering::SeqCst);
            self.cancel.cancel();
        }
    }
}

#[test]
fn a_restore_stopped_at_half_of_the_rows_leaves_nothing_and_the_next_one_succeeds() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", LARGE);
        let expected = setting.harness().fingerprint(&source);
        let manifest = backup(&setting, &source).await;
        let target = Target::of(&setting, filled(&setting, "target", "CREATE TABLE old()"));
        let observer = Arc::new(AtHalf {
            cancel: Cancel::default(),
            stopped: AtomicBool::new(false),
        });
        let cancel = observer.cancel.clone();
        let context = Context::new(observer.clone()).with_cancel(cancel);
        let plan = Plan::with_token(1);
        let stopped = setting.restore(&manifest, &target.endpoint, &plan, &context);
        refused(stopped.await, Kind::Interrupted);
        assert!(observer.stopped.load(Ordering::SeqCst));
        target
            .assert_untouched(&setting, "a restore stopped half-way")
            .await;

        restore(&setting, &manifest, &target.endpoint, &plan)
            .await
            .unwrap();
        assert!(setting.harness().fingerprint(&target.endpoint) == expected);
    });
}

#[test]
fn a_restore_whose_task_is_dropped_leaves_a_copy_that_the_next_one_removes() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", LARGE);
        let manifest = backup(&setting, &source).await;
        let target = Target::of(&setting, filled(&setting, "target", "CREATE TABLE old()"));
        let half = Arc::new(AtHalf {
            cancel: Cancel::default(),
            stopped: AtomicBool::new(false),
        });
        let (context, plan) = (Context::new(half.clone()), Plan::with_token(1));
        let dropped = setting.restore(&manifest, &target.endpoint, &plan, &context);
        tokio::select! {
            biased;
            () = half.cancel.cancelled() => {}
            done = dropped => panic!("it must have been dropped: {done:?}"),
        }
        assert_eq!(setting.harness().remains(&target.endpoint).len(), 1);
        let quiet = setting.context();
        PostgresEngine.heal(&target.endpoint, &quiet).await.unwrap();
        target
            .assert_untouched(&setting, "a restore that was dropped")
            .await;
        restore(&setting, &manifest, &target.endpoint, &plan)
            .await
            .unwrap();
        assert_eq!(one(&target.endpoint, ROWS), "8000");
    });
}

#[test]
fn a_dump_stopped_half_way_leaves_nothing_that_a_reader_can_see() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", LARGE);
        let (proxy, slow) = through_a_proxy(&source);
        let proxy = Arc::new(proxy);
        let bytes_per_second = 1 << 20;
        proxy.set(Direction::Down, Toxic::Bandwidth { bytes_per_second });
        let context = setting.context();
        let seen = Arc::clone(&proxy);
        let half = move || seen.bytes(Direction::Down) > 3 << 19;
        let stopped = stopped_when(&context, half, setting.backup(&slow, &context)).await;
        refused(stopped, Kind::Interrupted);
        assert_no_backup(&setting, "source").await;
        let sessions = format!(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}'",
            name_of(&source)
        );
        let maintenance = Database::of(&source).maintenance();
        until("nobody reads the source any more", || {
            maintenance.rows(&sessions)[0][0] == "0"
        });
        backup(&setting, &source).await;
        setting.choose("source").await.unwrap();
    });
}
