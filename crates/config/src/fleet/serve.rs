//! How `weir serve` runs.

use std::net::IpAddr;

use crate::located::Located;
use crate::value::{Listen, Network, Period, Secret, Viewing};

/// How `weir serve` runs the jobs, and who sees and does what on its page.
#[derive(Debug, Clone)]
pub struct Serve {
    /// Where the page is.
    pub listen: Located<Listen>,
    /// Names by which it is reached, besides addresses, `localhost` and the host of `listen`.
    pub hosts: Vec<String>,
    /// Who may look at it.
    pub viewing: Located<Viewing>,
    /// A line for each operator: a name and a token.
    pub operators: Option<Located<Secret>>,
    /// The proxy that signs people on.
    pub sign_on: Option<Located<SignOn>>,
    /// How long somebody stays signed in.
    pub session: Located<Period>,
    /// How many jobs run at once.
    pub jobs: Located<u32>,
    /// How many jobs at once work on one server.
    pub jobs_per_server: Located<u32>,
    /// How long a graceful stop waits for the runs at work.
    pub grace: Located<Period>,
    /// The Pushgateway that is told the metrics of every operation.
    pub pushgateway: Option<Located<String>>,
    /// How long records and logs of runs are kept.
    pub keep_runs: Located<Period>,
}

/// A proxy that signs people on and names them in a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOn {
    /// The header with the name.
    pub header: String,
    /// From where the header counts.
    pub proxies: Vec<Network>,
    /// Who may act; whoever else is named may look.
    pub operators: Vec<String>,
}

impl SignOn {
    /// Whether the header counts in a request from this address.
    #[must_use]
    pub fn trusts(&self, peer: IpAddr) -> bool {
        self.proxies.iter().any(|proxy| proxy.contains(peer))
    }
}

impl Default for Serve {
    fn default() -> Self {
        let nothing = "nothing says otherwise";
        Self {
            listen: Located::default(Listen::standard(), "only this machine"),
            hosts: Vec::new(),
            viewing: Located::default(Viewing::Open, nothing),
            operators: None,
            sign_on: None,
            session: Located::default(Period::hours(8), nothing),
            jobs: Located::default(4, nothing),
            jobs_per_server: Located::default(1, nothing),
            grace: Located::default(Period::minutes(5), nothing),
            pushgateway: None,
            keep_runs: Located::default(Period::hours(180 * 24), nothing),
        }
    }
}
