//! What `weir demo` is made of: a data set, a folder, a look at rows, a failure on purpose.

pub(crate) mod damage;
pub(crate) mod folder;
pub(crate) mod look;
mod people;
mod production;
mod publishing;
mod random;
mod words;
