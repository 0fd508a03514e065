//! Text in SQL: what it is made of, where its statements end, and what can be replaced in it
//! without touching the rest.

mod definer;
mod lexis;
mod schema_name;
mod splitter;
mod token;

pub(crate) use definer::{definer_of, with_definer};
pub(crate) use lexis::{Kind, Lexis};
pub(crate) use schema_name::{unqualified, unqualified_by};
pub(crate) use splitter::{Splitter, Statement, Statements, Step};
pub(crate) use token::{Token, plain_text, tokens};
