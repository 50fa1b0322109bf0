//! Brings axe-core, the script that the browser tests look for barriers with, out of the PyPI package
//! that `python/axe.txt` names. It goes to `target/tools/axe`, where the tests read it.

use crate::failure::Failure;
use crate::progress::{ready, step};
use crate::python;
use crate::workspace;

/// Makes sure that it is there in the wanted version.
pub(crate) fn set_up() -> Result<(), Failure> {
    let folder = workspace::tools_folder().join("axe");
    let wanted = workspace::root().join("python/axe.txt");
    let installed = folder.join("axe.txt");
    let package =
        std::fs::read_to_string(&wanted).map_err(|error| Failure::file(&wanted, &error))?;
    if std::fs::read_to_string(&installed).is_ok_and(|installed| installed == package) {
        ready("axe-core");
        return Ok(());
    }
    let python = python::set_up()?;
    step("Fetching axe-core", || {
        python::install(&python, &wanted, |install| {
            install
                .args(["--no-deps", "--upgrade", "--target"])
                .arg(&folder)
        })?;
        std::fs::write(&installed, &package).map_err(|error| Failure::file(&installed, &error))
    })
}
