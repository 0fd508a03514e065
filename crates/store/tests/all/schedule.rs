use super::support::at;
use jiff::Timestamp;
use object_store::ObjectStore;
use object_store::memory::InMemory;
use std::sync::Arc;
use weir_model::error::{Error, Kind};
use weir_model::run::Failure;
use weir_store::{
    Claimed, DueTime, JobName, Location, ScheduleClaim, Store, claim_due_time, first_seen,
    newest_claims, old_claims, remove_claim, this_process,
};
use weir_testkit::store_faults::{Call, Effect, Fault, FaultyStore};

const DUE: &str = "2026-11-22T01:00:00Z";

fn job() -> JobName {
    JobName {
        environment: "staging".to_owned(),
        app: "shop".to_owned(),
        job: "main".to_owned(),
    }
}

fn end() -> Timestamp {
    at("2100-01-01T00:00:00Z")
}

fn due(time: &str, attempt: u32) -> DueTime {
    DueTime {
        due: at(time),
        attempt,
    }
}

fn claim(run: &str) -> ScheduleClaim {
    ScheduleClaim::to_run(run, this_process(), at(DUE)).unwrap()
}

/// Eight schedulers that claim the same due times at once.
async fn race(state: &Store) {
    for attempt in 1..=8 {
        let claims = (0..8).map(|scheduler| {
            let state = state.clone();
            tokio::spawn(async move {
                let claim = claim(&format!("run-{scheduler}"));
                let claimed = claim_due_time(&state, &job(), due(DUE, attempt), &claim).await;
                (claimed.unwrap(), claim)
            })
        });
        let results = futures::future::join_all(claims).await;
        let results: Vec<_> = results.into_iter().map(Result::unwrap).collect();
        let mut winners = results.iter().filter(|(it, _)| *it == Claimed::Ours);
        let (_, winner) = winners.next().unwrap();
        assert!(winners.next().is_none(), "one due time has one claimer");
        let lost = Claimed::Theirs(Box::new(winner.clone()));
        let losers = results.iter().filter(|(it, _)| *it != Claimed::Ours);
        assert_eq!(losers.filter(|(it, _)| *it == lost).count(), 7);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_schedulers_one_has_a_due_time_and_the_others_see_whose_it_is() {
    race(&Store::memory()).await;
    let root = tempfile::tempdir().unwrap();
    let folder = Location {
        url: "state".to_owned(),
        base: root.path().to_owned(),
        ..Location::default()
    };
    race(&Store::open(&folder).unwrap()).await;
}

#[tokio::test]
async fn a_claim_whose_answer_is_lost_is_ours_all_the_same() {
    let objects: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let lost = Fault::on(Call::Create, Effect::LosesAnswer);
    let faulty = FaultyStore::new(Arc::clone(&objects)).with(lost);
    let state = Store::from_object_store(Arc::new(faulty), "memory:");
    let claimed = claim_due_time(&state, &job(), due(DUE, 1), &claim("run-1")).await;
    assert_eq!(claimed.unwrap(), Claimed::Ours);
    let other = claim_due_time(&state, &job(), due(DUE, 1), &claim("run-1")).await;
    assert!(
        matches!(other.unwrap(), Claimed::Theirs(_)),
        "the same run twice is two claims"
    );
}

#[tokio::test]
async fn what_was_decided_of_a_due_time_stays_and_the_newest_come_first() {
    let objects: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let state = Store::from_object_store(Arc::clone(&objects), "memory:");
    let missed = Error::new(Kind::Deadline, "start staging/shop", "9 h too late");
    let why = Failure::from(&missed);
    for (time, attempt) in [
        ("2026-11-20T01:00:00Z", 1),
        (DUE, 1),
        (DUE, 2),
        ("2026-11-21T01:00:00Z", 1),
    ] {
        let decided = match attempt {
            2 => ScheduleClaim::to_leave_out(why.clone(), this_process(), at(DUE)).unwrap(),
            _ => claim("run-1"),
        };
        let claimed = claim_due_time(&state, &job(), due(time, attempt), &decided).await;
        assert_eq!(claimed.unwrap(), Claimed::Ours);
        let again = claim_due_time(&state, &job(), due(time, attempt), &claim("x")).await;
        assert_eq!(again.unwrap(), Claimed::Theirs(Box::new(decided)));
    }
    let since = at("2026-11-21T01:00:00Z");
    let newest = newest_claims(&state, &job(), since..=end(), 9)
        .await
        .unwrap();
    let dues: Vec<_> = newest.iter().map(|claimed| claimed.due).collect();
    assert_eq!(
        dues,
        [due(DUE, 2), due(DUE, 1), due("2026-11-21T01:00:00Z", 1)]
    );
    let left_out = newest[0].claim.as_ref().unwrap();
    assert_eq!((&left_out.left_out, &left_out.run), (&Some(why), &None));
    let one = newest_claims(&state, &job(), since..=end(), 1)
        .await
        .unwrap();
    assert_eq!(one.len(), 1);
    let other = JobName {
        job: "main2".to_owned(),
        ..job()
    };
    assert!(
        newest_claims(&state, &other, since..=end(), 9)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_claim_that_cannot_be_read_is_taken_all_the_same() {
    let objects: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let state = Store::from_object_store(Arc::clone(&objects), "memory:");
    let path = "schedule/staging/shop/main/20261122T010000Z-0001.json";
    let path = object_store::path::Path::parse(path).unwrap();
    object_store::ObjectStoreExt::put(&objects, &path, "{".into())
        .await
        .unwrap();
    let claimed = claim_due_time(&state, &job(), due(DUE, 1), &claim("run-1")).await;
    assert_eq!(claimed.unwrap_err().kind(), Kind::Corrupt);
    let newest = newest_claims(&state, &job(), at(DUE)..=end(), 9)
        .await
        .unwrap();
    assert_eq!((newest.len(), &newest[0].claim), (1, &None));
}

#[tokio::test]
async fn a_job_is_known_with_a_timetable_since_somebody_first_asked() {
    let state = Store::memory();
    let (first, later) = (at("2026-11-22T01:00:00Z"), at("2026-11-23T01:00:00Z"));
    for (timetable, now, known) in [
        ("0 1 * * * (UTC)", first, first),
        ("0 1 * * * (UTC)", later, first),
        ("0 2 * * * (UTC)", later, later),
    ] {
        let seen = first_seen(&state, &job(), timetable, now).await.unwrap();
        assert_eq!(seen, known, "{timetable}");
    }
    let claims = newest_claims(&state, &job(), first..=end(), 9).await;
    assert!(claims.unwrap().is_empty(), "it is no claim");
}

#[tokio::test]
async fn the_newest_claim_of_a_job_never_grows_old() {
    let state = Store::memory();
    first_seen(&state, &job(), "0 1 * * *", at(DUE))
        .await
        .unwrap();
    for time in ["2026-11-22T01:00:00Z", "2026-11-23T01:00:00Z"] {
        let claimed = claim_due_time(&state, &job(), due(time, 1), &claim("run")).await;
        assert_eq!(claimed.unwrap(), Claimed::Ours);
    }
    let old = old_claims(&state, "staging", end()).await.unwrap();
    assert_eq!(old.len(), 1);
    remove_claim(&state, &old[0]).await.unwrap();
    let newest = newest_claims(&state, &job(), at(DUE)..=end(), 9).await;
    let newest = newest.unwrap();
    assert_eq!(newest.len(), 1);
    assert_eq!(newest[0].due.due, at("2026-11-23T01:00:00Z"));
}
