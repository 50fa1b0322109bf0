//! The backend goes away and comes back, as at every update.

use e2e::{Outcome, Role, Setup, play};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backend_that_is_away_is_said_plainly_and_the_next_press_works() -> Outcome {
    play("outage_at_send", Setup::default(), async |stage| {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_sent_before_a_restart_works_after_it() -> Outcome {
    play("restart_before_code", Setup::default(), async |stage| {
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
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_signs_nobody_out() -> Outcome {
    play("restart_signed_in", Setup::default(), async |stage| {
        stage
            .browser
            .sign_in(&stage.product, "+4915123456773")
            .await?;
        stage.product.stop_backend().await?;
        stage.product.start_backend_again().await?;
        stage.browser.reload().await?;
        stage.browser.account_screen().await?;
        stage.browser.wait_for_text("This device").await
    })
    .await
}
