//! `weir sanitise`: what rules do is seen before they do it, and so is what they miss.

use crate::fleet::Fleet;
use serde_json::Value;

/// What production holds and nobody may read by accident.
const VALUES: [&str; 4] = [
    "ada@private.example",
    "grace@private.example",
    "Ada Lovelace",
    "+49 30 555 0199",
];

fn silent(text: &str) {
    for value in VALUES {
        assert!(!text.contains(value), "{value} in:\n{text}");
    }
}

/// A fleet that has run once through all environments.
fn after_a_night() -> Fleet {
    let fleet = Fleet::new();
    fleet.succeed("run --all");
    fleet
}

/// Changes production's schema, and takes it as far as staging's backup.
fn change_production(fleet: &Fleet, sql: &str) {
    fleet.database("production").execute_batch(sql).unwrap();
    fleet.succeed("run production");
    fleet.succeed("run staging");
}

#[test]
fn a_check_says_what_happens_to_every_column() {
    let fleet = after_a_night();
    let ended = fleet.succeed("sanitise check");
    for line in [
        "integration/shop (shop): rules.yaml",
        "against staging:shop-sqlite/",
        "sound: 2 tables, 2 columns masked, 4 kept on purpose",
    ] {
        assert!(ended.stdout.contains(line), "{line}\n{}", ended.stdout);
    }
    let checked = fleet
        .succeed("sanitise check integration/shop --json")
        .json();
    let columns = &checked["checked"][0]["tables"][0]["columns"];
    let does: Vec<(&str, &str)> = columns
        .as_array()
        .unwrap()
        .iter()
        .map(|column| (text(&column["column"]), text(&column["does"])))
        .collect();
    assert_eq!(
        does,
        [("id", "kept"), ("email", "masked"), ("name", "masked")]
    );
    silent(&ended.all());
}

#[test]
fn a_check_lists_which_rows_arrive_and_which_tables_do_not() {
    let fleet = after_a_night();
    change_production(
        &fleet,
        "CREATE TABLE log (line TEXT); CREATE TABLE cache (line TEXT);",
    );
    let rules = "weir-rules: 1
tables:
  customers:
    rows: {keep: \"id < 2\"}
    columns: {id: keep, email: email, name: name}
  orders: {rows: {with: customers, one-in: 10, limit: 5}, columns: keep}
  log: {rows: none}
  cache: {drop: true}
";
    std::fs::write(fleet.path().join("rules.yaml"), rules).unwrap();
    let ended = fleet.succeed("sanitise check");
    for line in [
        "only rows with id < 2 arrive",
        "only one in 10 by id arrives",
        "only the first 5 that are read arrive",
        "rows that point to none of customers are removed",
        "made without rows",
        "not made",
        "its table's rule, line 7",
        "sound: 4 tables, 1 made without rows, 1 not made, 2 with some of their rows, 2 columns",
    ] {
        assert!(ended.stdout.contains(line), "{line}\n{}", ended.stdout);
    }
    let json = fleet.succeed("sanitise check --json").json();
    let tables = json["checked"][0]["tables"].as_array().unwrap();
    let of = |name: &str| tables.iter().find(|one| one["table"] == name).unwrap();
    let filter = &of("customers")["filters"][0];
    assert_eq!(filter["does"], "keep", "{filter}");
    assert_eq!(filter["by"], "id < 2", "{filter}");
    assert_eq!(filter["place"], "line 4", "{filter}");
    assert_eq!(of("log")["rows"], "none");
    assert_eq!(of("cache")["because"], "its table's rule, line 8");
    fleet.succeed("run integration");
    let copy = fleet.database("integration");
    assert_eq!(
        crate::fleet::number(&copy, "SELECT count(*) FROM customers"),
        1
    );
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn a_new_column_is_refused_with_the_lines_to_add_and_what_changed() {
    let fleet = after_a_night();
    change_production(
        &fleet,
        "ALTER TABLE customers ADD COLUMN phone TEXT;
         UPDATE customers SET phone = '+49 30 555 0199';",
    );
    for words in [
        "sanitise check",
        "sanitise check integration --live",
        "plan integration/shop",
        "restore integration/shop",
    ] {
        let ended = fleet.run(words);
        assert_eq!(ended.code, 40, "{words}\n{}", ended.all());
        let all = ended.all();
        for part in [
            "no rule for column `phone`",
            "phone: redact",
            "+ customers.phone TEXT, likely phone",
        ] {
            assert!(all.contains(part), "{words}: {part}\n{all}");
        }
        silent(&all);
    }
    let ended = fleet.run("sanitise check --json");
    let drift = &ended.json()["checked"][0]["drift"];
    assert_eq!(drift["changes"][0]["change"], "column-added", "{drift}");
    assert!(ended.stderr.contains("\"problems\":[{"), "{}", ended.stderr);
}

#[test]
fn what_changed_is_told_even_where_the_rules_still_fit() {
    let fleet = after_a_night();
    std::fs::write(
        fleet.path().join("rules.yaml"),
        "weir-rules: 1
tables:
  customers: {columns: {id: keep, mail: email, name: name}}
  orders: keep
  notes: {rows: none}
",
    )
    .unwrap();
    change_production(
        &fleet,
        "ALTER TABLE customers RENAME COLUMN email TO mail;
         ALTER TABLE orders ADD COLUMN remark TEXT;
         CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);",
    );
    let expected = [
        "~ customers.email is now called mail, likely email",
        "+ orders.remark TEXT",
        "+ table notes",
    ];
    for words in ["sanitise check", "plan integration/shop"] {
        let all = fleet.succeed(words).all();
        for line in expected {
            assert!(all.contains(line), "{words}: {line}\n{all}");
        }
    }
    fleet.succeed("restore integration/shop");
    let all = fleet.succeed("sanitise check").all();
    assert!(
        !all.contains("notes:") && !all.contains("is now called"),
        "{all}"
    );
}

#[test]
fn without_a_backup_the_live_database_can_be_asked() {
    let fleet = Fleet::new();
    let ended = fleet.run("sanitise check integration");
    assert_eq!(ended.code, 21, "{}", ended.all());
    assert!(ended.stderr.contains("--live"), "{}", ended.stderr);
}

#[test]
fn who_has_no_ruleset_is_told_so() {
    let fleet = Fleet::new();
    for words in [
        "sanitise check production",
        "sanitise preview production/shop",
    ] {
        let ended = fleet.run(words);
        assert_eq!(ended.code, 2, "{words}\n{}", ended.all());
        assert!(ended.stderr.contains("ruleset"), "{}", ended.stderr);
    }
}

#[test]
fn a_preview_shows_what_a_restore_writes_and_no_value_of_the_source() {
    let fleet = after_a_night();
    let hidden = fleet.succeed("sanitise preview integration/shop");
    silent(&hidden.all());
    assert!(
        hidden.stdout.contains("aaa@aaaaaaa.aaaaaaa"),
        "{}",
        hidden.stdout
    );
    let masked: String = fleet
        .database("integration")
        .query_row("SELECT email FROM customers WHERE id = 1", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert!(
        hidden.stdout.contains(&masked),
        "{masked}\n{}",
        hidden.stdout
    );

    let json = fleet
        .succeed("sanitise preview integration/shop --json")
        .json();
    silent(&json.to_string());
    let row = &json["previews"][0]["tables"][0]["sample"][0];
    assert_eq!(row["cells"][1]["after"], masked.as_str(), "{row}");
    assert_eq!(row["cells"][0]["before"], "9", "{row}");

    let shown =
        fleet.succeed("sanitise preview integration/shop --table customers --show-originals");
    assert!(
        shown.stdout.contains("ada@private.example"),
        "{}",
        shown.stdout
    );
    assert!(!shown.stdout.contains("orders"), "{}", shown.stdout);
}

#[test]
fn a_preview_takes_as_many_rows_as_asked_and_knows_its_tables() {
    let fleet = after_a_night();
    let json = fleet
        .succeed("sanitise preview integration/shop --rows 1 --json")
        .json();
    for table in json["previews"][0]["tables"].as_array().unwrap() {
        assert_eq!(table["sample"].as_array().unwrap().len(), 1, "{table}");
    }
    let ended = fleet.run("sanitise preview integration/shop --table customer");
    assert_eq!(ended.code, 2, "{}", ended.all());
    assert!(
        ended.stderr.contains("did you mean `customers`"),
        "{}",
        ended.stderr
    );
}

#[test]
fn values_cannot_steer_the_terminal() {
    let fleet = after_a_night();
    fleet
        .database("staging")
        .execute_batch(
            "UPDATE customers SET name = 'a' || char(27) || '[31m' || char(10) || 'b' WHERE id = 1",
        )
        .unwrap();
    let ended = fleet.succeed("sanitise preview integration/shop --show-originals");
    assert!(!ended.stdout.contains('\u{1b}'), "{}", ended.stdout);
    assert!(ended.stdout.contains("\\u{1b}[31m\\nb"), "{}", ended.stdout);
}

#[test]
fn a_preview_needs_the_live_database_and_says_so() {
    let fleet = after_a_night();
    std::fs::remove_file(fleet.path().join("staging.db")).unwrap();
    let ended = fleet.run("sanitise preview integration/shop");
    assert_eq!(ended.code, 30, "{}", ended.all());
    assert!(
        ended.stderr.contains("not from backups"),
        "{}",
        ended.stderr
    );
    fleet.succeed("sanitise check integration/shop");
}

#[test]
fn the_schema_of_rulesets_can_be_printed() {
    let fleet = Fleet::new();
    let schema = fleet.succeed("sanitise schema").json();
    assert!(schema["properties"]["tables"].is_object(), "{schema}");
}

#[test]
fn status_and_a_backup_say_by_which_rules_a_copy_is_clean() {
    let fleet = after_a_night();
    let told = "rules.yaml: 2 columns masked, 4 kept on purpose";
    let status = fleet.succeed("status").stdout;
    for line in ["2 copies: 1 sanitised, 1 raw", told, "staging/shop: raw"] {
        assert!(status.contains(line), "{line}\n{status}");
    }
    let backup = fleet.newest_backup("integration");
    let shown = fleet.succeed(&format!("backups show {backup}")).stdout;
    assert!(shown.contains(told), "{shown}");
}

#[test]
fn a_voucher_is_counted_and_shown_until_its_date() {
    let fleet = Fleet::new();
    let file = fleet.path().join("weir.yaml");
    let configuration = std::fs::read_to_string(&file).unwrap().replace(
        "integration: {sanitise: rules.yaml}",
        "integration: {vouched: {by: Ada, until: 2999-12-31, why: a trial}}",
    );
    std::fs::write(&file, configuration).unwrap();
    fleet.succeed("run --all");
    let status = fleet.succeed("status").stdout;
    for line in [
        "2 copies: 1 vouched for, 1 raw",
        "integration/shop: Ada vouches for it until 2999-12-31: a trial",
    ] {
        assert!(status.contains(line), "{line}\n{status}");
    }
}

#[test]
fn an_environment_that_publishes_is_checked_against_its_own_database() {
    let fleet = Fleet::new();
    let file = fleet.path().join("weir.yaml");
    let configuration = std::fs::read_to_string(&file)
        .unwrap()
        .replace(
            "signing_key: {file: production.key}",
            "signing_key: {file: production.key}, masking_key: {file: masking.key}, \
             clean: {store: clean/production}",
        )
        .replace(
            "    in:\n",
            "    in:\n      production: {sanitise: rules.yaml, operations: [backup, publish]}\n",
        );
    std::fs::write(&file, configuration).unwrap();
    fleet.succeed("run production");
    let all = fleet.succeed("sanitise check production").all();
    assert!(
        all.contains("against the live database production/shop"),
        "{all}"
    );
    fleet
        .database("production")
        .execute_batch("ALTER TABLE customers ADD COLUMN phone TEXT")
        .unwrap();
    for words in ["sanitise check production/shop", "run production"] {
        let ended = fleet.run(words);
        assert_eq!(ended.code, 40, "{words}\n{}", ended.all());
        let drift = "+ customers.phone TEXT, likely phone";
        assert!(ended.all().contains(drift), "{words}\n{}", ended.all());
    }
}
