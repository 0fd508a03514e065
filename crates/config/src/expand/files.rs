//! The script and rules files of a job, for each database.

use std::path::PathBuf;

use super::databases;
use super::fields::JobFields;
use super::layers::Found;
use super::place::Place;
use crate::located::Located;
use crate::report::Report;
use crate::value::PerDatabase;

/// The script and rules files of a job.
pub(super) struct Files<'a> {
    transform: Option<Found<'a, PerDatabase>>,
    sanitise: Option<Found<'a, PerDatabase>>,
}

impl<'a> Files<'a> {
    pub(super) fn of(fields: &JobFields<'a>) -> Self {
        let files = Self {
            transform: fields.find(
                "transform",
                |job| job.transform.as_ref(),
                |app| app.transform.as_ref(),
            ),
            sanitise: fields.find(
                "sanitise",
                |job| job.sanitise.as_ref(),
                |app| app.sanitise.as_ref(),
            ),
        };
        let report = fields.context.report;
        check_files(report, files.transform.as_ref(), fields.place);
        check_files(report, files.sanitise.as_ref(), fields.place);
        files
    }

    pub(super) fn any_script(&self, selected: &[String]) -> bool {
        match self.transform.as_ref().map(|transform| transform.value) {
            None => false,
            Some(PerDatabase::All(_)) => true,
            Some(PerDatabase::Each(each)) => selected
                .iter()
                .any(|database| each.contains_key(database.as_str())),
        }
    }

    /// The first database that has no rules.
    pub(super) fn without_rules(&self, selected: &[String]) -> Option<String> {
        let has_rules = |database: &str| match self.sanitise.as_ref().map(|found| found.value) {
            None => false,
            Some(PerDatabase::All(_)) => true,
            Some(PerDatabase::Each(each)) => each.contains_key(database),
        };
        let mut lacking = selected.iter().filter(|database| !has_rules(database));
        lacking.next().cloned()
    }

    /// The script a database has.
    pub(super) fn transform_of(&self, report: &Report, database: &str) -> Option<Located<PathBuf>> {
        file_for(report, self.transform.as_ref()?, database)
    }

    /// The rules file a database has.
    pub(super) fn sanitise_of(&self, report: &Report, database: &str) -> Option<Located<PathBuf>> {
        file_for(report, self.sanitise.as_ref()?, database)
    }
}

fn file_for(
    report: &Report,
    files: &Found<'_, PerDatabase>,
    database: &str,
) -> Option<Located<PathBuf>> {
    let (path, span, field) = match files.value {
        PerDatabase::All(path) => (path, files.span, files.path.clone()),
        PerDatabase::Each(each) => {
            let path = each.get(database)?;
            (&path.value, path.span, format!("{}.{database}", files.path))
        }
    };
    Some(Located {
        value: PathBuf::from(path),
        origin: report.origin(span, field),
    })
}

/// Checks that the databases named in a map are the app's.
fn check_files(report: &Report, files: Option<&Found<'_, PerDatabase>>, place: &Place<'_>) {
    let Some(PerDatabase::Each(each)) = files.map(|files| files.value) else {
        return;
    };
    for (database, path) in each {
        databases::known(report, database, place);
        if path.value.is_empty() {
            report.problem(
                path.span,
                "the path is empty",
                "",
                "give the path of the file",
            );
        }
    }
}
