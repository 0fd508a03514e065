//! The conformance suite: the definition of [`weir_engine::Engine`], as tests.
//!
//! An engine joins by implementing [`Harness`], which says in the engine's own words how to fill
//! a database, read it and break it without the engine's code, and by calling
//! [`crate::conformance!`] in its test binary. Every rule then runs as a test of its own over
//! each store: a local folder, S3, a local folder of encrypted backups, and replicas of both folders.

// A suite fails by panicking: there is nobody to return an error to.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod canaries;
mod damage;
mod harness;
mod part_wrappers;
pub mod rules;
mod rules_of_masking;
mod setting;
mod shelf;
mod victim;

pub use canaries::{Dialect, Planted, canary_sql};
pub use damage::files_with;
pub use harness::{Harness, SchemaChange, Seed, Unusable};
pub use rules_of_masking::{OfNumber, Rules};
pub use setting::{Plan, Setting};
pub use shelf::{Shelf, StoreKind};
pub use victim::victim;

use std::future::Future;
use std::sync::Arc;

/// Runs one rule with a store and folders of its own. `module` is where [`crate::conformance!`]
/// was called: the kill rules find their victim there.
///
/// # Panics
/// When the rule is broken, or takes longer than the harness has patience.
pub fn run<F: Future<Output = ()>>(
    harness: Arc<dyn Harness>,
    store: StoreKind,
    module: &str,
    rule: impl FnOnce(Setting) -> F,
) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("start a runtime");
    runtime.block_on(async {
        let patience = harness.patience();
        let setting = Setting::new(harness, store, module);
        tokio::time::timeout(patience, rule(setting))
            .await
            .expect("the rule must be kept in time");
    });
    // A thread that hangs must not keep the test from being reported.
    runtime.shutdown_background();
}

/// Makes every rule of the suite a test of an engine. Takes an expression that makes the
/// engine's [`Harness`]; with `few stores` behind it, for an engine whose rules take long, one
/// store of each kind that differs for an engine: a folder, a bucket, and an encrypted replica.
#[macro_export]
macro_rules! conformance {
    ($harness:expr) => {
        $crate::conformance!($harness, few stores);
        $crate::conformance_on!(encrypted, Encrypted);
        $crate::conformance_on!(replica, Replica);
    };
    ($harness:expr, few stores) => {
        fn harness() -> std::sync::Arc<dyn $crate::conformance::Harness> {
            std::sync::Arc::new($harness)
        }

        $crate::conformance_on!(local, Local);
        $crate::conformance_on!(s3, S3);
        $crate::conformance_on!(encrypted_replica, EncryptedReplica);

        #[test]
        #[ignore = "the process that the kill rules start and kill; it is no rule by itself"]
        fn victim() {
            $crate::conformance::victim(harness());
        }
    };
}

/// The rules over one store. [`conformance!`] calls it.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_on {
    ($name:ident, $store:ident) => {
        $crate::conformance_tests! { $name, $store,
            access::a_missing_database_is_said_to_be_missing,
            access::an_unusable_database_fails_in_time_with_a_useful_error,
            access::a_sample_comes_from_the_table_asked_for,
            adopt::an_adopted_dump_restores,
            adopt::an_adopted_dump_carries_no_stamp,
            adopt::a_dump_that_is_not_whole_is_refused,
            adopt::a_dump_is_named_in_the_engines_own_words,
            ahead::rows_are_shown_before_they_are_masked,
            canaries::a_thousand_planted_values_are_gone,
            clean_backups::clean_backups_are_what_a_masked_restore_makes,
            clean_backups::a_damaged_backup_makes_no_clean_one,
            clean_backups::what_the_rules_do_not_know_is_not_published,
            corruption::a_part_is_not_trusted_before_its_end,
            corruption::every_damage_to_a_part_is_detected,
            corruption::parts_of_another_backup_are_detected,
            diagnosis::a_healthy_database_gets_through_and_is_not_changed,
            diagnosis::what_is_missing_or_refused_is_a_finding,
            diagnosis::contents_are_what_a_backup_holds,
            diagnosis::contents_are_one_moment,
            failure::a_cancel_at_any_state_leaves_all_old_or_all_new,
            failure::a_cancelled_backup_is_none,
            failure::a_deadline_that_has_passed_stops_every_verb,
            failure::a_source_that_fails_leaves_the_live_copy,
            failure::a_store_that_fails_leaves_no_backup,
            failure::a_shadow_given_up_leaves_nothing,
            failure::a_failing_script_leaves_the_live_copy,
            failure::row_bounds_are_kept,
            identity::a_source_is_known_again_and_others_are_not,
            kill::killed_at_each_state_and_healed_by_whoever_comes_next,
            kill::killed_during_a_backup_leaves_a_whole_one_or_none,
            lineage::a_restore_leaves_its_stamp_and_others_do_not,
            lineage::the_stamp_is_no_part_of_the_data,
            live::a_reader_and_a_writer_on_the_live_copy_are_not_disturbed,
            live::a_backup_of_a_database_in_use_is_one_moment,
            masking::masked_values_arrive_and_originals_are_nowhere,
            masking::a_column_kept_is_unchanged,
            masking::what_the_rules_do_not_know_is_refused,
            masking::a_mask_that_fails_leaves_the_live_copy,
            masking::a_mask_that_fails_at_the_last_row_leaves_the_live_copy,
            masking::tables_are_emptied_and_left_out,
            masking::what_a_script_deletes_is_gone_from_the_bytes,
            previous::the_replaced_copy_can_be_put_back_and_forth,
            previous::a_copy_that_is_not_kept_cannot_be_put_back,
            previous::the_previous_copy_is_the_one_replaced_last,
            proofs::rows_that_differ_from_the_manifest_are_caught,
            proofs::rows_lost_in_the_shadow_are_caught,
            proofs::a_constraint_broken_by_scripts_is_caught,
            round_trip::everything_survives,
            round_trip::an_empty_database_survives,
            round_trip::what_was_there_is_replaced_as_a_whole,
            round_trip::names_that_are_prefixes_of_each_other_stay_apart,
            row_masks::rows_that_are_dropped_do_not_arrive,
            row_masks::values_given_back_are_what_they_were,
            row_masks::what_is_certified_is_in_the_live_stamp,
            schema::the_fingerprint_notices_each_change,
            scratch::a_copy_in_a_scratch_place_leaves_the_live_one_alone,
            scratch::scratch_places_are_apart,
            secrets::a_password_and_row_values_appear_nowhere,
            steps::orphans_go_and_what_hung_on_them,
            steps::shuffled_values_are_all_there_and_whose_they_were_is_gone,
            times::every_table_that_is_moved_has_a_time,
            whole_run::a_dead_run_is_taken_over,
            whole_run::two_runs_at_once_are_one,
            writers::a_stale_run_is_refused,
            writers::a_stale_run_is_refused_inside_the_swap,
            writers::one_writer_at_a_time,
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    ($name:ident, $store:ident, $($topic:ident::$rule:ident,)+) => {
        mod $name {
            $(
                #[test]
                fn $rule() {
                    $crate::conformance::run(
                        super::harness(),
                        $crate::conformance::StoreKind::$store,
                        module_path!(),
                        $crate::conformance::rules::$topic::$rule,
                    );
                }
            )+
        }
    };
}
