//! Who holds something: a process, named so that another one can see whether it still lives.

use weir_model::run::Process;

/// This process.
#[must_use]
pub fn this_process() -> Process {
    let pid = std::process::id();
    Process {
        host: read("/proc/sys/kernel/hostname"),
        pid,
        boot: read("/proc/sys/kernel/random/boot_id"),
        namespace: own_namespace(),
        started: start_of(pid).unwrap_or_default(),
    }
}

/// Whether this process can see that `process` is dead. False when it cannot tell.
#[must_use]
pub fn is_dead(process: &Process) -> bool {
    // Where the first process is hidden (`hidepid`), living ones of other users are hidden too.
    is_visible_here(process)
        && start_of(process.pid).as_ref() != Some(&process.started)
        && start_of(1).is_some()
}

/// Whether this process can see that `process` lives. False when it cannot tell.
#[must_use]
pub fn is_alive(process: &Process) -> bool {
    is_visible_here(process) && start_of(process.pid).as_ref() == Some(&process.started)
}

/// Whether `process` ran where this process can see it.
fn is_visible_here(process: &Process) -> bool {
    let here = this_process();
    let facts = [
        (&process.host, &here.host),
        (&process.boot, &here.boot),
        (&process.namespace, &here.namespace),
    ];
    !process.started.is_empty()
        && !here.started.is_empty()
        && facts
            .iter()
            .all(|(theirs, ours)| !theirs.is_empty() && theirs == ours)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).map_or_else(|_| String::new(), |text| text.trim().to_owned())
}

fn own_namespace() -> String {
    std::fs::read_link("/proc/self/ns/pid")
        .map_or_else(|_| String::new(), |link| link.display().to_string())
}

/// When a process started; `None` when there is none, or it is only waiting to be reaped.
fn start_of(pid: u32) -> Option<String> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything, so the fields are counted after its end.
    let (_, fields) = text.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?;
    let start = fields.nth(18)?;
    (!matches!(state, "Z" | "X")).then(|| start.to_owned())
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn a_process_sees_itself_alive_and_its_dead_child_dead() {
        let mut here = this_process();
        assert!(is_alive(&here) && !is_dead(&here));
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        here.pid = child.id();
        assert!(is_dead(&here) && !is_alive(&here));
        here.boot = "another start of the machine".to_owned();
        assert!(!is_dead(&here) && !is_alive(&here));
    }
}
