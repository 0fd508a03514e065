//! Tables that cannot be moved.

use super::definition::TableDefinition;
use weir_model::error::{Error, Kind, Result};

/// Engines of tables whose rows lie elsewhere, perhaps on another server.
const ELSEWHERE: [&str; 6] = [
    "FEDERATED",
    "SPIDER",
    "CONNECT",
    "MRG_MYISAM",
    "MERGE",
    "S3",
];

/// Fails for a table whose rows would be read from, or written to, where they lie, and for one whose
/// history tells transactions, which no other server has.
pub(crate) fn refuse_unmovable(table: &TableDefinition) -> Result<()> {
    let engine = table.engine.as_deref().unwrap_or_default();
    let is_elsewhere = ELSEWHERE.iter().any(|one| one.eq_ignore_ascii_case(engine));
    let mut columns = table.columns.iter();
    let tells_transactions =
        columns.any(|column| column.row_start_or_end && column.base.eq_ignore_ascii_case("bigint"));
    let (cause, hint) = if is_elsewhere {
        (
            format!("rows of an {engine} table lie elsewhere"),
            "move the table into a database of its own, and back up its rows where they lie",
        )
    } else if tells_transactions {
        (
            "its history tells transactions instead of times, and nobody can write one".to_owned(),
            "alter its row start and end to TIMESTAMP(6)",
        )
    } else {
        return Ok(());
    };
    let doing = format!("copy table {}", table.name);
    Err(Error::new(Kind::Unsupported, doing, cause).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_lie_elsewhere_and_histories_of_transactions_are_refused() {
        let of = |text: &str| refuse_unmovable(&TableDefinition::parse(text).unwrap());
        of("CREATE TABLE `t` (`a` int(11)) ENGINE=InnoDB").unwrap();
        for text in [
            "CREATE TABLE `t` (`a` int(11)) ENGINE=FEDERATED CONNECTION='mysql://u:p@h/d/t'",
            "CREATE TABLE `t` (`a` int(11), `s` bigint(20) unsigned GENERATED ALWAYS AS ROW START, \
             `e` bigint(20) unsigned GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (`s`, `e`)) \
             ENGINE=InnoDB WITH SYSTEM VERSIONING",
        ] {
            let error = of(text).unwrap_err();
            assert_eq!(error.kind(), Kind::Unsupported);
            assert!(!error.to_string().contains("mysql://"));
        }
    }
}
