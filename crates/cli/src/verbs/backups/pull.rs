//! `weir backups pull BACKUP FOLDER`

use crate::session::Session;
use std::path::Path;
use weir_model::error::Result;
use weir_pipeline::backups;

/// Copies the backup and prints the files.
pub(super) async fn run(session: &Session, backup: &str, folder: &Path) -> Result<u8> {
    let weir = session.weir()?;
    let files = backups::pull(&weir, backup, folder, &session.context()).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&serde_json::json!({"files": files}))?;
        return Ok(0);
    }
    for file in files {
        session.output.line(file.display().to_string());
    }
    Ok(0)
}
