//! Container images, built by buildah from the Containerfiles in `deploy/`. The same sources give the same layer: every
//! time in it is that of the commit. The image's id differs all the same, since the format notes who built it.
//!
//! Not here: what goes into the programs (`musl`) and into the page (`bundle`).

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use crate::command::{on_path, output_of, program, run};
use crate::failure::Failure;
use crate::progress::step;
use crate::{debian, workspace};

/// An image, and what is in it besides the program of its name.
pub(crate) struct Image {
    pub(crate) program: &'static str,
    has_page: bool,
}

pub(crate) const IMAGES: [Image; 2] = [
    Image {
        program: "backend",
        has_page: true,
    },
    Image {
        program: "otp-service",
        has_page: false,
    },
];

/// Makes sure that buildah is there.
pub(crate) fn set_up() -> Result<(), Failure> {
    if on_path("buildah") {
        return Ok(());
    }
    debian::install("Images are built by buildah.", &["buildah"])
}

impl Image {
    /// `localhost/pipit-backend:0.1.0`
    pub(crate) fn name(&self, tag: &str) -> String {
        format!("localhost/pipit-{}:{tag}", self.program)
    }

    /// Builds it into the local store of images, of the programs in this folder; answers how many bytes are in it. `work`
    /// is emptied.
    pub(crate) fn build(&self, tag: &str, programs: &Path, work: &Path) -> Result<u64, Failure> {
        let name = self.name(tag);
        let version = workspace::locked_version(self.program)?;
        step(format_args!("Building the image {name}"), || {
            let size = self.lay_out(programs, work)?;
            let mut build = program("buildah");
            build
                // The format of Docker, since OCI's has no health check.
                .args(["build", "--format", "docker", "--no-cache"])
                .args(["--timestamp", &commit("%ct")])
                .args([
                    "--label",
                    &format!("org.opencontainers.image.revision={}", commit("%H")),
                ])
                .args([
                    "--label",
                    &format!("org.opencontainers.image.version={version}"),
                ])
                .args(["--tag", &name, "--file"])
                .arg(
                    workspace::root()
                        .join("deploy")
                        .join(format!("Containerfile.{}", self.program)),
                )
                .arg(work);
            run(
                &mut build,
                "Read buildah's message above. It needs root, or user namespaces.",
            )?;
            Ok(size)
        })
    }

    /// Puts beside each other what the Containerfile takes.
    fn lay_out(&self, programs: &Path, work: &Path) -> Result<u64, Failure> {
        let failed = |error| Failure::file(work, &error);
        match fs::remove_dir_all(work) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(error));
            }
            _ => {}
        }
        fs::create_dir_all(work).map_err(failed)?;
        let from = programs.join(self.program);
        let size = fs::copy(&from, work.join(self.program))
            .map_err(|error| Failure::file(&from, &error))?;
        fs::DirBuilder::new()
            .mode(0o700)
            .create(work.join("data"))
            .map_err(failed)?;
        let mut whole = size;
        if self.has_page {
            whole += copy_files(&workspace::dist_folder(), &work.join("page"))?;
        }
        Ok(whole)
    }
}

/// Copies the files of a folder that has no others in it, readable by everybody; answers their size.
pub(crate) fn copy_files(from: &Path, to: &Path) -> Result<u64, Failure> {
    let failed = |error| Failure::file(from, &error);
    fs::create_dir_all(to).map_err(|error| Failure::file(to, &error))?;
    let mut size = 0;
    for entry in fs::read_dir(from).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if !path.is_file() {
            continue;
        }
        let copy = to.join(path.file_name().unwrap_or_default());
        size += fs::copy(&path, &copy).map_err(failed)?;
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o644)).map_err(failed)?;
    }
    Ok(size)
}

/// What git says of the commit that is built; `0` outside of git.
pub(crate) fn commit(what: &str) -> String {
    let said = output_of(program("git").args(["log", "-1", &format!("--format={what}")]));
    said.map_or_else(|| "0".to_owned(), |said| said.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_image_has_a_containerfile_that_runs_as_nobody_j_07() {
        for image in IMAGES {
            let path = workspace::root().join(format!("deploy/Containerfile.{}", image.program));
            let file = fs::read_to_string(&path).unwrap();
            assert!(
                file.contains("FROM scratch\n") && file.contains("\nUSER 65532:65532\n"),
                "{file}"
            );
        }
    }

    #[test]
    fn what_is_copied_can_be_read_by_the_images_user() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir(&from).unwrap();
        fs::write(from.join("a"), "12").unwrap();
        fs::set_permissions(from.join("a"), fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(copy_files(&from, &to).unwrap(), 2);
        let mode = fs::metadata(to.join("a")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644);
    }
}
