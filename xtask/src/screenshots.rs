//! `cargo xtask screenshots`: the pictures of the screens in `docs/screens/`, taken in the same
//! browser and by the same hands as the browser tests. All anew, so that none is left of a screen
//! that there is no more.

use std::path::{Path, PathBuf};

use crate::browser::Engine;
use crate::command::{cargo, program, run};
use crate::failure::Failure;
use crate::progress::step;
use crate::{browser, bundle, tools, workspace};

/// All pictures together; the repository carries them for ever.
const LARGEST: u64 = 1_500_000;

/// Takes every picture anew.
pub(crate) fn take() -> Result<(), Failure> {
    browser::set_up(&[Engine::Chromium])?;
    browser::set_up_pictures()?;
    bundle::build(&tools::set_up()?)?;
    // The old ones stay until all new ones are there.
    let folder = workspace::target_folder()?.join("screenshots");
    std::fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
    remove(&pictures(&folder)?)?;
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
    })?;
    let pictures = pictures(&folder)?;
    step("Making them small", || {
        // The colours of text on a plain ground fit into a palette; nobody sees the difference.
        run(
            program("pngquant")
                .args(["--force", "--ext=.png", "--strip", "--speed=1"])
                .arg("--")
                .args(&pictures),
            "Read pngquant's message above.",
        )?;
        weigh(&pictures)
    })?;
    put(&pictures, &workspace::root().join("docs/screens"))
}

/// Puts the new ones in the place of the old ones.
fn put(new: &[PathBuf], folder: &Path) -> Result<(), Failure> {
    remove(&pictures(folder)?)?;
    for picture in new {
        let there = folder.join(picture.file_name().unwrap_or_default());
        std::fs::copy(picture, &there).map_err(|error| Failure::file(&there, &error))?;
    }
    Ok(())
}

fn remove(pictures: &[PathBuf]) -> Result<(), Failure> {
    for picture in pictures {
        std::fs::remove_file(picture).map_err(|error| Failure::file(picture, &error))?;
    }
    Ok(())
}

fn pictures(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error| Failure::file(folder, &error);
    let mut pictures = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "png") {
            pictures.push(path);
        }
    }
    Ok(pictures)
}

fn weigh(pictures: &[PathBuf]) -> Result<(), Failure> {
    let mut bytes = 0;
    for path in pictures {
        let metadata = path.metadata();
        bytes += metadata.map_err(|error| Failure::file(path, &error))?.len();
    }
    if bytes <= LARGEST {
        return Ok(());
    }
    Err(Failure::new(
        format_args!("The pictures have {bytes} bytes, more than {LARGEST}."),
        "Take fewer, or smaller ones: e2e/src/bin/screenshots",
    ))
}
