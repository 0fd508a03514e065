//! How long each table of a run took, and runs of which nobody knows it.

use super::hostile::find;
use crate::web::served::Served;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_tells_what_each_table_took_and_an_older_record_its_rows() {
    let served = Served::worked().await;
    let (_, runs) = served.told("/runs?environment=production").await;
    let run = runs["runs"][0]["run"].as_str().unwrap();
    let path = format!("/runs/{run}");
    let (_, told) = served.told(&path).await;
    let table = &told["steps"][0]["tables"][0];
    assert!(table["milliseconds"].is_u64(), "{told}");
    let page = served.get(&path).await.text().await.unwrap();
    assert!(page.contains("What each table took"), "{page}");
    assert!(
        page.contains("Rows/s") && page.contains(" ms</td>"),
        "{page}"
    );

    let store = served.folder.path().join("stores/production");
    let records = find(&store, "step-1.json");
    let record = records
        .iter()
        .find(|path| path.to_string_lossy().contains(run));
    let record = record.unwrap();
    let mut step: Value = serde_json::from_slice(&std::fs::read(record).unwrap()).unwrap();
    for table in step["tables"].as_array_mut().unwrap() {
        table
            .as_object_mut()
            .unwrap()
            .remove("milliseconds")
            .unwrap();
    }
    std::fs::write(record, serde_json::to_vec(&step).unwrap()).unwrap();
    let (status, told) = served.told(&path).await;
    assert_eq!(status, 200, "{told}");
    let table = &told["steps"][0]["tables"][0];
    assert!(
        table["rows"].is_u64() && table["milliseconds"].is_null(),
        "{told}"
    );
    let page = served.get(&path).await.text().await.unwrap();
    assert!(page.contains("The largest tables"), "{page}");
    assert!(!page.contains("Rows/s"), "{page}");
}
