//! Everything that is not a table with rows. Named as `pg_dump` tags it, so that an entry of an
//! archive is found again here.

use super::{FOREIGN_SCHEMAS, definition, qualified};
use crate::config::Session;
use weir_model::catalog::Object;
use weir_model::error::Result;

/// One kind of object.
struct Query {
    kind: &'static str,
    /// Whether its text may hold values, so that a clean copy takes it only by name.
    carrier: bool,
    /// Selects schema, name and definition.
    sql: String,
}

/// Reads all of them.
pub(super) async fn read(session: &Session) -> Result<Vec<Object>> {
    let doing = "read the catalog of";
    let mut objects = Vec::new();
    for Query { kind, carrier, sql } in queries() {
        for row in session.rows(doing, &sql, &[]).await? {
            let schema: Option<String> = session.get(doing, &row, 0)?;
            let name: String = session.get(doing, &row, 1)?;
            let text: Option<String> = session.get(doing, &row, 2)?;
            objects.push(Object {
                kind: kind.to_owned(),
                name: qualified(&schema.unwrap_or_default(), &name),
                definition: definition(&text.unwrap_or_default()),
                carrier,
            });
        }
    }
    objects.sort();
    Ok(objects)
}

/// Leaves out what an extension makes.
fn not_of_extension(class: &str, oid: &str) -> String {
    format!(
        "NOT EXISTS (SELECT FROM pg_catalog.pg_depend x WHERE x.classid = 'pg_catalog.{class}'::regclass \
         AND x.objid = {oid} AND x.deptype = 'e')"
    )
}

/// Relations of one kind, with the expression that defines them.
fn relations(kinds: &str, text: &str) -> String {
    format!(
        "SELECT n.nspname::text, c.relname::text, {text} \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ({kinds}) AND c.relpersistence <> 't' AND {FOREIGN_SCHEMAS} AND {}",
        not_of_extension("pg_class", "c.oid")
    )
}

/// Things that stand on a table, tagged `table name`.
fn on_table(class: &str, table: &str, name: &str, text: &str, condition: &str) -> String {
    format!(
        "SELECT n.nspname::text, c.relname || ' ' || o.{name}, {text} \
         FROM pg_catalog.{class} o JOIN pg_catalog.pg_class c ON c.oid = o.{table} \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE {FOREIGN_SCHEMAS} AND {condition} AND {}",
        not_of_extension("pg_class", "c.oid")
    )
}

fn queries() -> Vec<Query> {
    let columns = "(SELECT pg_catalog.string_agg(a.attname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod), ',' \
         ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)";
    let plain = |kind, sql| Query {
        kind,
        carrier: false,
        sql,
    };
    let carrier = |kind, sql| Query {
        kind,
        carrier: true,
        sql,
    };
    vec![
        plain("setting", SETTINGS.to_owned()),
        plain("extension", EXTENSIONS.to_owned()),
        plain(
            "schema",
            format!(
                "SELECT NULL::text, n.nspname::text, NULL::text FROM pg_catalog.pg_namespace n \
                 WHERE {FOREIGN_SCHEMAS} AND {}",
                not_of_extension("pg_namespace", "n.oid")
            ),
        ),
        plain(
            "partitioned-table",
            relations(
                "'p'",
                &format!("pg_catalog.pg_get_partkeydef(c.oid) || '|' || pg_catalog.concat_ws('|', c.relispartition, pg_catalog.pg_get_expr(c.relpartbound, c.oid)) || '|' || {columns}"),
            ),
        ),
        plain("foreign-table", relations("'f'", columns)),
        plain(
            "sequence",
            relations(
                "'S'",
                "(SELECT pg_catalog.concat_ws('|', pg_catalog.format_type(s.seqtypid, NULL), s.seqstart, \
                 s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle) \
                 FROM pg_catalog.pg_sequence s WHERE s.seqrelid = c.oid)",
            ),
        ),
        plain(
            "index",
            relations(
                "'i', 'I'",
                "pg_catalog.pg_get_indexdef(c.oid) || (SELECT pg_catalog.concat_ws('|', i.indisvalid, i.indisclustered, i.indisreplident) \
                 FROM pg_catalog.pg_index i WHERE i.indexrelid = c.oid)",
            ),
        ),
        carrier("view", relations("'v'", "pg_catalog.pg_get_viewdef(c.oid)")),
        carrier(
            "materialized-view",
            relations("'m'", "pg_catalog.pg_get_viewdef(c.oid)"),
        ),
        plain(
            "constraint",
            on_table(
                "pg_constraint",
                "conrelid",
                "conname",
                "pg_catalog.pg_get_constraintdef(o.oid) || o.convalidated",
                "o.contype <> 't'",
            ),
        ),
        carrier(
            "trigger",
            on_table(
                "pg_trigger",
                "tgrelid",
                "tgname",
                "pg_catalog.pg_get_triggerdef(o.oid) || o.tgenabled",
                "NOT o.tgisinternal",
            ),
        ),
        carrier(
            "rule",
            on_table(
                "pg_rewrite",
                "ev_class",
                "rulename",
                "pg_catalog.pg_get_ruledef(o.oid) || o.ev_enabled",
                "o.rulename <> '_RETURN'",
            ),
        ),
        carrier(
            "policy",
            on_table(
                "pg_policy",
                "polrelid",
                "polname",
                "pg_catalog.concat_ws('|', o.polcmd, o.polpermissive, pg_catalog.pg_get_expr(o.polqual, o.polrelid), pg_catalog.pg_get_expr(o.polwithcheck, o.polrelid))",
                "true",
            ),
        ),
        carrier("routine", routines()),
        plain("type", types()),
        plain("extended-statistics", EXTENDED_STATISTICS.to_owned()),
        plain("publication", PUBLICATIONS.to_owned()),
        carrier("event-trigger", EVENT_TRIGGERS.to_owned()),
        carrier("comment", comments()),
        carrier("large-objects", LARGE_OBJECTS.to_owned()),
    ]
}

const SETTINGS: &str = "SELECT NULL::text, k, v FROM pg_catalog.pg_database d, LATERAL (VALUES \
     ('encoding', pg_catalog.pg_encoding_to_char(d.encoding)::text), \
     ('lc_collate', d.datcollate::text), ('lc_ctype', d.datctype::text)) s(k, v) \
     WHERE d.datname = pg_catalog.current_database()";

const EXTENSIONS: &str = "SELECT NULL::text, e.extname::text, n.nspname::text \
     FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace";

const EXTENDED_STATISTICS: &str = "SELECT n.nspname::text, s.stxname::text, \
     pg_catalog.pg_get_statisticsobjdef(s.oid) FROM pg_catalog.pg_statistic_ext s \
     JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace";

const PUBLICATIONS: &str = "SELECT NULL::text, p.pubname::text, pg_catalog.concat_ws('|', p.puballtables, p.pubinsert, \
     p.pubupdate, p.pubdelete, p.pubtruncate, p.pubviaroot, (SELECT pg_catalog.string_agg(r.prrelid::regclass::text, ',' \
     ORDER BY r.prrelid::regclass::text) FROM pg_catalog.pg_publication_rel r WHERE r.prpubid = p.oid)) \
     FROM pg_catalog.pg_publication p";

const EVENT_TRIGGERS: &str = "SELECT NULL::text, e.evtname::text, pg_catalog.concat_ws('|', e.evtevent, e.evtfoid::regproc, \
     e.evtenabled, pg_catalog.array_to_string(e.evttags, ',')) FROM pg_catalog.pg_event_trigger e";

const LARGE_OBJECTS: &str = "SELECT NULL::text, 'all', NULL::text \
     WHERE EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata)";

fn routines() -> String {
    format!(
        "SELECT n.nspname::text, p.proname || '(' || coalesce((SELECT pg_catalog.string_agg( \
         pg_catalog.format_type(t, NULL), ', ' ORDER BY i) FROM pg_catalog.unnest(p.proargtypes) \
         WITH ORDINALITY a(t, i)), '') || ')', \
         CASE WHEN p.prokind = 'a' THEN (SELECT pg_catalog.concat_ws('|', a.aggtransfn, a.aggfinalfn, a.aggtranstype::regtype, a.agginitval) \
         FROM pg_catalog.pg_aggregate a WHERE a.aggfnoid = p.oid) ELSE pg_catalog.pg_get_functiondef(p.oid) END \
         FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
         WHERE {FOREIGN_SCHEMAS} AND {}",
        not_of_extension("pg_proc", "p.oid")
    )
}

/// Types that people made: not those of tables, and not their arrays.
fn types() -> String {
    format!(
        "SELECT n.nspname::text, t.typname::text, pg_catalog.concat_ws('|', t.typtype, \
         pg_catalog.format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault, \
         (SELECT pg_catalog.string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid), \
         (SELECT pg_catalog.string_agg(pg_catalog.pg_get_constraintdef(k.oid), ',' ORDER BY k.conname) \
          FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid), \
         (SELECT pg_catalog.string_agg(a.attname || ' ' || pg_catalog.format_type(a.atttypid, a.atttypmod), ',' ORDER BY a.attnum) \
          FROM pg_catalog.pg_attribute a WHERE a.attrelid = t.typrelid AND NOT a.attisdropped), \
         (SELECT pg_catalog.format_type(r.rngsubtype, NULL) FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid)) \
         FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
         LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid \
         WHERE {FOREIGN_SCHEMAS} AND t.typtype IN ('e', 'd', 'c', 'r', 'b') AND (c.oid IS NULL OR c.relkind = 'c') \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_type a WHERE a.typarray = t.oid) AND {}",
        not_of_extension("pg_type", "t.oid")
    )
}

/// Comments on everything but what extensions made and the server's own.
fn comments() -> String {
    format!(
        "SELECT NULL::text, i.type || ' ' || i.identity, d.description \
         FROM pg_catalog.pg_description d, \
         LATERAL pg_catalog.pg_identify_object(d.classoid, d.objoid, d.objsubid) i \
         WHERE d.classoid <> 'pg_catalog.pg_extension'::regclass AND d.objoid >= 16384 \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend x WHERE x.classid = d.classoid \
          AND x.objid = d.objoid AND x.deptype = 'e')"
    )
}
