//! The clean store: reached, written create-only, and what lies in it can be believed.

use super::bucket;
use super::check::{Check, Subject};
use super::rounds::Rounds;
use super::store;
use weir_config::{Clean, Environment, Job};
use weir_engine::Context;
use weir_model::error::Result;

/// Looks at where the environment publishes, if it does.
pub(super) async fn look(rounds: &mut Rounds<'_>, environment: &Environment, jobs: &[&Job]) {
    let Some(clean) = &environment.clean else {
        return;
    };
    let subject = Subject::new(&environment.name, "clean store");
    let store = &clean.value.store;
    if store.secrets().any(|key| rounds.unreadable.contains(key)) {
        rounds.add(subject.note("not looked at: its key cannot be read, see above"));
        return;
    }
    about(rounds, &subject, environment, &clean.value);
    if let Some(folder) = store::absent_folder(rounds, store) {
        rounds.add(store::not_there(&subject, &folder, "clean.store"));
        return;
    }
    let (weir, name) = (rounds.weir, &environment.name);
    let before = rounds.failures();
    rounds
        .make(&subject, async |context: Context| -> Result<Vec<Check>> {
            let clean = weir.clean_store(name, &context).await?;
            let instances = weir_store::instances(&clean).await?;
            let probe = weir_store::probe(&clean, || weir.now()).await?;
            let mut checks = vec![
                subject.ok(store::listed(clean.url(), &instances)),
                subject.ok(format!(
                    "{} can be written, and a second writer is refused",
                    clean.url()
                )),
            ];
            checks.extend(
                probe
                    .left
                    .as_ref()
                    .map(|why| subject.warning(
                        format!("objects cannot be removed there ({why}): what the gate refuses stays readable"),
                        "let Weir remove objects in the clean store",
                    )),
            );
            Ok(checks)
        })
        .await;
    if rounds.failures() == before {
        bucket::look_at_clean(rounds, environment, &clean.value, jobs).await;
    }
}

/// What makes what is published less than it could be.
fn about(rounds: &mut Rounds<'_>, subject: &Subject, environment: &Environment, clean: &Clean) {
    let name = &environment.name;
    if environment.signing_key.is_none() {
        rounds.add(subject.warning(
            "what is published is not signed: who takes only clean data refuses it",
            format!("give {name} a `signing_key` (weir keys signing FILE)"),
        ));
    }
    if clean.recipients.is_empty() && !environment.recipients.is_empty() {
        rounds.add(subject.note(
            "what is published is not encrypted, unlike the backups: `clean` has no `recipients`",
        ));
    }
}
