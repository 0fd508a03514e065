//! What the page shows, out of the records of real fleets.

#[path = "views/away.rs"]
mod away;
#[path = "views/backups.rs"]
mod backups;
#[path = "views/cheap.rs"]
mod cheap;
#[path = "views/fleet.rs"]
mod fleet;
#[path = "views/hangs.rs"]
mod hangs;
#[path = "views/night.rs"]
mod night;
