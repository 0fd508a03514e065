//! What the testkit promises: its S3 server, and its fake engine under the conformance suite.

#[cfg(test)]
mod all {
    mod conformance;
    mod fake;
    mod fake_harness;
    mod fake_seeds;
    mod s3;
}
