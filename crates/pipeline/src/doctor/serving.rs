//! What `weir serve` needs besides: who may act, whom it tells, where it pushes.

use super::check::{Check, Subject};
use super::rounds::Rounds;
use super::secrets;
use weir_engine::Secret;
use weir_metrics::Pusher;
use weir_model::error::{Kind, Result};

/// What is looked at, as checks name it.
const PLACE: &str = "serve";
/// The shortest token of an operator.
const SHORTEST: usize = 24;

/// Looks at the secrets of `weir serve` for these environments, and at the Pushgateway. Who has
/// none of the secrets does not serve here, which is no fault.
pub(super) async fn look(rounds: &mut Rounds<'_>, environments: &[&str]) -> Result<()> {
    let weir = rounds.weir;
    let fleet = weir.fleet();
    let needs = fleet.secrets_of_serve(environments);
    if needs.is_empty() && fleet.serve.pushgateway.is_none() {
        return Ok(());
    }
    let subject = Subject::new(PLACE, "secret");
    let mut read = Vec::new();
    for need in &needs {
        rounds.context.check("read the secrets of weir serve")?;
        read.push(secrets::one(rounds, need, &fleet.base).await);
    }
    if !needs.is_empty() && read.iter().all(Result::is_err) {
        let what = "not readable from here: this host has none of the secrets of weir serve";
        rounds.add(match rounds.named {
            true => subject.warning(what, "give it them, if it is where weir serve runs"),
            false => subject.note(what),
        });
    } else {
        let operators = fleet.serve.operators.as_ref().map(|secret| &secret.value);
        for (need, read) in needs.iter().zip(read) {
            match read {
                Ok(secret) => {
                    secrets::about(rounds, &subject, need, &secret, &fleet.base);
                    if operators == Some(&need.secret.value) {
                        rounds.add(about_operators(&secret));
                    }
                }
                Err(error) => rounds.add(subject.error(&error)),
            }
        }
    }
    if let Some(address) = &fleet.serve.pushgateway {
        let subject = Subject::new(PLACE, "pushgateway");
        let address = address.value.as_str();
        rounds
            .make(&subject, async |_| {
                let answer = Pusher::new(address)?.check().await;
                Ok(vec![match answer {
                    Ok(()) => subject.ok(format!("{address} answers")),
                    Err(error) => subject.warning(
                        format!("{}: {}", error.doing(), error.cause()),
                        "no run depends on it: start it, or correct `serve.pushgateway`",
                    ),
                }])
            })
            .await;
    }
    Ok(())
}

/// Whether every line is a name and a token. What is wrong is told by its line alone.
fn about_operators(secret: &Secret) -> Check {
    let subject = Subject::new(PLACE, "operators");
    let lines = secret.reveal().lines().zip(1_u32..);
    let lines = lines.filter(|(line, _)| !line.trim().is_empty());
    let mut count = 0_u32;
    for (line, number) in lines {
        let mut words = line.split_whitespace();
        let token = words.nth(1);
        let why = match (token, words.next()) {
            (Some(token), None) if token.chars().count() >= SHORTEST => {
                count += 1;
                continue;
            }
            (Some(_), None) => {
                format!("the token in line {number} is shorter than {SHORTEST} characters")
            }
            _ => format!("line {number} is not a name and a token"),
        };
        let fix =
            format!("write `NAME TOKEN` in each line, the token of {SHORTEST} characters or more");
        return subject.failure(Kind::Secret, why, fix);
    }
    subject.ok(format!("{count} may act on the page"))
}

#[cfg(test)]
mod tests {
    use super::about_operators;
    use weir_engine::Secret;

    #[test]
    fn a_line_that_is_no_operator_is_told_by_its_number_and_never_quoted() {
        let token = "canary-0123456789-canary";
        let told = |text: String| about_operators(&Secret::new(&text));
        let well = told(format!("alice {token}\n\nbob {token}-too\n"));
        assert_eq!(
            (well.what.as_str(), well.kind),
            ("2 may act on the page", None)
        );
        for (text, why) in [
            (format!("alice {token}\nbob canary"), "the token in line 2"),
            (token.to_owned(), "line 1 is not"),
            (format!("alice {token} {token}"), "line 1 is not"),
        ] {
            let check = told(text);
            assert!(check.what.contains(why), "{check:?}");
            assert!(!format!("{check:?}").contains("canary"), "{check:?}");
            assert_eq!(check.kind, Some("secret"));
        }
    }
}
