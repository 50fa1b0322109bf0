//! Typing a code that is not the right one.

use e2e::{Engine, Outcome, Role, Setup, another_code, in_every_engine, play, wait_for};

in_every_engine![
    a_wrong_code_says_how_many_tries_are_left_and_the_right_one_still_works,
    after_five_wrong_codes_the_right_one_is_refused_and_the_screen_says_what_to_do,
];

async fn a_wrong_code_says_how_many_tries_are_left_and_the_right_one_still_works(
    engine: Engine,
) -> Outcome {
    play(engine, "wrong_code", Setup::default(), async |stage| {
        let number = "+4915123456711";
        stage.browser.expect_failed_requests_to("/api/otp/verify");
        stage.open("/").await?;
        stage
            .browser
            .phone_screen()
            .await?
            .send_code_to(number)
            .await?;
        let screen = stage.browser.code_screen().await?;
        let code = stage.product.outbox().wait_for_code(number, 1).await?;

        let wrong = another_code(&code, 1);
        screen.enter(&wrong).await?;
        let words = screen.complaint().await?;
        assert!(words.contains("4 tries left"), "{words}");
        let field = screen.code_field().await?;
        assert!(field.is_invalid().await?, "the field is marked");
        let described = field.attribute("aria-describedby").await?;
        assert!(described.is_some(), "the field is described by the message");
        assert!(field.value().await? == wrong, "the text is kept");
        stage
            .browser
            .wait_for_focus(Role::Textbox, "Verification code")
            .await?;

        screen.enter(&code).await?;
        stage.browser.account_screen().await
    })
    .await
}

async fn after_five_wrong_codes_the_right_one_is_refused_and_the_screen_says_what_to_do(
    engine: Engine,
) -> Outcome {
    play(
        engine,
        "five_wrong_codes",
        Setup::default(),
        async |stage| {
            let number = "+4915123456712";
            stage.browser.expect_failed_requests_to("/api/otp/verify");
            stage.open("/").await?;
            stage
                .browser
                .phone_screen()
                .await?
                .send_code_to(number)
                .await?;
            let screen = stage.browser.code_screen().await?;
            let code = stage.product.outbox().wait_for_code(number, 1).await?;

            for (nth, left) in (1..).zip(["4 tries", "3 tries", "2 tries", "1 try"]) {
                screen.enter(&another_code(&code, nth)).await?;
                wait_for(format_args!("“{left} left”"), async || {
                    let words = screen.complaint().await?;
                    Ok(words.contains(&format!("{left} left")).then_some(()))
                })
                .await?;
            }
            screen.enter(&another_code(&code, 5)).await?;
            stage
                .browser
                .wait_for_text("Too many wrong codes. Ask for a new code")
                .await?;
            screen.enter(&code).await?;
            stage
                .browser
                .find(Role::Button, "Verify")
                .await?
                .press()
                .await?;
            stage
                .browser
                .wait_for_text("Too many wrong codes. Ask for a new code")
                .await?;
            assert_eq!(stage.browser.local_storage("session_token").await?, None);
            Ok(())
        },
    )
    .await
}
