//! The S3 server under the store's own suite.

use std::path::PathBuf;
use weir_engine::Secret;
use weir_model::error::Kind;
use weir_store::{Choice, Location, Store, Wanted, choose, conformance};
use weir_testkit::s3::S3Server;

fn store(server: &S3Server, prefix: &str, secret: &str) -> Store {
    Store::open(&Location {
        url: format!("s3://{}/{prefix}", server.bucket),
        base: PathBuf::from("/"),
        endpoint: Some(server.endpoint.clone()),
        region: None,
        access_key_id: Some(Secret::new(&server.access_key)),
        secret_access_key: Some(Secret::new(secret)),
        timeout: None,
    })
    .unwrap()
}

macro_rules! kept {
    ($($rule:ident,)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                let server = S3Server::start();
                conformance::$rule(&store(&server, "store", &server.secret)).await;
            }
        )+
    };
}

kept! {
    create_only_has_one_winner,
    ranges_are_exact,
    listing_is_complete,
    every_name_is_kept,
    an_aborted_upload_is_invisible,
    an_upload_is_whole,
    changes_are_not_lost,
    removing_twice_is_fine,
}

#[tokio::test]
async fn a_wrong_secret_is_refused_with_a_useful_error() {
    let server = S3Server::start();
    let wrong = store(&server, "store", "not the secret");
    let wanted = Wanted {
        environment: "production",
        instance: "server",
        database: "it",
        trusted: &[],
    };
    let error = choose(&wrong, &wanted, &Choice::Newest).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Store, "{error:?}");
    assert!(error.hint_text().is_some(), "{error:?}");
    assert!(
        !format!("{error:?}").contains("not the secret"),
        "{error:?}"
    );
}
