//! Two copies change places: what is renamed in the one RENAME, and what is done behind it.

use super::foreign_keys::{self, Aside};
use super::objects::OWN_SETTINGS;
use super::steps::{Place, Step};
use super::undo::Undo;
use super::{Kept, PreviousCopy};
use crate::catalog::{ObjectKind, Schema, StoredObject};
use crate::config::{PREVIOUS, Server, identifier, own_name, qualified};
use crate::stamp::Mark;
use std::collections::BTreeSet;
use weir_model::stamp::{Stamp, Token};

/// What the name of something begins with that only steps aside while copies change places.
const ASIDE: &str = "_weir_out_";
/// What the name of a replaced table begins with while the other one is taken.
pub(crate) const OTHER_PREVIOUS: &str = "_weir_was_";
/// Bytes of statements that are sent together with the RENAME.
const TOGETHER: usize = 1 << 20;

/// The copy that becomes live.
pub(crate) struct Incoming {
    /// The schema it lies in.
    pub(crate) schema: String,
    /// Its tables and sequences: the name of each there, and its name once live.
    pub(crate) tables: Vec<(String, String)>,
    /// Everything else it has.
    pub(crate) objects: Vec<StoredObject>,
    /// The character set and collation of its schema.
    pub(crate) defaults: (String, String),
    /// Foreign keys that are called otherwise until it is live.
    pub(crate) foreign_keys: Vec<Aside>,
    /// Defaults of columns that cannot be set before it is live.
    pub(crate) column_defaults: Vec<Step>,
    /// The table with its mark: its name there, and once live.
    pub(crate) mark: (String, String),
}

/// The copy that is live before.
pub(crate) struct Outgoing<'a> {
    /// What it holds; nothing where there is no live schema.
    pub(crate) schema: &'a Schema,
    /// Whether there is a live schema.
    pub(crate) exists: bool,
    /// The table with its mark, where it has one.
    pub(crate) mark: Option<String>,
    /// What is said of the copy.
    pub(crate) stamp: Option<Stamp>,
    /// When it was replaced, in seconds since 1970 by the server's clock.
    pub(crate) replaced_at: u64,
    /// Whether it is kept.
    pub(crate) keep: bool,
}

/// All of a change of places.
pub(crate) struct Exchange {
    /// The renames, and how they are undone.
    undo: Undo,
    /// What the name of a replaced table begins with.
    kept: &'static str,
    /// Everything that is done behind the renames.
    pub(crate) steps: Vec<Step>,
    /// The copy that is replaced, where it is kept.
    pub(crate) previous: Option<PreviousCopy>,
    /// The statements before the renames.
    before: Vec<String>,
    /// What has only stepped aside, and goes.
    asides: Vec<String>,
    schema: String,
}

/// What is sent at once, and how many of the steps are done with it.
pub(crate) struct Packet {
    /// The statements.
    pub(crate) statements: Vec<String>,
    /// The steps.
    pub(crate) steps: usize,
}

impl Exchange {
    /// Decides what is done.
    pub(crate) fn of(schema: &str, token: Token, incoming: &Incoming, out: &Outgoing<'_>) -> Self {
        let mut exchange = Self {
            undo: Undo::default(),
            kept: kept_kind(incoming),
            steps: Vec::new(),
            previous: None,
            before: Vec::new(),
            asides: Vec::new(),
            schema: schema.to_owned(),
        };
        if !out.exists {
            let (set, collation) = &incoming.defaults;
            exchange.before.push(format!(
                "CREATE DATABASE IF NOT EXISTS {} CHARACTER SET {} COLLATE {}",
                identifier(schema),
                identifier(set),
                identifier(collation)
            ));
        }
        let kept = exchange.rename(incoming, out);
        let asides = exchange.step_aside(token, incoming, out);
        exchange.change_objects(incoming, out);
        exchange.rename_keys(incoming, &asides);
        exchange.clear(out, &kept);
        if out.keep && out.exists {
            exchange.previous = Some(PreviousCopy {
                replaced_at: out.replaced_at,
                character_set: out.schema.character_set.clone(),
                collation: out.schema.collation.clone(),
                tables: kept,
                objects: out.schema.objects.clone(),
                foreign_keys: asides,
                stamp: out.stamp.clone(),
            });
        }
        exchange
    }

    /// The mark that goes live with the copy.
    pub(crate) fn mark(&self, mark: Mark) -> Mark {
        Mark {
            pending: self.steps.clone(),
            undo: Some(self.undo.clone()),
            previous: self.previous.clone(),
            ..mark
        }
    }

    /// Orders the renames, which the server does from left to right: the mark comes last, so that it
    /// is live only when all else is. Says what is kept as what.
    fn rename(&mut self, incoming: &Incoming, out: &Outgoing<'_>) -> Vec<Kept> {
        let kept = names(out.schema).map(|name| Kept {
            name: name.to_owned(),
            kept_as: own_name(self.kept, name),
        });
        let kept: Vec<Kept> = kept.collect();
        let views = views_in_the_way(incoming, out.schema);
        let asides = views
            .into_iter()
            .chain(out.mark.as_deref())
            .map(|name| Kept {
                name: name.to_owned(),
                kept_as: own_name(ASIDE, name),
            });
        let asides: Vec<Kept> = asides.collect();
        let mut incoming_tables = incoming.tables.clone();
        incoming_tables.push(incoming.mark.clone());
        self.undo = Undo {
            replaced: kept.iter().chain(&asides).cloned().collect(),
            schema: incoming.schema.clone(),
            put_live: incoming_tables,
            triggers: of_kind(&out.schema.objects, true).cloned().collect(),
        };
        self.asides = asides.into_iter().map(|aside| aside.kept_as).collect();
        kept
    }

    /// The names that foreign keys of the outgoing copy must give up.
    fn step_aside(&self, token: Token, incoming: &Incoming, out: &Outgoing<'_>) -> Vec<Aside> {
        let wanted: Vec<String> = incoming
            .foreign_keys
            .iter()
            .map(|aside| aside.proper.clone())
            .collect();
        let kind = format!("_weir_fk_{:020}_", token.0);
        foreign_keys::in_the_way(out.schema, &wanted, self.kept)
            .into_iter()
            .map(|(table, proper)| Aside {
                now: own_name(&kind, &format!("{table}.{proper}")),
                table,
                proper,
            })
            .collect()
    }

    /// Triggers, of which each name is free only once the old one is gone, then the rest, as far
    /// as it differs.
    fn change_objects(&mut self, incoming: &Incoming, out: &Outgoing<'_>) {
        let (set, collation) = &incoming.defaults;
        if out.exists && (set, collation) != (&out.schema.character_set, &out.schema.collation) {
            self.steps.push(Step::Defaults {
                character_set: set.clone(),
                collation: collation.clone(),
            });
        }
        let (old, new) = (&out.schema.objects, &incoming.objects);
        for trigger in of_kind(old, true) {
            let table = trigger.table.as_deref().unwrap_or_default();
            self.steps.push(Step::DropTrigger {
                name: trigger.name.clone(),
                table: own_name(self.kept, table),
            });
        }
        self.steps.extend(of_kind(new, true).map(make));
        self.steps.extend(incoming.column_defaults.iter().cloned());
        let aside = views_in_the_way(incoming, out.schema);
        let is_gone = |object: &&StoredObject| {
            let stays = |other: &StoredObject| {
                other.kind == object.kind && other.name.to_lowercase() == object.name.to_lowercase()
            };
            let is_aside = object.kind == ObjectKind::View && aside.contains(&object.name.as_str());
            !new.iter().any(stays) && !is_aside
        };
        let gone: Vec<&StoredObject> = of_kind(old, false).filter(is_gone).collect();
        self.steps
            .extend(gone.iter().rev().map(|object| Step::DropObject {
                kind: object.kind,
                name: object.name.clone(),
            }));
        let mut packages = BTreeSet::new();
        for object in of_kind(new, false) {
            // A package that is made again loses its body.
            let is_body = object.kind == ObjectKind::PackageBody && packages.contains(&object.name);
            if is_body || !old.contains(object) {
                if object.kind == ObjectKind::Package {
                    packages.insert(&object.name);
                }
                self.steps.push(make(object));
            }
        }
    }

    /// First the outgoing copy's foreign keys give their names up, then the incoming one's take
    /// them.
    fn rename_keys(&mut self, incoming: &Incoming, asides: &[Aside]) {
        let kept: Vec<(String, &Aside)> = asides
            .iter()
            .map(|aside| (own_name(self.kept, &aside.table), aside))
            .collect();
        let old = kept
            .iter()
            .map(|(table, aside)| (table.as_str(), aside.proper.as_str(), aside.now.as_str()));
        let new = incoming.foreign_keys.iter().map(|aside| {
            let Aside { table, now, proper } = aside;
            (table.as_str(), now.as_str(), proper.as_str())
        });
        let old = foreign_keys::by_table(old);
        for (table, names) in old.into_iter().chain(foreign_keys::by_table(new)) {
            self.steps.push(Step::ForeignKeys { table, names });
        }
    }

    /// What only took part, and a copy that is not kept, goes.
    fn clear(&mut self, out: &Outgoing<'_>, kept: &[Kept]) {
        self.steps.push(Step::DropShadow);
        let mut names = std::mem::take(&mut self.asides);
        if !out.keep {
            names.extend(kept.iter().map(|kept| kept.kept_as.clone()));
        }
        if !names.is_empty() {
            self.steps.push(Step::DropTables { names });
        }
    }

    /// The statements of the change: the RENAME and, right behind it, as much as need not be looked
    /// up. They reach the server as one, so that nothing is between them but its own work.
    pub(crate) fn packet(&self, server: &Server) -> Packet {
        let place = Place {
            schema: &self.schema,
            server,
        };
        let mut statements = self.before.clone();
        statements.push(format!("USE {}", identifier(&self.schema)));
        let locks = self.locks();
        // An ALTER DATABASE is refused under locks.
        let first = server.renames_locked_tables() && !self.changes_defaults() && locks.is_some();
        statements.extend(self.locks_of_all().filter(|_| first));
        statements.push(self.undo.rename_statement(&self.schema));
        let (mut done, mut is_locked, mut length, mut settings) = (0, first, 0, None);
        for step in &self.steps {
            let Some(more) = step.statements(&place) else {
                break;
            };
            length += more.iter().map(String::len).sum::<usize>();
            if length > TOGETHER {
                break;
            }
            let is_of_trigger = step.is_of_trigger();
            if let Some(locks) = locks.as_ref().filter(|_| is_of_trigger && !is_locked) {
                statements.push(locks.clone());
                is_locked = true;
            }
            if is_locked && !is_of_trigger {
                statements.push("UNLOCK TABLES".to_owned());
                is_locked = false;
            }
            // Most objects were made with the same settings.
            let is_new = |statement: &String| {
                !statement.starts_with("SET ") || settings.as_ref() != Some(statement)
            };
            let more: Vec<String> = more.into_iter().filter(is_new).collect();
            let set = more.iter().find(|statement| statement.starts_with("SET "));
            settings = set.cloned().or(settings);
            statements.extend(more);
            done += 1;
        }
        statements.push("UNLOCK TABLES".to_owned());
        statements.extend(OWN_SETTINGS.map(str::to_owned));
        Packet {
            statements,
            steps: done,
        }
    }

    fn changes_defaults(&self) -> bool {
        let mut steps = self.steps.iter();
        steps.any(|step| matches!(step, Step::Defaults { .. }))
    }

    /// Keeps writers from tables between which triggers move, until they are there.
    fn locks(&self) -> Option<String> {
        let mut tables = BTreeSet::new();
        for step in &self.steps {
            match step {
                Step::DropTrigger { table, .. } => {
                    tables.insert(table.as_str());
                }
                Step::Make { object } if object.kind == ObjectKind::Trigger => {
                    tables.extend(object.table.as_deref());
                }
                _ => {}
            }
        }
        let tables: Vec<String> = tables
            .into_iter()
            .map(|table| qualified(&self.schema, table))
            .collect();
        locks(&tables)
    }

    /// Locks everything that is renamed, under its name before.
    fn locks_of_all(&self) -> Option<String> {
        let renames = self.undo.renames(&self.schema).into_iter();
        locks(&renames.map(|(from, _)| from).collect::<Vec<_>>())
    }
}

/// What the names of replaced tables begin with: a copy that is put back still has its own, which it
/// gives up in the same RENAME.
fn kept_kind(incoming: &Incoming) -> &'static str {
    let mut tables = incoming.tables.iter();
    match tables.any(|(from, _)| from.starts_with(PREVIOUS)) {
        true => OTHER_PREVIOUS,
        false => PREVIOUS,
    }
}

fn locks(tables: &[String]) -> Option<String> {
    let tables: Vec<String> = tables
        .iter()
        .map(|table| format!("{table} WRITE"))
        .collect();
    (!tables.is_empty()).then(|| format!("LOCK TABLES {}", tables.join(", ")))
}

fn names(schema: &Schema) -> impl Iterator<Item = &str> {
    let tables = schema.tables.iter().map(|table| table.name.as_str());
    tables.chain(
        schema
            .sequences
            .iter()
            .map(|sequence| sequence.name.as_str()),
    )
}

/// Views whose names tables of the incoming copy take.
fn views_in_the_way<'a>(incoming: &Incoming, live: &'a Schema) -> Vec<&'a str> {
    let is_taken = |name: &str| incoming.tables.iter().any(|(_, taken)| taken == name);
    let views = live
        .objects
        .iter()
        .filter(|object| object.kind == ObjectKind::View);
    views
        .map(|view| view.name.as_str())
        .filter(|name| is_taken(name))
        .collect()
}

fn of_kind(
    objects: &[StoredObject],
    triggers: bool,
) -> impl DoubleEndedIterator<Item = &StoredObject> {
    let is_meant = move |object: &&StoredObject| (object.kind == ObjectKind::Trigger) == triggers;
    objects.iter().filter(is_meant)
}

fn make(object: &StoredObject) -> Step {
    Step::Make {
        object: object.clone(),
    }
}
