//! What a script removes, while somebody's snapshot may still read it.

use crate::conformance::folders::own_name;
use crate::support::{Target, backup, filled, name_of, one, with_setting};
use std::path::PathBuf;
use tokio_postgres::{Client, Config, NoTls};
use weir_engine::Endpoint;
use weir_testkit::conformance::{Plan, Setting, files_with};

const SECRETS: &str = "CREATE TABLE secrets AS SELECT id, 'erase-me-' || id AS secret FROM generate_series(1, 500) id";
/// Where the table's rows lie; another place as soon as it was written anew.
const PLACE: &str = "SELECT pg_catalog.pg_relation_filenode('secrets')::text";

/// Somebody who enters the new copy.
async fn enter_new_copy(target: &Endpoint) -> Client {
    let mut config: Config = target.url.parse().unwrap();
    config.dbname(own_name("_weir_new_", &name_of(target)));
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn place(client: &Client) -> String {
    client.query_one(PLACE, &[]).await.unwrap().get(0)
}

/// Waits until the table was written anew `times` times.
async fn written_anew(client: &Client, times: u32) {
    let mut last = place(client).await;
    let mut seen = 0;
    while seen < times {
        let now = place(client).await;
        seen += u32::from(now != last);
        last = now;
        tokio::task::yield_now().await;
    }
}

fn files_with_text(setting: &Setting, target: &Target, text: &str) -> Vec<PathBuf> {
    let folders = setting
        .harness()
        .storage(&target.endpoint, setting.folder());
    let files = folders.iter().flat_map(|folder| files_with(folder, text));
    files.collect()
}

#[test]
fn they_are_written_away_once_nobody_can_read_them_any_more() {
    with_setting(|setting| async move {
        let source = filled(&setting, "source", SECRETS);
        let manifest = backup(&setting, &source).await;
        let target = Target::of(&setting, filled(&setting, "target", "CREATE TABLE old()"));
        let plan = Plan::with_token(1).script("DELETE FROM secrets WHERE id <> 500;".to_owned());
        let context = setting.context();
        let parts = setting.parts(&manifest).await.unwrap();
        let loaded = setting.load(parts, &target.endpoint, &plan, &context);
        let loaded = loaded.await.unwrap();

        let reads = enter_new_copy(&target.endpoint).await;
        let watches = enter_new_copy(&target.endpoint).await;
        let sql = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1";
        reads.batch_execute(sql).await.unwrap();
        let (sanitised, ()) = tokio::join!(loaded.sanitise(&plan.scripts, &context), async {
            written_anew(&watches, 2).await;
            reads.batch_execute("COMMIT").await.unwrap();
        });
        drop((reads, watches));
        let ready = sanitised.unwrap().verify(&context).await.unwrap();
        ready.swap(&context).await.unwrap();

        assert_eq!(
            one(&target.endpoint, "SELECT secret FROM secrets"),
            "erase-me-500"
        );
        let holding = files_with_text(&setting, &target, "erase-me-7");
        assert_eq!(holding, Vec::<PathBuf>::new());
        let kept = files_with_text(&setting, &target, "erase-me-500");
        assert!(!kept.is_empty(), "what was not removed must be found");
    });
}
