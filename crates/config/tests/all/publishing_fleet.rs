//! The example fleet says, in at most 100 lines, all that its 78 jobs are.

use std::collections::BTreeMap;

use weir_config::{Job, OperationKind};

use crate::common::{example, read};

/// Address, schedule, deadline, operations (b backup, r restore, t transform, R recover), and the
/// owner where a restore has to set one.
const JOBS: &str = "\
production/account-api | 37 23 * * * | 12h | 1b
production/authenticating-proxy | 23 23 * * * | 12h | 1b
production/chat | 47 23 * * * | 12h | 1b
production/ckan | 43 4 * * * | 12h | 1b
production/collections-publisher | 21 23 * * * | 12h | 1b
production/content-block-manager | 43 0 * * * | 12h | 1b
production/content-data-admin | 4 23 * * * | 12h | 1b
production/content-data-api | 35 23 * * * | 12h | 1b
production/content-store | 6 21 * * * | 12h | 1b
production/content-tagger | 31 23 * * * | 12h | 1b
production/draft-content-store | 16 21 * * * | 12h | 1b
production/email-alert-api | 54 23 * * * | 12h | 1b
production/link-checker-api | 43 23 * * * | 12h | 1b
production/local-links-manager | 8 23 * * * | 12h | 1b
production/locations-api | 32 23 * * * | 12h | 1b
production/places-manager | 18 23 * * * | 12h | 1b
production/publisher | 41 23 * * * | 12h | 1b
production/publishing-api | 36 21 * * * | 12h | 1b | publishing-api-owner-role
production/release | 11 23 * * * | 12h | 1b
production/search-admin | 56 23 * * * | 12h | 1b
production/service-manual-publisher | 49 23 * * * | 12h | 1b
production/shared-documentdb | 13 0 * * * | 12h | 5b
production/signon | 3 23 * * * | 12h | 1b
production/support-api | 38 23 * * * | 12h | 1b
production/transition | 24 3 * * * | 12h | 1b
production/whitehall | 28 0 * * * | 12h | 1b
staging/authenticating-proxy | 23 1 * * 1-5 | 12h | 1b 1r | authenticating-proxy
staging/chat | 47 1 * * 1-5 | 12h | 1b 1r
staging/ckan | 43 1 * * 0 | 12h | 1b 1r
staging/collections-publisher | 21 1 * * 1-5 | 12h | 1b 1r
staging/content-block-manager | 43 2 * * 1-5 | 12h | 1b 1r | content-block-manager
staging/content-data-admin | 4 1 * * 1-5 | 12h | 1b 1r
staging/content-data-api | 35 1 * * 6 | 24h | 1b 1r
staging/content-store | 6 22 * * 0-4 | 12h | 1b 1r 1t
staging/content-tagger | 31 1 * * 1-5 | 12h | 1b 1r
staging/draft-content-store | 16 22 * * 0-4 | 12h | 1b 1r 1t
staging/email-alert-api | 54 1 * * 1-5 | 12h | 1b 1r 1t | email-alert-api
staging/link-checker-api | 43 1 * * 1-5 | 12h | 1b 1r
staging/local-links-manager | 8 1 * * 1-5 | 12h | 1b 1r
staging/locations-api | 32 1 * * 1-5 | 12h | 1b 1r
staging/places-manager | 18 1 * * 1-5 | 12h | 1b 1r
staging/publisher | 42 1 * * 1-5 | 12h | 1b 1r
staging/publishing-api | 36 1 * * 1-5 | 12h | 1b 1r 1t | publishing-api-owner-role
staging/release | 11 1 * * 1 | 12h | 1b 1r
staging/search-admin | 56 1 * * 1-5 | 12h | 1b 1r
staging/service-manual-publisher | 49 1 * * 1-5 | 12h | 1b 1r
staging/shared-documentdb | 13 1 * * 1-5 | 12h | 5b 5r 1t
staging/signon | 3 1 * * 1-5 | 12h | 1r
staging/support-api | 38 1 * * 1-5 | 12h | 1b 1r
staging/transition | 24 1 * * 1-5 | 12h | 1b 1r
staging/whitehall | 28 1 * * 1-5 | 12h | 1b 1r 1t
integration/account-api | 37 3 * * 1 | 12h | 1b
integration/authenticating-proxy | 23 3 * * 1 | 12h | 1b 1r | authenticating-proxy
integration/chat | 47 3 * * 1 | 12h | 1b 1r
integration/ckan | 43 3 * * 1 | 12h | 1b 1r 1t
integration/collections-publisher | 21 3 * * 1 | 12h | 1b 1r
integration/content-block-manager | 43 2 * * 1 | 12h | 1b 1r | content-block-manager
integration/content-data-admin | 4 3 * * 1 | 12h | 1b 1r
integration/content-data-api | 37 1 * * 0 | 24h | 1b 1r
integration/content-store | 6 23 * * 0 | 12h | 1b 1r 1t
integration/content-tagger | 31 3 * * 1 | 12h | 1b 1r
integration/draft-content-store | 16 23 * * 0 | 12h | 1b 1r 1t
integration/email-alert-api | 54 3 * * 1 | 12h | 1b 1r | email-alert-api
integration/link-checker-api | 43 3 * * 1 | 12h | 1b 1r
integration/local-links-manager | 8 3 * * 1 | 12h | 1b 1r
integration/locations-api | 32 3 * * 1 | 12h | 1b 1r
integration/places-manager | 18 3 * * 1 | 12h | 1b 1r
integration/publisher | 41 3 * * 1 | 12h | 1b 1r
integration/publishing-api | 36 5 * * 1 | 12h | 1b 1r | publishing-api-owner-role
integration/release | 11 3 * * 1 | 12h | 1b 1r
integration/search-admin | 56 3 * * 1 | 12h | 1b 1r
integration/service-manual-publisher | 49 3 * * 1 | 12h | 1b 1r
integration/shared-documentdb | 13 3 * * 1 | 12h | 5b 5r
integration/signon/main | 3 3 * * * | 12h | 1b
integration/signon/restore | by-hand | 12h | 1R
integration/support-api | 38 3 * * 1 | 12h | 1b 1r
integration/transition | 24 3 * * 1 | 12h | 1b 1r
integration/whitehall | 28 3 * * 1 | 12h | 1b 1r";

fn operations(job: &Job) -> String {
    use OperationKind::{Backup, Recover, Restore, Transform};
    let count = |kind| job.operations().filter(|(other, _)| *other == kind).count();
    [
        (Backup, 'b'),
        (Restore, 'r'),
        (Transform, 't'),
        (Recover, 'R'),
    ]
    .into_iter()
    .filter(|(kind, _)| count(*kind) > 0)
    .map(|(kind, letter)| format!("{}{letter}", count(kind)))
    .collect::<Vec<_>>()
    .join(" ")
}

/// A job as a line of the table; only a restore sets an owner.
fn line(job: &Job) -> String {
    let schedule = job.schedule.value.to_string().replace(" (UTC)", "");
    let owner = job.owner.as_ref().map_or("", |owner| owner.value.as_str());
    let needed = job.writes_target() || owner == "publishing-api-owner-role";
    let owner = if owner.is_empty() || !needed {
        String::new()
    } else {
        format!(" | {owner}")
    };
    let schedule = schedule
        .split(' ')
        .map(|field| match field.strip_prefix('0') {
            Some(digits) if !digits.is_empty() && field.len() == 2 => digits,
            _ => field,
        })
        .collect::<Vec<_>>()
        .join(" ");
    format!(
        "{} | {schedule} | {} | {}{owner}",
        job.address,
        job.deadline.value,
        operations(job)
    )
}

#[test]
fn every_job_is_as_it_is_today() {
    let fleet = read(&example("publishing-fleet/weir.yaml"));
    let jobs: Vec<String> = fleet.jobs.iter().map(line).collect();
    let expected: Vec<&str> = JOBS.lines().collect();
    assert_eq!(jobs, expected);
}

#[test]
fn the_counts_of_jobs_and_operations_are_todays() {
    let fleet = read(&example("publishing-fleet/weir.yaml"));
    let mut counts: BTreeMap<(String, OperationKind), usize> = BTreeMap::new();
    for job in &fleet.jobs {
        for (kind, _) in job.operations() {
            *counts.entry((job.environment.clone(), kind)).or_default() += 1;
        }
    }
    let count = |environment: &str, kind| counts.get(&(environment.to_owned(), kind)).copied();
    use OperationKind::{Backup, Recover, Restore, Transform};
    let jobs = |environment| fleet.jobs_in(environment).count();
    assert_eq!(
        (jobs("production"), jobs("staging"), jobs("integration")),
        (26, 25, 27)
    );
    assert_eq!(count("production", Backup), Some(30));
    assert_eq!(count("production", Restore), None);
    assert_eq!(count("staging", Backup), Some(28));
    assert_eq!(count("staging", Restore), Some(29));
    assert_eq!(count("staging", Transform), Some(6));
    assert_eq!(count("integration", Backup), Some(30));
    assert_eq!(count("integration", Restore), Some(28));
    assert_eq!(count("integration", Recover), Some(1));
    assert_eq!(count("integration", Transform), Some(3));
    assert_eq!(
        (fleet.jobs.len(), counts.values().sum::<usize>()),
        (78, 155)
    );
}

#[test]
fn it_fits_in_a_hundred_lines_and_its_scripts_are_there() {
    let text = example("publishing-fleet/weir.yaml");
    assert!(
        text.lines().count() <= 100,
        "{} lines",
        text.lines().count()
    );
    for job in &read(&text).jobs {
        for database in &job.databases {
            if let Some(script) = &database.transform {
                example(&format!("publishing-fleet/{}", script.value.display()));
            }
        }
    }
}

#[test]
fn restores_read_the_backups_of_the_environment_above() {
    let fleet = read(&example("publishing-fleet/weir.yaml"));
    for job in &fleet.jobs {
        let above = match job.environment.as_str() {
            "staging" => "production",
            _ => "staging",
        };
        match &job.source {
            Some(source) => {
                assert_eq!(
                    (source.environment.as_str(), &source.app),
                    (above, &job.app)
                );
                assert_eq!(source.instance, job.instance.value);
            }
            None => assert!(!job.does(OperationKind::Restore), "{}", job.address),
        }
    }
}
