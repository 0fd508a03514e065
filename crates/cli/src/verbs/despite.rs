//! The argument that disregards holds.

/// Which holds are disregarded.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Despite {
    /// Go on although this hold forbids it, once; recorded with the run. May be repeated
    #[arg(long = "despite-hold", value_name = "ID")]
    pub(crate) holds: Vec<String>,
}
