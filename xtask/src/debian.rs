//! Installs Debian's packages: by apt-get where that is allowed; where it is not, the one line to type is said.
//! What is needed, and by whom, stands where it is used.

use crate::command::{on_path, output_of, program, run};
use crate::failure::Failure;
use crate::progress::step;

/// Installs these packages, or says why they are needed and what to type.
pub(crate) fn install(need: &str, missing: &[&str]) -> Result<(), Failure> {
    let line = install_line(missing);
    let Some(sudo) = root_prefix() else {
        return Err(Failure::new(need, format_args!("Type: sudo {line}")));
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
            .args(missing)
            .env("DEBIAN_FRONTEND", "noninteractive");
        run(&mut install, &remedy)
    })
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
    fn the_line_to_type_is_whole() {
        assert_eq!(
            install_line(&["nginx", "caddy"]),
            "apt-get install -y nginx caddy"
        );
    }
}
