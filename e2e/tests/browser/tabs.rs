//! Two tabs of one browser know of each other.

use e2e::{Engine, Outcome, Role, Setup, in_every_engine, play};

in_every_engine![
    signing_in_and_out_is_seen_by_the_other_tab_c_15,
    a_code_asked_for_in_one_tab_can_be_typed_in_the_other,
];

async fn signing_in_and_out_is_seen_by_the_other_tab_c_15(engine: Engine) -> Outcome {
    play(engine, "two_tabs", Setup::default(), async |stage| {
        let number = "+4915123456751";
        let browser = &stage.browser;
        stage.open("/").await?;
        browser.phone_screen().await?;
        let first = browser.tab().await?;
        let second = browser.open_tab(&stage.product.url("/")).await?;
        browser.phone_screen().await?.send_code_to(number).await?;
        let screen = browser.code_screen().await?;
        let code = stage.product.outbox().wait_for_code(number, 1).await?;
        screen.enter(&code).await?;
        browser.account_screen().await?;

        browser.look_at(&first).await?;
        browser.account_screen().await?;

        browser
            .find(Role::Button, "Sign out")
            .await?
            .press()
            .await?;
        browser.phone_screen().await?;
        assert_eq!(browser.local_storage("session_token").await?, None);

        browser.look_at(&second).await?;
        browser.phone_screen().await?;
        browser
            .wait_for_text("You were signed out in another tab.")
            .await
    })
    .await
}

async fn a_code_asked_for_in_one_tab_can_be_typed_in_the_other(engine: Engine) -> Outcome {
    play(
        engine,
        "code_in_other_tab",
        Setup::default(),
        async |stage| {
            let number = "+4915123456752";
            let browser = &stage.browser;
            stage.open("/").await?;
            browser.phone_screen().await?.send_code_to(number).await?;
            browser.code_screen().await?;
            browser.open_tab(&stage.product.url("/verify")).await?;
            let screen = browser.code_screen().await?;
            let code = stage.product.outbox().wait_for_code(number, 1).await?;
            screen.enter(&code).await?;
            browser.account_screen().await?;
            assert_eq!(stage.product.outbox().messages(number).await?.len(), 1);
            Ok(())
        },
    )
    .await
}
