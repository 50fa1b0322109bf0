//! Signing out here, and being signed out from elsewhere.

use e2e::{Engine, Outcome, Role, Setup, Stage, Trouble, in_every_engine, play, send};
use http::Method;

in_every_engine![
    after_signing_out_the_old_token_is_worth_nothing_c_07,
    a_session_ended_elsewhere_leads_back_with_an_explanation,
    a_second_device_is_listed_and_can_be_signed_out_from_the_first,
    a_session_can_be_extended_and_the_screen_says_so,
];

/// Ends the session by the API, as another device that holds the same session would.
async fn end_session_elsewhere(stage: &Stage) -> Outcome {
    let token = stage.browser.local_storage("session_token").await?;
    let token = token.ok_or_else(|| Trouble::new("no session_token in localStorage"))?;
    let answer = send(
        Method::DELETE,
        &stage.product.url("/api/session"),
        &[
            ("authorization", &format!("Bearer {token}")),
            ("cookie", &stage.browser.cookie_header().await?),
        ],
    )
    .await?;
    assert_eq!(answer.status, 200, "{}", answer.body);
    Ok(())
}

async fn after_signing_out_the_old_token_is_worth_nothing_c_07(engine: Engine) -> Outcome {
    play(engine, "sign_out", Setup::default(), async |stage| {
        stage
            .browser
            .sign_in(&stage.product, "+4915123456761")
            .await?;
        let token = stage.browser.local_storage("session_token").await?;
        let cookie = stage.browser.cookie_header().await?;
        let button = stage.browser.find(Role::Button, "Sign out").await?;
        button.press().await?;
        stage.browser.phone_screen().await?;
        stage.browser.wait_for_text("You’re signed out.").await?;
        assert_eq!(stage.browser.local_storage("session_token").await?, None);

        let bearer = format!("Bearer {}", token.unwrap_or_default());
        let answer = send(
            Method::GET,
            &stage.product.url("/api/session"),
            &[("authorization", &bearer), ("cookie", &cookie)],
        )
        .await?;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.body["error_type"], "invalid_session");

        stage.open("/account").await?;
        stage.browser.phone_screen().await.map(drop)
    })
    .await
}

async fn a_session_ended_elsewhere_leads_back_with_an_explanation(engine: Engine) -> Outcome {
    play(engine, "ended_elsewhere", Setup::default(), async |stage| {
        stage
            .browser
            .sign_in(&stage.product, "+4915123456762")
            .await?;
        stage.browser.expect_failed_requests_to("/api/session");
        stage.browser.expect_failed_requests_to("/api/sessions");
        end_session_elsewhere(stage).await?;
        stage.browser.reload().await?;
        stage.browser.phone_screen().await?;
        stage
            .browser
            .wait_for_text("Your session has ended. Sign in again to go on.")
            .await?;
        assert_eq!(stage.browser.local_storage("session_token").await?, None);
        Ok(())
    })
    .await
}

async fn a_session_can_be_extended_and_the_screen_says_so(engine: Engine) -> Outcome {
    play(engine, "extended", Setup::default(), async |stage| {
        let browser = &stage.browser;
        browser.sign_in(&stage.product, "+4915123456764").await?;
        let token = browser.local_storage("session_token").await?;
        let button = browser.find(Role::Button, "Stay signed in").await?;
        button.press().await?;
        browser.wait_for_text("Your session is extended.").await?;
        assert_eq!(browser.local_storage("session_token").await?, token);
        browser.reload().await?;
        browser.account_screen().await
    })
    .await
}

async fn a_second_device_is_listed_and_can_be_signed_out_from_the_first(engine: Engine) -> Outcome {
    const SHORT_COOL_DOWN: Setup<'_> = Setup {
        otp_service: Some(&["--first-cool-down-secs=0", "--cool-down-secs=0"]),
        ..Setup::AS_STARTED
    };
    play(engine, "second_device", SHORT_COOL_DOWN, async |stage| {
        let number = "+4915123456763";
        stage.browser.sign_in(&stage.product, number).await?;
        stage.another_browser().await?;
        let Stage {
            product,
            browser,
            others,
        } = stage;
        let phone = others
            .first_mut()
            .ok_or_else(|| Trouble::new("no second browser"))?;
        phone.sign_in(product, number).await?;

        browser.reload().await?;
        browser.account_screen().await?;
        browser.wait_for_text("This device").await?;
        let button = browser
            .find(Role::Button, "Sign out everywhere else")
            .await?;
        button.press().await?;
        browser
            .wait_for_text("1 other device is signed out.")
            .await?;

        phone.expect_failed_requests_to("/api/session");
        phone.expect_failed_requests_to("/api/sessions");
        phone.reload().await?;
        phone.phone_screen().await?;
        phone.wait_for_text("Your session has ended.").await?;
        browser.reload().await?;
        browser.account_screen().await
    })
    .await
}
