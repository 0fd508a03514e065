//! The document of the API, out of the one table of routes and the types of the views.

use super::api::{Api, Describe};
use super::routes::{Route, Who, routes};
use crate::views::Problem;
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// What `/api/openapi.json` answers: OpenAPI 3.1.
#[must_use]
pub fn openapi() -> Value {
    let settings = || SchemaSettings::draft2020_12().with(settle);
    let mut told = settings().for_serialize().into_generator();
    let mut sent = settings().for_deserialize().into_generator();
    let problem = told.subschema_for::<Problem>();
    let mut paths: Map<String, Value> = Map::new();
    for route in routes() {
        let Some(api) = &route.api else { continue };
        let operation = operation(&route, api, &problem, (&mut told, &mut sent));
        let at_path = paths.entry(&route.path).or_insert_with(|| json!({}));
        if let Some(operations) = at_path.as_object_mut() {
            operations.insert(route.method.as_str().to_lowercase(), operation);
        }
    }
    let mut schemas = sent.take_definitions(true);
    schemas.extend(told.take_definitions(true));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Weir",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Everything the status page shows and does. Times are UTC, durations are \
                seconds, sizes are bytes; null is what cannot be told from here.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"operator": {"type": "http", "scheme": "bearer"}},
        },
    })
}

fn settle(settings: &mut SchemaSettings) {
    settings.meta_schema = None;
    settings.definitions_path = "/components/schemas".into();
}

fn operation(
    route: &Route,
    api: &Api,
    problem: &Schema,
    (told, sent): (&mut SchemaGenerator, &mut SchemaGenerator),
) -> Value {
    let mut operation = json!({
        "summary": api.about,
        "parameters": parameters(route, api.query, sent),
        "security": match route.who {
            Who::Operator => json!([{"operator": []}]),
            Who::Anyone | Who::Viewer => json!([{}, {"operator": []}]),
        },
        "responses": {
            api.status.as_str(): content("What was asked for.", &(api.answer)(told).to_value()),
            "default": content("Why it came to nothing.", problem.as_value()),
        },
    });
    if let (Some(body), Some(operation)) = (api.body, operation.as_object_mut()) {
        let body = json!({"application/json": {"schema": body(sent)}});
        let body = json!({"required": true, "content": body});
        operation.insert("requestBody".to_owned(), body);
    }
    operation
}

fn content(description: &str, schema: &Value) -> Value {
    json!({
        "description": description,
        "content": {"application/json": {"schema": schema}},
    })
}

/// The parts of the path, and the fields of the query.
fn parameters(route: &Route, query: Option<Describe>, sent: &mut SchemaGenerator) -> Vec<Value> {
    let parts = route.path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        let schema = json!({"type": "string"});
        Some(json!({"name": name, "in": "path", "required": true, "schema": schema}))
    });
    let mut parameters: Vec<_> = parts.collect();
    let fields = query.map(|query| query(sent).to_value());
    let fields = fields.as_ref().and_then(|fields| fields.get("properties"));
    for (name, schema) in fields.and_then(Value::as_object).into_iter().flatten() {
        parameters.push(json!({"name": name, "in": "query", "schema": schema}));
    }
    parameters
}
