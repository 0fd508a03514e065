//! The screens: what they say, what they may not, and how a browser sees them.

#[path = "pages/browser.rs"]
pub(crate) mod browser;
#[path = "pages/hostile.rs"]
mod hostile;
#[path = "pages/samples.rs"]
mod samples;
#[path = "pages/screens.rs"]
mod screens;
