//! Finding several mistakes in one reading: what is wrong is left out and the rest read again.

use serde::de::DeserializeOwned;

use super::decode::NodeDeserializer;
use super::node::{Entry, Kind, Node};
use super::{read, redact};
use crate::problem::{Problem, Source, Span};

/// More than this nobody reads, and each costs one more pass over the file.
const MOST_PROBLEMS: usize = 50;

/// What could be read of a file.
#[derive(Debug)]
pub struct Decoded<T> {
    /// The value, without the parts that `problems` are about; nothing if too much is wrong.
    pub value: Option<T>,
    /// The mistakes found.
    pub problems: Vec<Problem>,
    /// The keys that lead to each part that was left out of `value`; no keys for a mistake of form.
    pub left_out: Vec<Vec<String>>,
    /// The file, for problems found later; secrets written inline are hidden in them.
    pub source: Source,
}

/// Reads a `T` from the text of the file called `name`, with all the mistakes that can be told apart.
#[must_use]
pub fn decode<T: DeserializeOwned>(name: &str, text: &str) -> Decoded<T> {
    let source = Source::new(name, text);
    let source = source.clone().hiding(&redact::in_text(source.text()));
    let form = read::read(&source);
    let Some(mut root) = form.root else {
        let mut problems = form.problems;
        if problems.is_empty() {
            problems.push(source.problem(Span::default(), "the file is empty"));
        }
        return Decoded {
            value: None,
            problems,
            left_out: Vec::new(),
            source,
        };
    };
    let source = source.hiding(&redact::in_nodes(&root));
    let mut found = Vec::new();
    let mut left_out = vec![Vec::new(); form.problems.len()];
    let value = decode_node(&mut root, &source, &mut found, &mut left_out);
    // Problems of form were made before inline secrets were known: make them show the same text.
    let problems = form
        .problems
        .into_iter()
        .map(|problem| Problem {
            source: source.problem(problem.span, "").source,
            ..problem
        })
        .chain(found)
        .collect();
    Decoded {
        value,
        problems,
        left_out,
        source,
    }
}

fn decode_node<T: DeserializeOwned>(
    root: &mut Node,
    source: &Source,
    problems: &mut Vec<Problem>,
    left_out: &mut Vec<Vec<String>>,
) -> Option<T> {
    loop {
        let error = match T::deserialize(NodeDeserializer(root)) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let mut path = Vec::new();
        let removed = leave_out(root, error.span(), &mut path);
        // A map that lacks what was left out of it before is no second mistake.
        let follows = removed
            && left_out
                .iter()
                .any(|earlier| earlier.len() > path.len() && earlier.starts_with(&path));
        if !follows {
            problems.push(error.into_problem(source));
        }
        if !removed || problems.len() >= MOST_PROBLEMS {
            return None;
        }
        left_out.push(path);
    }
}

/// Removes the innermost entry or element that the span concerns and adds the keys that lead to it
/// to `path`; false if there is none.
fn leave_out(node: &mut Node, span: Span, path: &mut Vec<String>) -> bool {
    match &mut node.kind {
        Kind::Scalar { .. } => false,
        Kind::Sequence(items) => {
            let concerned = |item: &Node| item.span.contains(span);
            let Some(index) = items.iter().position(concerned) else {
                return false;
            };
            let inside = items
                .get_mut(index)
                .is_some_and(|item| item.span != span && leave_out(item, span, path));
            if !inside {
                items.remove(index);
            }
            true
        }
        Kind::Mapping(entries) => {
            let concerned =
                |entry: &Entry| entry.key.span.contains(span) || entry.value.span.contains(span);
            let Some(index) = entries.iter().position(concerned) else {
                return false;
            };
            let inside = entries.get_mut(index).is_some_and(|entry| {
                path.push(entry.key.text.clone());
                let whole = entry.key.span == span || entry.value.span == span;
                !whole && leave_out(&mut entry.value, span, path)
            });
            if !inside {
                entries.remove(index);
            }
            true
        }
    }
}
