//! What a person does to reach every state, in the order in which one comes after the other.

use e2e::{Key, Outcome, Product, Role, another_code, wait_for};

use crate::picture::Album;

/// As people type it in the United States; one that tests may use.
const TYPED: &str = "(212) 555-0142";
const NUMBER: &str = "+12125550142";
/// The first one must wait after so many wrong codes.
const OTHER_NUMBER: &str = "+12125550143";
const PLAIN_NUMBER: &str = "+12125550144";

/// The screens as the program shows them.
pub(crate) async fn program(album: &Album<'_>, product: &mut Product) -> Outcome {
    phone_screen(album, product).await?;
    code_screen(album, product).await?;
    account_screen(album, product).await
}

/// Ends on the code screen.
async fn phone_screen(album: &Album<'_>, product: &mut Product) -> Outcome {
    let browser = album.browser;
    browser.go(&product.url("/")).await?;
    let screen = browser.phone_screen().await?;
    let country = screen.country_field().await?;
    country.press().await?;
    country.type_text("US").await?;
    browser.find_starting(Role::Option, "").await?;
    browser.key(Key::Enter).await?;
    screen.number_field().await?.type_text(TYPED).await?;
    album.take("phone").await?;

    country.press().await?;
    browser.find_starting(Role::Option, "").await?;
    album.take("countries").await?;
    browser.key(Key::Escape).await?;

    screen.send_code_to("(212) 555").await?;
    browser.words_of(Role::Alert).await?;
    album.take("too-short").await?;

    product.stop_backend().await?;
    screen.send_code_to(TYPED).await?;
    browser.wait_for_text(browser.words().unreachable).await?;
    album.take("backend-away").await?;
    product.start_backend_again().await?;
    screen.press_send_code().await
}

async fn code_screen(album: &Album<'_>, product: &Product) -> Outcome {
    let screen = album.browser.code_screen().await?;
    let code = product.outbox().wait_for_code(NUMBER, 1).await?;
    let half = code.get(..3).unwrap_or_default();
    screen.code_field().await?.type_text(half).await?;
    album.take("code").await?;

    screen.enter(&another_code(&code, 1)).await?;
    let mut said = screen.complaint().await?;
    album.take("wrong-code").await?;
    for nth in 2..=5 {
        screen.enter(&another_code(&code, nth)).await?;
        said = wait_for("the next answer", async || {
            Ok(Some(screen.complaint().await?).filter(|now| *now != said))
        })
        .await?;
    }
    album.take("too-many-codes").await
}

/// The code screen once it says this of the message.
pub(crate) async fn delivery(
    album: &Album<'_>,
    product: &Product,
    name: &str,
    sentence: &str,
) -> Outcome {
    let browser = album.browser;
    browser.go(&product.url("/")).await?;
    let screen = browser.phone_screen().await?;
    screen.send_code_to("+4915123456733").await?;
    browser.code_screen().await?;
    browser.wait_for_text(sentence).await?;
    album.take(name).await
}

/// Signed in on two devices.
async fn account_screen(album: &Album<'_>, product: &Product) -> Outcome {
    let browser = album.browser;
    for _ in 0..2 {
        browser.forget().await?;
        browser.sign_in(product, OTHER_NUMBER).await?;
    }
    browser.wait_for_text(browser.words().this_device).await?;
    album.take("account").await?;
    browser.forget().await
}

/// The screens as forms without the program.
pub(crate) async fn plain(album: &Album<'_>, product: &Product) -> Outcome {
    let browser = album.browser;
    let words = browser.words();
    browser.go(&product.url("/plain")).await?;
    let field = browser.find(Role::Textbox, words.phone_number).await?;
    field.type_text(PLAIN_NUMBER).await?;
    album.take("plain-phone").await?;

    let press = async |name| browser.find(Role::Button, name).await?.press().await;
    press(words.send_code).await?;
    let field = browser.find(Role::Textbox, words.verification_code).await?;
    let code = product.outbox().wait_for_code(PLAIN_NUMBER, 1).await?;
    field.type_text(&another_code(&code, 1)).await?;
    press(words.verify).await?;
    browser.words_of(Role::Alert).await?;
    album.take("plain-wrong-code").await?;

    let field = browser.find(Role::Textbox, words.verification_code).await?;
    field.clear().await?;
    field.type_text(&code).await?;
    press(words.verify).await?;
    browser.find(Role::Heading, words.signed_in).await?;
    album.take("plain-account").await
}
