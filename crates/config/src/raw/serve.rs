//! How `weir serve` runs, as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::value::{Listen, Network, Period, Secret, Viewing};
use crate::yaml::Spanned;

/// How `weir serve` runs the jobs, and who sees and does what on its page.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Serve {
    /// Host and port of the page. One that other machines reach needs `viewing`. Default: `127.0.0.1:8420`.
    #[schemars(with = "Option<String>")]
    pub(crate) listen: Option<Spanned<Listen>>,
    /// Names by which the page is reached, besides addresses and `localhost`: a request for any other name is refused, so that no other site can make a browser take the page for its own. Default: the host of `listen`.
    pub(crate) hosts: Vec<Spanned<String>>,
    /// Who may look at the page: `open` is whoever reaches it, `operators` whoever holds a token or is named by the sign-on. Default: `open`.
    pub(crate) viewing: Option<Spanned<Viewing>>,
    /// The operators, who may run, hold, release, verify and roll back: a line for each with a name and a token of at least 24 characters. Read anew when it changes. Default: nobody.
    pub(crate) operators: Option<Spanned<Secret>>,
    /// A proxy that signs people on and names them in a header.
    pub(crate) sign_on: Option<Spanned<SignOn>>,
    /// How long somebody stays signed in. Default: `8h`.
    #[schemars(with = "Option<String>")]
    pub(crate) session: Option<Spanned<Period>>,
    /// How many jobs run at once. Default: `4`.
    pub(crate) jobs: Option<Spanned<u32>>,
    /// How many jobs at once work on one server. Default: `1`.
    pub(crate) jobs_per_server: Option<Spanned<u32>>,
    /// How long a graceful stop waits for the runs at work. Default: `5m`.
    #[schemars(with = "Option<String>")]
    pub(crate) grace: Option<Spanned<Period>>,
    /// Address of a Pushgateway that is told the metrics of every operation.
    pub(crate) pushgateway: Option<Spanned<String>>,
    /// How long records and logs of runs are kept. Default: `180d`.
    #[schemars(with = "Option<String>")]
    pub(crate) keep_runs: Option<Spanned<Period>>,
}

/// A proxy in front of the page that signs people on. Whoever it names may look; its operators may act.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignOn {
    /// The header that has the name, for example `X-Forwarded-User`. Required.
    pub(crate) header: Spanned<String>,
    /// The only addresses or networks from which the header counts, for example `10.1.0.5`. Whoever sends from there can name anybody: the proxies alone, not the network they are in. Required.
    #[schemars(with = "Vec<String>")]
    pub(crate) proxies: Spanned<Vec<Spanned<Network>>>,
    /// The names of those who may act. Default: nobody.
    #[serde(default)]
    pub(crate) operators: Vec<Spanned<String>>,
}
