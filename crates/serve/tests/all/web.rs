//! The page over real HTTP: who gets in, who does not, and what is never told.

#[path = "web/document.rs"]
mod document;
#[path = "web/door.rs"]
mod door;
#[path = "web/guesses.rs"]
mod guesses;
#[path = "web/hostile.rs"]
mod hostile;
#[path = "web/screens.rs"]
mod screens;
#[path = "web/served.rs"]
pub(crate) mod served;
#[path = "web/tables.rs"]
mod tables;
#[path = "web/walk.rs"]
mod walk;
