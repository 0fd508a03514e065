use super::*;

fn of(expression: &str) -> Option<Expression> {
    read(expression, &["a".to_owned(), "b c".to_owned()], false)
}

fn one_of(values: &[&str]) -> Expression {
    let values = values
        .iter()
        .map(|value| Operand::Text((*value).to_owned()));
    Expression::Any(each(Operator::Equal, &Operand::Column(0), values.collect()))
}

#[test]
fn lists_are_read_as_every_database_prints_them() {
    for expression in [
        "a IN ('x','y')",
        "((\"a\")::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[]))",
        "(a = ANY (ARRAY['x'::text, 'y'::text]))",
        "`a` in (_utf8mb4'x','y')",
    ] {
        assert_eq!(of(expression), Some(one_of(&["x", "y"])), "{expression}");
    }
}

#[test]
fn lengths_ranges_and_what_joins_them_are_read() {
    let compare =
        |operator, left, number| Expression::Compare(operator, left, Operand::Number(number));
    let column = || Operand::Column(0);
    assert_eq!(
        of("((length((a)::text) <= 20) AND (a >= (0)::numeric))"),
        Some(Expression::All(vec![
            compare(Operator::AtMost, Operand::Characters(0), 20.0),
            compare(Operator::AtLeast, column(), 0.0),
        ]))
    );
    assert_eq!(
        of("length(`a`) <= 20"),
        Some(compare(Operator::AtMost, Operand::Bytes(0), 20.0))
    );
    assert_eq!(
        of("`a` between 1 and -2.5"),
        Some(Expression::All(vec![
            compare(Operator::AtLeast, column(), 1.0),
            compare(Operator::AtMost, column(), -2.5),
        ]))
    );
    assert_eq!(
        of("\"b c\" IS NOT NULL OR NOT json_valid(a)"),
        Some(Expression::Any(vec![
            Expression::Not(Box::new(Expression::IsNull(Operand::Column(1)))),
            Expression::Not(Box::new(Expression::IsJson(column()))),
        ]))
    );
    assert_eq!(
        read("((VALUE)::text <> ''::text)", &["a".to_owned()], true),
        Some(Expression::Compare(
            Operator::Unequal,
            column(),
            Operand::Text(String::new())
        ))
    );
}

#[test]
fn what_is_not_simple_is_not_understood() {
    for expression in [
        "",
        "a",
        "a =",
        "a = = 1",
        "(a = 1",
        "a = 1)",
        "a ~ '^x$'::text",
        "a LIKE 'x%'",
        "lower(a) = 'x'",
        "a = 'it\\'s'",
        "a::character varying(3) = 'x'",
        "a = 1 AND",
        "other = 1",
        "a + 1 > 2",
        "a IN ()",
        "a = ANY (b)",
        "a = 'open",
        "a NOT 1",
        "a = 99999999999999999999",
        "-'x' = a",
        "\u{0}\u{7f}é",
    ] {
        assert_eq!(of(expression), None, "{expression}");
    }
    assert_eq!(of(&"(".repeat(100_000)), None);
    assert_eq!(of(&"NOT ".repeat(100_000)), None);
    assert_eq!(of(&format!("a IN ({}1)", "1,".repeat(100_000))), None);
}

#[test]
fn any_words_in_any_order_are_read_without_harm() {
    let words = [
        "a", "(", ")", "AND", "OR", "NOT", "IN", "'x'", "1", ",", "=", "::", "text", "[", "]",
        "ANY", "ARRAY", "IS", "NULL", "BETWEEN", "length", "-", "\"", "'", "`",
    ];
    let mut seed = 1_u64;
    for _ in 0..20_000 {
        let mut expression = String::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            expression.push_str(words[(seed >> 33) as usize % words.len()]);
            expression.push(' ');
        }
        let _ = of(&expression);
    }
}
