//! The gate: what passes, what fails, and what it says.

use weir_detect::{Gate, GateColumn, Sensitive};
use weir_model::error::Kind;

fn column(name: &str) -> GateColumn {
    GateColumn {
        table: "users".to_owned(),
        column: name.to_owned(),
        ..GateColumn::default()
    }
}

fn gate(column: GateColumn, one_in: u64, canaries: &[&str]) -> Gate {
    let canaries: Vec<_> = canaries.iter().map(|canary| (*canary).to_owned()).collect();
    Gate::new(vec![column], one_in, 0.001, &canaries).unwrap()
}

#[test]
fn findings_above_the_threshold_fail_with_place_rate_shape_and_remedy() {
    let gate = gate(column("bio"), 1, &[]);
    for _ in 0..99 {
        gate.read(0, b"nothing to see");
    }
    gate.read(0, b"write to Anna.K@acme.io please");
    let error = gate.report().verdict().unwrap_err();
    assert_eq!(error.kind(), Kind::Sanitise);
    assert_eq!(
        error.cause(),
        "personal data is left, more than 0.1 % of a column: users.bio: email in 1 of 100 values (1.00 %), such as `Aaaa.A@aaaa.aa`"
    );
    assert_eq!(
        error.hint_text(),
        Some(
            "give users.bio a rule instead of `keep`, or let it stay with `gate: {allow: {users.bio: [email]}}`"
        )
    );
}

#[test]
fn findings_below_the_threshold_are_counted_and_pass() {
    let gate = gate(column("bio"), 1, &["planted"]);
    for _ in 0..9_999 {
        gate.read(0, b"nothing to see");
    }
    gate.read(0, b"anna@acme.io");
    let mark = gate.report().verdict().unwrap();
    assert_eq!(
        (mark.read, mark.one_in, mark.findings, mark.canaries),
        (10_000, 1, 1, 1)
    );
}

#[test]
fn what_is_allowed_or_made_by_the_rule_does_not_count() {
    let allowed = GateColumn {
        allow: vec![Sensitive::Phone],
        ..column("phone")
    };
    let made = GateColumn {
        produces: vec![Sensitive::Phone],
        masked: true,
        ..column("phone")
    };
    // A column that no rule masks cannot hold what a rule makes.
    let not_masked = GateColumn {
        masked: false,
        ..made.clone()
    };
    for (column, passes) in [(allowed, true), (made, true), (not_masked, false)] {
        let gate = gate(column, 1, &[]);
        gate.read(0, b"+49 30 901820");
        assert_eq!(gate.report().verdict().is_ok(), passes);
    }
}

#[test]
fn pseudonyms_of_addresses_are_nobodys() {
    let gate = gate(column("email"), 1, &[]);
    gate.read(0, b"kim.taylor@example.com");
    assert_eq!(gate.report().verdict().unwrap().findings, 0);
}

#[test]
fn one_canary_fails_even_where_values_are_sampled() {
    let gate = gate(column("notes"), 1_000, &["Canary 4711"]);
    for _ in 0..500 {
        gate.read(0, b"nothing");
    }
    gate.read(0, b"said cANARY 4711 twice");
    let report = gate.report();
    assert_eq!((report.read, report.one_in), (1, 1_000));
    let error = report.verdict().unwrap_err();
    assert_eq!(error.cause(), "canaries are left: users.notes in 1 values");
    assert!(!format!("{error:?}").to_lowercase().contains("4711"));
}

#[test]
fn what_only_may_be_personal_counts_where_there_is_much_of_it() {
    let few = gate(column("reference"), 1, &[]);
    let many = gate(column("reference"), 1, &[]);
    for number in 0..1_000 {
        few.read(
            0,
            if number == 0 {
                b"202-456-1111"
            } else {
                b"nothing"
            },
        );
        many.read(
            0,
            if number % 10 == 0 {
                b"202-456-1111"
            } else {
                b"nothing"
            },
        );
    }
    assert_eq!(few.report().verdict().unwrap().findings, 0);
    assert!(many.report().verdict().is_err());
}

#[test]
fn threads_count_together() {
    let gate = gate(column("bio"), 1, &[]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..1_000).for_each(|_| gate.read(0, b"81.169.145.66")));
        }
    });
    let report = gate.report();
    assert_eq!((report.read, report.findings[0].sure), (4_000, 4_000));
}

#[test]
fn bytes_are_read_where_they_are_text_and_for_canaries_always() {
    let gate = gate(column("content"), 1, &["Canary 4711"]);
    let picture = b"\x89PNG\0\xffkim.taylor@private-mail.org";
    gate.read_bytes(0, picture);
    assert_eq!(gate.report().verdict().unwrap().findings, 0);
    gate.read_bytes(0, b"\x89PNG\0\xffcanary 4711");
    let error = gate.report().verdict().unwrap_err();
    assert_eq!(
        error.cause(),
        "canaries are left: users.content in 1 values"
    );
    let letters = self::gate(column("content"), 1, &[]);
    letters.read_bytes(0, "Écrivez à kim.taylor@private-mail.org".as_bytes());
    assert!(letters.report().verdict().is_err());
}

#[test]
fn what_a_rule_wrote_counts_where_it_stood_there_before() {
    let gate = gate(column("note"), 1, &[]);
    let before = b"from Kim.Taylor@private-mail.org";
    gate.read_written(0, before, b"from DE89370400440532013000 by chance");
    assert_eq!(gate.report().verdict().unwrap().findings, 0);
    gate.read_written(0, before, b"still from kim.taylor@private-mail.org");
    assert!(gate.report().verdict().is_err());
}
