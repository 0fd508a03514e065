//! What a CHECK says, as far as it is simple, and whether what a rule writes satisfies it.

mod expression;
mod inputs;
mod truth;

pub(crate) use expression::{Expression, read};
pub(crate) use inputs::made_up;
pub(crate) use truth::Gives;
