//! The built OTP service with servers that nobody here wrote at the other end of the wire: sign-ins whose
//! codes travel through them. The servers are in `foreign/`.

use std::net::SocketAddr;
use std::path::Path;

use crate::command::run;
use crate::failure::Failure;
use crate::npm::Packages;
use crate::progress::step;
use crate::python::{self, Python};
use crate::service::{self, Service};
use crate::start::free_address;
use crate::workspace;

/// Opens nothing but the data that is made for one run and thrown away after it. With a live key messages
/// leave, here to this machine.
const KEY: &str = "sk_live_000000000000000000000000000000000000000000000000";
/// Known on this machine for as long as the run takes.
const PASSWORD: &str = "sesame12";

const PYTHON_REMEDY: &str = "Read the last line of Python's message above.";

/// Runs all.
pub(crate) fn check() -> Result<(), Failure> {
    let packages = Packages::foreign()?;
    let python = python::set_up()?;
    service::build()?;
    step("A message centre that speaks SMPP", || {
        message_centre(&packages)
    })?;
    step("A message centre that is killed", || killed(&packages))?;
    step("A mail relay that speaks SMTP", || {
        let certificates = workspace::target_folder()?.join("foreign");
        certify(&python, &certificates)?;
        mail_relay(&python, &certificates, "smtp", "upgraded")?;
        mail_relay(&python, &certificates, "smtps", "at-once")
    })
}

fn message_centre(packages: &Packages) -> Result<(), Failure> {
    let address = free_address(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let there = format!("--smpp-address=smpp://{address}");
    let settings = [
        "--gateway=smpp",
        "--allowed-countries=US",
        "--smpp-system-id=pipit",
        "--smpp-sender=Pipit",
        &there,
    ];
    let secrets = [("INITIAL_API_KEY", KEY), ("SMPP_PASSWORD", PASSWORD)];
    let service = Service::start("smpp", &settings, &secrets)?;
    let mut centre = packages.node();
    centre
        .arg("foreign/smpp.mjs")
        .env("OTP_SERVICE_URL", service.url())
        .env("OTP_API_KEY", KEY)
        .env("SMPP_PORT", address.port().to_string())
        .env("SMPP_PASSWORD", PASSWORD);
    run(&mut centre, "Read the last lines of Node's message above.")
}

/// A thousand messages, while the gateway that they go to is killed again and again (H-02, H-09).
fn killed(packages: &Packages) -> Result<(), Failure> {
    let centre = free_address(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let second = free_address(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let centre_there = format!("--smpp-address=smpp://{centre}");
    let second_there = format!("--http-gateway-url=http://{second}/send");
    let settings = [
        "--gateway=smpp,http",
        "--allowed-countries=US",
        "--smpp-system-id=pipit",
        "--smpp-sender=Pipit",
        "--smpp-window=64",
        &centre_there,
        &second_there,
        "--http-gateway-sender=Pipit",
        // All numbers are neighbours here, and nobody types a code in.
        "--prefix-sends-per-ten-minutes=0",
        "--prefix-sends-per-hour=0",
        "--prefix-block-below-percent=0",
        "--budget-per-hour=0",
    ];
    let secrets = [
        ("INITIAL_API_KEY", KEY),
        ("SMPP_PASSWORD", PASSWORD),
        ("HTTP_GATEWAY_SECRET", PASSWORD),
    ];
    let service = Service::start("killed", &settings, &secrets)?;
    let mut counting = packages.node();
    counting
        .arg("foreign/killed.mjs")
        .env("OTP_SERVICE_URL", service.url())
        .env("OTP_API_KEY", KEY)
        .env("SMPP_PORT", centre.port().to_string())
        .env("SMPP_PASSWORD", PASSWORD)
        .env("HTTP_PORT", second.port().to_string());
    run(
        &mut counting,
        "Read the last lines of Node's message above.",
    )
}

/// Makes the relay's certificate, which the service has to know of when it starts.
fn certify(python: &Python, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
    let mut certify = python.command();
    certify.args(["foreign/smtp.py", "certify"]).arg(folder);
    run(&mut certify, PYTHON_REMEDY)
}

/// `tls` is when TLS begins, and `scheme` says the same to the service.
fn mail_relay(
    python: &Python,
    certificates: &Path,
    scheme: &str,
    tls: &str,
) -> Result<(), Failure> {
    let address = free_address(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let port = address.port().to_string();
    let there = format!("--smtp-address={scheme}://localhost:{port}");
    let ca_file = format!("--smtp-ca-file={}", certificates.join("ca.pem").display());
    let settings = [
        "--gateway=smtp",
        "--gateway-wait-ms=3000",
        "--smtp-username=pipit",
        "--smtp-from=Pipit <no-reply@example.com>",
        &there,
        &ca_file,
    ];
    let secrets = [("INITIAL_API_KEY", KEY), ("SMTP_PASSWORD", PASSWORD)];
    let service = Service::start("smtp", &settings, &secrets)?;
    let mut relay = python.command();
    relay
        .arg("foreign/smtp.py")
        .env("OTP_SERVICE_URL", service.url())
        .env("OTP_API_KEY", KEY)
        .env("SMTP_PORT", port)
        .env("SMTP_PASSWORD", PASSWORD)
        .env("SMTP_CERTIFICATE", certificates.join("relay.pem"))
        .env("SMTP_TLS", tls);
    run(&mut relay, PYTHON_REMEDY)
}
