//! The statement in an archive that loads a table.

use crate::config::leading_name as name;

/// Where rows go, and which columns they have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CopyTarget {
    /// The schema.
    pub(crate) schema: String,
    /// The table.
    pub(crate) relation: String,
    /// The columns, in the order of the rows.
    pub(crate) columns: Vec<String>,
}

impl CopyTarget {
    /// Reads `COPY schema.table (a, "b c") FROM stdin;`.
    pub(crate) fn parse(statement: &str) -> Option<Self> {
        let rest = statement.trim_end().strip_prefix("COPY ")?;
        let (schema, rest) = name(rest)?;
        let (relation, rest) = name(rest.strip_prefix('.')?)?;
        let mut rest = rest.trim_start();
        let mut columns = Vec::new();
        if let Some(mut list) = rest.strip_prefix('(') {
            loop {
                let (column, after) = name(list.trim_start())?;
                columns.push(column);
                match after.strip_prefix(',') {
                    Some(after) => list = after,
                    None => {
                        rest = after.strip_prefix(')')?;
                        break;
                    }
                }
            }
        }
        (rest.trim() == "FROM stdin;").then_some(Self {
            schema,
            relation,
            columns,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_quoted() {
        let target =
            CopyTarget::parse("COPY public.\"a\"\"b.c\" (id, \"select\", \"x, y)\") FROM stdin;\n");
        let target = target.unwrap();
        assert_eq!(
            (target.schema.as_str(), target.relation.as_str()),
            ("public", "a\"b.c")
        );
        assert_eq!(target.columns, ["id", "select", "x, y)"]);
        let none = CopyTarget::parse("COPY public.t  FROM stdin;\n").unwrap();
        assert_eq!(none.columns, Vec::<String>::new());
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "COPY t FROM stdin;",
            "COPY a.b (c FROM stdin;",
            "COPY a.\"b FROM stdin;",
            "COPY a.b (c) FROM '/etc/passwd';",
        ] {
            assert_eq!(CopyTarget::parse(text), None, "{text}");
        }
    }
}
