//! Changes of schema, made behind the engine's back.

/// What, and the SQL that makes it in the suite's own schema.
pub(crate) const SCHEMA_CHANGES: [(&str, &str); 64] = [
    ("a new table", "CREATE TABLE more(id INT)"),
    ("a dropped table", "DROP TABLE writes"),
    ("a renamed table", "RENAME TABLE items TO things"),
    ("a new column", "ALTER TABLE items ADD more TEXT"),
    ("a column in front", "ALTER TABLE items ADD more TEXT FIRST"),
    (
        "another order of columns",
        "ALTER TABLE items MODIFY generation INT FIRST",
    ),
    ("a dropped column", "ALTER TABLE items DROP generation"),
    (
        "a renamed column",
        "ALTER TABLE items RENAME COLUMN generation TO number",
    ),
    ("another type", "ALTER TABLE items MODIFY generation BIGINT"),
    (
        "a type without a sign",
        "ALTER TABLE items MODIFY generation INT UNSIGNED",
    ),
    (
        "another length",
        "ALTER TABLE people MODIFY name VARCHAR(101) NOT NULL",
    ),
    (
        "another character set",
        "ALTER TABLE people MODIFY name VARCHAR(100) CHARACTER SET latin1 NOT NULL",
    ),
    (
        "another collation",
        "ALTER TABLE people MODIFY name VARCHAR(100) COLLATE utf8mb4_bin NOT NULL",
    ),
    (
        "another collation of a table",
        "ALTER TABLE people COLLATE utf8mb4_bin",
    ),
    (
        "a default",
        "ALTER TABLE items ALTER generation SET DEFAULT 7",
    ),
    (
        "a default that is computed",
        "ALTER TABLE items MODIFY generation INT DEFAULT (1 + 1)",
    ),
    (
        "a default that updates itself",
        "ALTER TABLE items ADD more TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP",
    ),
    (
        "a default of a sequence",
        "ALTER TABLE items MODIFY generation INT DEFAULT NEXTVAL(numbers)",
    ),
    (
        "a computed column",
        "ALTER TABLE items ADD more INT AS (id + 1) VIRTUAL",
    ),
    (
        "a computed column that is stored",
        "ALTER TABLE items ADD more INT AS (id + 1) PERSISTENT",
    ),
    (
        "an invisible column",
        "ALTER TABLE items MODIFY generation INT INVISIBLE",
    ),
    (
        "a compressed column",
        "ALTER TABLE notes MODIFY text TEXT COMPRESSED",
    ),
    (
        "a column that counts",
        "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; ALTER TABLE items MODIFY id INT AUTO_INCREMENT",
    ),
    (
        "a column that counts no more",
        "ALTER TABLE writes MODIFY id BIGINT",
    ),
    (
        "a value that must be there",
        "ALTER TABLE items MODIFY generation INT NOT NULL",
    ),
    (
        "a value that may be missing",
        "ALTER TABLE totals MODIFY writes INT",
    ),
    ("a check", "ALTER TABLE items ADD CHECK (id >= 0)"),
    (
        "a check of a column",
        "ALTER TABLE items MODIFY generation INT CHECK (generation > -1)",
    ),
    (
        "a dropped primary key",
        "ALTER TABLE totals DROP PRIMARY KEY",
    ),
    (
        "another primary key",
        "ALTER TABLE items DROP PRIMARY KEY, ADD PRIMARY KEY (id, generation)",
    ),
    (
        "a unique key",
        "ALTER TABLE items ADD UNIQUE (id, generation)",
    ),
    (
        "a foreign key",
        "ALTER TABLE notes ADD CONSTRAINT more FOREIGN KEY (id) REFERENCES people(id)",
    ),
    (
        "a dropped foreign key",
        "ALTER TABLE notes DROP FOREIGN KEY notes_person",
    ),
    (
        "a foreign key that deletes",
        "ALTER TABLE notes DROP FOREIGN KEY notes_person; ALTER TABLE notes ADD CONSTRAINT notes_person \
         FOREIGN KEY (person) REFERENCES people(id) ON DELETE CASCADE",
    ),
    ("a new key", "CREATE INDEX more ON items(generation)"),
    ("a dropped key", "ALTER TABLE people DROP KEY email"),
    (
        "another order in a key",
        "CREATE INDEX more ON items(generation DESC)",
    ),
    ("a key of a prefix", "CREATE INDEX more ON people(name(10))"),
    (
        "a key that is ignored",
        "CREATE INDEX more ON items(generation) IGNORED",
    ),
    (
        "a key of words",
        "CREATE FULLTEXT INDEX more ON notes(text)",
    ),
    (
        "a key with a comment",
        "CREATE INDEX more ON items(generation) COMMENT 'more'",
    ),
    ("another row format", "ALTER TABLE items ROW_FORMAT=COMPACT"),
    ("another engine", "ALTER TABLE items ENGINE=Aria"),
    (
        "partitions",
        "ALTER TABLE items PARTITION BY HASH (id) PARTITIONS 3",
    ),
    (
        "a table with its history",
        "ALTER TABLE items ADD SYSTEM VERSIONING",
    ),
    ("a sequence", "CREATE SEQUENCE more"),
    (
        "another step of a sequence",
        "ALTER SEQUENCE numbers INCREMENT BY 5",
    ),
    ("a dropped sequence", "DROP SEQUENCE numbers"),
    ("a view", "CREATE VIEW more AS SELECT * FROM items"),
    (
        "another view of the same name",
        "CREATE OR REPLACE VIEW authors AS SELECT name, email AS text FROM people",
    ),
    (
        "a view that guards",
        "CREATE VIEW more AS SELECT * FROM items WHERE id > 1 WITH CHECK OPTION",
    ),
    (
        "a view with another caller's rights",
        "ALTER SQL SECURITY INVOKER VIEW authors AS SELECT p.name, n.text FROM people p JOIN notes n ON n.person = p.id",
    ),
    (
        "a function",
        "CREATE FUNCTION more() RETURNS INT DETERMINISTIC RETURN 2",
    ),
    (
        "another body of a function",
        "CREATE OR REPLACE FUNCTION one() RETURNS INT DETERMINISTIC RETURN 2",
    ),
    (
        "a function with another caller's rights",
        "ALTER FUNCTION one SQL SECURITY INVOKER",
    ),
    ("a procedure", "CREATE PROCEDURE more() SELECT 1"),
    (
        "a comment of a procedure",
        "ALTER PROCEDURE look COMMENT 'more'",
    ),
    ("a dropped procedure", "DROP PROCEDURE look"),
    (
        "a trigger",
        "CREATE TRIGGER more BEFORE DELETE ON items FOR EACH ROW SET @x = 1",
    ),
    (
        "a trigger behind another",
        "CREATE TRIGGER more BEFORE UPDATE ON items FOR EACH ROW FOLLOWS touched SET @x = 1",
    ),
    (
        "an event",
        "CREATE EVENT more ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01 00:00:00' DO SET @x = 2",
    ),
    ("an event that sleeps", "ALTER EVENT yearly DISABLE"),
    (
        "another schedule of an event",
        "ALTER EVENT yearly ON SCHEDULE EVERY 2 YEAR STARTS '2037-01-01 00:00:00'",
    ),
    ("a comment", "ALTER TABLE items COMMENT 'more'"),
];
