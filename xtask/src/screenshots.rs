//! `cargo xtask screenshots`: the pictures of the screens in `docs/screens/`, taken in the same
//! browser and by the same hands as the browser tests.

use crate::browser::Engine;
use crate::command::{cargo, run};
use crate::failure::Failure;
use crate::progress::step;
use crate::{browser, bundle, tools, workspace};

/// Takes every picture anew.
pub(crate) fn take() -> Result<(), Failure> {
    browser::set_up(&[Engine::Chromium])?;
    bundle::build(&tools::set_up()?)?;
    let folder = workspace::root().join("docs/screens");
    step("Taking the pictures", || {
        run(
            cargo()
                .args([
                    "run",
                    "--locked",
                    "--package",
                    "e2e",
                    "--bin",
                    "screenshots",
                ])
                .arg("--")
                .arg(&folder),
            "Read the message above; a single screen is easiest looked at with: cargo xtask start",
        )
    })
}
