//! What runs around jobs and operations, as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::value::{OnFailure, OperationKind, Period, WebAddress};
use crate::yaml::Spanned;

/// Hooks in the order they run. Each fails the run, or is only reported, as it says itself.
pub(crate) type HookList = Spanned<Vec<Spanned<Hook>>>;

/// What runs around a job and around its operations. Each list is looked for by itself; `[]` is none.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Hooks {
    /// Before the job's first operation.
    pub(crate) before: Option<HookList>,
    /// After the job's last operation, however it ended.
    pub(crate) after: Option<HookList>,
    /// Around the backup of each database.
    pub(crate) backup: OperationHooks,
    /// Around each copy of upstream's backup.
    pub(crate) replicate: OperationHooks,
    /// Around the restore of each database; scripts run within it.
    pub(crate) restore: OperationHooks,
    /// Around the recovery of each database.
    pub(crate) recover: OperationHooks,
    /// Around the publishing of each backup.
    pub(crate) publish: OperationHooks,
    /// Around the publishing of each database.
    #[serde(rename = "publish-live")]
    pub(crate) publish_live: OperationHooks,
    /// Around the drill of each database.
    pub(crate) drill: OperationHooks,
}

/// What runs around one operation.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OperationHooks {
    /// Before the operation.
    pub(crate) before: Option<HookList>,
    /// After the operation, however it ended.
    pub(crate) after: Option<HookList>,
}

/// A command or a webhook, one of the two. A command finds `WEIR_ENVIRONMENT`, `WEIR_APP`, `WEIR_JOB`, `WEIR_DATABASE`, `WEIR_OPERATION`, `WEIR_RUN`, `WEIR_MOMENT` (`before` or `after`), `WEIR_OUTCOME` (after only) and `WEIR_BACKUP` in its environment; a webhook is sent the same as JSON by POST.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hook {
    /// A program and its arguments, run without a shell.
    pub(crate) command: Option<Vec<String>>,
    /// An address, or the secret that holds it. Templates: all but `{database}`.
    pub(crate) webhook: Option<WebAddress>,
    /// How long it may take. Default: `5m`.
    #[schemars(with = "Option<String>")]
    pub(crate) deadline: Option<Period>,
    /// What becomes of the run when the hook fails: `fail`, or `report` to go on. Default: `fail` before, `report` after.
    pub(crate) on_failure: Option<OnFailure>,
}

impl Hooks {
    /// What runs around operations of a kind; none around scripts, which run within the restore.
    pub(crate) fn around(&self, operation: OperationKind) -> Option<&OperationHooks> {
        Some(match operation {
            OperationKind::Backup => &self.backup,
            OperationKind::Replicate => &self.replicate,
            OperationKind::Restore => &self.restore,
            OperationKind::Recover => &self.recover,
            OperationKind::Publish => &self.publish,
            OperationKind::PublishLive => &self.publish_live,
            OperationKind::Drill => &self.drill,
            OperationKind::Transform => return None,
        })
    }
}
