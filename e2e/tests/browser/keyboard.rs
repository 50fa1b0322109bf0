//! The whole way in and out without a mouse.

use e2e::{Engine, Key, Outcome, Role, Setup, in_every_engine, play};

in_every_engine![the_whole_way_in_and_out_works_by_keyboard_alone,];

async fn the_whole_way_in_and_out_works_by_keyboard_alone(engine: Engine) -> Outcome {
    play(engine, "keyboard", Setup::default(), async |stage| {
        let number = "+33612345681";
        let browser = &stage.browser;
        stage.open("/").await?;
        browser.phone_screen().await?;
        browser.tab_to(Role::Combobox, "Country").await?;
        browser.keys("France").await?;
        browser.find_starting(Role::Option, "France +").await?;
        browser.key(Key::Down).await?;
        browser.key(Key::Enter).await?;
        browser.tab_to(Role::Textbox, "Phone number").await?;
        browser.keys("06 12 34 56 81").await?;
        browser.key(Key::Enter).await?;

        browser.code_screen().await?;
        let code = stage.product.outbox().wait_for_code(number, 1).await?;
        browser.tab_to(Role::Textbox, "Verification code").await?;
        browser.keys(&code).await?;

        browser.account_screen().await?;
        browser.tab_to(Role::Button, "Sign out").await?;
        browser.key(Key::Enter).await?;
        browser.phone_screen().await.map(drop)
    })
    .await
}
