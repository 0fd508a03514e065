//! Data carriers that are not columns: a trigger or a view can hold values in its own text.

use super::binding::Binding;
use super::lines;
use super::unmatched::near_or_remove;
use crate::ruleset::At;
use weir_config::problem::Problem;
use weir_config::yaml::nearest;
use weir_model::catalog::Object;

/// Statistics hold samples of raw values and are made anew from the masked rows: no engine
/// copies them into a clean copy, and no rule can ask for it.
const STATISTICS: &str = "statistics";

/// Whether a rule decides about an object.
pub(super) fn needs_rule(object: &Object) -> bool {
    object.carrier && object.kind != STATISTICS
}

/// Whether an object stays when no rule speaks about it.
pub(super) fn stays(object: &Object) -> bool {
    !object.carrier
}

pub(super) fn problems(binding: &Binding<'_>) -> Vec<Problem> {
    unmatched(binding)
        .into_iter()
        .chain(unkept(binding))
        .collect()
}

fn unkept(binding: &Binding<'_>) -> Option<Problem> {
    let rules = &binding.ruleset.objects;
    let missing: Vec<&Object> = binding
        .catalog
        .objects
        .iter()
        .filter(|object| needs_rule(object) && !rules.contains_key(&object.name))
        .collect();
    let first = missing.first()?;
    let added: String = missing
        .iter()
        .map(|object| format!("\n  {}: keep  # {}", lines::name(&object.name), object.kind))
        .collect();
    let message = match missing.len() {
        1 => format!(
            "{} `{}` can carry values and has no rule",
            first.kind, first.name
        ),
        count => format!("{count} objects can carry values and have no rule"),
    };
    let (at, label, head) = match binding.ruleset.objects_at {
        Some(at) => (at, "among these objects", "add below `objects:`"),
        None => (binding.ruleset.tables_at, "", "add at the end of the file"),
    };
    let objects = if binding.ruleset.objects_at.is_some() {
        ""
    } else {
        "\nobjects:"
    };
    Some(
        binding.ruleset.problem(at, message).label(label).help(format!(
            "read each definition, then {head} (or `drop` where it holds values){objects}{added}"
        )),
    )
}

fn unmatched(binding: &Binding<'_>) -> Vec<Problem> {
    let objects = &binding.catalog.objects;
    let mut problems = Vec::new();
    let own = binding.ruleset.objects.iter();
    for (name, entry) in own.filter(|(_, entry)| entry.at.is_own()) {
        let mut named = objects
            .iter()
            .filter(|object| object.name == *name)
            .peekable();
        match named.peek() {
            None => {
                let names = objects.iter().filter(|object| needs_rule(object));
                let near = nearest(name, names.map(|object| object.name.as_str()));
                problems.push(
                    binding
                        .ruleset
                        .problem(entry.at, format!("there is no object `{name}`"))
                        .help(near_or_remove(near)),
                );
            }
            Some(object) => {
                let kind = object.kind.as_str();
                if !named.any(needs_rule) {
                    problems.push(no_rule_taken(binding, name, kind, entry.at));
                }
            }
        }
    }
    problems
}

fn no_rule_taken(binding: &Binding<'_>, name: &str, kind: &str, at: At) -> Problem {
    let message = if kind == STATISTICS {
        format!("`{name}` holds samples of values and is never copied")
    } else {
        format!("{kind} `{name}` carries no values and is always made")
    };
    binding.ruleset.problem(at, message).help("remove the rule")
}
