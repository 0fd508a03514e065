//! Sequences (MariaDB).

use super::plan::Plan;
use crate::config::{Session, identifier};
use weir_model::error::Result;

/// Makes the sequences, which defaults of columns may name.
pub(super) async fn make(session: &mut Session, plan: &Plan) -> Result<()> {
    for sequence in &plan.schema.sequences {
        let doing = format!("make sequence {} in", sequence.name);
        session.run(&doing, &sequence.create).await?;
    }
    Ok(())
}

/// Sets each to the first value that it has not given out: loading rows may have used some.
pub(super) async fn set(session: &mut Session, plan: &Plan) -> Result<()> {
    for sequence in &plan.schema.sequences {
        let doing = format!("set sequence {} in", sequence.name);
        let name = identifier(&sequence.name);
        let restart = format!("ALTER SEQUENCE {name} RESTART WITH {}", sequence.next);
        if session.run(&doing, &restart).await.is_ok() {
            continue;
        }
        // One that is used up stands behind its last value, where it cannot be started.
        let sql = format!("SELECT SETVAL({name}, {}, 0)", sequence.next);
        session.run(&doing, &sql).await?;
    }
    Ok(())
}
