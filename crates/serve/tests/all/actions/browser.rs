//! An operator in a browser does everything that the page offers.

use crate::pages::browser::script;
use crate::web::served::{Served, TOKEN};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_does_everything_from_the_page() {
    let served = Served::new().await;
    let base = format!("http://{}", served.address);
    script("act.mjs", &base, TOKEN).await;
    assert_eq!(served.names("staging").len(), 2);
}
