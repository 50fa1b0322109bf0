//! Takes the pictures of every screen in every state for the documentation. Called by
//! `cargo xtask screenshots` with the folder that they go to.
//!
//! Here lives which looks there are. What a person does to reach a state is in `states`, how a picture
//! is cut in `picture`.

mod picture;
mod states;

use std::path::PathBuf;

use clap::Parser;
use e2e::{Browser, Elsewhere, Engine, Options as Person, Outcome, Product, Scheme, Setup};

use crate::picture::{Album, Look};

const WIDE: u32 = 1280;
/// What WCAG asks for, the width of a page at 400 % (1.4.10).
const NARROW: u32 = 320;

/// A direction each, as in the tests. The second one crosses what the first one has in full.
const LOOKS: [(&str, &[Look]); 2] = [
    (
        "en-US",
        &[
            Look::new("", Scheme::Light, WIDE),
            Look::new("", Scheme::Dark, WIDE),
            Look::new("", Scheme::Light, NARROW),
            Look::new("", Scheme::Dark, NARROW),
        ],
    ),
    (
        "ar",
        &[
            Look::new("-ar", Scheme::Light, WIDE),
            Look::new("-ar", Scheme::Dark, NARROW),
        ],
    ),
];

/// Several codes for one number are wanted at once.
const NO_COOL_DOWN: Setup<'_> = Setup {
    otp_service: Some(&["--first-cool-down-secs=0", "--cool-down-secs=0"]),
    ..Setup::AS_STARTED
};

/// Takes the pictures of the screens.
#[derive(Debug, Parser)]
struct Options {
    /// The folder that the pictures go to.
    folder: PathBuf,
}

#[tokio::main]
async fn main() -> Outcome {
    let Options { folder } = Options::parse();
    std::fs::create_dir_all(&folder)?;
    for (language, looks) in LOOKS {
        let mut product = Product::start(NO_COOL_DOWN).await?;
        let person = Person {
            language,
            ..Person::default()
        };
        let browser = Browser::open(Engine::Chromium, person).await?;
        let album = Album::new(&browser, &folder, looks);
        states::program(&album, &mut product).await?;
        states::plain(&album, &product).await?;
        product.stop().await?;
        deliveries(&album).await?;
        drop(browser);
    }
    Ok(())
}

/// What the code screen says of messages that do not arrive in the outbox, which is the phone.
async fn deliveries(album: &Album<'_>) -> Outcome {
    let gateway = Elsewhere::start().await?;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let words = album.browser.words();
    let reports: &[&str] = &[
        "--http-gateway-receipts",
        "--receipts-url=https://otp.example.com",
    ];
    for (name, address, settings, sentence) in [
        (
            "code-on-its-way",
            gateway.address(),
            reports,
            words.on_its_way,
        ),
        (
            "code-not-reported",
            gateway.address(),
            &[],
            words.not_reported,
        ),
        ("code-not-delivered", nobody, &[], words.not_delivered),
    ] {
        let product = Product::start(Setup {
            gateway: Some(address),
            otp_service: Some(settings),
            ..Setup::AS_STARTED
        })
        .await?;
        states::delivery(album, &product, name, sentence).await?;
        product.stop().await?;
    }
    Ok(())
}
