//! People whom an app has sent to sign in, or to prove a number, and who go back to it.

use e2e::{
    ARRIVED, Browser, Elsewhere, Engine, Outcome, Role, SERVER_KEY, Setup, in_every_engine, play,
    post,
};
use serde_json::json;

in_every_engine![
    who_comes_from_an_app_goes_back_to_it_and_stays_signed_in_by_cookie_alone,
    a_second_factor_ends_at_the_app_with_a_result_that_counts_once,
];

async fn back_at(browser: &Browser, app: &Elsewhere, path: &str) -> Outcome {
    browser.find(Role::Heading, ARRIVED).await?;
    let there = format!("{}{path}", app.origin());
    let address = browser.address().await?;
    assert!(address.starts_with(&there), "{address}");
    Ok(())
}

async fn who_comes_from_an_app_goes_back_to_it_and_stays_signed_in_by_cookie_alone(
    engine: Engine,
) -> Outcome {
    let app = Elsewhere::start().await?;
    let origins = format!("--return-origins={}", app.origin());
    let setup = Setup {
        backend: &["--session-cookie=host", &origins],
        ..Setup::AS_STARTED
    };
    play(engine, "from_an_app", setup, async |stage| {
        let number = "+4915123456731";
        let sign_in = format!("/sign-in?return_to={}/orders", app.origin());
        stage.open(&sign_in).await?;
        let (browser, words) = (&stage.browser, stage.browser.words());
        browser.phone_screen().await?.send_code_to(number).await?;
        let screen = browser.code_screen().await?;
        let code = stage.product.outbox().wait_for_code(number, 1).await?;
        screen.enter(&code).await?;
        back_at(browser, &app, "/orders").await?;

        // No script can read what the session hangs on.
        stage.open("/account").await?;
        browser.account_screen().await?;
        let token = browser.local_storage("session_token").await?;
        assert_eq!(token.as_deref(), Some("in-cookie"));
        assert_eq!(browser.run("return document.cookie").await?, json!(""));
        browser.reload().await?;
        browser.account_screen().await?;

        // Who is signed in already is asked nothing.
        stage.open(&sign_in).await?;
        back_at(browser, &app, "/orders").await?;
        stage.open("/account").await?;
        let button = browser.find(Role::Button, words.sign_out).await?;
        button.press().await?;
        browser.phone_screen().await?;
        browser.reload().await?;
        browser.phone_screen().await.map(drop)
    })
    .await
}

async fn a_second_factor_ends_at_the_app_with_a_result_that_counts_once(engine: Engine) -> Outcome {
    let app = Elsewhere::start().await?;
    let origins = format!("--return-origins={}", app.origin());
    let setup = Setup {
        backend: &[&origins],
        ..Setup::AS_STARTED
    };
    play(engine, "second_factor", setup, async |stage| {
        let number = "+4915123456732";
        let bearer = format!("Bearer {SERVER_KEY}");
        let headers = [("authorization", bearer.as_str())];
        let asked = json!({
            "phone_number": number, "purpose": "transfer", "text": "Send 100 € to Ada",
            "return_to": format!("{}/back?to=ada", app.origin()),
        });
        let challenges = stage.product.url("/api/challenges");
        let challenge = post(&challenges, &headers, &asked).await?;
        assert_eq!(challenge.status, 200, "{}", challenge.body);
        let id = challenge.body["challenge_id"].as_str().unwrap_or_default();
        let browser = &stage.browser;
        browser
            .go(challenge.body["url"].as_str().unwrap_or_default())
            .await?;
        browser.wait_for_text("Send 100 € to Ada").await?;
        browser.wait_for_text("32").await?;
        assert!(!browser.text().await?.contains("15123456"), "hidden");
        assert_eq!(browser.barriers().await?, Vec::<String>::new());
        assert_eq!(browser.cramped().await?, Vec::<String>::new());
        let code = stage.product.outbox().wait_for_code(number, 1).await?;
        let words = browser.words();
        let field = browser.find(Role::Textbox, words.verification_code).await?;
        field.type_text(&code).await?;
        browser
            .find(Role::Button, words.verify)
            .await?
            .press()
            .await?;
        back_at(browser, &app, "/back?to=ada").await?;

        let address = browser.address().await?;
        let code = address
            .split(['?', '&'])
            .find_map(|pair| pair.strip_prefix("result_code="));
        let redeem = format!("{challenges}/{id}/redeem");
        let body = json!({"result_code": code});
        let result = post(&redeem, &headers, &body).await?;
        assert_eq!(result.status, 200, "{}", result.body);
        assert_eq!(result.body["purpose"], "transfer");
        assert_eq!(result.body["phone_number"], number);
        let again = post(&redeem, &headers, &body).await?;
        assert_eq!(again.body["error_type"], "invalid_result_code");
        Ok(())
    })
    .await
}
