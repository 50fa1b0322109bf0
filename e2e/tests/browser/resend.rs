//! Asking for another code. The OTP service runs beside the backend here, because its cool-down is
//! made short by its own setting.

use e2e::{CodeScreen, Engine, Outcome, Role, Setup, Stage, in_every_engine, play};

in_every_engine![
    after_a_resend_the_first_code_still_works_a_07,
    after_a_resend_the_second_code_works_a_07,
    while_it_cools_down_another_code_can_not_be_asked_for_b_04,
];

const SHORT_COOL_DOWN: Setup<'_> = Setup {
    otp_service: Some(&["--first-cool-down-secs=1", "--cool-down-secs=1"]),
    ..Setup::AS_STARTED
};

/// The code screen after a second code has come, with both codes, the older first.
async fn two_codes<'a>(
    stage: &'a Stage,
    number: &str,
) -> Outcome<(CodeScreen<'a>, String, String)> {
    stage.open("/").await?;
    stage
        .browser
        .phone_screen()
        .await?
        .send_code_to(number)
        .await?;
    let screen = stage.browser.code_screen().await?;
    let outbox = stage.product.outbox();
    let first = outbox.wait_for_code(number, 1).await?;
    let second = screen.resend(&outbox, number).await?;
    Ok((screen, first, second))
}

async fn after_a_resend_the_first_code_still_works_a_07(engine: Engine) -> Outcome {
    play(engine, "resend_first", SHORT_COOL_DOWN, async |stage| {
        let (screen, first, _) = two_codes(stage, "+4915123456721").await?;
        screen.enter(&first).await?;
        stage.browser.account_screen().await
    })
    .await
}

async fn after_a_resend_the_second_code_works_a_07(engine: Engine) -> Outcome {
    play(engine, "resend_second", SHORT_COOL_DOWN, async |stage| {
        let (screen, _, second) = two_codes(stage, "+4915123456722").await?;
        screen.enter(&second).await?;
        stage.browser.account_screen().await
    })
    .await
}

async fn while_it_cools_down_another_code_can_not_be_asked_for_b_04(engine: Engine) -> Outcome {
    play(engine, "cool_down", Setup::default(), async |stage| {
        let number = "+4915123456723";
        stage.open("/").await?;
        stage
            .browser
            .phone_screen()
            .await?
            .send_code_to(number)
            .await?;
        stage.browser.code_screen().await?;
        let button = stage.browser.find(Role::Button, "Resend code").await?;
        assert!(!button.is_enabled().await?);
        stage.browser.wait_for_text("Ask for another in 0:").await?;
        let messages = stage.product.outbox().messages(number).await?;
        assert_eq!(messages.len(), 1);
        Ok(())
    })
    .await
}
