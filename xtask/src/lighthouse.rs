//! Brings Lighthouse, which gives the page points, out of the npm packages that `e2e/lighthouse` names: exactly
//! those versions, exactly those files. It goes to `target/tools/lighthouse`; none of its scripts runs meanwhile.

use std::path::PathBuf;

use crate::command::{on_path, program, run};
use crate::failure::Failure;
use crate::progress::{ready, step};
use crate::workspace;

const NODE: &str = "Type: sudo apt-get install -y nodejs npm (Node 18.16 or newer)";

/// Makes sure that it is there in the wanted version, and gives its script for Node.
pub(crate) fn set_up() -> Result<PathBuf, Failure> {
    let folder = workspace::tools_folder().join("lighthouse");
    let script = folder.join("node_modules/lighthouse/cli/index.js");
    let wanted = workspace::root().join("e2e/lighthouse");
    let lock = wanted.join("package-lock.json");
    // npm's own note of what it has installed has another form.
    let installed = folder.join("installed.json");
    let versions = std::fs::read_to_string(&lock).map_err(|error| Failure::file(&lock, &error))?;
    if !on_path("node") {
        return Err(Failure::new("Lighthouse needs Node.", NODE));
    }
    if std::fs::read_to_string(&installed).is_ok_and(|installed| installed == versions) {
        ready("Lighthouse");
        return Ok(script);
    }
    if !on_path("npm") {
        return Err(Failure::new("Lighthouse comes by npm.", NODE));
    }
    step("Fetching Lighthouse", || {
        let failed = |error| Failure::file(&folder, &error);
        std::fs::create_dir_all(&folder).map_err(failed)?;
        for name in ["package.json", "package-lock.json"] {
            std::fs::copy(wanted.join(name), folder.join(name)).map_err(failed)?;
        }
        run(
            program("npm").current_dir(&folder).args([
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
            ]),
            "Read npm's message above; most often registry.npmjs.org can't be reached. Then type the same command again.",
        )?;
        std::fs::write(&installed, &versions).map_err(failed)
    })?;
    Ok(script)
}
