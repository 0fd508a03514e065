//! Large objects as entries of an archive, read from the server.

use crate::config::Session;
use crate::dump::archive::{DumpId, Entry};
use weir_model::error::Result;

/// Each with its owner and with the statements that make its grants, its comment and its labels, as
/// `pg_dump` writes them. A grant is made by whoever made it.
const ALL: &str = r"
    SELECT o.oid, pg_catalog.pg_get_userbyid(o.lomowner)::text,
        (SELECT pg_catalog.format(E'REVOKE ALL ON LARGE OBJECT %s FROM %I;\n', o.oid,
                pg_catalog.pg_get_userbyid(o.lomowner))
            || coalesce(pg_catalog.string_agg(CASE WHEN s.grantor = o.lomowner THEN s.statement ELSE
                pg_catalog.format(E'SET SESSION AUTHORIZATION %I;\n%sRESET SESSION AUTHORIZATION;\n',
                    pg_catalog.pg_get_userbyid(s.grantor), s.statement) END, '' ORDER BY s.place), '')
        FROM (SELECT i.place, g.grantor, pg_catalog.format(
                E'GRANT %s ON LARGE OBJECT %s TO %s%s;\n', g.privilege_type, o.oid,
                CASE WHEN g.grantee = 0 THEN 'PUBLIC'
                    ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) END,
                CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' END) AS statement
            FROM pg_catalog.unnest(o.lomacl) WITH ORDINALITY i(item, place),
                pg_catalog.aclexplode(ARRAY[i.item]) g) s
        WHERE o.lomacl IS NOT NULL),
        (SELECT pg_catalog.format(E'COMMENT ON LARGE OBJECT %s IS %L;\n', o.oid, d.description)
        FROM pg_catalog.pg_description d
        WHERE d.classoid = 'pg_catalog.pg_largeobject'::regclass AND d.objoid = o.oid),
        (SELECT pg_catalog.string_agg(pg_catalog.format(
            E'SECURITY LABEL FOR %I ON LARGE OBJECT %s IS %L;\n', l.provider, o.oid, l.label), '')
        FROM pg_catalog.pg_seclabel l
        WHERE l.classoid = 'pg_catalog.pg_largeobject'::regclass AND l.objoid = o.oid)
    FROM pg_catalog.pg_largeobject_metadata o ORDER BY o.oid";
/// What the statements behind the owner are.
const KINDS: [&str; 3] = ["ACL", "COMMENT", "SECURITY LABEL"];

/// The entries of all of them, numbered from the first on, each object in front of what is said of
/// it.
pub(super) async fn entries(session: &Session, first: DumpId) -> Result<Vec<Entry>> {
    let doing = "list the large objects of";
    let mut entries = Vec::new();
    let mut ids = first..;
    for row in session.rows(doing, ALL, &[]).await? {
        let owner: String = session.get(doing, &row, 1)?;
        let oid = session.get(doing, &row, 0)?;
        let object = Entry::large_object(ids.next().unwrap_or(first), oid, Some(owner.into()));
        let mut told = Vec::new();
        for (column, kind) in (2..).zip(KINDS) {
            let statements: Option<String> = session.get(doing, &row, column)?;
            told.extend(statements.map(|statements| (kind, statements)));
        }
        let about: Vec<Entry> = told
            .into_iter()
            .zip(ids.by_ref())
            .map(|((kind, statements), id)| object.about_large_object(id, kind, statements))
            .collect();
        entries.push(object);
        entries.extend(about);
    }
    Ok(entries)
}
