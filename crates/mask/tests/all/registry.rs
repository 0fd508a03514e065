//! What holds of every transformer there is, also of one added tomorrow.

use crate::support::{ColumnMask, mask};
use proptest::prelude::{Strategy, any, prop_assert, prop_oneof, proptest};
use std::sync::{Arc, LazyLock};
use weir_engine::{Field, Replacement};
use weir_mask::{Transformer, transformers};

/// The transformers that make a value of a value alone, each at work with as few options as it
/// takes.
static MASKS: LazyLock<Vec<(&Transformer, Arc<dyn ColumnMask>)>> = LazyLock::new(|| {
    transformers()
        .iter()
        .filter(|one| !["shuffle", "program", "template"].contains(&one.name))
        .map(|one| (*one, mask(&rule(one))))
        .collect()
});

/// A rule with as few options as the transformer takes.
pub(crate) fn rule(transformer: &Transformer) -> String {
    let required = transformer.options.iter().filter(|option| option.required);
    let options: String = required
        .map(|option| match option.name {
            "country" => ", country: de".to_owned(),
            "values" => ", values: [one, two, three]".to_owned(),
            name => format!(", {name}: x"),
        })
        .collect();
    format!("{{mask: {}{options}}}", transformer.name)
}

fn values() -> impl Strategy<Value = String> {
    let examples: Vec<&str> = transformers().iter().map(|one| one.example.0).collect();
    prop_oneof![
        any::<String>(),
        "[a-z]{1,12}@[a-z]{1,8}\\.(com|org)",
        "[0-9]{1,20}",
        "20[0-9]{2}-0[1-9]-1[0-9]( 1[0-9]:00:00)?",
        proptest::sample::select(examples).prop_map(str::to_owned),
    ]
}

fn same(one: &Replacement, value: &str) -> bool {
    one.as_field() == Field::Text(value.as_bytes())
}

proptest! {
    #[test]
    fn no_identifying_transformer_gives_the_value_itself(value in values()) {
        for (transformer, mask) in MASKS.iter().filter(|(one, _)| one.identifying) {
            let masked = mask.mask(Field::Text(value.as_bytes())).unwrap();
            // Nothing is left of what holds nothing.
            let holds = value.chars().any(char::is_alphanumeric);
            prop_assert!(!holds || !same(&masked, &value), "{}", transformer.name);
        }
    }

    #[test]
    fn every_thread_and_every_time_gives_the_same(value in values()) {
        for (transformer, mask) in MASKS.iter() {
            let here = mask.mask(Field::Text(value.as_bytes())).unwrap();
            let there = std::thread::scope(|scope| {
                scope.spawn(|| mask.mask(Field::Text(value.as_bytes())).unwrap()).join().unwrap()
            });
            prop_assert!(here == there, "{}", transformer.name);
        }
    }

    #[test]
    fn any_field_is_masked(bytes in any::<Vec<u8>>(), integer in any::<i64>(), real in any::<f64>()) {
        for (transformer, mask) in MASKS.iter() {
            let fields = [Field::Text(&bytes), Field::Blob(&bytes), Field::Integer(integer), Field::Real(real)];
            for field in fields {
                prop_assert!(mask.mask(field).is_ok(), "{}", transformer.name);
            }
        }
    }
}

#[test]
fn null_stays_null_unless_the_rule_writes_a_value() {
    for (transformer, mask) in MASKS.iter().filter(|(one, _)| one.name != "fixed") {
        let masked = mask.mask(Field::Null).unwrap();
        assert!(masked == Replacement::Null, "{}", transformer.name);
    }
}
