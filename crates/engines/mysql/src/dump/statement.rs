//! Statements that make objects again, as both clients read them: the server's own, which cuts at
//! semicolons, and `myloader`, which cuts at lines that end with one.

use crate::catalog::{ObjectKind, Schema, StoredObject};
use crate::config::{Flavour, literal};

/// What a session is set to around statements that need other settings.
const OURS: &str = "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', \
                    time_zone = '+00:00';\nSET NAMES utf8mb4;\n";
/// What ends a body for MySQL's client.
const DELIMITER: &str = ";;weir;;";

/// A statement without a body: a semicolon in it stands in quotes.
pub(super) fn plain(sql: &str, flavour: Flavour) -> String {
    match flavour {
        Flavour::Mariadb if sql.contains(";\n") => executed(sql),
        _ => format!("{sql};\n"),
    }
}

/// The statement of an object, run in the settings that its text was understood in.
pub(super) fn object(object: &StoredObject, schema: &Schema, flavour: Flavour) -> String {
    let (before, statement) = match flavour {
        // The server turns the text into the character set that the session then has.
        Flavour::Mariadb => {
            let statement = literal(&object.create);
            let kept = format!("SET @weir_statement = {statement};\n");
            (kept, "EXECUTE IMMEDIATE @weir_statement;\n".to_owned())
        }
        Flavour::Mysql if object.kind == ObjectKind::View => {
            (String::new(), format!("{};\n", object.create))
        }
        Flavour::Mysql => {
            let create = &object.create;
            let text = format!("DELIMITER {DELIMITER}\n{create}\n{DELIMITER}\nDELIMITER ;\n");
            (String::new(), text)
        }
    };
    let (into, back) = collation(object, schema);
    let settings = settings(object, flavour);
    format!("{before}{into}{settings}{statement}{OURS}{back}")
}

fn executed(sql: &str) -> String {
    let statement = literal(sql);
    format!("SET @weir_statement = {statement};\nEXECUTE IMMEDIATE @weir_statement;\n")
}

fn settings(object: &StoredObject, flavour: Flavour) -> String {
    let mut set = Vec::new();
    if object.kind != ObjectKind::View {
        set.push(format!("sql_mode = {}", literal(&object.sql_mode)));
    }
    // The text is in utf8mb4, and nobody turns it into something else where it is not executed.
    if flavour == Flavour::Mariadb && !object.character_set_client.is_empty() {
        let client = literal(&object.character_set_client);
        set.push(format!("character_set_client = {client}"));
    }
    if !object.collation_connection.is_empty() {
        let collation = literal(&object.collation_connection);
        set.push(format!("collation_connection = {collation}"));
    }
    if !object.time_zone.is_empty() {
        set.push(format!("time_zone = {}", literal(&object.time_zone)));
    }
    match set.is_empty() {
        true => String::new(),
        false => format!("SET SESSION {};\n", set.join(", ")),
    }
}

/// Routines and the like remember the collation of the schema they were made in.
fn collation(object: &StoredObject, schema: &Schema) -> (String, String) {
    let its_own = &object.database_collation;
    if its_own.is_empty() || *its_own == schema.collation {
        return (String::new(), String::new());
    }
    let alter = |collation: &str| format!("ALTER DATABASE COLLATE = {};\n", literal(collation));
    (alter(its_own), alter(&schema.collation))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trigger() -> StoredObject {
        StoredObject {
            kind: ObjectKind::Trigger,
            name: "tr".to_owned(),
            table: Some("t".to_owned()),
            create: "CREATE TRIGGER `tr` BEFORE INSERT ON `t` FOR EACH ROW\nBEGIN\n  SET NEW.a = \
                     ';';\nEND"
                .to_owned(),
            definer: "`root`@`localhost`".to_owned(),
            sql_mode: "ANSI_QUOTES".to_owned(),
            character_set_client: "latin1".to_owned(),
            collation_connection: "latin1_swedish_ci".to_owned(),
            database_collation: "utf8mb4_bin".to_owned(),
            time_zone: String::new(),
        }
    }

    fn schema(collation: &str) -> Schema {
        Schema {
            name: "app".to_owned(),
            character_set: "utf8mb4".to_owned(),
            collation: collation.to_owned(),
            tables: Vec::new(),
            sequences: Vec::new(),
            objects: Vec::new(),
        }
    }

    #[test]
    fn every_line_is_a_statement_of_its_own() {
        let text = object(&trigger(), &schema("utf8mb4_bin"), Flavour::Mariadb);
        assert!(text.lines().all(|line| line.ends_with(';')), "{text}");
        assert!(text.contains("character_set_client = 'latin1'"));
        assert!(!text.contains("ALTER DATABASE"));
        let text = object(&trigger(), &schema("latin1_bin"), Flavour::Mariadb);
        assert_eq!(text.matches("ALTER DATABASE").count(), 2);
        let text = plain("CREATE TABLE `a;\nb` (a int)", Flavour::Mariadb);
        assert!(text.lines().all(|line| line.ends_with(';')), "{text}");
    }
}
