//! Where the database may lie and who may read it (E-05, E-09).

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use crate::OpenError;

/// Makes the folder (0700) and an empty file (0600) where there are none, and refuses places that
/// are not private or not local. SQLite gives its WAL and SHM files the mode of the database file.
pub(crate) fn prepare(path: &Path) -> Result<(), OpenError> {
    let in_file = |cause| OpenError::File(path.to_owned(), cause);
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(in_file)?;
    }
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(in_file)?;
    let mode = file.metadata().map_err(in_file)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(OpenError::WorldReadable(path.to_owned()));
    }
    let system = rustix::fs::fstatfs(&file).map_err(|errno| in_file(errno.into()))?;
    if is_network_file_system(system.f_type) {
        return Err(OpenError::NetworkFileSystem(path.to_owned()));
    }
    Ok(())
}

/// Magic numbers of statfs(2).
fn is_network_file_system(magic: impl Into<i64>) -> bool {
    const NFS: i64 = 0x6969;
    const SMB: i64 = 0x517B;
    const CIFS: i64 = 0xFF53_4D42;
    const SMB2: i64 = 0xFE53_4D42;
    const AFS: i64 = 0x5346_414F;
    const CEPH: i64 = 0x00C3_6400;
    // The field is signed on some systems: compare 32 bits.
    matches!(
        magic.into() & 0xFFFF_FFFF,
        NFS | SMB | CIFS | SMB2 | AFS | CEPH
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_and_file_are_the_owners_alone_e_05() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/data.db");
        prepare(&path).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            fs::metadata(path.parent().unwrap())
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o700
        );
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_e_05() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.db");
        fs::write(&path, "").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(prepare(&path), Err(OpenError::WorldReadable(_))));
    }

    #[test]
    fn nfs_is_recognised_and_ext4_is_not_e_09() {
        assert!(is_network_file_system(0x6969_i64));
        assert!(!is_network_file_system(0xEF53_i64));
    }
}
