//! The schema of the new copy beside the backup's.

use super::refuse;
use crate::catalog::{ObjectKind, OfSchema as _, Schema};
use crate::config::{Server, Session};
use crate::load::{Work, disabled_event};
use weir_model::catalog::Catalog;
use weir_model::error::Result;

/// Fails when the schema is not the backup's. Scripts may change it: then it is only told.
pub(super) fn compare(
    session: &mut Session,
    found: &Schema,
    work: &Work,
    scripts_ran: bool,
) -> Result<()> {
    let expected = expected(&work.plan.schema)?;
    let differences = expected.differences(&Catalog::of(found)?);
    let context = &session.context;
    let (expired, differences): (Vec<String>, Vec<String>) = differences
        .into_iter()
        .partition(|difference| is_expired(difference, &work.plan.schema));
    for event in expired {
        context.note(format!(
            "{event}: its time has passed, and the server keeps none of that kind"
        ));
    }
    let doing = "compare the schema of the new copy with the backup's";
    if scripts_ran {
        for difference in differences {
            context.note(format!("the scripts changed the schema: {difference}"));
        }
        return Ok(());
    }
    if is_of_one_series(&work.plan.source_version, &session.server) {
        return refuse(doing, &differences);
    }
    // Two series of servers write the same thing down in different words.
    let (other_words, wrong): (Vec<String>, Vec<String>) = differences
        .into_iter()
        .partition(|difference| difference.ends_with(" differs"));
    if !other_words.is_empty() {
        context.note(format!(
            "the backup is of {}, the target is {}: {} definitions have other words and were compared \
             by name only",
            work.plan.source_version,
            session.server.text,
            other_words.len()
        ));
    }
    refuse(doing, &wrong)
}

/// Whether an event is missing that the server lets go once its time has passed: it makes none of
/// which that is so, also disabled.
fn is_expired(difference: &str, schema: &Schema) -> bool {
    let mut events = schema.objects.iter();
    events.any(|object| {
        object.kind == ObjectKind::Event
            && object.create.contains("ON COMPLETION NOT PRESERVE")
            && difference == format!("event {} is missing", object.name)
    })
}

/// What a copy that is not live holds: its events are disabled.
fn expected(schema: &Schema) -> Result<Catalog> {
    let mut schema = schema.clone();
    for object in &mut schema.objects {
        if object.kind == ObjectKind::Event {
            object.create = disabled_event(&object.create);
        }
    }
    Catalog::of(&schema)
}

/// Whether a backup's server, e.g. `MariaDB 10.11.19`, is of the same series as the target's.
fn is_of_one_series(source: &str, target: &Server) -> bool {
    let series = |text: &str| text.rsplit_once('.').map(|(series, _)| series.to_owned());
    series(source).is_some() && series(source) == series(&target.text)
}
