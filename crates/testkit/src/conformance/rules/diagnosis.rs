//! Looking at a database: whether a run would get through, and what it holds.

use super::Target;
use crate::conformance::{Seed, Setting};
use std::sync::atomic::{AtomicBool, Ordering};
use weir_engine::{Endpoint, Finding, Purpose, RowDigester, Severity};

const PURPOSES: [Purpose; 2] = [Purpose::Source, Purpose::Target];

/// A room that no disk has.
const TOO_MUCH: u64 = u64::MAX / 4;

async fn diagnose(setting: &Setting, endpoint: &Endpoint, purpose: Purpose) -> Vec<Finding> {
    let found = setting
        .engine()
        .diagnose(endpoint, purpose, 0, &setting.context())
        .await;
    found.unwrap_or_else(|error| panic!("what is wrong must be a finding, not {error:?}"))
}

fn failures(findings: &[Finding]) -> Vec<&Finding> {
    findings
        .iter()
        .filter(|finding| finding.severity == Severity::Failure)
        .collect()
}

/// What works is said to work, and looking leaves everything as it was.
pub async fn a_healthy_database_gets_through_and_is_not_changed(setting: Setting) {
    let target = Target::new(&setting, "healthy");
    for purpose in PURPOSES {
        let findings = diagnose(&setting, &target.endpoint, purpose).await;
        assert!(!findings.is_empty(), "something must have been looked at");
        assert_eq!(failures(&findings), Vec::<&Finding>::new(), "{purpose:?}");
    }
    target.assert_untouched(&setting, "a look").await;
    let room = setting
        .engine()
        .diagnose(
            &target.endpoint,
            Purpose::Target,
            TOO_MUCH,
            &setting.context(),
        )
        .await
        .unwrap();
    assert!(
        !failures(&room).is_empty(),
        "a restore that no disk has room for must be told: {room:?}"
    );
}

/// Missing, unreachable, refused: told with what to do, and nothing is made.
pub async fn what_is_missing_or_refused_is_a_finding(setting: Setting) {
    let missing = setting.endpoint("missing");
    let as_source = diagnose(&setting, &missing, Purpose::Source).await;
    assert!(!failures(&as_source).is_empty(), "nothing can be backed up");
    let as_target = diagnose(&setting, &missing, Purpose::Target).await;
    assert_eq!(failures(&as_target), Vec::<&Finding>::new());
    let exists = setting.engine().exists(&missing, &setting.context()).await;
    assert!(!exists.unwrap(), "looking must make nothing");

    for case in setting.harness().unusable(&setting.databases()) {
        for purpose in PURPOSES {
            let looked = setting
                .engine()
                .diagnose(&case.endpoint, purpose, 0, &setting.context())
                .await;
            let Ok(findings) = looked else { continue };
            let failures = failures(&findings);
            assert!(!failures.is_empty(), "{} must be told", case.why);
            for failure in failures {
                let fix = failure.fix.as_deref().unwrap_or_default();
                assert!(!fix.is_empty(), "{}: {failure:?} needs a fix", case.why);
            }
        }
    }
}

/// The digests of a live database are those that a backup of it has.
pub async fn contents_are_what_a_backup_holds(setting: Setting) {
    let manifest = setting.backup_of("source", Seed::Everything).await;
    let source = setting.endpoint("source");
    let contents = setting.engine().contents(&source, &setting.context()).await;
    let contents = contents.unwrap();
    assert_eq!(contents.catalog, manifest.catalog);
    assert_eq!(contents.tables, manifest.tables);
    let names: Vec<&str> = contents.ownership.iter().map(|(name, _)| &**name).collect();
    assert!(names.is_sorted(), "{names:?} must be ordered");
}

/// While an application writes, two tables that it changes together are read together.
pub async fn contents_are_one_moment(setting: Setting) {
    let source = setting.seeded("source", Seed::Generation(1));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                // One that finds the database busy tries again.
                let _ = setting.harness().write(&source);
            }
        });
        let moments = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(several_moments(&setting, &source))
        });
        stop.store(true, Ordering::Relaxed);
        writer.join().unwrap();
        for (rows, digest) in moments {
            assert_eq!(
                digest,
                total_of(&setting, rows),
                "{rows} writes and the total of others"
            );
        }
    });
}

/// How many writes each of a few looks saw, and the digest of the total beside them.
async fn several_moments(setting: &Setting, source: &Endpoint) -> Vec<(u64, String)> {
    let mut moments = Vec::new();
    for _ in 0..20 {
        let contents = setting.engine().contents(source, &setting.context()).await;
        let contents = contents.unwrap();
        let table = |name: &str| {
            let found = contents.tables.iter().find(|table| table.table == name);
            found
                .unwrap_or_else(|| panic!("there is a table {name}"))
                .clone()
        };
        moments.push((table("writes").rows, table("totals").digest.to_string()));
    }
    moments
}

fn total_of(setting: &Setting, writes: u64) -> String {
    let mut digester = RowDigester::default();
    for number in [1, i64::try_from(writes).unwrap()] {
        let number = setting.harness().number(number);
        digester.field(number.as_field());
    }
    digester.end_row();
    digester.finish("totals").digest.to_string()
}
