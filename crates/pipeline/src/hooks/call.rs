//! The hooks of one moment, in order.

use super::{command, web};
use crate::weir::Weir;
use serde::Serialize;
use std::time::{Duration, Instant};
use weir_config::{Around, Hook, HookAction, Job, Located, OnFailure};
use weir_engine::{Cancel, Context};
use weir_model::error::{Error, Kind, Result};
use weir_model::run::Outcome;

/// How long hooks after a job or an operation may take together once their run was stopped: they
/// may put back what those before it did, and nobody waits for them for long.
const ONCE_STOPPED: Duration = Duration::from_secs(30);

/// When hooks are called.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Moment<'a> {
    Before,
    /// With how it ended, and the backup that it made or took.
    After(Outcome, Option<&'a str>),
}

/// Who calls hooks, and for what.
pub(crate) struct Call<'a> {
    pub(crate) weir: &'a Weir,
    pub(crate) job: &'a Job,
    pub(crate) run: &'a str,
    /// The operation and its database; none for the job as a whole.
    pub(crate) operation: Option<(&'a str, &'a str)>,
}

/// What a hook is told.
#[derive(Debug, Serialize)]
pub(super) struct Told<'a> {
    environment: &'a str,
    app: &'a str,
    job: &'a str,
    run: &'a str,
    moment: &'a str,
    database: Option<&'a str>,
    operation: Option<&'a str>,
    outcome: Option<Outcome>,
    backup: Option<&'a str>,
}

impl Call<'_> {
    /// Calls the hooks of a moment. Before, the first that fails keeps the rest from being called;
    /// after, all are called.
    ///
    /// # Errors
    /// Why the first failed of those that must not; those that may are warnings.
    pub(crate) async fn make(
        &self,
        around: &Around,
        moment: Moment<'_>,
        context: &Context,
    ) -> Result<()> {
        let (hooks, is_after) = match moment {
            Moment::Before => (&around.before, false),
            Moment::After(..) => (&around.after, true),
        };
        let context = match (is_after, context.check("call the hooks")) {
            (true, Err(_)) => context
                .clone()
                .with_cancel(Cancel::default())
                .with_deadline(Instant::now().checked_add(ONCE_STOPPED)),
            _ => context.clone(),
        };
        let told = self.told(moment);
        let mut failure = None;
        for hook in hooks {
            let Err(error) = self.one(hook, &told, &context).await else {
                continue;
            };
            match (hook.value.on_failure, is_after) {
                (OnFailure::Report, _) => context.warn(format!("goes on: {error}")),
                (OnFailure::Fail, false) => return Err(error),
                (OnFailure::Fail, true) => {
                    context.warn(error.to_string());
                    failure.get_or_insert(error);
                }
            }
        }
        failure.map_or(Ok(()), Err)
    }

    async fn one(&self, hook: &Located<Hook>, told: &Told<'_>, context: &Context) -> Result<()> {
        let Hook {
            action, deadline, ..
        } = &hook.value;
        let doing = told.doing(action);
        let began = Instant::now();
        let base = &self.weir.fleet().base;
        let work = async {
            match action {
                HookAction::Command(argv) => command::run(argv, base, told, &doing).await,
                HookAction::Webhook(address) => {
                    let url = web::address(address, base, &self.job.address, context).await?;
                    web::post(&url, told, &doing).await
                }
            }
        };
        let bounded = async {
            tokio::time::timeout(deadline.duration(), work)
                .await
                .unwrap_or_else(|_| {
                    Err(failed(
                        &doing,
                        format!("it took longer than {deadline}"),
                        "raise its `deadline`, or find out what it waits for",
                    ))
                })
        };
        context.unless_stopped(&doing, bounded).await?;
        let seconds = began.elapsed().as_secs_f64();
        context.note(format!("{doing}: done in {seconds:.1} s"));
        Ok(())
    }

    fn told<'b>(&'b self, moment: Moment<'b>) -> Told<'b> {
        let (word, outcome, backup) = match moment {
            Moment::Before => ("before", None, None),
            Moment::After(outcome, backup) => ("after", Some(outcome), backup),
        };
        Told {
            environment: &self.job.environment,
            app: &self.job.app,
            job: &self.job.name,
            run: self.run,
            moment: word,
            database: self.operation.map(|(_, database)| database),
            operation: self.operation.map(|(operation, _)| operation),
            outcome,
            backup,
        }
    }
}

impl Told<'_> {
    /// Names the hook by where it runs and its program: arguments and addresses may be private.
    fn doing(&self, action: &HookAction) -> String {
        let what = match action {
            HookAction::Command(argv) => argv.first().map_or("", String::as_str),
            HookAction::Webhook(_) => "a webhook",
        };
        let moment = self.moment;
        match (self.operation, self.database) {
            (Some(operation), Some(database)) => {
                format!("hook {moment} the {operation} of {database} ({what})")
            }
            _ => format!("hook {moment} the job ({what})"),
        }
    }

    /// The same as environment variables; what is not known is not set.
    pub(super) fn variables(&self) -> Vec<(&'static str, &str)> {
        let always = [
            ("WEIR_ENVIRONMENT", Some(self.environment)),
            ("WEIR_APP", Some(self.app)),
            ("WEIR_JOB", Some(self.job)),
            ("WEIR_RUN", Some(self.run)),
            ("WEIR_MOMENT", Some(self.moment)),
            ("WEIR_DATABASE", self.database),
            ("WEIR_OPERATION", self.operation),
            ("WEIR_OUTCOME", self.outcome.map(Outcome::name)),
            ("WEIR_BACKUP", self.backup),
        ];
        let known = always.into_iter();
        known
            .filter_map(|(name, value)| value.map(|value| (name, value)))
            .collect()
    }
}

/// A hook that failed.
pub(super) fn failed(doing: &str, cause: String, hint: &str) -> Error {
    Error::new(Kind::Script, doing, cause).hint(hint)
}
