//! Views, triggers, routines and events, each under the settings that its text was written under.

use super::plan::Plan;
use crate::catalog::{ObjectKind, StoredObject};
use crate::config::{Session, identifier};
use crate::swap::{OWN_SETTINGS, creation};
use weir_model::error::Result;

/// Makes all objects of a backup in the session's schema. Events are made disabled: nothing may
/// run in a copy that is not live.
pub(super) async fn make_all(session: &mut Session, plan: &Plan) -> Result<()> {
    let schema = &plan.schema;
    let shadow = current_schema(session).await?;
    let mut collation = schema.collation.clone();
    let (mut waiting, mut failed) = (Vec::new(), None);
    for object in &schema.objects {
        let wanted = match object.database_collation.as_str() {
            "" => &schema.collation,
            own => own,
        };
        if *wanted != collation {
            collate(session, &shadow, wanted).await?;
            collation.clone_from(&wanted.to_owned());
        }
        match make(session, object).await {
            Err(error) if object.kind == ObjectKind::View => {
                waiting.push(object);
                failed = Some(error);
            }
            other => other?,
        }
    }
    if collation != schema.collation {
        collate(session, &shadow, &schema.collation).await?;
    }
    // Views that only together make sense of each other: as long as one more can be made.
    while let Some(error) = failed.take() {
        let before = waiting.len();
        let mut left = Vec::new();
        for object in waiting {
            if let Err(error) = make(session, object).await {
                left.push(object);
                failed = Some(error);
            }
        }
        if left.len() == before {
            return Err(error);
        }
        waiting = left;
    }
    Ok(())
}

/// Makes an object in the session's schema, an event disabled.
async fn make(session: &mut Session, object: &StoredObject) -> Result<()> {
    let doing = format!("make {} {} in", object.kind.word(), object.name);
    let object = match object.kind {
        ObjectKind::Event => &StoredObject {
            create: disabled_event(&object.create),
            ..object.clone()
        },
        _ => object,
    };
    let mut done = Ok(());
    for statement in creation(object, &session.server.clone()) {
        done = session.run(&doing, &statement).await;
        if done.is_err() {
            break;
        }
    }
    for statement in OWN_SETTINGS {
        let doing = "restore the settings of a session of";
        session.run(doing, statement).await?;
    }
    done
}

/// The statement of an event that is made disabled. The server writes the state behind ON
/// COMPLETION, before any text of people's.
pub(crate) fn disabled_event(create: &str) -> String {
    create.replacen(" PRESERVE ENABLE", " PRESERVE DISABLE", 1)
}

async fn collate(session: &mut Session, schema: &str, collation: &str) -> Result<()> {
    let sql = format!(
        "ALTER DATABASE {} COLLATE {}",
        identifier(schema),
        identifier(collation)
    );
    session
        .run("set the collation of the schema built beside", &sql)
        .await
}

async fn current_schema(session: &mut Session) -> Result<String> {
    let row = session
        .row("ask for the schema of", "SELECT DATABASE()")
        .await?;
    row.map_or(Ok(String::new()), |row| row.text(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_disabled_by_its_state_alone() {
        let create = "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE ENABLE DO \
                      SELECT ' PRESERVE ENABLE'";
        let disabled = disabled_event(create);
        assert!(disabled.contains("NOT PRESERVE DISABLE DO SELECT ' PRESERVE ENABLE'"));
    }
}
