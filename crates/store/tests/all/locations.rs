use super::support::{Bench, MIB, at, noise};
use std::time::{Duration, Instant};
use weir_engine::{Context, Secret, SilentObserver};
use weir_model::error::Kind;
use weir_store::{
    BackupName, Location, RunQuery, Store, discard_incomplete, list_backups, list_runs, pull,
    read_claim,
};

const CANARY: &str = "CANARY-9f2c";

fn location(url: &str) -> Location {
    Location {
        url: url.to_owned(),
        access_key_id: Some(Secret::new(CANARY)),
        secret_access_key: Some(Secret::new(CANARY)),
        ..Location::default()
    }
}

#[tokio::test]
async fn a_folder_is_made_by_the_first_write_and_is_private() {
    let root = tempfile::tempdir().unwrap();
    let relative = Location {
        url: "stores/a b".to_owned(),
        base: root.path().to_owned(),
        ..Location::default()
    };
    let store = Store::open(&relative).unwrap();
    let folder = root.path().join("stores/a b");
    let state = store.under("_weir");
    assert!(list_backups(&store, None, &[]).await.unwrap().is_empty());
    let all = RunQuery {
        limit: 9,
        ..RunQuery::default()
    };
    assert!(list_runs(&state, &all).await.unwrap().is_empty());
    let name = BackupName::new("main", at("2026-11-22T01:36:00Z"), "demo");
    assert!(read_claim(&state, &name).await.unwrap().is_none());
    assert!(
        !root.path().join("stores").exists(),
        "looking leaves nothing"
    );
    let bench = Bench {
        state,
        store,
        ..Bench::new()
    };
    bench.backup("demo", "2026-11-22T01:36:00Z").await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
    let url = format!("file://{}", folder.display()).replace(' ', "%20");
    let store = Store::open(&location(&url)).unwrap();
    assert_eq!(list_backups(&store, None, &[]).await.unwrap().len(), 1);
    assert_eq!(store.url(), folder.display().to_string());
}

#[tokio::test]
async fn a_store_that_cannot_be_is_explained() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let cases = [
        ("", Kind::Config),
        ("file://host/x", Kind::Config),
        ("ftp://host/x", Kind::Config),
        ("s3://", Kind::Config),
        ("gs://", Kind::Config),
        // Without an account, or with one whose key is no base64.
        ("az://container/x", Kind::Config),
        (file.to_str().unwrap(), Kind::Store),
    ];
    for (url, kind) in cases {
        let error = Store::open(&location(url)).unwrap_err();
        assert_eq!(error.kind(), kind, "{url}: {error}");
        assert!(error.hint_text().is_some(), "{url}");
    }
    let error = Store::open(&location(&format!("s3://user:{CANARY}@bucket/x"))).unwrap_err();
    assert!(error.kind() == Kind::Config && !format!("{error:?}").contains(CANARY));
    let error = Store::open(&location(&format!("http://user:{CANARY}@bucket/x"))).unwrap_err();
    assert!(!format!("{error:?}").contains(CANARY));
    assert!(!format!("{:?}", location("s3://bucket")).contains(CANARY));
}

#[tokio::test]
async fn a_store_that_does_not_answer_fails_in_time_and_without_its_secret() {
    // A port that was free a moment ago, where nobody listens.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let location = Location {
        endpoint: Some(format!("http://127.0.0.1:{port}")),
        ..location("s3://bucket/prefix")
    };
    let store = Store::open(&location).unwrap();
    let began = Instant::now();
    let error = list_backups(&store, None, &[]).await.unwrap_err();
    assert!(
        began.elapsed() < Duration::from_secs(40),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(error.kind(), Kind::Store);
    assert!(
        error.is_transient() && error.to_string().contains("s3://bucket/prefix"),
        "{error}"
    );
    assert!(error.cause().contains("refused"), "{error}");
    assert!(!format!("{error:?} {store:?}").contains(CANARY));
}

#[cfg(unix)]
fn mode(path: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn in_a_folder_open_to_everyone_nobody_else_reads_a_backup() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    for (given, expected) in [(0o755, 0o700), (0o775, 0o770)] {
        let folder = root.path().join(format!("{given:o}"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(given)).unwrap();
        let store = Store::open(&location(folder.to_str().unwrap())).unwrap();
        let bench = Bench {
            state: store.under("_weir"),
            store,
            ..Bench::new()
        };
        let parts = [("large", noise(20 * MIB)), ("small", noise(9))];
        let time = "2026-11-22T01:36:00Z";
        let manifest = bench.backup_of("demo", time, &parts, None).await.manifest;
        for path in ["main", &manifest.backup, "_weir", "_weir/claims"] {
            let found = mode(&folder.join(path));
            // What the group may write is for the umask to say.
            assert_eq!(found | 0o020, expected | 0o020, "{path}: {found:o}");
        }
        let taken = root.path().join(format!("taken-{given:o}"));
        let context = Context::new(std::sync::Arc::new(SilentObserver));
        pull(&bench.reader(&manifest), &taken, &context)
            .await
            .unwrap();
        assert_eq!(mode(&taken), 0o700);
        assert_eq!(mode(&taken.join("large")), 0o600);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_a_link_leads_to_is_not_removed_with_leftovers() {
    let root = tempfile::tempdir().unwrap();
    let store = Store::open(&location(root.path().join("store").to_str().unwrap())).unwrap();
    let name = BackupName::new("main", "2026-11-22T01:36:00Z".parse().unwrap(), "demo");
    let folder = root.path().join("store").join(name.key());
    let outside = root.path().join("outside");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("mine#1"), "x").unwrap();
    std::fs::write(folder.join("data.zst#1"), "x").unwrap();
    std::os::unix::fs::symlink(&outside, folder.join("link")).unwrap();
    discard_incomplete(&store, &name).await.unwrap();
    assert!(outside.join("mine#1").exists());
    assert!(!folder.join("data.zst#1").exists());
}
