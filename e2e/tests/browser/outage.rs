//! The backend goes away and comes back, as at every update.

use e2e::{Engine, Outcome, Role, Setup, in_every_engine, play};

in_every_engine![
    a_backend_that_is_away_is_said_plainly_and_the_next_press_works,
    a_code_sent_before_a_restart_works_after_it,
    a_restart_signs_nobody_out,
];

async fn a_backend_that_is_away_is_said_plainly_and_the_next_press_works(
    engine: Engine,
) -> Outcome {
    play(engine, "outage_at_send", Setup::default(), async |stage| {
        let number = "+4915123456771";
        stage.open("/").await?;
        stage.browser.phone_screen().await?;
        stage.browser.expect_failed_requests_to("/api/otp/send");
        stage.product.stop_backend().await?;
        stage
            .browser
            .phone_screen()
            .await?
            .send_code_to(number)
            .await?;
        let words = stage.browser.words_of(Role::Alert).await?;
        assert!(words.contains("can’t be reached"), "{words}");

        stage.product.start_backend_again().await?;
        let screen = stage.browser.phone_screen().await?;
        assert!(!screen.number_field().await?.value().await?.is_empty());
        screen.press_send_code().await?;
        let screen = stage.browser.code_screen().await?;
        let code = stage.product.outbox().wait_for_code(number, 1).await?;
        screen.enter(&code).await?;
        stage.browser.account_screen().await
    })
    .await
}

async fn a_code_sent_before_a_restart_works_after_it(engine: Engine) -> Outcome {
    play(
        engine,
        "restart_before_code",
        Setup::default(),
        async |stage| {
            let number = "+4915123456772";
            stage.open("/").await?;
            stage
                .browser
                .phone_screen()
                .await?
                .send_code_to(number)
                .await?;
            stage.browser.code_screen().await?;
            let code = stage.product.outbox().wait_for_code(number, 1).await?;

            stage.browser.expect_failed_requests_to("/api/otp/verify");
            stage.product.stop_backend().await?;
            stage.browser.code_screen().await?.enter(&code).await?;
            let words = stage.browser.words_of(Role::Alert).await?;
            assert!(words.contains("can’t be reached"), "{words}");

            stage.product.start_backend_again().await?;
            let button = stage.browser.find(Role::Button, "Verify").await?;
            button.press().await?;
            stage.browser.account_screen().await
        },
    )
    .await
}

async fn a_restart_signs_nobody_out(engine: Engine) -> Outcome {
    play(
        engine,
        "restart_signed_in",
        Setup::default(),
        async |stage| {
            stage
                .browser
                .sign_in(&stage.product, "+4915123456773")
                .await?;
            stage.product.stop_backend().await?;
            stage.product.start_backend_again().await?;
            stage.browser.reload().await?;
            stage.browser.account_screen().await?;
            stage.browser.wait_for_text("This device").await
        },
    )
    .await
}
