//! What operators do from the page, over real HTTP and real SQLite databases.

#[path = "actions/bench.rs"]
mod bench;
#[path = "actions/browser.rs"]
mod browser;
#[path = "actions/ends.rs"]
mod ends;
#[path = "actions/holds.rs"]
mod holds;
#[path = "actions/refused.rs"]
mod refused;
