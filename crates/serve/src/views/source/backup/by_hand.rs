//! How a backup is restored without Weir: the lines of the manual, with its own names.

use super::super::Inner;
use weir_config::{Cloud, Location, StoreAccess};
use weir_model::manifest::{Codec, Manifest};

/// Decrypts every part into a folder that only this user may enter.
const DECRYPT: &str = r#"mkdir -m 700 plain
jq -r '.parts[].name' manifest.json | while read -r part; do
    age -d -i identity.txt -o "plain/$part" "$part" || break
done"#;
/// Compares every part with the manifest.
const CHECK: &str = r#"jq -r '.parts[] | "\(.stored | ltrimstr("sha256:"))  \(.name)"' manifest.json | sha256sum --check --quiet"#;

/// The lines to paste; none for what cannot be restored so.
pub(super) fn lines(source: &Inner, place: &str, manifest: &Manifest) -> Vec<String> {
    let encrypted = manifest.encryption.is_some();
    let Some(restore) = restore(manifest, encrypted) else {
        return Vec::new();
    };
    let mut lines = fetch(source, place, manifest);
    lines.push(CHECK.to_owned());
    // An SQLite backup is one file, which is decrypted on its way.
    if encrypted && manifest.engine != "sqlite" {
        lines.push(DECRYPT.to_owned());
    }
    lines.push(restore);
    lines
}

/// Brings the folder here.
fn fetch(source: &Inner, place: &str, manifest: &Manifest) -> Vec<String> {
    let key = &manifest.backup;
    let fleet = source.weir.fleet();
    // A copy, and what was published, lie elsewhere.
    let own = fleet.environment(place).ok();
    let Some(store) = own.map(|environment| &environment.store.value) else {
        return vec![
            format!(
                "weir backups pull {} here",
                quoted(&format!("{place}:{key}"))
            ),
            "cd here".to_owned(),
        ];
    };
    match &store.location {
        Location::Folder(folder) => {
            let folder = fleet.base.join(folder).join(key);
            vec![format!("cd {}", quoted(&folder.display().to_string()))]
        }
        Location::Bucket { cloud, .. } => {
            let from = store.location.join(key).to_string();
            vec![copy(*cloud, store, &from), "cd here".to_owned()]
        }
    }
}

fn copy(cloud: Cloud, store: &StoreAccess, from: &str) -> String {
    let from = quoted(from);
    match cloud {
        Cloud::S3 => {
            let endpoint = store.endpoint.as_ref();
            let endpoint = endpoint.map_or_else(String::new, |endpoint| {
                format!(" --endpoint-url {}", quoted(endpoint))
            });
            format!("aws s3 cp --recursive {from} here{endpoint}")
        }
        Cloud::Google => format!("mkdir here && gcloud storage cp --recursive {from}/'*' here"),
        Cloud::Azure => {
            let (container, prefix) = place_in_container(store, &from);
            let (container, prefix) = (quoted(&container), quoted(&format!("{prefix}/*")));
            format!(
                "az storage blob download-batch --source {container} --pattern {prefix} \
                 --destination here"
            )
        }
    }
}

fn place_in_container(store: &StoreAccess, from: &str) -> (String, String) {
    let Location::Bucket { name, .. } = &store.location else {
        return (String::new(), from.to_owned());
    };
    let prefix = format!("az://{name}/");
    let inside = from.trim_matches('\'').strip_prefix(&prefix);
    (name.clone(), inside.unwrap_or(from).to_owned())
}

/// Loads it into a database of another name.
fn restore(manifest: &Manifest, encrypted: bool) -> Option<String> {
    let folder = if encrypted { "plain" } else { "." };
    match manifest.engine.as_str() {
        "sqlite" => sqlite(manifest, encrypted),
        "postgres" => Some(format!(
            "createdb --template=template0 restored\n\
             pg_restore --jobs=4 --exit-on-error --no-owner --no-privileges --no-subscriptions \
             --dbname=restored {folder}"
        )),
        "mysql" => Some(mysql(folder)),
        _ => None,
    }
}

fn sqlite(manifest: &Manifest, encrypted: bool) -> Option<String> {
    let part = manifest
        .parts
        .iter()
        .max_by_key(|part| part.content_bytes)?;
    let name = quoted(&part.name);
    let unpack = match part.codec {
        Codec::Zstd => "zstd -dc",
        Codec::Gzip => "gzip -dc",
        Codec::None => "cat",
    };
    let read = match encrypted {
        true => format!("age -d -i identity.txt {name} | {unpack} > restored.db"),
        false => format!("{unpack} {name} > restored.db"),
    };
    Some(format!(
        "{read}\nsqlite3 restored.db 'PRAGMA integrity_check'"
    ))
}

fn mysql(folder: &str) -> String {
    let enter = if folder == "." { "" } else { "cd plain\n" };
    format!(
        r#"{enter}mariadb -e 'CREATE DATABASE restored'   # with the character set that *-schema-create.sql.gz names
for f in *-schema.sql.gz *.[0-9][0-9][0-9][0-9][0-9].sql.gz *-schema-post.sql.gz *-schema-view.sql.gz *-schema-triggers.sql.gz; do
    [ -e "$f" ] || continue
    gzip -dc "$f" | mariadb restored || break
done"#
    )
}

/// As a shell takes it for one word, whatever stands in it.
fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-:".contains(letter);
    match !text.is_empty() && text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}
