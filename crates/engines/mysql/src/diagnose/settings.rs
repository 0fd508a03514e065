//! Settings of a target's server that a restore meets.

use super::grants::{self, Grants};
use crate::config::{Address, Session};
use std::collections::BTreeMap;
use weir_engine::Finding;
use weir_model::error::Result;

/// Bytes of the longest statement with more than one row, with some room.
const STATEMENT: u64 = 4 << 20;
/// The settings that are looked at.
const NAMES: &str = "'log_bin', 'binlog_format', 'log_bin_trust_function_creators', 'read_only', \
     'super_read_only', 'max_allowed_packet', 'event_scheduler', 'lower_case_table_names'";

pub(super) async fn look(
    session: &mut Session,
    address: &Address,
    granted: &Grants,
) -> Result<Vec<Finding>> {
    let sql = format!("SHOW GLOBAL VARIABLES WHERE Variable_name IN ({NAMES})");
    let mut settings = BTreeMap::new();
    for row in session.rows("ask for the settings of", &sql).await? {
        settings.insert(row.text(0)?, row.optional(1)?.unwrap_or_default());
    }
    let is = |name: &str, value: &str| settings.get(name).is_some_and(|found| found == value);
    let mut findings = Vec::new();
    let may_write = ["READ_ONLY ADMIN", "SUPER"]
        .iter()
        .any(|one| granted.on_server(one));
    if is("super_read_only", "ON") || is("read_only", "ON") && !may_write {
        findings.push(Finding::failure(
            format!("{} is read-only, as replicas are", address.server()),
            "name the server that is written in `url` of the app; or SET GLOBAL read_only = OFF;",
        ));
    }
    if is("log_bin", "ON") {
        findings.extend(of_log(session, &is, granted).await?);
    }
    let packet = settings
        .get("max_allowed_packet")
        .and_then(|text| text.parse::<u64>().ok());
    if let Some(packet) = packet.filter(|packet| *packet < STATEMENT) {
        findings.push(Finding::failure(
            format!("the server takes statements of up to {packet} bytes, and rows are sent in longer ones"),
            "SET GLOBAL max_allowed_packet = 67108864;",
        ));
    }
    if !is("event_scheduler", "ON") {
        findings.push(Finding::note(
            "the server's event scheduler is off: events that are restored do not run",
        ));
    }
    if !is("lower_case_table_names", "0") {
        findings.push(Finding::note(
            "the server does not tell the case of tables apart: names that differ in it alone cannot be restored",
        ));
    }
    Ok(findings)
}

/// What follows from a binary log.
async fn of_log(
    session: &mut Session,
    is: &impl Fn(&str, &str) -> bool,
    granted: &Grants,
) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    if !is("log_bin_trust_function_creators", "ON") && !granted.on_server("SUPER") {
        let account = grants::account(session).await?;
        findings.push(Finding::warning(
            "the server lets only SUPER make stored functions and triggers, because it writes a binary log",
            format!(
                "SET GLOBAL log_bin_trust_function_creators = 1; or: GRANT SUPER ON *.* TO {account};"
            ),
        ));
    }
    if is("binlog_format", "STATEMENT") {
        findings.push(Finding::warning(
            "the binary log holds statements, so replicas may come to hold other rows than were restored",
            "SET GLOBAL binlog_format = 'ROW';",
        ));
    }
    findings.push(Finding::note(
        "the server writes a binary log: a restore is written there too, and makes replicas lag",
    ));
    Ok(findings)
}
