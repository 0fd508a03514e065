//! Putting the shadow live: one RENAME of all tables, on the session that holds the lock, and
//! right behind it what cannot be renamed.

mod blockers;
mod change;
mod defaults;
mod exchange;
mod foreign_keys;
mod objects;
mod obstacles;
mod steps;
mod undo;

pub(crate) use change::{finish, make, unheard};
pub(crate) use exchange::{Exchange, Incoming, OTHER_PREVIOUS, Outgoing};
pub(crate) use foreign_keys::Aside;
pub(crate) use objects::{OWN_SETTINGS, creation};
pub(crate) use obstacles::refuse_obstacles;
pub(crate) use steps::{Step, drop_schema, drop_tables, own_tables};
pub(crate) use undo::Undo;

use crate::catalog::{ObjectKind, Schema, StoredObject, read};
use crate::config::{Address, Session, mark_name, own_name};
use crate::identity::{self, has_schema};
use crate::load::Work;
use crate::stamp::{self, Mark, look_up};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use weir_engine::{Context, Live, Previous, Ready, ScriptEffect};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::manifest::TableDigest;
use weir_model::stamp::Stamp;

/// A copy that was replaced and is kept: its tables lie beside the live ones under other names, what
/// cannot be renamed is written down.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct PreviousCopy {
    /// When it was replaced, in seconds since 1970 by the server's clock.
    pub(crate) replaced_at: u64,
    /// The character set of its schema.
    pub(crate) character_set: String,
    /// The collation of its schema.
    pub(crate) collation: String,
    /// Its tables and sequences.
    pub(crate) tables: Vec<Kept>,
    /// Everything else it had.
    pub(crate) objects: Vec<StoredObject>,
    /// Foreign keys that gave their names up.
    #[serde(default)]
    pub(crate) foreign_keys: Vec<Aside>,
    /// The stamp it had.
    #[serde(default)]
    pub(crate) stamp: Option<Stamp>,
}

/// A table or sequence that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Its name while its copy was live.
    pub(crate) name: String,
    /// Its name now.
    pub(crate) kept_as: String,
}

/// A proven shadow.
pub(crate) struct ReadyCopy {
    /// The shadow.
    pub(crate) work: Work,
    /// Rows as they will be live.
    pub(crate) tables: Vec<TableDigest>,
    /// What the scripts did to row counts.
    pub(crate) effects: Vec<ScriptEffect>,
}

#[async_trait]
impl Ready for ReadyCopy {
    fn tables(&self) -> &[TableDigest] {
        &self.tables
    }

    fn effects(&self) -> &[ScriptEffect] {
        &self.effects
    }

    async fn swap(self: Box<Self>, context: &Context) -> Result<Live> {
        let ReadyCopy { mut work, .. } = *self;
        match swap(&mut work, context).await {
            Ok(live) => {
                work.lock.release().await;
                Ok(live)
            }
            // Without the lock, what was built is whoever's who has it now.
            Err(error) if !work.lock.is_held().await => Err(error),
            Err(error) => {
                // What was built goes; what went live before an error is no longer in it.
                work.give_up(context).await;
                Err(error)
            }
        }
    }

    async fn discard(self: Box<Self>) -> Result<()> {
        self.work.discard().await
    }
}

async fn swap(work: &mut Work, context: &Context) -> Result<Live> {
    let doing = "put the new copy live on";
    context.check(doing)?;
    let (exchange, mark) = prepare(work).await?;
    let previous_kept = exchange.previous.is_some();
    if previous_kept {
        context.checkpoint(Checkpoint::PreviousKept);
        context.check(doing)?;
    }
    let (address, session) = (&work.address, &mut work.lock.session);
    make(session, address, &exchange, &mark, context).await?;
    Ok(Live {
        stamp: work.request.stamp.clone(),
        previous_kept,
    })
}

/// Decides what is done, and makes the shadow ready for it, its mark included.
pub(crate) async fn prepare(work: &mut Work) -> Result<(Exchange, Mark)> {
    let stamp = work.request.stamp.clone();
    let shadow = work.shadow();
    let (address, session) = (&work.address, &mut work.lock.session);
    refuse_obstacles(session, address).await?;
    let (live, exists) = live_schema(session, address).await?;
    let mut built = read(session, &shadow).await?;
    if !session.server.is_mariadb() {
        obstacles::refuse_shared_checks(address, &built, &live)?;
    }
    enable_events(&mut built, &work.plan.schema);
    let replaced = look_up(session, address).await?;
    let outgoing = Outgoing {
        mark: replaced.as_ref().map(|mark| mark_name(mark.fence)),
        stamp: replaced.and_then(|mark| mark.stamp),
        replaced_at: now(session).await?,
        schema: &live,
        exists,
        keep: work.request.previous == Previous::Keep,
    };
    let incoming = incoming(session, built, &live, &stamp).await?;
    let exchange = Exchange::of(&address.database, stamp.token, &incoming, &outgoing);
    let mark = exchange.mark(Mark {
        place: identity::of(session, address).await?,
        fence: stamp.token,
        stamp: Some(stamp.clone()),
        ..Mark::default()
    });
    stamp::write(session, &shadow, &mark_name(stamp.token), &mark).await?;
    Ok((exchange, mark))
}

/// What is live, and whether there is a schema at all.
pub(crate) async fn live_schema(
    session: &mut Session,
    address: &Address,
) -> Result<(Schema, bool)> {
    if has_schema(session, &address.database).await? {
        return Ok((read(session, &address.database).await?, true));
    }
    let nothing = Schema {
        name: address.database.clone(),
        character_set: String::new(),
        collation: String::new(),
        tables: Vec::new(),
        sequences: Vec::new(),
        objects: Vec::new(),
    };
    Ok((nothing, false))
}

/// Fails where MySQL would take no copy with these tables live, before it is made.
pub(crate) async fn refuse_checks(
    session: &mut Session,
    address: &Address,
    planned: &Schema,
) -> Result<()> {
    if session.server.is_mariadb() {
        return Ok(());
    }
    let (live, _) = live_schema(session, address).await?;
    obstacles::refuse_shared_checks(address, planned, &live)
}

/// What was built, made ready to be renamed: it has no triggers, which no table takes along into
/// another schema, and no foreign key whose name is taken.
async fn incoming(
    session: &mut Session,
    built: Schema,
    live: &Schema,
    stamp: &Stamp,
) -> Result<Incoming> {
    session.use_schema(&built.name).await?;
    let triggers = built
        .objects
        .iter()
        .filter(|object| object.kind == ObjectKind::Trigger);
    for trigger in triggers {
        for sql in objects::removal(&built.name, ObjectKind::Trigger, &trigger.name) {
            let doing = "take a trigger off the new copy of";
            session.run(doing, &sql).await?;
        }
    }
    let foreign_keys = foreign_keys::shared(&built, live);
    let names = foreign_keys.iter().map(|aside| {
        let Aside { table, now, proper } = aside;
        (table.as_str(), proper.as_str(), now.as_str())
    });
    for (table, names) in foreign_keys::by_table(names) {
        foreign_keys::rename(session, &built.name, &table, &names).await?;
    }
    let column_defaults = defaults::redirect(session, &built, live).await?;
    let mark = mark_name(stamp.token);
    let tables = built.tables.iter().map(|table| &table.name);
    let tables = tables.chain(built.sequences.iter().map(|sequence| &sequence.name));
    Ok(Incoming {
        tables: tables.map(|name| (name.clone(), name.clone())).collect(),
        schema: built.name.clone(),
        defaults: (built.character_set.clone(), built.collation.clone()),
        foreign_keys,
        column_defaults,
        mark: (mark.clone(), mark),
        objects: built.objects,
    })
}

/// Events of the backup that ran there run here, once the copy is live.
fn enable_events(built: &mut Schema, backup: &Schema) {
    for event in &mut built.objects {
        let of_backup = |other: &&StoredObject| {
            other.kind == ObjectKind::Event && other.name.eq_ignore_ascii_case(&event.name)
        };
        if event.kind == ObjectKind::Event
            && backup
                .objects
                .iter()
                .find(of_backup)
                .is_some_and(objects::is_enabled)
        {
            *event = objects::enabled(event);
        }
    }
}

/// The server's clock, in seconds since 1970.
pub(crate) async fn now(session: &mut Session) -> Result<u64> {
    let row = session
        .row("ask for the time of", "SELECT UNIX_TIMESTAMP()")
        .await?;
    row.map_or(Ok(0), |row| row.number(0))
}

/// Drops the copy that was replaced last, where one is kept; says whether one was.
pub(crate) async fn drop_previous(session: &mut Session, address: &Address) -> Result<bool> {
    let Some(mark) = look_up(session, address).await? else {
        return Ok(false);
    };
    let Some(previous) = mark.previous.clone() else {
        return Ok(false);
    };
    // Written down first: a copy of which tables are gone must not be put back.
    let names = previous
        .tables
        .into_iter()
        .map(|kept| kept.kept_as)
        .collect();
    let mark = Mark {
        previous: None,
        pending: [mark.pending.clone(), vec![Step::DropTables { names }]].concat(),
        ..mark
    };
    stamp::write(session, &address.database, &mark_name(mark.fence), &mark).await?;
    finish(session, address, &mark).await?;
    Ok(true)
}

/// The error of a rollback where nothing is kept.
pub(crate) fn none_kept(address: &Address) -> Error {
    let doing = format!("roll back {}", address.place());
    Error::new(Kind::NoBackup, doing, "no previous copy is kept beside it")
        .hint("restore a backup instead: `weir restore` with `--at` takes an earlier one")
}

/// The name of a table that only waits for its place.
pub(crate) fn waiting_name(name: &str) -> String {
    own_name("_weir_in_", name)
}
