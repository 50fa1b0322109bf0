//! Firefox compiles its own code at the first start in a profile, which takes half of the time of that
//! start, and keeps it there. It is the only thing that one profile inherits from another, by way of
//! `target/e2e/firefox`; where that goes wrong, a start is slower.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Says which Firefox the code is of; another one does not use it.
const OWNER: &str = "compatibility.ini";

const CODE: &str = "startupCache";

/// Takes the code over from an earlier profile.
pub(super) fn inherit(profile: &Path) {
    if take(&heirloom(), profile).is_err() {
        let _ = forget(profile);
    }
}

/// Leaves the code of a Firefox that has ended to later profiles.
pub(super) fn bequeath(profile: &Path) {
    let _ = leave(profile, &heirloom());
}

fn heirloom() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/e2e/firefox")
}

fn leave(profile: &Path, heirloom: &Path) -> io::Result<()> {
    let own = fs::read(profile.join(OWNER))?;
    match fs::read(heirloom.join(OWNER)) {
        Ok(kept) if kept == own => return Ok(()),
        // Of another Firefox.
        Ok(_) => fs::remove_dir_all(heirloom)?,
        Err(_) => {}
    }
    let above = heirloom.parent().unwrap_or(heirloom);
    fs::create_dir_all(above)?;
    let new = tempfile::tempdir_in(above)?;
    take(profile, new.path())?;
    // All at once, and only where no other test has done so meanwhile.
    fs::rename(new.path(), heirloom)
}

fn take(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to.join(CODE))?;
    for file in fs::read_dir(from.join(CODE))? {
        let file = file?;
        fs::copy(file.path(), to.join(CODE).join(file.file_name()))?;
    }
    fs::copy(from.join(OWNER), to.join(OWNER)).map(drop)
}

fn forget(profile: &Path) -> io::Result<()> {
    fs::remove_dir_all(profile.join(CODE))?;
    fs::remove_file(profile.join(OWNER))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(owner: &str, code: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(CODE)).unwrap();
        fs::write(folder.path().join(OWNER), owner).unwrap();
        fs::write(folder.path().join(CODE).join("code"), code).unwrap();
        folder
    }

    fn code_in(folder: &Path) -> String {
        fs::read_to_string(folder.join(CODE).join("code")).unwrap()
    }

    #[test]
    fn the_first_code_of_a_version_is_kept_and_that_of_another_version_replaces_it() {
        let folder = tempfile::tempdir().unwrap();
        let heirloom = folder.path().join("firefox");
        leave(profile("140", "a").path(), &heirloom).unwrap();
        leave(profile("140", "b").path(), &heirloom).unwrap();
        assert_eq!(code_in(&heirloom), "a");
        leave(profile("153", "c").path(), &heirloom).unwrap();
        assert_eq!(code_in(&heirloom), "c");
        let heir = tempfile::tempdir().unwrap();
        take(&heirloom, heir.path()).unwrap();
        assert_eq!(code_in(heir.path()), "c");
    }

    #[test]
    fn where_nothing_is_kept_nothing_is_inherited() {
        let folder = tempfile::tempdir().unwrap();
        take(&folder.path().join("none"), folder.path()).unwrap_err();
        let _ = forget(folder.path());
        assert!(!folder.path().join(CODE).exists());
    }
}
