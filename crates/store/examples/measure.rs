//! Throwaway measurement.
use weir_engine::*;
use weir_store::*;
#[tokio::main]
async fn main() {
    let dir = std::path::PathBuf::from(std::env::args().nth(1).unwrap());
    let gib: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let store = Store::open(&Location { url: dir.join("s").display().to_string(), ..Default::default() }).unwrap();
    let budget = MemoryBudget::default();
    let name = BackupName::new("i", "2026-11-22T01:36:00Z".parse().unwrap(), "d");
    let w = BackupWriter::claim(&store, &store.under("_weir"), name, "r", &budget).await.unwrap();
    let mut chunk = vec![0u8; 1 << 20];
    let mut state = 1u64;
    let t = std::time::Instant::now();
    let mut part = w.begin(PartSpec { name: "data.zst".into(), codec: weir_model::manifest::Codec::Zstd, expected_bytes: 0 }).await.unwrap();
    for _ in 0..gib * 1024 {
        for (i, b) in chunk.iter_mut().enumerate() { if i % 3 == 0 { state ^= state << 13; state ^= state >> 7; state ^= state << 17; } *b = (state >> (8 * (i % 3))) as u8 & 0x3f; }
        part.write(bytes::Bytes::copy_from_slice(&chunk)).await.unwrap();
    }
    part.finish().await.unwrap();
    println!("write {:?}", t.elapsed());
    println!("{}", std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmHWM")).unwrap());
    let m: weir_model::manifest::Manifest = serde_json::from_value(serde_json::json!({"format":"","version":{"major":1,"minor":0},"environment":"e","app":"a","engine":"e","instance":"","database":"","backup":"","run":"","created":"2026-11-22T01:36:00Z","data_as_of":"2026-11-22T01:36:00Z","identity":{},"snapshot":{"mode":"x"},"sanitising":{"state":"raw"},"parts":[],"tables":[],"catalog":{"tables":[],"objects":[]},"schema":"s:0","proof":"dumped","tools":{"weir":"","engine":"","readable_by":""}})).unwrap();
    let c = w.commit(m, None).await.unwrap();
    println!("stored {} of {}", c.manifest.stored_bytes(), c.manifest.content_bytes());
    let t = std::time::Instant::now();
    let r = BackupReader::new(&store, c.manifest, &budget);
    verify_parts(&r, &Context::new(std::sync::Arc::new(SilentObserver))).await.unwrap();
    println!("read {:?}", t.elapsed());
    println!("{}", std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmHWM")).unwrap());
}
