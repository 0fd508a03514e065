//! The reference of the language for people, made from its JSON Schema.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::schema::schema;

const INTRODUCTION: &str = "# Reference of weir.yaml

Every field of the configuration. `weir config check` finds mistakes, `weir config show ENVIRONMENT/APP`
shows what a job came out as and which line each value is from, and `weir config schema` prints the JSON
Schema this page is made from.

A value is looked for in this order, and the first one found counts: the job, the app under
`in: {ENVIRONMENT: …}`, the app, the same two places of the app it is `like`, the environment, `defaults`,
and last what is said here as the default.

Templates are `{environment}`, `{app}`, `{engine}`, `{instance}` and `{database}`, where the field says so;
`{{` and `}}` stand for braces. Relative paths start at the folder of the file. A duration is a number with
a unit, `s`, `m`, `h`, `d` or `w`, as in `90m`, `24h`, `8d` or `1d12h`.
";

/// The sections of the page: a title, and the name of the type it describes.
const SECTIONS: [(&str, &str); 24] = [
    ("An environment", "Environment"),
    ("A store with more than a place", "StoreTable"),
    ("A replica with more than a place", "ReplicaTable"),
    ("A clean store", "Clean"),
    ("Defaults", "Defaults"),
    ("Defaults of PostgreSQL", "PostgresDefaults"),
    ("Defaults of another engine", "EngineDefaults"),
    ("An app", "App"),
    ("What the target lacks", "Missing"),
    ("A job", "Job"),
    ("Hooks", "Hooks"),
    ("Hooks of an operation", "OperationHooks"),
    ("A hook", "Hook"),
    ("Objectives", "Objectives"),
    ("Serving", "Serve"),
    ("A sign-on", "SignOn"),
    ("A channel", "Channel"),
    ("Mail", "Email"),
    ("A signed webhook", "SignedWebhook"),
    ("A secret", "Secret"),
    ("A file for each database", "PerDatabase"),
    ("Vouching", "Voucher"),
    ("Bounds of rows", "Bounds"),
    ("An acknowledged clone", "AcknowledgedClone"),
];

/// The reference as Markdown.
#[must_use]
pub fn reference() -> String {
    let schema = schema();
    let mut page = INTRODUCTION.to_owned();
    section(&mut page, "The file", &schema);
    let definitions = schema.get("$defs").and_then(Value::as_object);
    let named: BTreeMap<&str, &Value> = definitions
        .into_iter()
        .flatten()
        .map(|(name, definition)| (name.as_str(), definition))
        .collect();
    for (title, name) in SECTIONS {
        if let Some(definition) = named.get(name) {
            section(&mut page, title, definition);
        }
    }
    page
}

/// A heading, what the type is for, and a table of its fields or its forms.
fn section(page: &mut String, title: &str, definition: &Value) {
    let about = text(definition, "description");
    let _ = write!(page, "\n## {title}\n\n{about}\n\n");
    if let Some(fields) = definition.get("properties").and_then(Value::as_object) {
        page.push_str("| field | type | default | meaning |\n|---|---|---|---|\n");
        for (name, field) in fields {
            row(page, name, field);
        }
        return;
    }
    let forms = ["oneOf", "anyOf"]
        .iter()
        .find_map(|key| definition.get(*key).and_then(Value::as_array));
    for form in forms.into_iter().flatten() {
        let _ = writeln!(
            page,
            "- `{}`: {}",
            form_name(form),
            text(form, "description")
        );
    }
}

fn row(page: &mut String, name: &str, field: &Value) {
    let description = text(field, "description");
    let (meaning, default) = match description.split_once(" Default: ") {
        Some((meaning, rest)) => {
            let (default, more) = rest.split_once(". ").unwrap_or((rest, ""));
            let default = default.trim_end_matches('.').to_owned();
            (format!("{meaning} {more}").trim_end().to_owned(), default)
        }
        None if description.contains("Required") => {
            let meaning = description.trim_end_matches(" Required.").to_owned();
            (meaning, "required".to_owned())
        }
        None => (description, String::new()),
    };
    let _ = writeln!(
        page,
        "| `{name}` | {} | {default} | {meaning} |",
        type_name(field)
    );
}

/// A description on one line, safe in a table.
fn text(value: &Value, key: &str) -> String {
    let text = value.get(key).and_then(Value::as_str).unwrap_or("");
    text.replace('\n', " ").replace('|', "\\|")
}

/// A type in a few words.
fn type_name(field: &Value) -> String {
    if let Some(reference) = field.get("$ref").and_then(Value::as_str) {
        return known_name(reference);
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(forms) = field.get(key).and_then(Value::as_array) {
            let names: Vec<String> = forms
                .iter()
                .filter(|form| form.get("type").and_then(Value::as_str) != Some("null"))
                .map(type_name)
                .collect();
            return names.join(" or ");
        }
    }
    match simple_type(field) {
        "array" => format!(
            "list of {}",
            field.get("items").map_or("text".to_owned(), type_name)
        ),
        "object" => match field.get("additionalProperties") {
            Some(value) if value.is_object() => format!("map to {}", type_name(value)),
            _ => "map".to_owned(),
        },
        "integer" => "number".to_owned(),
        "boolean" => "true or false".to_owned(),
        _ => "text".to_owned(),
    }
}

fn simple_type(field: &Value) -> &str {
    match field.get("type") {
        Some(Value::String(name)) => name,
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null")
            .unwrap_or(""),
        _ => "",
    }
}

/// A link to the section of a type, or what it is in a word.
fn known_name(reference: &str) -> String {
    let name = reference.rsplit('/').next().unwrap_or(reference);
    match name {
        "Override" => "[app](#an-app)".to_owned(),
        "Store" => "text or [map](#a-store-with-more-than-a-place)".to_owned(),
        "WebAddress" => "text or [a secret](#a-secret)".to_owned(),
        "Replica" => "text or [map](#a-replica-with-more-than-a-place)".to_owned(),
        _ => match SECTIONS.iter().find(|(_, known)| *known == name) {
            Some((title, _)) => {
                let anchor = title.to_lowercase().replace(' ', "-");
                format!("[{}](#{anchor})", title.to_lowercase())
            }
            None => "word".to_owned(),
        },
    }
}

/// How one form of a type is written.
fn form_name(form: &Value) -> String {
    let named = form
        .get("required")
        .and_then(Value::as_array)
        .and_then(|names| names.first())
        .and_then(Value::as_str);
    match (named, simple_type(form)) {
        (Some(name), _) => {
            let field = form
                .get("properties")
                .and_then(|properties| properties.get(name));
            let list = field.is_some_and(|field| simple_type(field) == "array");
            let value = if list { "[TEXT, …]" } else { "TEXT" };
            format!("{{{name}: {value}}}")
        }
        (None, "object") => "{NAME: TEXT, …}".to_owned(),
        _ => "TEXT".to_owned(),
    }
}
