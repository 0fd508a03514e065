//! The readers, each with what must hold of what it takes.

use weir_engine_mysql::parsers as mysql;
use weir_engine_postgres::parsers as postgres;
use weir_model::digest::Digest;
use weir_model::manifest::{Codec, Part};
use weir_store::{BackupName, decode_segment, encode_segment, parsers};

/// `weir.yaml`: either a fleet that can be shown, or problems that can be printed.
pub(super) fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match weir_config::parse(text, "weir.yaml", "/fleet") {
        Ok(fleet) => drop(format!("{fleet:?}")),
        Err(problems) => assert!(
            !problems.to_string().is_empty(),
            "a problem says what it is"
        ),
    }
}

/// A ruleset.
pub(super) fn ruleset(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match weir_mask::Ruleset::parse(text, "rules.yaml") {
        Ok(ruleset) => assert_eq!(ruleset.name(), "rules.yaml", "it keeps its name"),
        Err(problems) => assert!(
            !problems.to_string().is_empty(),
            "a problem says what it is"
        ),
    }
}

/// A manifest: what is taken is the same after it is written and read again, and its sums can
/// be made.
pub(super) fn manifest(bytes: &[u8]) {
    match parsers::manifest(bytes) {
        Ok(read) => {
            let _ = (read.manifest.stored_bytes(), read.manifest.content_bytes());
            let again = parsers::encode_manifest(&read.manifest).expect("it can be written");
            let again = parsers::manifest(&again).expect("what was written can be read");
            assert_eq!(again.manifest, read.manifest, "nothing is lost");
        }
        Err(error) => assert!(error.hint_text().is_some(), "an error says what to do next"),
    }
}

/// A frame index: the first 16 bytes are the sizes of its part, so that the fuzzer can reach
/// what lies behind their check.
pub(super) fn frame_index(bytes: &[u8]) {
    let Some((sizes, index)) = bytes.split_first_chunk::<16>() else {
        return;
    };
    let sizes = u128::from_le_bytes(*sizes);
    let low = u64::try_from(sizes & u128::from(u64::MAX)).expect("64 bits are left");
    let high = u64::try_from(sizes >> 64).expect("64 bits are left");
    let part = Part {
        name: "part.zst".to_owned(),
        bytes: low,
        stored: Digest::new("sha256", &[0; 32]),
        unencrypted_bytes: None,
        content_bytes: high,
        content: Digest::new("blake3", &[0; 32]),
        codec: Codec::Zstd,
        frames: Some("part.frames".to_owned()),
    };
    if let Ok(written) = parsers::frame_index(index, &part) {
        let again = parsers::frame_index(&written, &part).expect("what was written can be read");
        assert_eq!(again, written, "nothing is lost");
    }
}

/// A pointer: it names a backup of its own database, or nothing.
pub(super) fn pointer(bytes: &[u8]) {
    if let Some(name) = parsers::pointer(bytes, "people-sqlite", "people") {
        assert_eq!(
            (name.instance.as_str(), name.database.as_str()),
            ("people-sqlite", "people"),
            "a pointer leads to its own database"
        );
    }
}

/// The names of backups and of what lies in a store: two names never share a key.
pub(super) fn name(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    assert_eq!(decode_segment(&encode_segment(text)).as_deref(), Some(text));
    if let Some(name) = BackupName::parse(text) {
        assert_eq!(name.key(), text, "a key is read only as it is written");
    }
}

/// The table of contents of PostgreSQL's dumps: what is taken is written again as it was, and
/// what it holds can be named.
pub(super) fn archive_toc(bytes: &[u8]) {
    match postgres::contents(bytes) {
        Ok(written) => assert!(written == bytes, "nothing is lost or added"),
        Err(error) => assert!(error.hint_text().is_some(), "an error says what to do next"),
    }
    if let Err(error) = postgres::catalog(bytes) {
        assert!(error.hint_text().is_some(), "an error says what to do next");
    }
}

/// A dump of one file, read to its end.
pub(super) fn archive_custom(bytes: &[u8]) {
    match postgres::custom(bytes) {
        Ok(written) => assert!(bytes.starts_with(&written), "nothing is lost or added"),
        Err(error) => assert!(error.hint_text().is_some(), "an error says what to do next"),
    }
}

/// Rows of MySQL: what is taken is sent as it came, however it is cut.
pub(super) fn insert_rows(bytes: &[u8]) {
    let in_pieces = mysql::inflow(bytes, 7);
    match mysql::inflow(bytes, bytes.len()) {
        Ok(statements) => {
            let ended = statements.iter().map(|sql| [sql, &b"\n;\n"[..]].concat());
            let sent = ended.collect::<Vec<_>>().concat();
            assert!(sent == bytes, "nothing is lost or added");
            assert!(
                in_pieces.is_ok_and(|pieces| pieces == statements),
                "it does not matter where a part is cut"
            );
        }
        Err(error) => {
            assert!(error.hint_text().is_some(), "an error says what to do next");
            assert!(in_pieces.is_err(), "it does not matter where a part is cut");
        }
    }
}
