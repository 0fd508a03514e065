use super::*;

fn columns(names: &[&str]) -> Vec<Column> {
    let columns = names.iter().map(|name| Column {
        name: (*name).to_owned(),
        data_type: String::new(),
        nullable: true,
        primary_key: false,
        unique: false,
        generated: false,
    });
    columns.collect()
}

fn found(definition: &str, names: &[&str], quotes: Quotes) -> Vec<(String, Vec<String>, String)> {
    let checks = checks_of(definition, &columns(names), quotes).into_iter();
    let told = checks.map(|check| (check.name, check.columns, check.expression));
    told.collect()
}

fn check(name: &str, columns: &[&str], expression: &str) -> (String, Vec<String>, String) {
    let columns = columns.iter().map(|name| (*name).to_owned());
    (name.to_owned(), columns.collect(), expression.to_owned())
}

#[test]
fn checks_are_found_in_columns_and_beside_them() {
    let sqlite = Quotes {
        brackets: true,
        ..Quotes::default()
    };
    let sql = "CREATE TABLE t (a TEXT DEFAULT ('CHECK (x)') CHECK (length(a) < 5), -- CHECK (no)
        [b c] INTEGER CONSTRAINT \"pos it\" CHECK(([b c] > 0) AND a <> ')'), \"check\" TEXT,
        d AS (a || 'CHECK (1)'), /* CHECK (no) */ CONSTRAINT both CHECK (A <> \"b c\"))";
    assert_eq!(
        found(sql, &["a", "b c", "check", "d"], sqlite),
        [
            check("", &["a"], "length(a) < 5"),
            check("pos it", &["a", "b c"], "([b c] > 0) AND a <> ')'"),
            check("both", &["a", "b c"], "A <> \"b c\""),
        ]
    );
}

#[test]
fn a_clause_by_itself_is_a_check_and_one_that_is_not_enforced_is_none() {
    let mysql = Quotes {
        backslashes: true,
        ..Quotes::default()
    };
    assert_eq!(
        found("CONSTRAINT `c` CHECK (`a` <> 'it\\')s')", &["a"], mysql),
        [check("c", &["a"], "`a` <> 'it\\')s'")]
    );
    for idle in ["/*!80016 NOT ENFORCED */", "NOT ENFORCED", "NOT VALID"] {
        assert_eq!(found(&format!("CHECK ((a > 1)) {idle}"), &["a"], mysql), []);
    }
}

#[test]
fn what_is_no_definition_has_no_checks() {
    for text in [
        "",
        "CHECK",
        "CHECK (",
        "CHECK ((a)",
        "CREATE TABLE t (a CHECK (a > '",
        "'",
    ] {
        assert_eq!(found(text, &["a"], Quotes::default()), []);
    }
}

#[test]
fn only_what_is_closed_in_itself_and_calls_known_functions_harmless() {
    let plain = Quotes::default();
    for expression in [
        "(length((name)::text) <= 20)",
        "((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
        "(email ~* '^[^@; ]+@example\\.(org|com)$'::text)",
        "CASE WHEN (a > 1.5e3) THEN (b IS NULL) ELSE true END",
    ] {
        assert!(harmless(expression, plain).is_ok(), "{expression}");
    }
    for expression in [
        "a > 1) OR (b > 1",
        "a; DROP TABLE t",
        "pg_sleep(10) IS NULL",
        "\"pg_sleep\"(10) IS NULL",
        "public.mine(a)",
        "a IN (SELECT b FROM t)",
        "a = 1 -- b",
        "a /* b */ = 1",
        "@@x = 1",
        "a = 'open",
        "((a > 1)",
    ] {
        assert!(harmless(expression, plain).is_err(), "{expression}");
    }
    let mysql = Quotes {
        backslashes: true,
        ..plain
    };
    assert!(harmless("a = '\\\\' OR sleep(1) OR '", mysql).is_err());
}

#[test]
fn no_server_reads_an_expression_otherwise_than_it_was_read() {
    let mysql = Quotes {
        backslashes: true,
        ..Quotes::default()
    };
    for expression in [
        "\"\\\"\" = 1), 1); COMMIT; DROP DATABASE app; SELECT ((1 # \"\n or 1",
        "a = '\\'' OR sleep(1) OR ''",
        "`\\` = 1",
    ] {
        assert!(harmless(expression, mysql).is_err(), "{expression}");
    }
    // Written anew, the letter before a text no longer says how its backslashes are read.
    let hidden = "E'\\'' || pg_sleep(1000)::text || $$ ' < x$$ = 'a'";
    let told = harmless(hidden, Quotes::default()).unwrap();
    assert!(told.starts_with("E '\\'' || pg_sleep(1000)"), "{told}");
    let plain = harmless("substr( a,2 )!=\"b\"\"c\"", Quotes::default());
    assert_eq!(plain.unwrap(), "substr( a , 2 ) != \"b\"\"c\"");
    let many = "replace(replace(a, 'a', 'aa'), 'a', 'aa') = 'a'";
    assert!(harmless(many, Quotes::default()).is_err());
}

#[test]
fn a_type_is_nothing_but_a_type() {
    let plain = Quotes::default();
    for data_type in [
        "",
        "integer",
        "character varying(20)",
        "numeric(10,2)[]",
        "enum('a','b)')",
        "timestamp(3) without time zone",
        "public.\"My Type\"",
    ] {
        assert!(harmless_type(data_type, plain).is_some(), "{data_type}");
    }
    for data_type in [
        "int) SELECT",
        "int; DROP",
        "int(1",
        "int = 1",
        "text CHECK (1)",
        "((",
    ] {
        assert!(harmless_type(data_type, plain).is_none(), "{data_type}");
    }
}
