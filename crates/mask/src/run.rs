//! The run that rules work in.

use std::sync::OnceLock;
use weir_engine::Context;
use weir_model::error::Result;

/// The run that rules work in, once it is known: what waits in them ends with it.
#[derive(Default)]
pub(crate) struct Run(OnceLock<Context>);

impl Run {
    /// Says which run it is; the first word counts.
    pub(crate) fn begin(&self, context: Context) {
        let _ = self.0.set(context);
    }

    /// Fails once the run was told to stop or its deadline has passed.
    ///
    /// # Errors
    /// `interrupted` or `deadline`.
    pub(crate) fn check(&self, doing: &str) -> Result<()> {
        self.0.get().map_or(Ok(()), |context| context.check(doing))
    }
}
