//! tmp
#![allow(clippy::all, clippy::unwrap_used, clippy::print_stdout, clippy::panic)]
#[path = "../tests/all/support.rs"]
#[allow(dead_code, unused)]
mod support;
use support::*;
use std::io::{Read, Write};
use weir_engine::*;
use weir_engine_sqlite::SqliteEngine;
use std::sync::{Arc, Mutex};
use async_trait::async_trait;
use bytes::Bytes;
use weir_model::error::Result;
use weir_model::manifest::Manifest;
struct S(std::path::PathBuf);
struct W(std::fs::File);
#[async_trait] impl PartSink for S { async fn begin(&self, _s: PartSpec) -> Result<Box<dyn PartWriter>> { Ok(Box::new(W(std::fs::File::create(&self.0).unwrap()))) } }
#[async_trait] impl PartWriter for W { async fn write(&mut self, c: Bytes) -> Result<()> { self.0.write_all(&c).unwrap(); Ok(()) } async fn finish(self: Box<Self>) -> Result<()> { Ok(()) } }
struct R(std::fs::File);
struct Src(Manifest, std::path::PathBuf);
#[async_trait] impl PartSource for Src { fn manifest(&self) -> &Manifest { &self.0 } async fn open(&self, _n: &str) -> Result<Box<dyn PartReader>> { Ok(Box::new(R(std::fs::File::open(&self.1).unwrap()))) } }
#[async_trait] impl PartReader for R { async fn next(&mut self) -> Result<Option<Bytes>> { let mut b = vec![0; 1<<20]; let n = self.0.read(&mut b).unwrap(); b.truncate(n); Ok((n>0).then(|| Bytes::from(b))) } }
fn hwm(what: &str, t: std::time::Instant) { let s = std::fs::read_to_string("/proc/self/status").unwrap(); println!("{what}: {:?} {}", t.elapsed(), s.lines().find(|l| l.starts_with("VmHWM")).unwrap()); }
#[tokio::main] async fn main() {
    for mode in ["WAL", "DELETE"] {
    let f = Folder::new();
    let t = std::time::Instant::now();
    for p in [f.source(), f.target()] { let c = create(&p, &format!("PRAGMA journal_mode={mode}; PRAGMA synchronous=OFF; CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b BLOB); CREATE INDEX i ON t(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 400000) INSERT INTO t SELECT i, hex(randomblob(20)), randomblob(1000) FROM n;")); drop(c);}
    hwm("made", t);
    let t = std::time::Instant::now();
    let o = SqliteEngine.open(&endpoint(&f.source()), &f.context()).await.unwrap();
    let part = f.dir.path().join("part");
    let d = o.dump(&S(part.clone()), &f.context()).await.unwrap();
    hwm("dumped", t);
    let n = std::fs::metadata(&part).unwrap().len();
    let mut m = { let tiny = Folder::new(); create(&tiny.source(), "CREATE TABLE x(y)"); backup(&tiny).await.manifest };
    m.tables = d.tables; m.catalog = d.catalog; m.parts[0].content_bytes = n;
    println!("{n} bytes");
    for masked in [false, true] {
    let t = std::time::Instant::now();
    let mut req = request(1 + masked as u64);
    if masked { req.masker = Some(Arc::new(Keep(m.catalog.tables.iter().map(|t| (t.name.clone(), TablePlan::Rows(vec![None; t.columns.len()]))).collect()))); }
    let c = f.context();
    let l = SqliteEngine.load(&endpoint(&f.target()), req, Arc::new(Src(m.clone(), part.clone())), &c).await.unwrap();
    hwm("loaded", t);
    let r = l.sanitise(&[script("UPDATE t SET a = 'x' WHERE id % 2")], &c).await.unwrap();
    hwm("sanitised", t);
    let r = r.verify(&c).await.unwrap();
    hwm("verified", t);
    r.swap(&c).await.unwrap();
    hwm("swapped", t);
    }}
}
struct Keep(std::collections::BTreeMap<String, TablePlan>);
impl Masker for Keep { fn table(&self, n: &str) -> Option<&TablePlan> { self.0.get(n) } fn keeps_object(&self, _: &str, _: &str) -> bool { true }
 fn mark(&self) -> weir_model::sanitising::RulesetMark { unimplemented!() } }
