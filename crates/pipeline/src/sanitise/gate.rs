//! The gate between rows that are in and a copy that counts as clean.

use super::BoundMasker;
use weir_engine::{Context, Loaded};
use weir_model::error::Result;
use weir_model::sanitising::{GateMark, Mark, RulesetMark, State};

/// Lets a loaded shadow through once what was seen of its rows says that they are clean: it is
/// marked with what was seen. Otherwise the shadow is removed.
///
/// # Errors
/// `sanitise`.
pub(crate) async fn pass(
    mut loaded: Box<dyn Loaded>,
    masker: Option<&BoundMasker>,
    context: &Context,
) -> Result<Box<dyn Loaded>> {
    let Some(masker) = masker else {
        return Ok(loaded);
    };
    match super::verdict(masker) {
        Ok(ruleset) => {
            context.note(in_words(&ruleset));
            loaded.certify(Mark {
                state: State::Sanitised,
                ruleset: Some(ruleset),
                voucher: None,
            });
            Ok(loaded)
        }
        Err(error) => {
            // Why it did not pass is the news; that the shadow stays behind is only told.
            if let Err(left) = loaded.discard().await {
                context.warn(format!("the shadow could not be removed: {left}"));
            }
            Err(error)
        }
    }
}

/// How much was masked, and what the gate saw.
#[must_use]
pub fn in_words(ruleset: &RulesetMark) -> String {
    let mut words = format!(
        "{}: {} columns masked, {} kept on purpose, {} values written anew",
        ruleset.name, ruleset.masked, ruleset.kept, ruleset.values
    );
    if ruleset.rows_left_out > 0 {
        words.push_str(&format!(", {} rows left out", ruleset.rows_left_out));
    }
    if let Some(gate) = &ruleset.gate {
        words.push_str("; ");
        words.push_str(&gate_in_words(gate));
    }
    words
}

fn gate_in_words(gate: &GateMark) -> String {
    let sampled = match gate.one_in {
        0 | 1 => String::new(),
        one_in => format!(", one in {one_in}"),
    };
    let canaries = match gate.canaries {
        0 => String::new(),
        count => format!(", none of {count} canaries"),
    };
    let found = match gate.findings {
        0 => "found nothing".to_owned(),
        count => format!("found {count}, all below their thresholds"),
    };
    format!(
        "the gate read {} values{sampled} and {found}{canaries}",
        gate.read
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_model::digest::Digest;

    #[test]
    fn a_mark_is_told_with_what_was_sampled_and_found() {
        let mark = RulesetMark {
            name: "rules.yaml".to_owned(),
            digest: Digest::new("blake3", b"rules"),
            scheme: "v1".to_owned(),
            key_id: "key".to_owned(),
            masked: 2,
            kept: 1,
            values: 30,
            rows_left_out: 4,
            gate: Some(GateMark {
                read: 50,
                one_in: 10,
                findings: 1,
                canaries: 20,
            }),
        };
        assert_eq!(
            in_words(&mark),
            "rules.yaml: 2 columns masked, 1 kept on purpose, 30 values written anew, 4 rows left \
             out; the gate read 50 values, one in 10 and found 1, all below their thresholds, none \
             of 20 canaries"
        );
    }
}
