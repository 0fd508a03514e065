//! Of backups, drills and sanitising.

use super::{ago, now};
use weir_serve::views::{
    Backup, BackupList, BackupRow, BackupTable, Coverage, DrillPoint, DrillRow, Drills, Hop, Part,
    Sanitising, Unreadable, Verification,
};

fn row(number: i64, text: &str) -> BackupRow {
    BackupRow {
        reference: format!("production:whitehall-db/2026112{number}T010000Z-7f"),
        environment: "production".to_owned(),
        app: "whitehall".to_owned(),
        database: if number == 3 {
            text.to_owned()
        } else {
            "whitehall".to_owned()
        },
        instance: "whitehall-db".to_owned(),
        folder: format!("2026112{number}T010000Z-7f"),
        created: ago(95 + 1_440 * (7 - number)),
        data_as_of: ago(101 + 1_440 * (7 - number)),
        bytes: 9_120_034_112 + 40_000_000 * number as u64,
        rows: 31_022_411,
        data: "raw".to_owned(),
        broken: (number == 4).then(|| format!("part editions.3 is missing: {text}")),
    }
}

pub(in super::super) fn backups(text: &str) -> BackupList {
    BackupList {
        backups: (1..8).rev().map(|number| row(number, text)).collect(),
        unreadable: vec![Unreadable {
            environment: "integration".to_owned(),
            why: "no credentials for its store here".to_owned(),
            as_of: None,
        }],
    }
}

pub(in super::super) fn backup(text: &str) -> Backup {
    let hop = |place: &str, name: Option<&str>| Hop {
        place: place.to_owned(),
        backup: name.map(str::to_owned),
        run: Some("20261127T021500Z-3".to_owned()),
    };
    Backup {
        row: BackupRow {
            environment: "staging".to_owned(),
            reference: "staging:whitehall-db/20261127T023000Z-11".to_owned(),
            data: "sanitised".to_owned(),
            ..row(7, text)
        },
        engine: "MySQL 8.0.36".to_owned(),
        run: "20261127T021500Z-3".to_owned(),
        signature: "signed by staging-2026, which staging trusts".to_owned(),
        recipients: vec!["age1qx0l4hzu9rjh3e2cq7m2c9v3v8a4t0e8w6x4m".to_owned()],
        proof: "dumped by Weir".to_owned(),
        readable_by: Some("mysql 8.0 or newer".to_owned()),
        sanitising: vec![
            "ruleset rules/whitehall.yaml, sha256:1f0c…".to_owned(),
            format!("41 columns masked, 210 kept ({text})"),
            "the gate found nothing".to_owned(),
        ],
        lineage: vec![hop(
            "production/whitehall",
            Some("production:whitehall-db/20261127T010000Z-7f"),
        )],
        used_by: vec![
            hop("integration/whitehall", None),
            hop("training/whitehall", None),
        ],
        verification: vec![
            Verification {
                at: ago(5),
                by: "verify".to_owned(),
                run: None,
                held: true,
            },
            Verification {
                at: ago(30),
                by: "restore to integration".to_owned(),
                run: Some("20261127T021500Z-3".to_owned()),
                held: true,
            },
        ],
        by_hand: vec![
            "aws s3 sync s3://staging-backups/whitehall-db/20261127T023000Z-11 here".to_owned(),
            "cd here && sha256sum --check SHA256SUMS".to_owned(),
            format!(
                "for part in *.zst.age; do age -d -i key.txt \"$part\" | zstd -d | mysql whitehall; done # {text}"
            ),
        ],
        parts: (0..4)
            .map(|number| Part {
                name: format!("editions.{number}.sql.zst.age"),
                bytes: 210_000_000,
                digest: "sha256:1f0c6d6c2f0e7b0d4c6a8a1a7a3f1f0c6d6c2f0e7b0d4c6a8a1a7a3f6d6c2f0e"
                    .to_owned(),
            })
            .collect(),
        tables: ["editions", "edition_translations", "versions", text]
            .map(|name| BackupTable {
                name: name.to_owned(),
                rows: 12_400_120,
            })
            .to_vec(),
        manifest: serde_json::json!({ "format": 1, "app": "whitehall", "note": text, "rows": 31_022_411 }),
    }
}

pub(in super::super) fn drills(text: &str) -> Drills {
    let point = |app: usize, week: i64, held: bool| DrillPoint {
        at: ago(week * 10_080 + 300),
        by: if app == 2 { "drill" } else { "restore" }.to_owned(),
        run: format!("2026W{}-{app}", 47 - week),
        backup: Some("production:whitehall-db/20261127T010000Z-7f".to_owned()),
        recovery_seconds: 2_400 + 900 * app as i64 + (week * 37 % 11) * 190 - week * 60,
        point_seconds: Some(30_000 + (week * 53 % 13) * 4_000),
        rows: 31_022_411,
        held,
    };
    let row = |number: usize, app: &str, tests: i64, met: Option<bool>| DrillRow {
        environment: "production".to_owned(),
        app: app.to_owned(),
        database: app.to_owned(),
        last: (tests > 0).then(|| point(number, 0, true)),
        recovery_time_objective: met.map(|_| 7_200),
        recovery_point_objective: met.map(|met| if met { 93_600 } else { 28_800 }),
        met,
        history: (1..tests)
            .rev()
            .map(|week| point(number, week, week != 4))
            .collect(),
    };
    Drills {
        at: now(),
        rows: vec![
            row(0, "whitehall", 16, Some(true)),
            row(1, "publishing", 12, Some(false)),
            row(2, "search", 1, None),
            row(3, text, 0, Some(true)),
        ],
        unreadable: backups(text).unreadable,
    }
}

pub(in super::super) fn sanitising(text: &str) -> Sanitising {
    let row = |environment: &str, app: &str, data: Option<&str>| Coverage {
        environment: environment.to_owned(),
        app: app.to_owned(),
        database: app.to_owned(),
        data: data.map(str::to_owned),
        unknown: data.is_none().then(|| text.to_owned()),
        ruleset: (data == Some("sanitised")).then(|| format!("rules/{app}.yaml")),
        digest: (data == Some("sanitised")).then(|| "sha256:1f0c6d6c2f0e7b0d4c6a".to_owned()),
        masked: (data == Some("sanitised")).then_some(41),
        kept: (data == Some("sanitised")).then_some(210),
        gate: (data == Some("sanitised")).then(|| "nothing found in 251 columns".to_owned()),
        key: (data == Some("sanitised")).then(|| "mask-2026".to_owned()),
        vouched_by: (data == Some("vouched")).then(|| format!("carol {text}")),
        vouched_until: (data == Some("vouched")).then(|| "2026-12-31".parse().unwrap()),
    };
    Sanitising {
        at: now(),
        unreadable: backups(text).unreadable,
        rows: vec![
            row("production", "whitehall", Some("own")),
            row("staging", "whitehall", Some("raw")),
            row("integration", "whitehall", Some("sanitised")),
            row("integration", "search", Some("vouched")),
            row("integration", "signon", None),
        ],
    }
}
