//! What `weir doctor` foretells of a role that is no superuser.

use crate::conformance::client::{Database, identifier};
use crate::support::{administrate, diagnosed, entered_by, filled, name_of, with_setting};
use weir_engine::{Finding, Purpose, Severity};

/// What was found that is not as it should be, in one text.
fn told(found: &[Finding]) -> String {
    let wrong = found
        .iter()
        .filter(|found| found.severity >= Severity::Warning);
    let lines: Vec<String> = wrong
        .map(|found| {
            format!(
                "{}: {}",
                found.what,
                found.fix.as_deref().unwrap_or_default()
            )
        })
        .collect();
    lines.join("\n")
}

#[test]
fn large_objects_that_a_backup_cannot_read() {
    administrate(
        "CREATE ROLE reads_tables LOGIN IN ROLE pg_read_all_data; CREATE ROLE has_pictures",
    );
    with_setting(|setting| async move {
        let source = filled(
            &setting,
            "source",
            "SELECT lo_create(4711), lo_create(4712), lo_create(4713);
             ALTER LARGE OBJECT 4711 OWNER TO has_pictures;
             ALTER LARGE OBJECT 4712 OWNER TO has_pictures;
             ALTER LARGE OBJECT 4713 OWNER TO has_pictures;
             GRANT SELECT ON LARGE OBJECT 4712 TO PUBLIC; GRANT SELECT ON LARGE OBJECT 4713 TO reads_tables",
        );
        let by_role = entered_by(&source, "reads_tables");
        let found = told(&diagnosed(&setting, &by_role, Purpose::Source).await);
        assert!(found.starts_with("1 large objects of "), "{found}");
        let fix = found.rsplit_once("those of today: ").unwrap().1.to_owned();
        Database::of(&source).run([fix]);
        let found = told(&diagnosed(&setting, &by_role, Purpose::Source).await);
        assert_eq!(found, "");
    });
}

#[test]
fn settings_that_a_restore_may_not_give_again() {
    administrate("CREATE ROLE sets_little LOGIN CREATEDB; CREATE ROLE its_reader");
    with_setting(|setting| async move {
        let target = filled(&setting, "target", "");
        let name = identifier(&name_of(&target));
        administrate(&format!("ALTER DATABASE {name} OWNER TO sets_little"));
        let by_role = entered_by(&target, "sets_little");
        assert_eq!(
            told(&diagnosed(&setting, &by_role, Purpose::Target).await),
            ""
        );
        administrate(&format!(
            "ALTER ROLE sets_little IN DATABASE {name} SET work_mem TO '5MB';
             ALTER ROLE its_reader IN DATABASE {name} SET work_mem TO '5MB';
             ALTER DATABASE {name} SET work_mem TO '6MB';
             ALTER DATABASE {name} SET log_min_duration_statement TO 100"
        ));
        let found = told(&diagnosed(&setting, &by_role, Purpose::Target).await);
        let fixes: Vec<&str> = found
            .lines()
            .filter_map(|line| Some(line.split_once(": ")?.1))
            .collect();
        let expected = [
            "ALTER ROLE \"sets_little\" CREATEROLE;",
            "GRANT SET ON PARAMETER log_min_duration_statement TO \"sets_little\";",
        ];
        assert_eq!(fixes, expected, "{found}");
        administrate(&fixes.join("\n"));
        assert_eq!(
            told(&diagnosed(&setting, &by_role, Purpose::Target).await),
            ""
        );
    });
}

#[test]
fn what_only_a_superuser_makes() {
    administrate("CREATE ROLE makes_little LOGIN CREATEDB");
    with_setting(|setting| async move {
        let target = filled(
            &setting,
            "target",
            "CREATE EXTENSION pg_trgm; CREATE EXTENSION pageinspect;
             CREATE FUNCTION notes_change() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
             CREATE EVENT TRIGGER notes_changes ON ddl_command_end EXECUTE FUNCTION notes_change();
             CREATE FUNCTION in_c(cstring) RETURNS integer LANGUAGE internal STRICT AS 'int4in'",
        );
        let name = identifier(&name_of(&target));
        administrate(&format!("ALTER DATABASE {name} OWNER TO makes_little"));
        let by_role = entered_by(&target, "makes_little");
        let found = told(&diagnosed(&setting, &by_role, Purpose::Target).await);
        let expected =
            "event trigger notes_changes, extension pageinspect, function public.in_c(cstring)";
        assert!(
            found.contains(expected) && found.contains("needs a superuser"),
            "{found}"
        );
        assert_eq!(
            told(&diagnosed(&setting, &target, Purpose::Target).await),
            ""
        );
    });
}
