//! What the page shows and the API carries: one set of types for both, so that neither can say
//! what the other does not. Times are UTC, durations are seconds, sizes are bytes.

mod backups;
mod confirm;
mod drills;
mod holds;
mod overview;
mod problem;
mod runs;
mod sanitising;
mod source;
mod tonight;

pub use backups::{Backup, BackupList, BackupRow, BackupTable, Hop, Part, Verification};
pub use confirm::{Accepted, Confirm, Field, FieldKind};
pub use drills::{DrillPoint, DrillRow, Drills};
pub use holds::{Hold, Holds};
pub use overview::{
    Cell, CellState, Exception, Overview, Question, Row, Unreadable, Verdict, Working,
};
pub use problem::Problem;
pub use runs::{Failure, LogLevel, LogLine, Outcome, Progress, Run, RunList, RunRow, Step, Table};
pub use sanitising::{Coverage, Sanitising};
pub use source::{RunFilter, Source};
pub use tonight::{EntryState, Tonight, TonightEntry};
