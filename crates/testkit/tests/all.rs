//! What the testkit promises: its S3 server, the Azure emulator, its fake engine under the conformance suite; and the
//! shape of the whole repository.

#[cfg(test)]
mod all {
    mod architecture;
    mod azure;
    mod conformance;
    mod fake;
    mod fake_harness;
    mod fake_seeds;
    mod faults;
    mod fuzz;
    mod mariadb;
    mod postgres;
    mod proxy;
    mod s3;
    mod servers;
    mod slow_store;
}
