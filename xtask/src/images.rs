//! The step `images` of `cargo xtask test`: builds the images as `dist` does, of programs that are compiled in less
//! time, and has them started by podman for the tests in `backend/tests/shipping`.

use crate::command::{on_path, output_of, program, run};
use crate::failure::Failure;
use crate::image::{self, IMAGES};
use crate::{debian, musl, workspace};

/// What the tests ask podman for; what `dist` has built keeps its own tag.
const TAG: &str = "test";

/// What containers are started with, and the packages that they come in. Debian's podman takes another runtime by
/// itself, which knows only newer cgroups.
const NEEDED: [(&str, &str); 2] = [("podman", "podman"), ("runc", "runc")];

/// Brings the tools, and builds the images.
pub(crate) fn build() -> Result<(), Failure> {
    musl::set_up()?;
    image::set_up()?;
    let missing: Vec<&str> = NEEDED
        .iter()
        .filter(|(program, _)| !on_path(program))
        .map(|(_, package)| *package)
        .collect();
    if !missing.is_empty() {
        debian::install("The images are started by podman.", &missing)?;
    }
    let programs = musl::build_quick()?;
    let work = workspace::target_folder()?.join("image");
    IMAGES
        .iter()
        .try_for_each(|image| image.build(TAG, &programs, &work).map(drop))
}

/// Whether containers can be started here at all, as root or by a user's own namespace.
pub(crate) fn can_be_started() -> bool {
    let makes = |of: &[&str]| {
        let mut command = program("unshare");
        command
            .args(of)
            .args(["--mount", "--pid", "--fork", "true"]);
        output_of(&mut command).is_some()
    };
    makes(&[]) || makes(&["--user", "--map-root-user"])
}

/// Takes the images out of the local store again.
pub(crate) fn forget() -> Result<(), Failure> {
    let mut remove = program("podman");
    remove
        .args(["rmi", "--force"])
        .args(IMAGES.map(|image| image.name(TAG)));
    run(
        &mut remove,
        "Read podman's message above; nothing depends on these images.",
    )
}
