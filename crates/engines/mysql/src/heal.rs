//! What a dead run left beside the live copy or undone in it, and its removal or completion.

use crate::catalog::read;
use crate::config::{
    Address, DRILL, MARK, PREVIOUS, SHADOW, Session, mark_name, own_name, pattern,
};
use crate::identity::has_schema;
use crate::lock::{TargetLock, is_abandoned};
use crate::stamp::{Mark, look_up, waiting};
use crate::swap::{
    OTHER_PREVIOUS, Step, drop_schema, drop_tables, finish, own_tables, waiting_name,
};
use std::collections::BTreeSet;
use weir_engine::{Context, Healed};
use weir_model::error::{Error, Kind, Result};

/// Something that a run that died left.
enum Leftover {
    /// Half a RENAME, which a swap was broken off in.
    HalfDone(Box<Mark>),
    /// The tables of a copy are live, and not everything else of it.
    Unfinished(Box<Mark>),
    /// Tables that no copy is known to need.
    Tables(Vec<String>),
    /// A schema in which a copy was built, and of which work.
    Schema(String, &'static str),
}

impl Leftover {
    /// What it is, in a sentence.
    fn found(&self) -> String {
        match self {
            Self::HalfDone(mark) => format!(
                "the swap of the run with token {} was broken off between two tables",
                mark.fence.0
            ),
            Self::Unfinished(mark) => format!(
                "{} steps are left of the swap of the run with token {}",
                mark.pending.len(),
                mark.fence.0
            ),
            Self::Tables(names) => format!("tables {} belong to no copy", names.join(", ")),
            Self::Schema(name, work) => format!("schema {name} was left by a {work} that died"),
        }
    }

    /// What was done about it, in a sentence.
    fn mended(&self) -> String {
        match self {
            Self::HalfDone(mark) => {
                format!(
                    "put back the tables that the run with token {} had moved",
                    mark.fence.0
                )
            }
            Self::Unfinished(mark) => {
                format!("finished the swap of the run with token {}", mark.fence.0)
            }
            Self::Tables(names) => {
                format!(
                    "dropped tables {}, which belong to no copy",
                    names.join(", ")
                )
            }
            Self::Schema(name, work) => {
                format!("dropped schema {name}, which was left by a {work} that died")
            }
        }
    }

    async fn mend(&self, session: &mut Session, address: &Address) -> Result<()> {
        match self {
            Self::HalfDone(mark) => match &mark.undo {
                Some(undo) => undo.run(session, address).await,
                None => Ok(()),
            },
            Self::Unfinished(mark) => finish(session, address, mark).await,
            Self::Tables(names) => {
                refuse_to_lose(session, address, names).await?;
                drop_tables(session, &address.database, names).await
            }
            Self::Schema(name, _) => drop_schema(session, name).await,
        }
    }
}

/// Heals a target. Where there is nothing to heal, nothing is touched, not even a lock taken.
pub(crate) async fn heal(address: &Address, context: &Context) -> Result<Healed> {
    let mut session = Session::open(address, Kind::Target, context).await?;
    let found = found(&mut session, address).await?;
    session.close().await;
    if found.is_empty() {
        return Ok(Healed::default());
    }
    let mut lock = TargetLock::take(address, context).await?;
    let mended = drop_leftovers(&mut lock, address).await;
    lock.release().await;
    Ok(Healed { actions: mended? })
}

/// What a dead run left. While a run works, its schemas are no leftovers.
pub(crate) async fn leftovers(address: &Address, context: &Context) -> Result<Vec<String>> {
    let mut session = Session::open(address, Kind::Target, context).await?;
    let found = found(&mut session, address).await?;
    let shadow = own_name(SHADOW, &address.database);
    let is_dead = !found.is_empty() && is_abandoned(&mut session, &shadow).await?;
    session.close().await;
    let found = found.iter().filter(|_| is_dead);
    Ok(found.map(Leftover::found).collect())
}

/// Finishes and drops what a dead run left, under the lock of whoever asks; says what it did.
pub(crate) async fn drop_leftovers(
    lock: &mut TargetLock,
    address: &Address,
) -> Result<Vec<String>> {
    let mut actions = Vec::new();
    if let Some(mark) = half_done(&mut lock.session, address).await? {
        let half = Leftover::HalfDone(Box::new(mark));
        half.mend(&mut lock.session, address).await?;
        actions.push(half.mended());
    }
    for leftover in found(&mut lock.session, address).await? {
        leftover.mend(&mut lock.session, address).await?;
        actions.push(leftover.mended());
    }
    Ok(actions)
}

/// The copy that was to go live when the RENAME was broken off, if it was.
async fn half_done(session: &mut Session, address: &Address) -> Result<Option<Mark>> {
    let shadow = own_name(SHADOW, &address.database);
    let places = [
        (&shadow, MARK.to_owned()),
        (&address.database, waiting_name(MARK)),
    ];
    for (schema, kind) in places {
        let Some(mark) = waiting(session, schema, &kind).await? else {
            continue;
        };
        if let Some(undo) = &mark.undo
            && undo.is_needed(session, &address.database).await?
        {
            return Ok(Some(mark));
        }
    }
    Ok(None)
}

/// What nobody needs, in the order in which it is mended: what a swap left to do comes first.
async fn found(session: &mut Session, address: &Address) -> Result<Vec<Leftover>> {
    let mut found = Vec::new();
    if let Some(mark) = half_done(session, address).await? {
        // Which tables are whose is plain once they are back.
        return Ok(vec![Leftover::HalfDone(Box::new(mark))]);
    }
    let mark = look_up(session, address).await?;
    let stray = stray_tables(session, address, mark.as_ref()).await?;
    let goes = mark
        .as_ref()
        .is_some_and(|mark| mark.pending.contains(&Step::DropShadow));
    if let Some(mark) = mark.filter(|mark| !mark.pending.is_empty()) {
        found.push(Leftover::Unfinished(Box::new(mark)));
    }
    if !stray.is_empty() {
        found.push(Leftover::Tables(stray));
    }
    let shadow = own_name(SHADOW, &address.database);
    if !goes && has_schema(session, &shadow).await? {
        found.push(Leftover::Schema(shadow.clone(), "run"));
    }
    for schema in drills(session).await? {
        // A drill's own name is known to nobody once it is dead.
        let lock = match schema.starts_with(SHADOW) {
            true => schema.clone(),
            false => own_name(SHADOW, &schema),
        };
        let is_this = schema == shadow || schema == address.database;
        if !is_this && is_abandoned(session, &lock).await? {
            found.push(Leftover::Schema(schema, "drill"));
        }
    }
    Ok(found)
}

/// Weir's own tables in the live schema that the newest mark does not know.
async fn stray_tables(
    session: &mut Session,
    address: &Address,
    mark: Option<&Mark>,
) -> Result<Vec<String>> {
    let mut known = BTreeSet::new();
    if let Some(mark) = mark {
        known.insert(mark_name(mark.fence));
        let kept = mark.previous.iter().flat_map(|previous| &previous.tables);
        known.extend(kept.map(|kept| kept.kept_as.clone()));
        known.extend(mark.pending.iter().flat_map(Step::tables).cloned());
    }
    let own = own_tables(session, &address.database).await?;
    let names = own.into_iter().map(|(name, _)| name);
    Ok(names.filter(|name| !known.contains(name)).collect())
}

/// Fails for a replaced table that nothing tells of and beside which there is no live one: it may be
/// all there is of it.
async fn refuse_to_lose(session: &mut Session, address: &Address, names: &[String]) -> Result<()> {
    let live = read(session, &address.database).await?;
    let tables = live.tables.iter().map(|table| &table.name);
    let tables = tables.chain(live.sequences.iter().map(|sequence| &sequence.name));
    let kept: BTreeSet<String> = tables
        .flat_map(|name| [own_name(PREVIOUS, name), own_name(OTHER_PREVIOUS, name)])
        .collect();
    let is_kept = |name: &&String| name.starts_with(PREVIOUS) || name.starts_with(OTHER_PREVIOUS);
    let mut lone = names
        .iter()
        .filter(is_kept)
        .filter(|name| !kept.contains(*name));
    let Some(name) = lone.next() else {
        return Ok(());
    };
    let doing = format!("heal {}", address.place());
    let cause = format!(
        "table {name} was replaced, nothing tells by what, and there is no live one of its name"
    );
    Err(Error::new(Kind::Target, doing, cause)
        .hint("look at it: rename it back (RENAME TABLE …), or drop it if nobody needs it"))
}

/// Schemas in which drills build or built copies.
async fn drills(session: &mut Session) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE {} \
         OR SCHEMA_NAME LIKE {} ORDER BY SCHEMA_NAME",
        pattern(&format!("{SHADOW}{DRILL}")),
        pattern(DRILL)
    );
    let rows = session.rows("look for copies of drills on", &sql).await?;
    let names: Vec<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_>>()?;
    // The server finds names of other letters alike, which are somebody's.
    let built = format!("{SHADOW}{DRILL}");
    let is_drills = |name: &String| name.starts_with(DRILL) || name.starts_with(&built);
    Ok(names.into_iter().filter(is_drills).collect())
}
