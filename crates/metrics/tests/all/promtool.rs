//! promtool, with what it says.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs it in a folder; `input` is what it reads.
pub(crate) fn promtool(folder: &Path, arguments: &[&str], input: &str) {
    let mut tool = Command::new("promtool");
    tool.args(arguments).current_dir(folder);
    tool.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut tool = tool
        .stderr(Stdio::piped())
        .spawn()
        .expect("start promtool: scripts/test fetches it");
    let mut pipe = tool.stdin.take().unwrap();
    pipe.write_all(input.as_bytes()).unwrap();
    drop(pipe);
    let told = tool.wait_with_output().unwrap();
    let text = [told.stdout, told.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(told.status.success(), "{arguments:?}: {text}");
}
