//! What is masked, as the live copies say it themselves.

use super::{Inner, away, is_away};
use crate::views::{Coverage, Sanitising};
use weir_model::sanitising::{GateMark, Mark};
use weir_pipeline::status::{MeasuredDatabase, StatusReport};
use weir_pipeline::words;

/// The coverage out of a report. Of an environment that is away, what was `known` stays.
pub(super) fn of(source: &Inner, report: &StatusReport, known: &Sanitising) -> Sanitising {
    let databases = report.measured.databases.iter();
    let rows = databases.map(|database| {
        let row = coverage(source, database);
        let same = |old: &&Coverage| {
            (&old.environment, &old.app, &old.database)
                == (&row.environment, &row.app, &row.database)
        };
        match known.rows.iter().find(same) {
            Some(before) if is_away(report, &row.environment) && row.data.is_none() => Coverage {
                unknown: row.unknown,
                ..before.clone()
            },
            _ => row,
        }
    });
    Sanitising {
        at: report.as_of,
        rows: rows.collect(),
        unreadable: away(report),
    }
}

fn coverage(source: &Inner, database: &MeasuredDatabase) -> Coverage {
    let jobs = source
        .weir
        .fleet()
        .jobs_of(&database.environment, &database.app);
    let here = |job: &&weir_config::Job| {
        let mut databases = job.databases.iter();
        databases.any(|found| found.name == database.database)
    };
    let is_copy = jobs.filter(here).any(|job| job.source.is_some());
    let unknown = Coverage {
        environment: database.environment.clone(),
        app: database.app.clone(),
        database: database.database.clone(),
        data: None,
        unknown: None,
        ruleset: None,
        digest: None,
        masked: None,
        kept: None,
        gate: None,
        key: None,
        vouched_by: None,
        vouched_until: None,
    };
    match &database.live {
        Ok(Some(stamp)) => of_mark(&stamp.sanitising, unknown),
        // What nobody copies there was born there.
        _ if !is_copy => Coverage {
            data: Some("own".to_owned()),
            ..unknown
        },
        Ok(None) => Coverage {
            unknown: Some("the live copy was not put there by Weir".to_owned()),
            ..unknown
        },
        Err(why) => Coverage {
            unknown: Some(why.clone()),
            ..unknown
        },
    }
}

fn of_mark(mark: &Mark, unknown: Coverage) -> Coverage {
    let ruleset = mark.ruleset.as_ref();
    let voucher = mark.voucher.as_ref();
    Coverage {
        data: Some(mark.state.to_string()),
        ruleset: ruleset.map(|rules| rules.name.clone()),
        digest: ruleset.map(|rules| rules.digest.to_string()),
        masked: ruleset.map(|rules| rules.masked),
        kept: ruleset.map(|rules| rules.kept),
        gate: ruleset.and_then(|rules| rules.gate.as_ref().map(gate)),
        key: ruleset.map(|rules| rules.key_id.clone()),
        vouched_by: voucher.map(|voucher| voucher.by.clone()),
        vouched_until: voucher.map(|voucher| voucher.until),
        ..unknown
    }
}

/// What the gate saw, in words.
pub(super) fn gate(gate: &GateMark) -> String {
    let sampled = match gate.one_in {
        0 | 1 => String::new(),
        one_in => format!(", one in {one_in}"),
    };
    format!(
        "{} of {} values read{sampled} look like what was to be masked, none above its threshold; \
         none of {} canaries found",
        words::count(gate.findings),
        words::count(gate.read),
        words::count(gate.canaries),
    )
}
