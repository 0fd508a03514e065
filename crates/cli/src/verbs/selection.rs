//! Arguments that select jobs.

use weir_model::error::{Error, Kind, Result};
use weir_pipeline::Selection;

/// Which jobs.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Selected {
    /// A job (ENVIRONMENT/APP), a group (ENVIRONMENT/@GROUP) or an environment
    #[arg(value_name = "ENV[/APP]", conflicts_with = "all")]
    what: Option<String>,

    /// And everything downstream that copies from it
    #[arg(long, requires = "what")]
    downstream: bool,

    /// Every scheduled job of every environment
    #[arg(long)]
    all: bool,
}

impl Selected {
    /// The selection; a verb that changes something is told what to change.
    pub(crate) fn selection(&self, doing: &str) -> Result<Selection> {
        match &self.what {
            Some(text) => Ok(Selection::parse(text, self.downstream)),
            None if self.all => Ok(Selection::All),
            None => Err(Error::new(Kind::Usage, doing, "no job or environment was named")
                .hint(format!("`weir {doing} ENVIRONMENT/APP`, `weir {doing} ENVIRONMENT` or `weir {doing} --all`"))),
        }
    }

    /// The selection of a verb that only looks: everything, unless narrowed.
    pub(crate) fn or_all(&self) -> Selection {
        self.what.as_ref().map_or(Selection::All, |text| {
            Selection::parse(text, self.downstream)
        })
    }
}
