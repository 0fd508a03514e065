//! The screens: pure functions from what is shown to HTML.
//!
//! Every page works without JavaScript, and holds no style and no script of its own: the content
//! security policy forbids both. What others wrote is escaped twice: markup by `maud`, and what
//! steers a terminal or turns text around by `frame`, on its way out.

mod assets;
mod backup;
mod backups;
mod chart;
mod confirm;
mod drills;
mod facts;
mod failure;
mod frame;
mod holds;
mod links;
mod marks;
mod matrix;
mod overview;
mod problem;
mod progress;
mod report;
mod run;
mod runs;
mod sanitising;
mod sign_in;
mod tonight;
mod words;

pub use assets::asset;
pub use backup::backup;
pub use backups::backups;
pub use confirm::confirm;
pub use drills::drills;
pub(crate) use drills::tests as restore_tests;
pub use frame::{Frame, TOKEN_FIELD};
pub use holds::holds;
pub use overview::overview;
pub use problem::problem;
pub use report::drill_report;
pub use run::run;
pub use runs::runs;
pub use sanitising::sanitising;
pub use sign_in::sign_in;
pub use tonight::tonight;
