//! The state: written create-only, and by a clock that agrees with this host's.

use super::check::{Check, Subject};
use super::rounds::Rounds;
use crate::words;
use jiff::SignedDuration;
use weir_config::Environment;
use weir_store::Probe;

/// How far two clocks may be apart. Tokens and the names of backups follow this host's.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(1);

/// Writes one object into the state, tries to write it again, and removes it.
pub(super) async fn look(rounds: &mut Rounds<'_>, environment: &Environment) {
    let subject = Subject::new(&environment.name, "state");
    let (weir, name) = (rounds.weir, &environment.name);
    rounds
        .make(&subject, async |context| {
            let stores = weir.stores(name, &context).await?;
            let state = &stores.state;
            let probe = weir_store::probe(state, || weir.now()).await?;
            let mut checks = vec![subject.ok(format!(
                "{} can be written, and a second writer is refused",
                state.url()
            ))];
            checks.extend(probe.left.as_ref().map(|why| {
                subject.note(format!(
                    "objects cannot be removed there ({why}): history and old leases stay"
                ))
            }));
            checks.extend(clock(name, state.url(), &probe));
            Ok(checks)
        })
        .await;
}

fn clock(environment: &str, url: &str, probe: &Probe) -> Option<Check> {
    let subject = Subject::new(environment, "clock");
    let ahead = probe.clock_ahead?;
    if ahead.abs() <= TOLERANCE {
        return Some(subject.ok(format!("this host and {url} agree on the time")));
    }
    let apart = words::age(ahead.abs());
    let than = if ahead.is_positive() {
        "behind"
    } else {
        "ahead of"
    };
    Some(subject.warning(
        format!("this host's clock is {apart} {than} that of {url}"),
        "timedatectl set-ntp true (backups are named, and runs ordered, by this host's clock)",
    ))
}
