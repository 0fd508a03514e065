//! The page over real HTTP: who gets in, who does not, and what is never told.

#[path = "web/door.rs"]
mod door;
#[path = "web/screens.rs"]
mod screens;
#[path = "web/served.rs"]
pub(crate) mod served;
