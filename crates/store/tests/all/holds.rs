use super::support::{Bench, at};
use weir_model::error::Kind;
use weir_model::hold::{Hold, Released};
use weir_store::{
    is_hold_id, list_holds, new_hold_id, open_holds, place_hold, read_run, release_hold,
};

fn hold(id: &str) -> Hold {
    Hold {
        id: id.to_owned(),
        environment: "staging".to_owned(),
        app: Some("shop".to_owned()),
        job: None,
        operation: Some("restore".to_owned()),
        owner: "alice".to_owned(),
        reason: "penetration test".to_owned(),
        from: at("2026-11-22T12:00:00Z"),
        until: at("2026-11-25T12:00:00Z"),
    }
}

fn by(name: &str) -> Released {
    Released {
        by: name.to_owned(),
        at: at("2026-11-23T12:00:00Z"),
    }
}

#[tokio::test]
async fn a_hold_stays_open_until_it_is_released_and_the_first_release_is_believed() {
    let bench = Bench::new();
    let (one, other) = (new_hold_id().unwrap(), new_hold_id().unwrap());
    assert!(is_hold_id(&one) && one != other);
    place_hold(&bench.state, &hold(&one)).await.unwrap();
    place_hold(&bench.state, &hold(&other)).await.unwrap();
    let taken = Hold {
        owner: "bob".to_owned(),
        ..hold(&one)
    };
    let error = place_hold(&bench.state, &taken).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Store, "an id is given once");
    assert_eq!(open_holds(&bench.state).await.unwrap().len(), 2);

    let released = release_hold(&bench.state, &one, &by("alice")).await;
    assert_eq!(released.unwrap(), by("alice"));
    let again = release_hold(&bench.state, &one, &by("bob")).await;
    assert_eq!(again.unwrap(), by("alice"));
    let open = open_holds(&bench.state).await.unwrap();
    assert_eq!((open.len(), &open[0].hold), (1, &Ok(hold(&other))));
    let all = list_holds(&bench.state).await.unwrap();
    let found = all.iter().find(|kept| kept.id == one).unwrap();
    assert_eq!(
        (&found.hold, &found.released),
        (&Ok(hold(&one)), &Some(Ok(by("alice"))))
    );
    for id in ["hold-00000000", "../runs", "hold-../../..", ""] {
        let error = release_hold(&bench.state, id, &by("bob"))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Usage, "{id}");
    }
}

#[tokio::test]
async fn a_hold_that_cannot_be_read_is_told_and_can_be_released() {
    let bench = Bench::new();
    bench
        .put("_weir/holds/hold-0000000a.json", "{ CANARY")
        .await;
    // One of another name proves nothing about the name it has.
    let moved = serde_json::to_vec(&hold("hold-0000000c")).unwrap();
    bench.put("_weir/holds/hold-0000000b.json", moved).await;
    bench.put("_weir/holds/README", "no hold").await;
    let open = open_holds(&bench.state).await.unwrap();
    let reasons: Vec<&String> = open
        .iter()
        .map(|kept| kept.hold.as_ref().unwrap_err())
        .collect();
    assert_eq!(reasons.len(), 2);
    assert!(reasons[0].contains("hold-0000000a") && !reasons[0].contains("CANARY"));
    for kept in open {
        release_hold(&bench.state, &kept.id, &by("alice"))
            .await
            .unwrap();
    }
    assert!(open_holds(&bench.state).await.unwrap().is_empty());
    assert!(read_run(&bench.state, "hold-0000000a").await.is_err());
}

#[tokio::test]
async fn a_hold_whose_release_cannot_be_read_is_released_all_the_same() {
    let bench = Bench::new();
    let placed = hold("hold-0000000a");
    place_hold(&bench.state, &placed).await.unwrap();
    bench
        .put("_weir/holds/hold-0000000a.released.json", "{")
        .await;
    let listed = list_holds(&bench.state).await.unwrap();
    assert!(matches!(listed[0].released, Some(Err(_))), "{listed:?}");
    assert!(open_holds(&bench.state).await.unwrap().is_empty());
}
