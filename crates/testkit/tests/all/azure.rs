//! The store's own suite on Azurite. `scripts/test-clouds` runs it: it needs Node.js.

use weir_engine::Secret;
use weir_model::error::Kind;
use weir_store::{Location, Store, conformance, list_backups};
use weir_testkit::azurite::Azurite;

fn store(server: &Azurite, prefix: &str, key: &str) -> Store {
    Store::open(&Location {
        url: format!("az://{}/{prefix}", server.container),
        endpoint: Some(server.endpoint.clone()),
        account: Some(server.account.clone()),
        account_key: Some(Secret::new(key)),
        ..Location::default()
    })
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Azurite: run scripts/test-clouds"]
async fn azure_is_a_store() {
    let server = Azurite::start();
    let store = |prefix| store(&server, prefix, &server.key);
    conformance::create_only_has_one_winner(&store("winner")).await;
    conformance::ranges_are_exact(&store("ranges")).await;
    conformance::listing_is_complete(&store("listing")).await;
    conformance::every_name_is_kept(&store("names")).await;
    conformance::an_aborted_upload_is_invisible(&store("aborted")).await;
    conformance::an_upload_is_whole(&store("upload")).await;
    conformance::changes_are_not_lost(&store("changes")).await;
    conformance::removing_twice_is_fine(&store("removing")).await;
}

#[tokio::test]
#[ignore = "needs Azurite: run scripts/test-clouds"]
async fn azure_refuses_a_wrong_key_and_a_container_that_is_not_there_with_useful_errors() {
    let mut server = Azurite::start();
    let wrong = "Q0FOQVJZLWtleS1vZi1ub2JvZHk=";
    let error = list_backups(&store(&server, "p", wrong), None, &[])
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Store, "{error:?}");
    assert!(error.cause().contains("Auth"), "{error:?}");
    assert!(!error.is_transient() && !format!("{error:?}").contains(wrong));
    "nowhere".clone_into(&mut server.container);
    let error = list_backups(&store(&server, "p", &server.key), None, &[])
        .await
        .unwrap_err();
    assert!(error.cause().contains("does not exist"), "{error:?}");
}
