//! What databases of the conformance suite are filled with, and the scripts that fail in them.

use weir_testkit::conformance::Seed;

/// What makes a seed, for the stock client.
pub(crate) fn sql(seed: Seed) -> Vec<String> {
    match seed {
        Seed::Empty => Vec::new(),
        Seed::Generation(generation) => vec![generation_sql(generation)],
        Seed::Everything => EVERYTHING.map(|(_, sql)| sql.to_owned()).into(),
    }
}

/// Beside the suite's tables, something of each kind that a change of schema changes.
fn generation_sql(generation: u32) -> String {
    format!(
        "CREATE TABLE items(id INT PRIMARY KEY, generation INT);
         CREATE TABLE people(id INT PRIMARY KEY, name VARCHAR(100) NOT NULL, email VARCHAR(100) UNIQUE);
         CREATE TABLE notes(id INT PRIMARY KEY, person INT, text TEXT,
             KEY notes_by_person(person),
             CONSTRAINT notes_person FOREIGN KEY (person) REFERENCES people(id));
         CREATE TABLE writes(id BIGINT AUTO_INCREMENT PRIMARY KEY);
         CREATE TABLE totals(id INT PRIMARY KEY, writes INT NOT NULL);
         CREATE SEQUENCE numbers START WITH 7;
         CREATE VIEW authors AS SELECT p.name, n.text FROM people p JOIN notes n ON n.person = p.id;
         CREATE FUNCTION one() RETURNS INT DETERMINISTIC RETURN 1;
         CREATE PROCEDURE look() SELECT COUNT(*) FROM items;
         CREATE TRIGGER touched BEFORE UPDATE ON items FOR EACH ROW SET NEW.id = OLD.id;
         CREATE EVENT yearly ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01 00:00:00' DO SET @x = 1;
         INSERT INTO items SELECT seq, {generation} FROM seq_0_to_199;
         INSERT INTO people SELECT id, CONCAT('Person ', id),
             CONCAT('person-', id, '@generation-{generation}.example') FROM items WHERE id < 50;
         INSERT INTO notes SELECT id, id, CONCAT('erase-me-', id) FROM people;
         INSERT INTO totals VALUES (1, 0);"
    )
}

macro_rules! everything {
    ($($file:literal),+ $(,)?) => {
        [$(($file, include_str!(concat!("../../fixtures/everything/", $file)))),+]
    };
}

/// Every kind of object, name and value that the stock tools carry over, by file. Nothing that
/// belongs to the server and not to the database: a target keeps its own grants.
pub(crate) const EVERYTHING: [(&str, &str); 11] = everything!(
    "00-users.sql",
    "01-types.sql",
    "02-values.sql",
    "03-text.sql",
    "04-names.sql",
    "05-tables.sql",
    "06-keys.sql",
    "07-partitions.sql",
    "08-sequences.sql",
    "09-routines.sql",
    "10-behaviour.sql",
);

/// Scripts that change rows and then fail, or try to get out of the shadow.
pub(crate) const FAILING_SCRIPTS: [&str; 10] = [
    "INSERT INTO nowhere VALUES (1);",
    "INSERT INTO people SELECT id + 1000, name, email FROM people WHERE id = 1;",
    "SELECT 'person-1@generation-1.example' FROM FROM items;",
    "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'person-1@generation-1.example';",
    "UPDATE people SET id = email WHERE id = 1;",
    "UPDATE totals SET writes = NULL;",
    "SOURCE /etc/passwd",
    "USE mysql;",
    "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE notes;",
    "DELETE FROM people WHERE id = 1; INSERT INTO notes VALUES (1000, 1, 'x'); SELECT 1 +;",
];
