//! The API keeps to its document, and its page to both.

use crate::web::served::Served;
use serde_json::{Value, json};
use weir_serve::web::openapi;

/// What is wrong with an answer, by the document.
fn wrong(document: &Value, schema: &Value, answer: &Value) -> Vec<String> {
    let schema = json!({"allOf": [schema], "components": document["components"]});
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors = validator.iter_errors(answer);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

fn schema<'a>(operation: &'a Value, status: &str) -> &'a Value {
    &operation["responses"][status]["content"]["application/json"]["schema"]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_as_the_document_says() {
    let served = Served::worked().await;
    let document = served.get("/api/openapi.json").await.text().await.unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document, openapi());
    let (_, runs) = served.told("/runs").await;
    let (_, backups) = served.told("/backups").await;
    let backup = &backups["backups"][0];
    let filled = |path: &str| {
        let text = |value: &Value| value.as_str().unwrap().replace('/', "%2F");
        let path = path.replace("{run}", &text(&runs["runs"][0]["run"]));
        let path = path.replace("{environment}", &text(&backup["environment"]));
        let path = path.replace("{instance}", &text(&backup["instance"]));
        path.replace("{folder}", &text(&backup["folder"]))
    };
    let mut answers = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        let Some(operation) = operations.get("get") else {
            continue;
        };
        let path = filled(path.strip_prefix("/api/v1").unwrap());
        let (status, answer) = served.told(&path).await;
        assert_eq!(status, 200, "{path}: {answer}");
        let wrong = wrong(&document, schema(operation, "200"), &answer);
        assert!(wrong.is_empty(), "{path}: {wrong:#?}\n{answer:#}");
        answers += 1;
    }
    assert!(answers >= 9, "{answers}");
    let runs = &document["paths"]["/api/v1/runs"]["get"];
    for path in ["/runs/nothing", "/runs?limit=many", "/nothing"] {
        let (_, problem) = served.told(path).await;
        let wrong = wrong(&document, schema(runs, "default"), &problem);
        assert!(wrong.is_empty(), "{path}: {wrong:#?}");
    }
    // It refuses what is not so.
    assert!(!wrong(&document, schema(runs, "200"), &json!({"runs": 1})).is_empty());
}

#[test]
fn the_page_of_the_api_lists_what_there_is() {
    let table = table(&openapi());
    let page = include_str!("../../../../../docs/api.md");
    assert!(page.contains(&table), "docs/api.md is to hold:\n{table}");
}

fn table(document: &Value) -> String {
    let mut lines = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let name = |schema: &Value| {
                let name = schema["$ref"].as_str().unwrap().rsplit('/').next();
                format!("`{}`", name.unwrap())
            };
            let parameters = operation["parameters"].as_array().unwrap().iter();
            let fields = parameters.filter(|it| it["in"] == "query");
            let mut takes: Vec<String> = fields
                .map(|field| format!("`{}`", field["name"].as_str().unwrap()))
                .collect();
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            takes.sort();
            takes.extend(body.is_object().then(|| name(body)));
            let mut responses = operation["responses"].as_object().unwrap().iter();
            let (status, _) = responses.find(|(status, _)| *status != "default").unwrap();
            let code = if status == "200" {
                String::new()
            } else {
                format!("{status} ")
            };
            let answers = format!("{code}{}", name(schema(operation, status)));
            let (method, takes) = (method.to_uppercase(), takes.join(", "));
            let about = operation["summary"].as_str().unwrap();
            lines.push(format!(
                "| `{method} {path}` | {takes} | {answers} | {about} |\n"
            ));
        }
    }
    lines.sort();
    format!(
        "| route | query or body | answers | what |\n|---|---|---|---|\n{}",
        lines.concat()
    )
}
