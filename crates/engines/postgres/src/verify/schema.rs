//! The schema of the new copy beside the backup's.

use super::refuse;
use crate::catalog;
use crate::config::{Address, SHADOW, Session, own_name};
use crate::load::Work;
use weir_model::catalog::Catalog;
use weir_model::error::{Kind, Result};

/// Kinds that name roles, which may be others here.
const GRANTS: [&str; 2] = ["grants", "default-grants"];

/// Fails when the schema is not the backup's. Scripts may change it: then it is only told.
pub(super) async fn compare(
    session: &Session,
    snapshot: &str,
    work: &Work,
    scripts_ran: bool,
) -> Result<()> {
    let shadow = Address {
        database: own_name(SHADOW, &work.address.database),
        ..work.address.clone()
    };
    let context = &session.context;
    let archive = catalog::schema(session, &shadow, snapshot, Kind::Verify).await?;
    let version = archive.header.dump_version.as_ref();
    let version = version.map(ToString::to_string).unwrap_or_default();
    let found = catalog::read(session, &archive).await?;
    let (expected, found) = (
        comparable(&work.plan.expected, work),
        comparable(&found, work),
    );
    let differences = expected.differences(&found);
    let doing = "compare the schema of the new copy with the backup's";
    if scripts_ran {
        for difference in differences {
            context.note(format!("the scripts changed the schema: {difference}"));
        }
        return Ok(());
    }
    if major(&version) == major(&work.plan.dump_version) {
        return refuse(doing, &differences);
    }
    // Two versions of pg_dump write the same thing down in different words.
    let (other_words, wrong): (Vec<String>, Vec<String>) = differences
        .into_iter()
        .partition(|difference| difference.ends_with(" differs"));
    if !other_words.is_empty() {
        context.note(format!(
            "the backup's schema was written down by pg_dump {}, the new copy's by {}: {} definitions \
             have other words and were compared by name only",
            work.plan.dump_version,
            version,
            other_words.len()
        ));
    }
    refuse(doing, &wrong)
}

fn comparable(catalog: &Catalog, work: &Work) -> Catalog {
    let mut catalog = catalog.clone();
    if work.plan.is_stripped {
        catalog
            .objects
            .retain(|object| !GRANTS.contains(&object.kind.as_str()));
    }
    // Never made here; see the plan of a load.
    catalog
        .objects
        .retain(|object| object.kind != "subscription");
    catalog
}

/// `15` of `15.14 (Debian 15.14-0+deb12u1)`.
fn major(version: &str) -> &str {
    let end = version.find(|letter: char| !letter.is_ascii_digit());
    version
        .get(..end.unwrap_or(version.len()))
        .unwrap_or_default()
}
