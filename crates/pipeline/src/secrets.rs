//! Reading secrets from where the configuration says they are. Errors name the place and the
//! reason, never a byte of the value.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use weir_config::Secret as SecretReference;
use weir_engine::{Context, Secret};
use weir_model::error::{Error, Kind, Result};

/// How long a command may take to print a secret.
const COMMAND_DEADLINE: Duration = Duration::from_secs(20);
/// The most bytes of a command's output that are read.
const LONGEST: u64 = 1 << 20;

/// Reads a secret. Relative files lie beside the configuration.
///
/// # Errors
/// `secret`; `interrupted` or `deadline` when the run is stopped while a place keeps it waiting.
pub async fn read(
    reference: &SecretReference,
    base: &Path,
    needed_by: &str,
    context: &Context,
) -> Result<Secret> {
    let value = async {
        match reference {
            SecretReference::Env(name) => from_environment(name, needed_by),
            SecretReference::File(path) => from_file(&base.join(path), needed_by).await,
            SecretReference::Command(argv) => from_command(argv, base, needed_by).await,
        }
    };
    let value = context.unless_stopped(&doing(needed_by), value).await?;
    let value = value.trim_end_matches(['\n', '\r']);
    if value.is_empty() {
        return Err(Error::new(
            Kind::Secret,
            doing(needed_by),
            format!("{} is empty", place(reference)),
        )
        .hint("put the secret there, without a line before it"));
    }
    Ok(Secret::new(value))
}

fn doing(needed_by: &str) -> String {
    format!("read the secret for {needed_by}")
}

fn place(reference: &SecretReference) -> String {
    match reference {
        SecretReference::Env(name) => format!("the environment variable {name}"),
        SecretReference::File(path) => format!("the file {path}"),
        SecretReference::Command(argv) => {
            format!("the output of {}", argv.first().map_or("", String::as_str))
        }
    }
}

fn from_environment(name: &str, needed_by: &str) -> Result<String> {
    std::env::var(name).map_err(|error| {
        let why = match error {
            std::env::VarError::NotPresent => "is not set",
            std::env::VarError::NotUnicode(_) => "is not text",
        };
        Error::new(
            Kind::Secret,
            doing(needed_by),
            format!("the environment variable {name} {why}"),
        )
        .hint(format!(
            "export {name}, or name another place in the configuration"
        ))
    })
}

async fn from_file(path: &Path, needed_by: &str) -> Result<String> {
    tokio::fs::read_to_string(path).await.map_err(|error| {
        Error::new(
            Kind::Secret,
            doing(needed_by),
            format!("the file {} cannot be read: {error}", path.display()),
        )
        .hint("write the file, or let this user read it")
    })
}

async fn from_command(argv: &[String], base: &Path, needed_by: &str) -> Result<String> {
    let failed = |why: String| {
        Error::new(
            Kind::Secret,
            doing(needed_by),
            format!(
                "the command {} {why}",
                argv.first().map_or("", String::as_str)
            ),
        )
        .hint("run it by hand as this user: it must print the secret and exit 0")
    };
    let (program, arguments) = argv
        .split_first()
        .ok_or_else(|| failed("is empty".to_owned()))?;
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(if base.as_os_str().is_empty() {
            Path::new(".")
        } else {
            base
        })
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("did not start: {}", error.kind())))?;
    let output = tokio::time::timeout(COMMAND_DEADLINE, output_of(&mut child));
    let output = output
        .await
        .map_err(|_| failed(format!("took longer than {} s", COMMAND_DEADLINE.as_secs())))?;
    let (status, bytes) =
        output.map_err(|error| failed(format!("cannot be read: {}", error.kind())))?;
    if !status.success() {
        return Err(failed(format!("ended with {status}")));
    }
    String::from_utf8(bytes).map_err(|_| failed("did not print text".to_owned()))
}

/// How a command ended and what it printed: read first, so that a full pipe cannot stop it.
async fn output_of(child: &mut Child) -> io::Result<(ExitStatus, Vec<u8>)> {
    let mut bytes = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(LONGEST).read_to_end(&mut bytes).await?;
    }
    Ok((child.wait().await?, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::Instant;
    use weir_engine::SilentObserver;

    fn context() -> Context {
        Context::new(Arc::new(SilentObserver))
    }

    async fn read_for(needed_by: &str, reference: &SecretReference) -> Result<Secret> {
        read(reference, Path::new(""), needed_by, &context()).await
    }

    fn command(argv: &[&str]) -> SecretReference {
        SecretReference::Command(argv.iter().map(|word| (*word).to_owned()).collect())
    }

    #[tokio::test]
    async fn a_command_prints_a_secret_without_its_line_end() {
        let secret = read_for("a test", &command(&["echo", "hunter2"]))
            .await
            .unwrap();
        assert_eq!(secret.reveal(), "hunter2");
    }

    #[tokio::test]
    async fn a_failing_command_is_named_and_its_output_is_not() {
        let failing = command(&["sh", "-c", "echo hunter2; exit 3"]);
        let error = read_for("staging/app", &failing).await.unwrap_err();
        let shown = format!("{error:?}");
        assert!(
            shown.contains("staging/app") && shown.contains("exit status: 3"),
            "{shown}"
        );
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[tokio::test]
    async fn an_unset_variable_is_named() {
        let reference = SecretReference::Env("WEIR_TEST_NOT_SET".to_owned());
        let error = read_for("staging/app", &reference).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Secret);
        assert!(error.to_string().contains("WEIR_TEST_NOT_SET is not set"));
    }

    #[tokio::test]
    async fn a_command_that_does_not_end_is_given_up_with_its_run() {
        let context = context();
        let began = Instant::now();
        let endless = command(&["sleep", "600"]);
        let reading = read(&endless, Path::new(""), "staging/app", &context);
        let stop = async {
            tokio::task::yield_now().await;
            context.cancel.cancel();
        };
        let (secret, ()) = tokio::join!(reading, stop);
        assert_eq!(secret.unwrap_err().kind(), Kind::Interrupted);
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}
