//! What the system still holds of what was written to connections: the only sign of an upload
//! that moves while all of it is already written. Told by Linux; elsewhere nothing is known.

use std::collections::{BTreeSet, HashMap};
use std::fs;

/// Bytes that the other side has not acknowledged, by connection.
#[derive(Debug, Default)]
pub(super) struct Queues(HashMap<String, u64>);

impl Queues {
    /// Of all connections of this process to a port: which of them carries a request is not known.
    pub(super) async fn read(port: u16) -> Self {
        let read = tokio::task::spawn_blocking(move || Self::of(&own_sockets(), port));
        read.await.unwrap_or_default()
    }

    fn of(own: &BTreeSet<String>, port: u16) -> Self {
        let tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
        let texts = tables.map(|table| fs::read_to_string(table).unwrap_or_default());
        let lines = texts.iter().flat_map(|text| text.lines());
        let queues = lines
            .filter_map(connection)
            .filter(|(to, inode, _)| *to == port && own.contains(*inode))
            .map(|(_, inode, bytes)| (inode.to_owned(), bytes));
        Self(queues.collect())
    }

    /// Whether the other side has taken anything since `before`.
    pub(super) fn moved_since(&self, before: &Self) -> bool {
        let now = |inode| self.0.get(inode).copied();
        let mut earlier = before.0.iter();
        earlier.any(|(inode, held)| now(inode).is_some_and(|now| now < *held))
    }
}

/// The sockets of this process, by inode.
fn own_sockets() -> BTreeSet<String> {
    let descriptors = fs::read_dir("/proc/self/fd").into_iter().flatten();
    descriptors
        .filter_map(|descriptor| fs::read_link(descriptor.ok()?.path()).ok())
        .filter_map(|link| {
            let name = link.to_str()?.strip_prefix("socket:[")?;
            name.strip_suffix(']').map(ToOwned::to_owned)
        })
        .collect()
}

/// The port, the inode and the bytes not yet acknowledged of a line of the system's table:
/// `sl local remote state tx:rx timer:when retransmits uid timeout inode …`.
fn connection(line: &str) -> Option<(u16, &str, u64)> {
    let mut fields = line.split_whitespace();
    let (_, port) = fields.nth(2)?.split_once(':')?;
    let (queued, _) = fields.nth(1)?.split_once(':')?;
    let inode = fields.nth(4)?;
    let port = u16::from_str_radix(port, 16).ok()?;
    Some((port, inode, u64::from_str_radix(queued, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_systems_table_is_read() {
        let line = "   1: 0100007F:C2A6 0100007F:1F90 01 0001A2B0:00000000 01:00000014 00000000  \
                    1000        0 54321 2 0000000000000000 20 4 30 10 -1";
        assert_eq!(connection(line), Some((8080, "54321", 0x1_a2b0)));
        assert_eq!(
            connection("  sl  local_address rem_address   st tx_queue"),
            None
        );
    }

    #[test]
    fn less_held_of_one_connection_is_movement() {
        let queues = |held: &[(&str, u64)]| {
            Queues(
                held.iter()
                    .map(|(name, bytes)| ((*name).to_owned(), *bytes))
                    .collect(),
            )
        };
        let before = queues(&[("1", 500), ("2", 7)]);
        assert!(queues(&[("1", 400), ("2", 9)]).moved_since(&before));
        // One that is gone, one that is new and one that holds more tell nothing.
        assert!(!queues(&[("2", 8), ("3", 1)]).moved_since(&before));
        assert!(!before.moved_since(&Queues::default()));
    }
}
