//! Which masked columns may be why rows came back otherwise than they were sent.

use super::plan::{Plan, Treatment};
use crate::mask::is_sent_as_it_is;
use weir_engine::ColumnUse;
use weir_model::error::Error;
use weir_model::manifest::TableDigest;

/// The same error, which names them where rows of their tables differ.
pub(super) fn name_suspects(
    error: Error,
    plan: &Plan,
    sent: &[TableDigest],
    found: &[TableDigest],
) -> Error {
    let differs = |name: &str| {
        let of = |tables: &[TableDigest]| {
            let table = tables.iter().find(|table| table.table == name);
            table.map(|table| table.digest.clone())
        };
        of(sent) != of(found)
    };
    let suspects: Vec<String> = plan
        .tables
        .iter()
        .filter(|table| differs(&table.digested_as()))
        .flat_map(|table| {
            let rules = match &table.treatment {
                Treatment::Masked(rules) => Some(rules),
                _ => None,
            };
            let columns = table.columns.iter().enumerate();
            let suspects = columns.filter(|(at, column)| {
                rules.is_some_and(|rules| rules.column(*at) == ColumnUse::Masked)
                    && is_sent_as_it_is(&column.data_type)
            });
            let named = |column: &str| format!("{}.{column}", table.digested_as());
            suspects
                .map(|(_, column)| format!("{} ({})", named(&column.name), column.data_type))
                .collect::<Vec<_>>()
        })
        .collect();
    if suspects.is_empty() {
        return error;
    }
    let cause = format!(
        "{}; masked columns whose values the server may write otherwise than rules make them: {}",
        error.cause(),
        suspects.join(", ")
    );
    Error::new(error.kind(), error.doing(), cause).hint(
        "let the rule make values in the form in which the server writes that type (`SELECT 'value'::type` \
         shows it), or keep the column or make it `null`; the live copy is untouched",
    )
}
