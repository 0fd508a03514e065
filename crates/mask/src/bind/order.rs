//! The order in which the columns of a row are masked, where one needs another's result.

use super::binding::Binding;
use weir_config::problem::Problem;
use weir_model::catalog::Table;

/// The places of the masked columns, each behind those it reads.
///
/// # Errors
/// The names of columns that need each other.
pub(super) fn of_masks(binding: &Binding<'_>, table: &Table) -> Result<Vec<usize>, Vec<String>> {
    let mut left: Vec<(usize, &str, Vec<String>)> = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        if let Some(chosen) = binding.rule(table, &column.name)
            && !chosen.rule.keeps()
            && !chosen.rule.shuffles()
        {
            left.push((index, &column.name, chosen.rule.reads_masked()));
        }
    }
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waits = |needs: &[String]| {
            let mut waiting = left.iter().map(|(_, name, _)| *name);
            waiting.any(|name| needs.iter().any(|need| need == name))
        };
        let ready = left.iter().position(|(_, _, needs)| !waits(needs));
        let Some(ready) = ready else {
            return Err(left.iter().map(|(_, name, _)| (*name).to_owned()).collect());
        };
        order.push(left.remove(ready).0);
    }
    Ok(order)
}

/// That columns need each other's results.
pub(super) fn problem(binding: &Binding<'_>, table: &Table) -> Option<Problem> {
    let names = of_masks(binding, table).err()?;
    let at = names.first().and_then(|name| binding.rule(table, name));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let message = match names.as_slice() {
        [one] => format!(
            "`{}.{one}` is made of the column itself, which is not masked before",
            table.name
        ),
        several => format!(
            "columns {} of table `{}` are made of each other",
            weir_config::yaml::listed(several),
            table.name
        ),
    };
    let at = at.map_or_else(|| binding.at(table), |chosen| chosen.at);
    let problem = binding.ruleset.problem(at, message);
    Some(problem.help("make it of other columns, which do not need it"))
}
