//! The fields of a job: its own first, then its app's, its environment's, the defaults'.

use super::Context;
use super::environments::{expanded_secret, timezone};
use super::layers::Found;
use super::place::Place;
use crate::located::Located;
use crate::raw::{App, Defaults, Environment, Job};
use crate::schedule::Schedule;
use crate::value::{Data, Period, Previous, Secret, Timezone, Verify, WrittenSchedule};
use crate::yaml::Spanned;

/// How long a run may take when nothing says so.
const DEADLINE: Period = Period::hours(12);

/// Where the fields of one job are looked up.
pub(super) struct JobFields<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) place: &'a Place<'a>,
    /// The job as written, with the fields that lead to it; none if the app names no jobs.
    pub(super) job: Option<(&'a Job, String)>,
}

/// A field that a job, an app, an environment and the defaults may have, looked for in this order.
macro_rules! inherited {
    ($fields:expr, $name:expr, |$level:ident| $pick:expr) => {
        $fields.inherited(
            $name,
            |$level| $pick,
            |$level| $pick,
            |$level| $pick,
            |$level| $pick,
        )
    };
}
pub(super) use inherited;

impl<'a> JobFields<'a> {
    /// A field that a job or an app may have.
    pub(super) fn find<T: 'a>(
        &self,
        field: &str,
        of_job: impl Fn(&'a Job) -> Option<&'a Spanned<T>>,
        of_app: impl Fn(&'a App) -> Option<&'a Spanned<T>>,
    ) -> Option<Found<'a, T>> {
        let own = self.job.as_ref().and_then(|(job, path)| {
            let spanned = of_job(job)?;
            Some(Found {
                value: &spanned.value,
                span: spanned.span,
                path: format!("{path}.{field}"),
            })
        });
        own.or_else(|| self.place.layers.find(field, of_app))
    }

    /// A field that every level may have, as `inherited!` asks for it.
    pub(super) fn inherited<T: Clone + 'a>(
        &self,
        field: &str,
        of_job: impl Fn(&'a Job) -> Option<&'a Spanned<T>>,
        of_app: impl Fn(&'a App) -> Option<&'a Spanned<T>>,
        of_environment: impl Fn(&'a Environment) -> Option<&'a Spanned<T>>,
        of_defaults: impl Fn(&'a Defaults) -> Option<&'a Spanned<T>>,
    ) -> Option<Located<T>> {
        self.find(field, of_job, of_app)
            .map(|found| found.located(self.context.report))
            .or_else(|| self.of_environment(field, of_environment))
            .or_else(|| self.of_defaults(field, of_defaults))
    }

    /// A field that only an app may have.
    pub(super) fn of_app<T: Clone + 'a>(
        &self,
        field: &str,
        of_app: impl Fn(&'a App) -> Option<&'a Spanned<T>>,
    ) -> Option<Located<T>> {
        self.place.layers.located(field, of_app)
    }

    fn of_environment<T: Clone + 'a>(
        &self,
        field: &str,
        pick: impl Fn(&'a Environment) -> Option<&'a Spanned<T>>,
    ) -> Option<Located<T>> {
        let name = self.place.environment;
        let spanned = pick(self.context.config.environments.get(name)?)?;
        Some(self.written(spanned, format!("environments.{name}.{field}")))
    }

    /// A field of the defaults.
    pub(super) fn of_defaults<T: Clone + 'a>(
        &self,
        field: &str,
        pick: impl Fn(&'a Defaults) -> Option<&'a Spanned<T>>,
    ) -> Option<Located<T>> {
        let spanned = pick(&self.context.config.defaults)?;
        Some(self.written(spanned, format!("defaults.{field}")))
    }

    fn written<T: Clone>(&self, spanned: &Spanned<T>, path: String) -> Located<T> {
        Located {
            value: spanned.value.clone(),
            origin: self.context.report.origin(spanned.span, path),
        }
    }

    pub(super) fn timezone(&self) -> Located<Timezone> {
        self.find(
            "timezone",
            |job| job.timezone.as_ref(),
            |app| app.timezone.as_ref(),
        )
        .map_or_else(
            || timezone(self.context, self.place.environment),
            |found| found.located(self.context.report),
        )
    }

    pub(super) fn schedule(&self, timezone: &Timezone) -> Located<Schedule> {
        self.find(
            "schedule",
            |job| job.schedule.as_ref(),
            |app| app.schedule.as_ref(),
        )
        .map(|found| found.located(self.context.report))
        .or_else(|| self.of_environment("schedule", |environment| environment.schedule.as_ref()))
        .unwrap_or_else(|| Located::default(WrittenSchedule::ByHand, "nothing gives a schedule"))
        .map(|written| match written {
            WrittenSchedule::ByHand => Schedule::ByHand,
            WrittenSchedule::Cron(line) => Schedule::Cron {
                line,
                timezone: timezone.clone(),
            },
        })
    }

    pub(super) fn deadline(&self) -> Located<Period> {
        inherited!(self, "deadline", |level| level.deadline.as_ref())
            .unwrap_or_else(|| Located::default(DEADLINE, "nothing gives a deadline"))
    }

    pub(super) fn data(&self) -> Located<Data> {
        self.of_app("data", |app| app.data.as_ref())
            .or_else(|| {
                self.of_environment("data", |environment| environment.data.as_ref())
                    .map(|data| data.map(Data::from))
            })
            .unwrap_or_else(|| Located::default(Data::Raw, "nothing says what may come"))
    }

    pub(super) fn previous(&self) -> Located<Previous> {
        self.of_app("previous", |app| app.previous.as_ref())
            .or_else(|| self.of_defaults("previous", |defaults| defaults.previous.as_ref()))
            .unwrap_or_else(|| Located::default(Previous::UntilNext, "until the next restore"))
    }

    pub(super) fn verify(&self) -> Located<Verify> {
        self.of_app("verify", |app| app.verify.as_ref())
            .unwrap_or_else(|| Located::default(Verify::Full, "all that was copied is verified"))
    }

    pub(super) fn keep(&self) -> Option<Located<Period>> {
        self.of_app("keep", |app| app.keep.as_ref())
            .or_else(|| self.of_environment("keep", |environment| environment.keep.as_ref()))
    }

    pub(super) fn max_age(&self) -> Option<Located<Period>> {
        self.of_app("max_age", |app| app.max_age.as_ref())
            .or_else(|| self.of_environment("max_age", |environment| environment.max_age.as_ref()))
    }

    pub(super) fn owner(&self) -> Option<Located<String>> {
        let owner = self.of_app("owner", |app| app.owner.as_ref())?;
        self.context.report.expanded(&owner, self.place.names())
    }

    pub(super) fn password(&self) -> Option<Located<Secret>> {
        let own = self
            .place
            .layers
            .find("password", |app| app.password.as_ref());
        let (value, span, path) = match own {
            Some(found) => (found.value, found.span, found.path),
            None => {
                let default = self.context.config.defaults.password.as_ref()?;
                (&default.value, default.span, "defaults.password".to_owned())
            }
        };
        let written = Spanned {
            value: value.clone(),
            span,
        };
        expanded_secret(self.context.report, &written, path, self.place.names())
    }
}
