//! `template`: a text put together from other columns of the row, as they arrive.

use super::keyed::{empty, text_of};
use super::{
    Determinism, Length, Mask, OptionAbout, OptionProblem, OptionValues, Options, Place, RowView,
    Transformer, Uniqueness, ValueMask,
};
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::error::{Error, Kind, Result};

/// What stands for the column's own value elsewhere, and would be the value here.
const OWN: &str = "value";

pub(super) static ABOUT: Transformer = Transformer {
    name: "template",
    meaning: "the rule's `template`, with other columns' values as they arrive in the place of their names in braces",
    example: ("anything", "the rule's `template`"),
    determinism: Determinism::KeyedByRow,
    uniqueness: Uniqueness::MayCollide,
    output: "text, cut where the column is shorter",
    options: &[OptionAbout {
        name: "template",
        meaning: "text with names of columns in braces, `{given} {family}`; `{{` and `}}` are braces",
        values: OptionValues::Text,
        required: true,
    }],
    domain: None,
    // It holds what the other columns' rules let through.
    identifying: false,
    make,
};

fn make(options: &mut Options) -> std::result::Result<Arc<dyn Mask>, OptionProblem> {
    let Some(template) = options.text("template")? else {
        return Err(OptionProblem::new(
            "`template` needs the text to put in",
            "write {mask: template, template: \"{given} {family}\"}",
        ));
    };
    let parts = parts(&template)?;
    Ok(Arc::new(Template { template, parts }))
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Column(String),
}

/// Reads a template.
fn parts(template: &str) -> std::result::Result<Vec<Part>, OptionProblem> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, brace) = rest.split_at(at);
        text.push_str(before);
        if let Some(after) = brace
            .strip_prefix("{{")
            .or_else(|| brace.strip_prefix("}}"))
        {
            text.extend(brace.chars().next());
            rest = after;
            continue;
        }
        let column = brace
            .strip_prefix('{')
            .and_then(|open| open.split_once('}'));
        let (column, after) = column.ok_or_else(|| {
            OptionProblem::new(
                "a brace of the template has no other",
                "write `{{` and `}}` where braces are meant",
            )
        })?;
        parts.push(Part::Text(std::mem::take(&mut text)));
        parts.push(Part::Column(named(column)?.to_owned()));
        rest = after;
    }
    text.push_str(rest);
    parts.push(Part::Text(text));
    parts.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
    Ok(parts)
}

fn named(column: &str) -> std::result::Result<&str, OptionProblem> {
    match column {
        OWN => Err(OptionProblem::new(
            "a template must not hold the column's own value",
            "name other columns: what they become is put in",
        )),
        _ if column.is_empty() || column.contains('{') => Err(OptionProblem::new(
            "braces of the template hold no column's name",
            "write `{{` and `}}` where braces are meant",
        )),
        _ => Ok(column),
    }
}

#[derive(Debug)]
struct Template {
    template: String,
    parts: Vec<Part>,
}

impl Mask for Template {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn rule(&self) -> String {
        format!("template {:?}", self.template)
    }

    fn length(&self) -> Length {
        Length::Any
    }

    fn fits_into(&self, _room: usize) -> bool {
        true
    }

    fn reads_masked(&self) -> Vec<String> {
        let columns = self.parts.iter().filter_map(|part| match part {
            Part::Column(name) => Some(name.clone()),
            Part::Text(_) => None,
        });
        columns.collect()
    }

    fn bind(&self, place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        let pieces = self.parts.iter().map(|part| match part {
            Part::Text(text) => Ok(Piece::Text(text.clone())),
            Part::Column(name) if *name == place.column.name => Err(unknown(
                place,
                format!("its template holds `{{{name}}}`, the column itself"),
            )),
            Part::Column(name) => match place.index_of(name) {
                Some(at) => Ok(Piece::Column(at)),
                None => Err(unknown(place, format!("there is no column `{name}`"))),
            },
        });
        Ok(Arc::new(TemplateMask {
            pieces: pieces.collect::<Result<_>>()?,
            room: place.room(),
        }))
    }
}

fn unknown(place: &Place<'_>, cause: String) -> Error {
    let (table, column) = (&place.table.name, &place.column.name);
    Error::new(
        Kind::Sanitise,
        format!("fill the template of `{table}.{column}`"),
        cause,
    )
    .hint("name other columns of the same table in its braces")
}

enum Piece {
    Text(String),
    /// A column, by its place.
    Column(usize),
}

struct TemplateMask {
    pieces: Vec<Piece>,
    /// Characters that the column takes.
    room: Option<usize>,
}

impl ValueMask for TemplateMask {
    fn mask(&self, field: Field<'_>, row: &RowView<'_>) -> Result<Replacement> {
        let Some(value) = text_of(field) else {
            return Ok(Replacement::Null);
        };
        if value.is_empty() {
            return Ok(empty(field));
        }
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(own) => text.push_str(own),
                Piece::Column(at) => {
                    let other = text_of(row.after(*at)).unwrap_or_default();
                    text.push_str(&String::from_utf8_lossy(&other));
                }
            }
        }
        let cut = self.room.and_then(|room| text.char_indices().nth(room));
        if let Some((end, _)) = cut {
            text.truncate(end);
        }
        Ok(match field {
            Field::Blob(_) => Replacement::Blob(text.into_bytes()),
            _ => Replacement::Text(text),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_hold_columns_and_double_braces_are_braces() {
        let column = |name: &str| Part::Column(name.to_owned());
        let text = |text: &str| Part::Text(text.to_owned());
        let read = |template: &str| parts(template).map_err(|problem| problem.message);
        assert_eq!(
            read("{given} {{{family}}}é").unwrap(),
            [column("given"), text(" {"), column("family"), text("}é")]
        );
        assert_eq!(read("").unwrap(), []);
        for wrong in ["{value}", "{", "a}", "{}", "{a{b}", "{{a}"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
