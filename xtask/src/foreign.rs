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
