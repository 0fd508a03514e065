//! Numbers the steps of a verb, so that the log has the same table of contents as the code.

use weir_engine::Context;
use weir_model::error::Result;
use weir_model::event::Event;

/// Announces the steps of one verb in order.
pub(crate) struct Steps<'a> {
    context: &'a Context,
    total: u32,
    number: u32,
}

impl<'a> Steps<'a> {
    pub(crate) fn new(context: &'a Context, total: u32) -> Self {
        Self {
            context,
            total,
            number: 0,
        }
    }

    /// The context the steps are announced to.
    pub(crate) fn context(&self) -> &'a Context {
        self.context
    }

    /// Begins the next step, unless the run was told to stop or its deadline passed.
    pub(crate) fn next(&mut self, name: &str) -> Result<()> {
        self.context.check(name)?;
        self.announce(name);
        Ok(())
    }

    /// Begins the next step whatever was asked: for steps that hold something which only they
    /// themselves can put away when they are told to stop.
    pub(crate) fn announce(&mut self, name: &str) {
        self.number += 1;
        self.context.event(&Event::Step {
            number: self.number,
            total: self.total,
            name: name.to_owned(),
        });
    }
}
