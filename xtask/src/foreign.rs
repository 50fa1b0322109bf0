//! The built OTP service with servers that nobody here wrote at the other end of the wire: sign-ins whose
//! codes travel through them. The servers are in `foreign/`.

use std::net::SocketAddr;

use crate::command::run;
use crate::failure::Failure;
use crate::npm::Packages;
use crate::progress::step;
use crate::service::{self, Service};
use crate::start::free_address;

/// Opens nothing but the data that is made for one run and thrown away after it. With a live key messages
/// leave, here to this machine.
const KEY: &str = "sk_live_000000000000000000000000000000000000000000000000";
/// Known on this machine for as long as the run takes.
const PASSWORD: &str = "sesame12";

/// Runs all.
pub(crate) fn check() -> Result<(), Failure> {
    let packages = Packages::foreign()?;
    service::build()?;
    step("A message centre that speaks SMPP", || {
        message_centre(&packages)
    })?;
    step("A message centre that is killed", || killed(&packages))
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
