//! A place beside nothing, for a copy that is proven and thrown away.

use super::Target;
use crate::conformance::{Plan, Seed, Setting};
use std::path::PathBuf;
use weir_engine::Endpoint;

/// A folder as a drill gives it to an engine.
fn private_folder(setting: &Setting, name: &str) -> PathBuf {
    let folder = setting.folder().join(name);
    std::fs::create_dir(&folder).unwrap();
    folder
}

/// A copy is proven in a scratch place and discarded, while another run has the live copy locked;
/// the live copy never hears of it.
pub async fn a_copy_in_a_scratch_place_leaves_the_live_one_alone(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let target = Target::new(&setting, "target");
    let context = setting.context();
    let plan = Plan::with_token(1);
    let parts = setting.parts(&manifest).await.unwrap();
    let folder = private_folder(&setting, "drill");
    let scratch = setting
        .engine()
        .scratch_endpoint(&target.endpoint, &folder)
        .unwrap();
    assert_ne!(scratch.url, target.endpoint.url);
    assert!(!setting.engine().exists(&scratch, &context).await.unwrap());

    let another_run = setting
        .load(parts.clone(), &target.endpoint, &plan, &context)
        .await
        .unwrap();
    let ready = setting
        .prepare(parts, &scratch, &plan, &context)
        .await
        .unwrap();
    assert_eq!(ready.tables(), manifest.tables);
    ready.discard().await.unwrap();
    another_run.discard().await.unwrap();
    assert_nothing_there(&setting, &scratch).await;
    target.assert_untouched(&setting, "a drill").await;
}

/// Two drills of one database have nothing to do with each other.
pub async fn scratch_places_are_apart(setting: Setting) {
    let manifest = setting
        .backup_of("source", Seed::Generation(Target::NEW))
        .await;
    let (source, context) = (setting.endpoint("source"), setting.context());
    let plan = Plan::with_token(1);
    let mut ready = Vec::new();
    for name in ["one", "other"] {
        let folder = private_folder(&setting, name);
        let scratch = setting.engine().scratch_endpoint(&source, &folder).unwrap();
        let parts = setting.parts(&manifest).await.unwrap();
        let copy = setting.prepare(parts, &scratch, &plan, &context).await;
        ready.push((scratch, copy.unwrap()));
    }
    for (scratch, copy) in ready {
        copy.discard().await.unwrap();
        assert_nothing_there(&setting, &scratch).await;
    }
}

async fn assert_nothing_there(setting: &Setting, scratch: &Endpoint) {
    let exists = setting.engine().exists(scratch, &setting.context()).await;
    assert!(!exists.unwrap(), "a copy that was discarded is gone");
    setting.assert_nothing_left(scratch, "a drill").await;
}
