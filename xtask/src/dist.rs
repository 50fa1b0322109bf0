//! `cargo xtask dist`: everything that is shipped, in `target/dist`: the page as files, both servers as static programs,
//! a list of the parts of each (SBOM), what a rehearsal counted for their compilation, the images as archives that podman
//! and Docker load, and checksums of it all.
//!
//! Not here: signing, and where it is put.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use sha2::{Digest, Sha256};

use crate::command::{program, run};
use crate::failure::Failure;
use crate::image::{self, IMAGES, copy_files};
use crate::musl::{self, PROGRAMS};
use crate::progress::step;
use crate::{bundle, rehearsal, tools, workspace};

/// J-07 says 30 MB; we ask for less.
const LARGEST_IMAGE: u64 = 25 * 1000 * 1000;

/// How the counts are called among what is shipped.
const COUNTS: &str = "counts.profdata";

/// What the programs are compiled by.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Options {
    /// The counts that an earlier run has left beside its programs, to compile the same sources by once more. Without,
    /// they are counted anew.
    #[arg(long, value_name = "FILE")]
    counts: Option<PathBuf>,
}

/// Builds it all anew but for what the compiler has kept.
pub(crate) fn dist(options: &Options) -> Result<(), Failure> {
    musl::set_up()?;
    image::set_up()?;
    bundle::build(&tools::set_up()?)?;
    let target = workspace::target_folder()?;
    let counts = match &options.counts {
        Some(file) => rehearsal::given(file)?,
        None => rehearsal::counts()?,
    };
    let folder = target.join("dist");
    let failed = |error| Failure::file(&folder, &error);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    copy_files(&workspace::dist_folder(), &folder.join("page"))?;
    fs::copy(&counts, folder.join(COUNTS)).map_err(failed)?;
    let programs = musl::build_shipped(&counts)?;
    for name in PROGRAMS {
        fs::copy(programs.join(name), folder.join(name)).map_err(failed)?;
    }
    list_parts(&folder)?;
    for image in IMAGES {
        let tag = workspace::locked_version(image.program)?;
        let size = image.build(&tag, &programs, &target.join("image"))?;
        if size > LARGEST_IMAGE {
            return Err(Failure::new(
                format_args!("The image of {} has {size} bytes.", image.program),
                format_args!("It may have {LARGEST_IMAGE}: look what has come into the program."),
            ));
        }
        save(
            &image.name(&tag),
            &folder.join(format!("pipit-{}.tar", image.program)),
        )?;
    }
    write_checksums(&folder)?;
    println!("\n  {}", folder.display());
    Ok(())
}

/// An archive that `podman load` and `docker load` take.
fn save(image: &str, archive: &Path) -> Result<(), Failure> {
    let mut push = program("buildah");
    push.args(["push", "--quiet", image])
        .arg(format!("docker-archive:{}:{image}", archive.display()));
    run(&mut push, "Read buildah's message above.")
}

/// What cargo-cyclonedx calls its files, one beside every manifest, until they are taken from there.
const LIST: &str = "parts-for-dist";

/// The parts of each program, in CycloneDX's form (J-03).
fn list_parts(folder: &Path) -> Result<(), Failure> {
    let tools = tools::set_up_cyclonedx()?;
    let listed = step("Listing the parts of the programs", || {
        let mut list = tools.program("cargo-cyclonedx");
        list.args(["cyclonedx", "--quiet", "--format", "json"])
            .args(["--spec-version", "1.5", "--override-filename", LIST])
            .args(["--target", musl::TARGET, "--no-build-deps"])
            .args(["--features", musl::FEATURES])
            .env("SOURCE_DATE_EPOCH", image::commit("%ct"));
        run(&mut list, "Read cargo-cyclonedx's message above.")?;
        PROGRAMS.iter().try_for_each(|name| take_list(name, folder))
    });
    // Also when the tool has stopped half way.
    for package in bundle::package_folders()? {
        let file = package.join(format!("{LIST}.json"));
        if file.exists() {
            fs::remove_file(&file).map_err(|error| Failure::file(&file, &error))?;
        }
    }
    listed
}

/// Without this machine's paths in it (D-16).
fn take_list(name: &str, folder: &Path) -> Result<(), Failure> {
    let from = workspace::root().join(name).join(format!("{LIST}.json"));
    let list = fs::read_to_string(&from).map_err(|error| Failure::file(&from, &error))?;
    let list = list.replace(&workspace::root().display().to_string(), "/pipit");
    let list = with_what_is_no_crate(&list)
        .map_err(|error| Failure::new(error, "Look at what cargo-cyclonedx has written."))?;
    let to = folder.join(format!("{name}.cdx.json"));
    fs::write(&to, list).map_err(|error| Failure::file(&to, &error))
}

/// The list with the one part that cargo does not know of.
fn with_what_is_no_crate(list: &str) -> serde_json::Result<String> {
    let mut list: serde_json::Value = serde_json::from_str(list)?;
    if let Some(parts) = list["components"].as_array_mut() {
        parts.push(musl::memory_part());
    }
    serde_json::to_string_pretty(&list)
}

/// `SHA256SUMS`, as `sha256sum --check` reads it.
fn write_checksums(folder: &Path) -> Result<(), Failure> {
    let mut files = std::collections::BTreeSet::new();
    bundle::collect(folder, &mut files)?;
    let lines: Result<String, Failure> = files.iter().map(|path| line(folder, path)).collect();
    let sums = folder.join("SHA256SUMS");
    fs::write(&sums, lines?).map_err(|error| Failure::file(&sums, &error))
}

fn line(folder: &Path, path: &PathBuf) -> Result<String, Failure> {
    let content = fs::read(path).map_err(|error| Failure::file(path, &error))?;
    let name = path.strip_prefix(folder).unwrap_or(path).display();
    Ok(format!("{:x}  {name}\n", Sha256::digest(content)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_parts_has_what_is_linked_and_no_crate_j_03() {
        let list = with_what_is_no_crate("{\"components\":[{\"name\":\"a\"}]}").unwrap();
        let list: serde_json::Value = serde_json::from_str(&list).unwrap();
        let parts = list["components"].as_array().unwrap().iter();
        let names: Vec<_> = parts.map(|part| &part["name"]).collect();
        assert_eq!(names, ["a", "llvm-libc"]);
    }

    #[test]
    fn the_checksums_are_those_of_all_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("page")).unwrap();
        fs::write(folder.path().join("page/a"), "").unwrap();
        fs::write(folder.path().join("b"), "abc").unwrap();
        write_checksums(folder.path()).unwrap();
        assert_eq!(
            fs::read_to_string(folder.path().join("SHA256SUMS")).unwrap(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b\n\
             e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  page/a\n"
        );
    }
}
