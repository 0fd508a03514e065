use std::time::{Duration, Instant};
use weir_engine::Secret;
use weir_model::error::Kind;
use weir_store::{Location, Store, list_backups};

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
async fn a_folder_is_made_and_is_private() {
    let root = tempfile::tempdir().unwrap();
    let relative = Location {
        url: "stores/a b".to_owned(),
        base: root.path().to_owned(),
        ..Location::default()
    };
    Store::open(&relative).unwrap();
    let folder = root.path().join("stores/a b");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
    let url = format!("file://{}", folder.display()).replace(' ', "%20");
    let store = Store::open(&location(&url)).unwrap();
    assert!(list_backups(&store, None, &[]).await.unwrap().is_empty());
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
        ("gs://bucket/x", Kind::Unsupported),
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
