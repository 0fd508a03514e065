//! Columns of a new copy that take their values from its sequences. A default names the schema of its
//! sequence for good, which is the one that the copy was built in.

use super::steps::{Step, set_defaults};
use crate::catalog::Schema;
use crate::catalog::definition::TableDefinition;
use crate::config::{Session, identifier, qualified};
use weir_model::error::Result;

/// What stands in front of the name of a sequence.
const CALLS: [&str; 2] = ["nextval(", "lastval("];

/// Makes the columns of the copy take from the live schema's sequences, as far as the live copy has
/// them by now; says what is to be set once the copy is live.
pub(super) async fn redirect(
    session: &mut Session,
    built: &Schema,
    live: &Schema,
) -> Result<Vec<Step>> {
    let mut later = Vec::new();
    for table in &built.tables {
        if !CALLS.iter().any(|call| table.create.contains(call)) {
            continue;
        }
        let (mut values, mut all_there) = (Vec::new(), true);
        for column in TableDefinition::parse(&table.create)?.columns {
            let Some(default) = column.default else {
                continue;
            };
            let (value, sequences) = in_schema(&default, &live.name);
            if sequences.is_empty() {
                continue;
            }
            let is_there = |name: &String| live.sequences.iter().any(|other| other.name == *name);
            all_there &= sequences.iter().all(is_there);
            values.push((column.name, value));
        }
        if values.is_empty() {
            continue;
        }
        if all_there {
            let sql = set_defaults(&built.name, &table.name, &values);
            session.run("set defaults of the new copy of", &sql).await?;
        } else {
            later.push(Step::ColumnDefaults {
                table: table.name.clone(),
                values,
            });
        }
    }
    Ok(later)
}

/// The default with the schema in front of the sequences that name none, and these sequences.
fn in_schema(default: &str, schema: &str) -> (String, Vec<String>) {
    let (mut told, mut sequences, mut rest) = (String::new(), Vec::new(), default);
    while let Some((at, call)) = next_call(rest) {
        let (before, after) = rest.split_at(at + call.len());
        told.push_str(before);
        rest = after;
        let Some((name, length)) = name(after) else {
            continue;
        };
        let behind = after.get(length..).unwrap_or_default();
        if !behind.starts_with('.') {
            told.push_str(&qualified(schema, &name));
            sequences.push(name);
            rest = behind;
        }
    }
    told.push_str(rest);
    (told, sequences)
}

fn next_call(text: &str) -> Option<(usize, &'static str)> {
    let calls = CALLS
        .iter()
        .filter_map(|call| Some((text.find(call)?, *call)));
    calls.min()
}

/// The name in backticks at the beginning of a text, and how long it is there.
fn name(text: &str) -> Option<(String, usize)> {
    let mut rest = text.strip_prefix('`')?;
    let mut name = String::new();
    loop {
        let (part, behind) = rest.split_once('`')?;
        name.push_str(part);
        match behind.strip_prefix('`') {
            Some(more) => {
                name.push('`');
                rest = more;
            }
            None => {
                let length = identifier(&name).len();
                return Some((name, length));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_that_names_no_schema_gets_the_live_one() {
        let told = |default: &str| in_schema(default, "app");
        assert_eq!(
            told("nextval(`s``q`)"),
            ("nextval(`app`.`s``q`)".to_owned(), vec!["s`q".to_owned()])
        );
        assert_eq!(
            told("concat('A',nextval(`a`),lastval(`b`))").0,
            "concat('A',nextval(`app`.`a`),lastval(`app`.`b`))"
        );
        assert_eq!(told("nextval(`other`.`s`)").1, Vec::<String>::new());
        assert_eq!(told("0"), ("0".to_owned(), Vec::new()));
    }
}
