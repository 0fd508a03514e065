//! Reading secrets from where the configuration says they are. Errors name the place and the
//! reason, never a byte of the value.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use weir_config::Secret as SecretReference;
use weir_engine::Secret;
use weir_model::error::{Error, Kind, Result};

/// How long a command may take to print a secret.
const COMMAND_DEADLINE: Duration = Duration::from_secs(20);

/// Reads a secret. Relative files lie beside the configuration.
///
/// # Errors
/// `secret`.
pub fn read(reference: &SecretReference, base: &Path, needed_by: &str) -> Result<Secret> {
    let value = match reference {
        SecretReference::Env(name) => from_environment(name, needed_by)?,
        SecretReference::File(path) => from_file(&base.join(path), needed_by)?,
        SecretReference::Command(argv) => from_command(argv, base, needed_by)?,
    };
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

fn from_file(path: &Path, needed_by: &str) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| {
        Error::new(
            Kind::Secret,
            doing(needed_by),
            format!("the file {} cannot be read: {error}", path.display()),
        )
        .hint("write the file, or let this user read it")
    })
}

fn from_command(argv: &[String], base: &Path, needed_by: &str) -> Result<String> {
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
        .spawn()
        .map_err(|error| failed(format!("did not start: {}", error.kind())))?;
    let output = read_output(&mut child);
    let deadline = Instant::now() + COMMAND_DEADLINE;
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => break,
            Ok(Some(status)) => return Err(failed(format!("ended with {status}"))),
            Ok(None) if Instant::now() >= deadline => {
                // The child is being given up on; whether the kill arrives changes nothing.
                let _ = child.kill();
                let _ = child.wait();
                return Err(failed(format!(
                    "took longer than {} s",
                    COMMAND_DEADLINE.as_secs()
                )));
            }
            Ok(None) => std::thread::park_timeout(Duration::from_millis(10)),
            Err(error) => return Err(failed(format!("cannot be waited for: {}", error.kind()))),
        }
    }
    let bytes = output
        .and_then(|reader| reader.join().ok())
        .unwrap_or_default();
    String::from_utf8(bytes).map_err(|_| failed("did not print text".to_owned()))
}

/// Reads the output on a thread of its own, so that a full pipe cannot stop the command.
fn read_output(child: &mut std::process::Child) -> Option<std::thread::JoinHandle<Vec<u8>>> {
    use std::io::Read as _;
    let mut stdout = child.stdout.take()?;
    Some(std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What could not be read is seen as an empty or cut secret by whoever uses it.
        let _ = stdout.by_ref().take(1 << 20).read_to_end(&mut bytes);
        bytes
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(argv: &[&str]) -> SecretReference {
        SecretReference::Command(argv.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn a_command_prints_a_secret_without_its_line_end() {
        let secret = read(&command(&["echo", "hunter2"]), Path::new(""), "a test").unwrap();
        assert_eq!(secret.reveal(), "hunter2");
    }

    #[test]
    fn a_failing_command_is_named_and_its_output_is_not() {
        let error = read(
            &command(&["sh", "-c", "echo hunter2; exit 3"]),
            Path::new(""),
            "staging/app",
        )
        .unwrap_err();
        let shown = format!("{error:?}");
        assert!(
            shown.contains("staging/app") && shown.contains("exit status: 3"),
            "{shown}"
        );
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn an_unset_variable_is_named() {
        let reference = SecretReference::Env("WEIR_TEST_NOT_SET".to_owned());
        let error = read(&reference, Path::new(""), "staging/app").unwrap_err();
        assert_eq!(error.kind(), Kind::Secret);
        assert!(error.to_string().contains("WEIR_TEST_NOT_SET is not set"));
    }
}
