//! Definitions as MariaDB 10.11 printed them, and as MySQL 8 prints them.

use super::*;

const CHILD: &str = include_str!("tests/child.sql");
const DEFAULTS: &str = include_str!("tests/dflt.sql");
const VERSIONED: &str = include_str!("tests/ver2.sql");
const PARTITIONED: &str = include_str!("tests/parts.sql");
const MYISAM: &str = include_str!("tests/my.sql");
const MYSQL: &str = include_str!("tests/mysql8.sql");

fn parse(create: &str) -> TableDefinition {
    TableDefinition::parse(create).unwrap()
}

fn column<'a>(table: &'a TableDefinition, name: &str) -> &'a ColumnDefinition {
    let mut columns = table.columns.iter();
    columns.find(|column| column.name == name).unwrap()
}

#[test]
fn every_kind_of_column_is_read() {
    let table = parse(CHILD);
    assert_eq!((table.name.as_str(), table.columns.len()), ("child", 23));
    let types = |name: &str| {
        let column = column(&table, name);
        (column.type_text.clone(), column.base.clone())
    };
    for (name, text, base) in [
        ("id", "bigint(20)", "bigint"),
        ("pid", "int(10) unsigned", "int"),
        ("e", "enum('a,b','c)d','it''s')", "enum"),
        ("d", "double(10,3) unsigned", "double"),
        ("z", "int(5) unsigned zerofill", "int"),
        ("b", "bit(5)", "bit"),
        ("comp", "text", "text"),
        ("g", "geometry", "geometry"),
    ] {
        assert_eq!(types(name), (text.to_owned(), base.to_owned()));
    }
    let defaults = |name: &str| column(&table, name).default.clone();
    for (name, default) in [
        ("odd `name", "'it''s, ) -- x'"),
        ("price", "0.00"),
        ("e", "'c)d'"),
        ("ts", "current_timestamp()"),
        ("b", "b'101'"),
        ("u", "uuid()"),
        ("inv", "3"),
        ("z", "00000"),
        ("chk", "NULL"),
    ] {
        assert_eq!(defaults(name).as_deref(), Some(default), "{name}");
    }
    assert_eq!(defaults("id"), None);
    let odd = column(&table, "odd `name");
    assert_eq!(odd.comment.as_deref(), Some("semi; `tick` /* ' \n newline"));
    assert_eq!(odd.character_set.as_deref(), Some("latin1"));
    let code = column(&table, "code");
    assert_eq!(code.collation.as_deref(), Some("utf8mb4_general_ci"));
    assert_eq!(column(&table, "bl").character_set, None);
    assert!(column(&table, "id").auto_increment && !column(&table, "id").nullable);
    assert!(column(&table, "inv").invisible && column(&table, "pid").unsigned);
    let generated = |column: &&ColumnDefinition| column.generated;
    let generated: Vec<_> = table.columns.iter().filter(generated).collect();
    assert_eq!(generated.len(), 2);
}

#[test]
fn every_kind_of_key_is_read() {
    let table = parse(CHILD);
    let keys: Vec<(&str, KeyKind, Vec<&str>, bool)> = table
        .keys
        .iter()
        .map(|key| {
            let columns = key.columns.iter().map(String::as_str).collect();
            (key.name.as_str(), key.kind, columns, key.exact)
        })
        .collect();
    assert_eq!(
        keys,
        [
            ("PRIMARY", KeyKind::Primary, vec!["id"], true),
            ("u", KeyKind::Unique, vec!["code", "odd `name"], false),
            ("pid", KeyKind::Plain, vec!["pid"], true),
            ("pre", KeyKind::Plain, vec!["tx", "e"], false),
            ("sp", KeyKind::Spatial, vec!["g"], true),
            ("hsh", KeyKind::Plain, vec!["f"], true),
            ("de", KeyKind::Plain, vec!["price"], true),
            ("ft", KeyKind::Fulltext, vec!["tx"], true),
        ]
    );
    let [first, second] = table.foreign_keys.as_slice() else {
        panic!("two foreign keys");
    };
    assert_eq!((first.name.as_str(), second.name.as_str()), ("fk1", "fk`2"));
    assert_eq!(first.referenced_table, "parent");
    assert_eq!(first.referenced_columns, ["id"]);
    assert!(first.text.ends_with("ON DELETE SET NULL ON UPDATE CASCADE"));
    assert_eq!(
        table.checks,
        ["CONSTRAINT `c,1` CHECK (`price` >= 0 and `s` <> 'x)')"]
    );
    assert_eq!(table.engine.as_deref(), Some("InnoDB"));
    assert_eq!(table.default_character_set.as_deref(), Some("latin1"));
}

#[test]
fn a_bare_table_has_its_keys_added_later() {
    let table = parse(CHILD);
    let bare = table.bare();
    let again = parse(&bare);
    assert_eq!((again.columns.len(), again.keys.len()), (23, 1));
    assert_eq!((again.foreign_keys.len(), again.checks.len()), (0, 1));
    assert_eq!(again.options, table.options);
    let later = table.later_keys();
    let sizes: Vec<usize> = later.iter().map(Vec::len).collect();
    assert_eq!(sizes, [6, 1]);
    assert_eq!(later[0][0], "ADD UNIQUE KEY `u` (`code`,`odd ``name`(5))");
    assert_eq!(later[1], ["ADD FULLTEXT KEY `ft` (`tx`)"]);
    let two = parse(DEFAULTS).later_keys();
    assert_eq!(two.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1]);
}

#[test]
fn what_counting_and_order_need_stays() {
    let kept = |create: &str| -> Vec<String> {
        let keys = parse(&parse(create).bare()).keys.into_iter();
        keys.map(|key| key.name).collect()
    };
    assert_eq!(kept(MYISAM), ["o"]);
    assert_eq!(kept(PARTITIONED), ["PRIMARY", "ky"]);
    let counted = "CREATE TABLE `a` (`i` int(11), `n` int(11) NOT NULL AUTO_INCREMENT, KEY `k` (`i`), \
                   KEY `n` (`n`), UNIQUE KEY `m` (`n`))";
    assert_eq!(kept(counted), ["m"]);
    let unique = "CREATE TABLE `a` (`i` int(11), `n` int(11) NOT NULL, UNIQUE KEY `i` (`i`), UNIQUE KEY `n` (`n`))";
    assert_eq!(kept(unique), ["n"]);
}

#[test]
fn periods_sequences_history_and_partitions_are_kept() {
    let table = parse(DEFAULTS);
    let default = column(&table, "a").default.as_deref();
    assert_eq!(default, Some("nextval(`app`.`sq`)"));
    assert_eq!(table.periods, ["PERIOD FOR `p` (`x1`, `x2`)"]);
    assert_eq!(table.keys[0].columns, ["a"]);
    assert!(!table.keys[0].exact && !table.is_system_versioned());
    assert_eq!(column(&table, "d").character_set.as_deref(), Some("ascii"));

    let table = parse(VERSIONED);
    assert!(table.is_system_versioned());
    let hidden = |name| {
        let column = column(&table, name);
        (column.row_start_or_end, column.generated)
    };
    assert_eq!(hidden("rs"), (true, false));
    assert_eq!(hidden("b"), (false, false));
    let partitions = table.partitions.as_deref().unwrap();
    assert!(
        partitions.starts_with("PARTITION BY SYSTEM_TIME")
            && partitions.ends_with("CURRENT ENGINE = InnoDB)")
    );
    assert!(!table.options.contains("PARTITION"));
    assert_eq!(parse(&table.bare()), table);

    let table = parse(PARTITIONED);
    let partitions = table.partitions.as_deref().unwrap();
    assert!(partitions.contains("SUBPARTITIONS 2") && partitions.contains("'x) ,'"));
}

#[test]
fn what_mysql_writes_is_read() {
    let table = parse(MYSQL);
    assert!(column(&table, "my_row_id").invisible);
    assert!(column(&table, "my_row_id").auto_increment);
    let a = column(&table, "a");
    assert_eq!(a.character_set.as_deref(), Some("latin1"));
    assert_eq!(a.default.as_deref(), Some("_utf8mb4'x,)'"));
    let b = column(&table, "b");
    assert_eq!(b.character_set.as_deref(), Some("utf8mb4"));
    assert_eq!(b.collation.as_deref(), Some("utf8mb4_bin"));
    assert_eq!(
        b.default.as_deref(),
        Some("(concat(_utf8mb4'a,',_utf8mb4')'))")
    );
    assert_eq!(column(&table, "j").character_set, None);
    assert_eq!(column(&table, "u").comment.as_deref(), Some("it's, (a"));
    assert!(column(&table, "v").generated && !column(&table, "g").nullable);
    let unique = table.keys.iter().find(|key| key.name == "x").unwrap();
    assert_eq!((unique.columns.len(), unique.exact), (1, false));
    let partitions = table.partitions.as_deref().unwrap();
    assert!(partitions.starts_with("/*!50100 PARTITION BY RANGE") && partitions.ends_with("*/"));
    assert!(table.checks[0].ends_with("/*!80016 NOT ENFORCED */"));
    assert!(
        table
            .bare()
            .contains("\n) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB")
    );
    assert_eq!(
        table.later_keys()[0][1],
        "ADD KEY `i` (`b`) /*!80000 INVISIBLE */"
    );
    assert_eq!(
        table.default_collation.as_deref(),
        Some("utf8mb4_0900_ai_ci")
    );
}

#[test]
fn what_is_no_table_is_refused() {
    for text in [
        "",
        "CREATE VIEW `v` AS select 1",
        "CREATE TABLE `t` (`a` int",
        "CREATE TABLE `t` ()",
        "CREATE TEMPORARY TABLE `t` (`a` int)",
        "CREATE TABLE `t` (`a`)",
    ] {
        let error = TableDefinition::parse(text).unwrap_err();
        assert_eq!(error.kind(), weir_model::error::Kind::Corrupt, "{text}");
    }
    let people = "create table if not exists s.t (id int, constraint foreign key (id) references other.p(id), unique (id))";
    let table = parse(people);
    assert_eq!(table.foreign_keys[0].name, "t_ibfk_1");
    assert_eq!(
        table.foreign_keys[0].referenced_schema.as_deref(),
        Some("other")
    );
}
