//! A primary key or unique constraint in two steps: its index is built beside the other indexes of
//! the table, then the constraint takes it over, which needs the table for itself only for a moment.

use crate::config::leading_name;

/// The statements of both steps.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TwoSteps {
    /// Builds the index.
    pub(super) index: String,
    /// Makes the constraint of it, and what else the dump says of it.
    pub(super) constraint: String,
}

impl TwoSteps {
    /// Reads the statement as `pg_dump` writes it; `None` for a constraint that has to be made at
    /// once, e.g. one that excludes or one without overlaps.
    pub(super) fn of(definition: &str) -> Option<Self> {
        let rest = definition.strip_prefix("ALTER TABLE ONLY ")?;
        let (table, rest) = taken(rest, |rest| {
            let (_, rest) = leading_name(rest)?;
            let (_, rest) = leading_name(rest.strip_prefix('.')?)?;
            Some(rest)
        })?;
        let rest = rest.strip_prefix("\n    ADD CONSTRAINT ")?;
        let (name, rest) = taken(rest, |rest| leading_name(rest).map(|(_, rest)| rest))?;
        let (kind, rest) = ["PRIMARY KEY", "UNIQUE"].iter().find_map(|kind| {
            let rest = rest.strip_prefix(' ')?.strip_prefix(kind)?;
            Some((*kind, rest))
        })?;
        let (nulls, rest) = optional(rest, " NULLS NOT DISTINCT");
        let (columns, rest) = taken(rest.strip_prefix(' ')?, list)?;
        let (included, rest) = match rest.strip_prefix(" INCLUDE ") {
            Some(rest) => taken(rest, list)?,
            None => ("", rest),
        };
        let (options, rest) = match rest.starts_with(" WITH (") {
            true => rest.split_at(rest.find(')')? + 1),
            false => ("", rest),
        };
        let (deferred, rest) = optional(rest, " DEFERRABLE");
        let (initially, rest) = optional(rest, " INITIALLY DEFERRED");
        let rest = rest.strip_prefix(';')?;
        let include = match included {
            "" => String::new(),
            columns => format!(" INCLUDE {columns}"),
        };
        Some(Self {
            index: format!(
                "CREATE UNIQUE INDEX {name} ON {table} {columns}{include}{nulls}{options};"
            ),
            constraint: format!(
                "ALTER TABLE ONLY {table}\n    ADD CONSTRAINT {name} {kind} USING INDEX {name}{deferred}{initially};{rest}"
            ),
        })
    }
}

/// What is read from the start of a text, as it stands there, and the rest.
fn taken<'a>(
    text: &'a str,
    read: impl FnOnce(&'a str) -> Option<&'a str>,
) -> Option<(&'a str, &'a str)> {
    let rest = read(text)?;
    Some(text.split_at(text.len() - rest.len()))
}

fn optional<'a>(text: &'a str, words: &'static str) -> (&'static str, &'a str) {
    match text.strip_prefix(words) {
        Some(rest) => (words, rest),
        None => ("", text),
    }
}

/// Reads names in parentheses; the rest is behind them.
fn list(text: &str) -> Option<&str> {
    let mut rest = text.strip_prefix('(')?;
    loop {
        (_, rest) = leading_name(rest)?;
        match rest.strip_prefix(", ") {
            Some(more) => rest = more,
            None => return rest.strip_prefix(')'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_and_the_constraint_say_together_what_the_dump_says() {
        let steps = TwoSteps::of(
            "ALTER TABLE ONLY public.\"a \"\"b; c\"\n    ADD CONSTRAINT \"a UNIQUE (x);\" UNIQUE NULLS NOT DISTINCT \
             (id, \"x, y)\") INCLUDE (z) WITH (fillfactor='70', deduplicate_items='off') DEFERRABLE INITIALLY DEFERRED;\n\n\
             ALTER TABLE public.\"a \"\"b; c\" CLUSTER ON \"a UNIQUE (x);\";\n",
        );
        let steps = steps.unwrap();
        assert_eq!(
            steps.index,
            "CREATE UNIQUE INDEX \"a UNIQUE (x);\" ON public.\"a \"\"b; c\" (id, \"x, y)\") INCLUDE (z) \
             NULLS NOT DISTINCT WITH (fillfactor='70', deduplicate_items='off');"
        );
        assert_eq!(
            steps.constraint,
            "ALTER TABLE ONLY public.\"a \"\"b; c\"\n    ADD CONSTRAINT \"a UNIQUE (x);\" UNIQUE USING INDEX \
             \"a UNIQUE (x);\" DEFERRABLE INITIALLY DEFERRED;\n\n\
             ALTER TABLE public.\"a \"\"b; c\" CLUSTER ON \"a UNIQUE (x);\";\n"
        );
    }

    #[test]
    fn others_are_made_at_once() {
        for statement in [
            "",
            "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT c EXCLUDE USING gist (during WITH &&);\n",
            "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT c CHECK ((a > 0)) NOT VALID;\n",
            "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT c PRIMARY KEY (id, during WITHOUT OVERLAPS);\n",
            "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT c UNIQUE (id",
            "ALTER TABLE ONLY public.t\n    ADD CONSTRAINT c UNIQUE (id) USING INDEX TABLESPACE x;\n",
            "ALTER FOREIGN TABLE ONLY public.t\n    ADD CONSTRAINT c UNIQUE (id);\n",
        ] {
            assert_eq!(TwoSteps::of(statement), None, "{statement}");
        }
    }
}
