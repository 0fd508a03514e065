//! The schema of the new copy beside the backup's.

use super::{owners, refuse};
use crate::catalog;
use crate::config::{Address, SHADOW, Session, own_name};
use crate::load::Work;
use std::collections::BTreeMap;
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
    let mut archive = catalog::schema(session, &shadow, snapshot, Kind::Verify).await?;
    // Servers tell the roles of a policy in no order that means anything.
    archive.rename_roles(&BTreeMap::new());
    let version = archive.header.dump_version.as_ref();
    let version = version.map(ToString::to_string).unwrap_or_default();
    let found = catalog::read(session, &archive).await?;
    let (expected, found) = (
        comparable(&work.plan.expected, work),
        comparable(&found, work),
    );
    let mut differences = expected.differences(&found);
    let maker = maker(session).await?;
    differences.extend(owners::differences(&work.plan, &maker, &archive));
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
    // Where two roles are one, so are the grants to them.
    if work.plan.is_stripped || work.plan.are_roles_merged {
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

/// Whose what nobody else gets is.
async fn maker(session: &Session) -> Result<String> {
    let doing = "ask who reads the schema of";
    let row = session.row(doing, "SELECT current_user::text", &[]).await?;
    row.map_or_else(|| Ok(String::new()), |row| session.get(doing, &row, 0))
}

/// `15` of `15.14 (Debian 15.14-0+deb12u1)`.
fn major(version: &str) -> &str {
    let end = version.find(|letter: char| !letter.is_ascii_digit());
    version
        .get(..end.unwrap_or(version.len()))
        .unwrap_or_default()
}
