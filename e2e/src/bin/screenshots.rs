//! Takes the pictures of the three screens for the documentation, in light and dark, wide and
//! narrow. Called by `cargo xtask screenshots` with the folder that they go to.

use std::path::{Path, PathBuf};

use clap::Parser;
use e2e::{
    Appearance, Browser, Engine, Options as Person, Outcome, Product, Scheme, Setup, Trouble,
};

/// The pictures stand in the README, so they must load quickly.
const LARGEST: usize = 60_000;

const SIZES: [(u32, u32); 2] = [(1280, 800), (320, 860)];

/// Takes the pictures of the screens.
#[derive(Debug, Parser)]
struct Options {
    /// The folder that the pictures go to.
    folder: PathBuf,
}

#[tokio::main]
async fn main() -> Outcome {
    let options = Options::parse();
    std::fs::create_dir_all(&options.folder)?;
    let product = Product::start(Setup::default()).await?;
    let browser = Browser::open(Engine::Chromium, Person::default()).await?;
    let number = "+12125550142";

    browser.go(&product.url("/")).await?;
    let screen = browser.phone_screen().await?;
    let field = screen.number_field().await?;
    screen.choose_country("United States").await?;
    field.type_text("(212) 555-0142").await?;
    take(&browser, &options.folder, "phone").await?;

    screen.press_send_code().await?;
    let screen = browser.code_screen().await?;
    let code = product.outbox().wait_for_code(number, 1).await?;
    let field = screen.code_field().await?;
    let half = code.get(..3).unwrap_or_default();
    field.type_text(half).await?;
    take(&browser, &options.folder, "code").await?;

    screen.enter(&code).await?;
    browser.account_screen().await?;
    browser.wait_for_text("This device").await?;
    take(&browser, &options.folder, "account").await?;

    drop(browser);
    product.stop().await
}

async fn take(browser: &Browser, folder: &Path, screen: &str) -> Outcome {
    for scheme in [Scheme::Light, Scheme::Dark] {
        for (width, height) in SIZES {
            browser
                .appear(Appearance {
                    scheme,
                    width,
                    height,
                    ..Appearance::default()
                })
                .await?;
            let picture = browser.picture().await?;
            let name = format!("{screen}-{}-{width}.png", scheme.name());
            if picture.len() > LARGEST {
                return Err(Trouble::new(format_args!(
                    "{name} has {} bytes, more than {LARGEST}",
                    picture.len()
                )));
            }
            std::fs::write(folder.join(name), picture)?;
        }
    }
    Ok(())
}
