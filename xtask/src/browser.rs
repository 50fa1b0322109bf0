//! Brings what the tests run with: browser, driver, PostgreSQL and Python, Debian's packages, by apt-get where
//! that is allowed. Where it is not, the one line to type is said.

use crate::command::{on_path, output_of, program, run};
use crate::failure::Failure;
use crate::postgres;
use crate::progress::{ready, step};
use crate::python;

/// A program and the Debian package that it comes in.
const NEEDED: [(&str, &str); 4] = [
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("postgres", "postgresql"),
    ("python3", "python3-venv"),
];

/// Makes sure that Chromium, its driver, PostgreSQL and Python are installed.
pub(crate) fn set_up() -> Result<(), Failure> {
    let missing = missing_packages(|program| match program {
        // Debian keeps its programs off the search path.
        "postgres" => postgres::is_there(),
        // It comes without what makes environments.
        "python3" => python::is_there(),
        _ => on_path(program),
    });
    if missing.is_empty() {
        ready("Chromium, its driver, PostgreSQL, Python");
        return Ok(());
    }
    let line = install_line(&missing);
    let Some(sudo) = root_prefix() else {
        return Err(Failure::new(
            "The tests need a browser, its driver, PostgreSQL and Python.",
            format_args!("Type: sudo {line}"),
        ));
    };
    step(format_args!("Installing {}", missing.join(" and ")), || {
        let remedy = format!("Look at apt-get's message above, then type: sudo {line}");
        let mut update = program(sudo.first().unwrap_or(&"apt-get"));
        update.args(sudo.iter().skip(1)).arg("update");
        run(&mut update, &remedy)?;
        let mut install = program(sudo.first().unwrap_or(&"apt-get"));
        install
            .args(sudo.iter().skip(1))
            .args(["install", "-y", "--no-install-recommends"])
            .args(&missing)
            .env("DEBIAN_FRONTEND", "noninteractive");
        run(&mut install, &remedy)
    })
}

fn missing_packages(is_there: impl Fn(&str) -> bool) -> Vec<&'static str> {
    NEEDED
        .iter()
        .filter(|(program, _)| !is_there(program))
        .map(|(_, package)| *package)
        .collect()
}

fn install_line(packages: &[&str]) -> String {
    format!("apt-get install -y {}", packages.join(" "))
}

/// How apt-get is called here: directly as root, through sudo where that asks for no password.
fn root_prefix() -> Option<&'static [&'static str]> {
    if !on_path("apt-get") {
        None
    } else if rustix::process::geteuid().is_root() {
        Some(&["apt-get"])
    } else if output_of(program("sudo").args(["-n", "true"])).is_some() {
        Some(&["sudo", "-n", "apt-get"])
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_installed() {
        assert_eq!(missing_packages(|_| true), Vec::<&str>::new());
        assert_eq!(
            missing_packages(|program| program != "chromedriver"),
            ["chromium-driver"]
        );
        assert_eq!(
            install_line(&missing_packages(|_| false)),
            "apt-get install -y chromium chromium-driver postgresql python3-venv"
        );
    }
}
