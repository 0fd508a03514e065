use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use std::sync::{Arc, Mutex};

/// Settings a script may read and set: they stay within its transaction or belong to the data.
const SETTINGS: [&str; 5] = [
    "application_id",
    "case_sensitive_like",
    "defer_foreign_keys",
    "recursive_triggers",
    "user_version",
];

/// Settings and checks a script, or a module it uses, may only read.
const READ_ONLY: [&str; 13] = [
    "data_version",
    "encoding",
    "foreign_key_check",
    "foreign_key_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "page_size",
    "quick_check",
    "table_info",
    "table_list",
    "table_xinfo",
];

/// Why a statement was refused, once one was.
pub(super) type Refusal = Arc<Mutex<Option<String>>>;

/// Refuses what would leave the transaction, the shadow, or the rules scripts run under.
pub(super) fn authorizer(
    refusal: Refusal,
) -> impl for<'r> FnMut(AuthContext<'r>) -> Authorization + Send + 'static {
    move |asked| match refused(&asked.action) {
        None => Authorization::Allow,
        Some(reason) => {
            if let Ok(mut refusal) = refusal.lock() {
                *refusal = Some(reason);
            }
            Authorization::Deny
        }
    }
}

fn refused(action: &AuthAction<'_>) -> Option<String> {
    match *action {
        AuthAction::Transaction { .. } => {
            Some("the script leaves its transaction: it begins or ends one of its own".to_owned())
        }
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => {
            Some("the script leaves the shadow: it attaches or detaches another file".to_owned())
        }
        AuthAction::Pragma {
            pragma_name,
            pragma_value,
        } => {
            let name = pragma_name.to_ascii_lowercase();
            let allowed = SETTINGS.contains(&name.as_str())
                || READ_ONLY.contains(&name.as_str()) && !sets(&name, pragma_value);
            (!allowed).then(|| format!("PRAGMA {name} is not allowed in a script"))
        }
        _ => None,
    }
}

/// Whether the argument of a setting would change it. Other pragmas take a name to look at.
fn sets(name: &str, value: Option<&str>) -> bool {
    value.is_some() && matches!(name, "encoding" | "page_size" | "data_version")
}
