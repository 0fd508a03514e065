//! Who vouches for data, and until when.

use super::check::Subject;
use super::expiry::NOTICE_DAYS;
use super::rounds::Rounds;
use jiff::tz::TimeZone;
use weir_config::Job;
use weir_model::error::Kind;

/// Looks at the vouchers of the jobs.
pub(super) fn look(rounds: &mut Rounds<'_>, jobs: &[&Job]) {
    const RENEW: &str =
        "have the data sanitised with `sanitise: rules.yaml`, or the voucher renewed by its person";
    let today = rounds.weir.now().to_zoned(TimeZone::UTC).date();
    for job in jobs {
        let Some(voucher) = &job.vouched else {
            continue;
        };
        let (by, until) = (&voucher.value.by, voucher.value.until);
        let subject = Subject::new(&job.address, "voucher");
        let left = today
            .until(until)
            .map_or(0, |span| i64::from(span.get_days()));
        rounds.add(if until < today {
            subject.failure(Kind::Guard, format!("{by} vouched until {until}"), RENEW)
        } else if left <= NOTICE_DAYS {
            subject.warning(
                format!("{by} vouches until {until}: {left} days more"),
                RENEW,
            )
        } else {
            subject.ok(format!("{by} vouches until {until}"))
        });
    }
}
