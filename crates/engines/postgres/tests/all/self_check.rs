use super::conformance::harness::PostgresHarness;
use std::time::Instant;
use weir_testkit::conformance::{Harness, Seed};

#[test]
fn the_harness() {
    let h = PostgresHarness;
    let folder = tempfile::tempdir().unwrap();
    let t = Instant::now();
    let timed = |what: &str| println!("{:?} {what}", t.elapsed());
    let one = h.endpoint(folder.path(), "one");
    timed("server");
    for n in 0..5 {
        h.seed(&one, Seed::Generation(n));
        timed("seed");
    }
    let before = h.fingerprint(&one);
    timed("fingerprint");
    assert_eq!(before, h.fingerprint(&one));
    for _ in 0..20 {
        h.write(&one).unwrap();
    }
    timed("20 writes");
    for _ in 0..20 {
        assert_eq!(h.read_generation(&one), Ok(4));
    }
    timed("20 reads");
    assert_ne!(before, h.fingerprint(&one));
    let two = h.endpoint(folder.path(), "two");
    h.seed(&two, Seed::Everything);
    timed("everything");
    let all = h.fingerprint(&two);
    timed("fingerprint of everything");
    std::fs::write("/tmp/harness-proof/all.txt", &all).unwrap();
    let dump = h.foreign_dump(&two, folder.path());
    timed("foreign dump");
    let three = h.endpoint(folder.path(), "three");
    h.seed(&three, Seed::Empty);
    let server = weir_testkit::postgres::PostgresServer::shared();
    let name = three.url.split(['/', '?']).nth(3).unwrap().to_owned();
    server
        .run(
            "pg_restore",
            &name,
            &["-j4", &dump[0].display().to_string()],
        )
        .unwrap();
    timed("restore");
    if h.fingerprint(&three) != all {
        std::fs::write("/tmp/harness-proof/three.txt", h.fingerprint(&three)).unwrap();
        panic!("differs");
    }
    let changes = h.schema_changes();
    let count = changes.len();
    h.seed(&one, Seed::Generation(1));
    let plain = h.fingerprint(&one);
    for change in changes {
        h.seed(&one, Seed::Generation(1));
        assert_eq!(plain, h.fingerprint(&one));
        (change.apply)(&one);
        assert_ne!(plain, h.fingerprint(&one), "{}", change.name);
    }
    timed(&format!("{count} changes"));
    h.seed(&one, Seed::Generation(1));
    for script in h.failing_scripts() {
        let said = server.psql(
            one.url.split(['/', '?']).nth(3).unwrap(),
            &format!("BEGIN;\n{script}\nCOMMIT;"),
        );
        println!("{script} -> {said:?}");
    }
    for case in h.unusable(folder.path()) {
        println!("{}: {}", case.why, case.endpoint.url);
        let said = std::process::Command::new("psql")
            .arg("-X")
            .arg("-w")
            .arg(&case.endpoint.url)
            .args(["-c", "select 1"])
            .output()
            .unwrap();
        println!("   {}", String::from_utf8_lossy(&said.stderr));
    }
    println!(
        "{:?}",
        server.psql("postgres", "select datname from pg_database")
    );
    assert!(h.remains(&one).is_empty());
    drop(folder);
    let folder = tempfile::tempdir().unwrap();
    let one = h.endpoint(folder.path(), "one");
    h.seed(&one, Seed::Empty);
    println!(
        "{:?}",
        server.psql("postgres", "select datname from pg_database")
    );
    for extra in [
        "_weir_new_",
        "_weir_out_",
        "_weir_old_",
        "_weir_new__weir_drill_",
    ] {
        let name = one.url.split(['/', '?']).nth(3).unwrap();
        server.create_database(&format!("{extra}{name}"));
    }
    println!("{:?}", h.remains(&one));
    timed("end");
}

#[test]
fn timing() {
    let h = PostgresHarness;
    let folder = tempfile::tempdir().unwrap();
    let one = h.endpoint(folder.path(), "one");
    h.seed(&one, Seed::Generation(1));
    let t = Instant::now();
    for n in 0..20 {
        h.seed(
            &h.endpoint(folder.path(), &format!("n{n}")),
            Seed::Generation(n),
        );
    }
    println!("20 seeds {:?}", t.elapsed());
    let t = Instant::now();
    for n in 0..20 {
        h.seed(&h.endpoint(folder.path(), &format!("e{n}")), Seed::Empty);
    }
    println!("20 empty {:?}", t.elapsed());
    let t = Instant::now();
    for _ in 0..20 {
        h.write(&one).unwrap();
    }
    println!("20 writes {:?}", t.elapsed());
    let rt = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let probe = std::sync::Arc::new(weir_testkit::observe::Probe::default());
    let t = Instant::now();
    for _ in 0..20 {
        rt.block_on(h.engine().catalog(&one, &probe.context()))
            .unwrap();
    }
    println!("20 catalogs {:?}", t.elapsed());
}
