//! What the operator lets run around jobs and operations. What a hook prints or answers is not
//! kept, for it may hold rows: how it ended is all that counts.

mod call;
mod command;
mod web;

pub(crate) use call::{Call, Moment};
