use rustix::fs::{Access, AtFlags, CWD};
use std::path::Path;
use weir_engine::Finding;

/// File systems over a network, by the number they have in Linux: NFS, SMB, CIFS, SMB2, Ceph, AFS.
#[cfg(target_os = "linux")]
const OVER_A_NETWORK: [i64; 6] = [
    0x6969,
    0x517B,
    0xFF53_4D42,
    0xFE53_4D42,
    0x00C3_6400,
    0x5346_414F,
];

/// Whether this process, as the user it works as, may do that.
pub(super) fn may(path: &Path, access: Access) -> bool {
    rustix::fs::accessat(CWD, path, access, AtFlags::EACCESS).is_ok()
}

/// The user this process works as, as a number that every tool takes.
pub(super) fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// The shadow, the lock and the previous copy are made beside the live file.
pub(super) fn writable(folder: &Path) -> Finding {
    let path = folder.display();
    if !folder.is_dir() {
        return Finding::failure(
            format!("the folder {path} is not there"),
            format!("mkdir -p {path}, or check `url` of the app and that the disk is mounted"),
        );
    }
    match rustix::fs::accessat(
        CWD,
        folder,
        Access::WRITE_OK | Access::EXEC_OK,
        AtFlags::EACCESS,
    ) {
        Ok(()) => Finding::well(format!("files can be made in {path}")),
        Err(error) => Finding::failure(
            format!("no file can be made in {path}, where the new copy is built: {error}"),
            if error == rustix::io::Errno::ROFS {
                format!("sudo mount -o remount,rw {path}")
            } else {
                format!("sudo setfacl -m u:{}:rwx {path}", user())
            },
        ),
    }
}

/// Locks of SQLite and its shared memory do not reach over a network.
pub(super) fn network(folder: &Path) -> Option<Finding> {
    #[cfg(target_os = "linux")]
    {
        let found = rustix::fs::statfs(folder).ok()?;
        #[allow(clippy::unnecessary_cast)] // narrower on some platforms
        let kind = found.f_type as i64;
        if OVER_A_NETWORK.contains(&kind) {
            return Some(Finding::warning(
                format!(
                    "{} lies on a network file system, where SQLite's locks do not hold between \
                     hosts",
                    folder.display()
                ),
                "let only one host open the database, or move it to a disk of its own",
            ));
        }
    }
    None
}
