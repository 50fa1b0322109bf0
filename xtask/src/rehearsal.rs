//! What the shipped programs do most, counted before they are compiled: builds of them that count are run by the
//! project's own benchmarks, and what was counted tells the compiler what to copy into its callers and what to lay
//! next to each other (profile-guided optimisation, rustc's `-Cprofile-generate` and `-Cprofile-use`).
//!
//! No two rehearsals count the same, so the counts are a part of what is shipped: who wants to make the same programs of
//! the same sources again needs them. Counts of other sources are next to worthless, and are never taken by themselves:
//! a file of counts has the name of the programs that counted.
//!
//! What no rehearsal came by is compiled to be small.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use sha2::{Digest, Sha256};

use crate::command::{output_of, program, run};
use crate::failure::Failure;
use crate::musl::{self, PROGRAMS};
use crate::progress::{ready, step};
use crate::{bench, tools, workspace};

/// What is run: enough that every call of a sign-in was made thousands of times.
const SERVICE: &[&str] = &["--clients=16", "--seconds=3", "--users=0"];
const BACKEND: &[&str] = &["--clients=64,1", "--seconds=3", "--rounds=1"];

/// The file of counts for today's sources; what was counted before is taken again.
pub(crate) fn counts() -> Result<PathBuf, Failure> {
    bench::set_up()?;
    tools::rust_component("llvm-tools")?;
    let folder = workspace::target_folder()?.join("counted");
    let raw = folder.join("raw");
    let programs = musl::build_counting(&folder, &raw)?;
    let both = PROGRAMS.map(|name| programs.join(name));
    let counts = folder.join(format!("{}.profdata", digest_of(&both)?));
    if counts.exists() {
        ready("Counts of a rehearsal by these programs");
        return Ok(counts);
    }
    empty(&raw)?;
    bench::build()?;
    step("Rehearsing (two minutes)", || {
        for mut benchmark in [
            bench::of_service(&programs, SERVICE)?,
            bench::of_backend(&programs, BACKEND)?,
        ] {
            // What is measured of programs that count is not to be taken for anything.
            benchmark.stdout(Stdio::null());
            bench::measure(benchmark)?;
        }
        Ok(())
    })?;
    merge(&raw, &counts)?;
    Ok(counts)
}

/// Counts that somebody has, where the compiler sees that they are others than the last ones: by their name.
pub(crate) fn given(counts: &Path) -> Result<PathBuf, Failure> {
    let folder = workspace::target_folder()?.join("counted");
    fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
    let copy = folder.join(format!("given-{}.profdata", digest_of(&[counts.into()])?));
    fs::copy(counts, &copy).map_err(|error| Failure::file(counts, &error))?;
    Ok(copy)
}

/// What files are together.
fn digest_of(files: &[PathBuf]) -> Result<String, Failure> {
    let mut digest = Sha256::new();
    for file in files {
        digest.update(fs::read(file).map_err(|error| Failure::file(file, &error))?);
    }
    let digest = digest.finalize();
    Ok(digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

fn empty(folder: &Path) -> Result<(), Failure> {
    let failed = |error| Failure::file(folder, &error);
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    fs::create_dir_all(folder).map_err(failed)
}

/// Makes one file of what all the processes have counted.
fn merge(raw: &Path, counts: &Path) -> Result<(), Failure> {
    let files = fs::read_dir(raw).map_err(|error| Failure::file(raw, &error))?;
    // One for each program, whose processes add to it one after the other.
    if files.count() < PROGRAMS.len() {
        return Err(Failure::new(
            "A program has not written down what it counted.",
            "It does so when it ends by itself: look whether it had to be killed.",
        ));
    }
    let unfinished = counts.with_extension("unfinished");
    let mut merge = program(llvm_profdata()?);
    merge.args(["merge", "--output"]).args([&unfinished, raw]);
    run(&mut merge, "Read the message of llvm-profdata above.")?;
    fs::rename(&unfinished, counts).map_err(|error| Failure::file(counts, &error))
}

/// It comes with the compiler, whose format of counts it knows, and is off the search path.
fn llvm_profdata() -> Result<PathBuf, Failure> {
    let sysroot = output_of(program("rustc").args(["--print", "sysroot"]));
    let host = output_of(program("rustc").args(["--print", "host-tuple"]));
    let place = |(sysroot, host): (String, String)| {
        let lib = Path::new(sysroot.trim()).join("lib/rustlib");
        lib.join(host.trim()).join("bin/llvm-profdata")
    };
    sysroot.zip(host).map(place).ok_or_else(|| {
        Failure::new(
            "rustc does not say where it is.",
            "Type `rustc --print sysroot` and read its message.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_programs_have_other_counts() {
        let folder = tempfile::tempdir().unwrap();
        let name = |of: &[&str]| {
            let file = |content: &&str| {
                let file = folder.path().join(content);
                fs::write(&file, content).unwrap();
                file
            };
            digest_of(&of.iter().map(file).collect::<Vec<_>>()).unwrap()
        };
        let first = name(&["a", "b"]);
        assert_eq!(first.len(), 16);
        assert_ne!(name(&["a", "c"]), first);
        assert_eq!(name(&["a", "b"]), first);
    }
}
