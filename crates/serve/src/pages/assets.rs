//! What pages load: one style sheet, one script, one icon.

/// The type and the bytes of a file below `/assets/`.
#[must_use]
pub fn asset(name: &str) -> Option<(&'static str, &'static [u8])> {
    Some(match name {
        "weir.css" => (
            "text/css; charset=utf-8",
            include_bytes!("../../assets/weir.css"),
        ),
        "weir.js" => (
            "text/javascript; charset=utf-8",
            include_bytes!("../../assets/weir.js"),
        ),
        "icon.svg" => ("image/svg+xml", include_bytes!("../../assets/icon.svg")),
        _ => return None,
    })
}
