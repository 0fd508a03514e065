//! The page, its API and the loop, over real SQLite fleets and a real store on disk.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "all/actions.rs"]
mod actions;
#[path = "all/measures.rs"]
mod measures;
#[path = "all/news.rs"]
mod news;
#[path = "all/pages.rs"]
mod pages;
#[path = "all/views.rs"]
mod views;
#[path = "all/web.rs"]
mod web;
