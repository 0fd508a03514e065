use super::support::{Bench, MIB, identity, manifest};
use object_store::memory::InMemory;
use std::sync::Arc;
use weir_engine::{PartSink, PartSpec};
use weir_model::manifest::Codec;
use weir_store::MemoryBudget;
use weir_testkit::store_faults::FaultyStore;

#[tokio::test(flavor = "multi_thread")]
async fn pieces_under_way_stay_within_the_budget() {
    for encrypted in [false, true] {
        for (budget, at_most) in [(24 * MIB, 8 * MIB), (48 * MIB, 32 * MIB)] {
            stays_within(encrypted, budget, at_most).await;
        }
    }
}

async fn stays_within(encrypted: bool, budget: usize, at_most: usize) {
    let store = FaultyStore::new(Arc::new(InMemory::new()));
    let gauge = store.gauge();
    let bench = Bench {
        budget: MemoryBudget::new(budget as u64),
        ..Bench::on(Arc::new(store))
    };
    let bench = if encrypted {
        bench.encrypted_to(&identity())
    } else {
        bench
    };
    let writer = bench.writer("demo", "2026-11-22T01:36:00Z").await;
    let parts = (0..2).map(|number| {
        let spec = PartSpec {
            name: format!("{number}"),
            codec: Codec::None,
            expected_bytes: 0,
        };
        let writer = &writer;
        async move {
            let mut part = writer.begin(spec).await.unwrap();
            for _ in 0..30 {
                part.write(vec![0; MIB].into()).await.unwrap();
            }
            part.finish().await.unwrap();
        }
    });
    futures::future::join_all(parts).await;
    writer.commit(manifest("production"), None).await.unwrap();
    let highest = gauge.highest();
    assert!(
        highest >= 8 * MIB && highest <= at_most,
        "{highest} of {budget}"
    );
}
