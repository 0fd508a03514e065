//! `weir scan`: what columns likely hold, told without their values, and a ruleset that fits.

use crate::fleet::Fleet;

const VALUES: [&str; 4] = ["zuhause-canary.de", "Lovelace", "+49 30 5550199", "ring me"];

/// Production with more than the usual tables.
fn fleet() -> Fleet {
    let fleet = Fleet::new();
    fleet
        .database("production")
        .execute_batch(
            r#"UPDATE customers SET email = replace(email, 'private.example', 'zuhause-canary.de');
             CREATE TABLE contacts (
                 id INTEGER PRIMARY KEY,
                 customer_email TEXT NOT NULL REFERENCES customers (email),
                 phone VARCHAR(20) NOT NULL,
                 "on" TEXT NOT NULL DEFAULT 'web',
                 note TEXT,
                 settings TEXT
             );
             CREATE TABLE later (id INTEGER PRIMARY KEY, remark TEXT);
             CREATE VIEW everybody AS SELECT email FROM customers;
             CREATE VIRTUAL TABLE found USING fts5(body);
             INSERT INTO contacts VALUES
                 (1, 'ada@zuhause-canary.de', '+49 30 5550199', 'web', 'ring me at +49 30 5550199',
                  '{"contact": {"phone": "+49 30 5550199"}, "theme": "dark"}'),
                 (2, 'grace@zuhause-canary.de', '+49 30 5550188', 'web', 'or ada@zuhause-canary.de',
                  '{"contact": {"phone": "+49 30 5550188"}, "theme": "light"}');"#,
        )
        .unwrap();
    fleet
}

#[test]
fn a_scan_says_what_columns_hold_and_none_of_their_values() {
    let fleet = fleet();
    let ended = fleet.succeed("scan production/shop");
    for word in ["email", "phone", "free-text", "6 of 15 columns"] {
        assert!(ended.stdout.contains(word), "{word}\n{}", ended.stdout);
    }
    let json = fleet.succeed("scan production/shop --json").json();
    for value in VALUES {
        assert!(!ended.all().contains(value), "{value}\n{}", ended.all());
        assert!(!json.to_string().contains(value), "{value}\n{json}");
    }
    let customers = &json["scans"][0]["tables"][0];
    assert_eq!(
        customers["columns"][1]["holds"][0]["what"], "email",
        "{customers}"
    );
    assert_eq!(customers["columns"][0]["sensitive"], false, "{customers}");
}

#[test]
fn the_proposal_fits_the_schema_and_masks_keys_alike() {
    let fleet = fleet();
    fleet.succeed("scan production/shop --write rules.yaml --force");
    let proposal = std::fs::read_to_string(fleet.path().join("rules.yaml")).unwrap();
    for line in [
        "      id: keep  # primary key",
        "      email: email  #",
        "      customer_email: email  #",
        "      customer_id: keep  # points to customers.id",
        "      \"on\": keep  #",
        "      remark: redact  # no value was seen",
        "      settings: {json: {\"$.contact.phone\": phone, \"$.theme\": keep, \"*\": redact}}",
        "  found: {drop: true}",
        "  everybody: drop  # view",
    ] {
        assert!(proposal.contains(line), "{line}\n{proposal}");
    }
    fleet.succeed("run production");
    fleet.succeed("run staging");
    fleet.succeed("sanitise check");
    fleet.succeed("run integration");
    let joined = fleet.database("integration");
    let pairs = "SELECT count(*) FROM contacts JOIN customers ON customer_email = email";
    assert_eq!(crate::fleet::number(&joined, pairs), 2);
    let raw = "SELECT count(*) FROM contacts WHERE phone LIKE '%55501%' OR note LIKE '%55501%' OR settings LIKE '%55501%'";
    assert_eq!(crate::fleet::number(&joined, raw), 0);
}

#[test]
fn identifiers_of_a_country_are_masked_by_those_of_the_same() {
    let fleet = fleet();
    let staff = "CREATE TABLE staff (id INTEGER PRIMARY KEY, ssn TEXT, dni TEXT, passport_number TEXT);
        INSERT INTO staff VALUES
            (1, '123-45-6789', '12345678Z', 'C01X00T47'), (2, '219-09-9998', 'X1234567L', 'C01X0006H');";
    fleet.database("production").execute_batch(staff).unwrap();
    let json = fleet.succeed("scan production/shop --json").json();
    let proposal = json["scans"][0]["proposal"].as_str().unwrap();
    for line in [
        "      ssn: {mask: national-id, country: us}  # national-id",
        "      dni: {mask: national-id, country: es}  # national-id",
        "      passport_number: redact  # national-id",
    ] {
        assert!(proposal.contains(line), "{line}\n{proposal}");
    }
}

#[test]
fn a_file_that_is_there_is_not_overwritten() {
    let fleet = fleet();
    let ended = fleet.run("scan production/shop --write rules.yaml");
    assert_eq!(ended.code, 2, "{}", ended.all());
    assert!(ended.stderr.contains("--force"), "{}", ended.stderr);
    let rules = std::fs::read_to_string(fleet.path().join("rules.yaml")).unwrap();
    assert!(!rules.contains("Proposed"), "{rules}");
}
