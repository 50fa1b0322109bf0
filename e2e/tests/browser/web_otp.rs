//! WebOTP: a browser that reads the code from the message is asked for it, and no longer than it is
//! wanted. No test machine has a telephone, so the browser's part is played by the test.

use e2e::{CodeScreen, Engine, Outcome, Setup, Stage, in_every_engine, play};
use serde_json::json;

in_every_engine![
    a_code_that_the_browser_has_read_signs_in,
    a_code_that_is_typed_ends_the_asking,
    leaving_the_screen_ends_the_asking,
];

/// A browser that knows WebOTP, and never answers by itself.
const PLAY_BROWSER: &str = "
    window.OTPCredential = function () {};
    Object.defineProperty(navigator, 'credentials', { value: {
        get(request) {
            window.asked = request;
            return new Promise((resolve, reject) => {
                window.answer = code => resolve({ code });
                request.signal.addEventListener('abort', () => reject(request.signal.reason));
            });
        },
    } });";

/// The code screen, with the browser asked for the code.
async fn asked<'a>(stage: &'a Stage, number: &str) -> Outcome<CodeScreen<'a>> {
    stage.open("/").await?;
    let browser = &stage.browser;
    let screen = browser.phone_screen().await?;
    browser.run(PLAY_BROWSER).await?;
    screen.send_code_to(number).await?;
    let screen = browser.code_screen().await?;
    let asked = browser.run("return [window.asked.otp, window.asked.signal.aborted]");
    assert_eq!(asked.await?, json!([{"transport": ["sms"]}, false]));
    Ok(screen)
}

async fn is_still_asked(stage: &Stage) -> Outcome<bool> {
    let aborted = stage
        .browser
        .run("return window.asked.signal.aborted")
        .await?;
    Ok(aborted == false)
}

async fn a_code_that_the_browser_has_read_signs_in(engine: Engine) -> Outcome {
    play(engine, "web_otp", Setup::default(), async |stage| {
        let number = "+4915123456785";
        asked(stage, number).await?;
        let code = stage.product.outbox().wait_for_code(number, 1).await?;
        let answer = format!("window.answer('{code}')");
        stage.browser.run(&answer).await?;
        stage.browser.account_screen().await
    })
    .await
}

async fn a_code_that_is_typed_ends_the_asking(engine: Engine) -> Outcome {
    play(engine, "web_otp_typed", Setup::default(), async |stage| {
        let number = "+4915123456786";
        let screen = asked(stage, number).await?;
        let code = stage.product.outbox().wait_for_code(number, 1).await?;
        screen.enter(&code).await?;
        stage.browser.account_screen().await?;
        assert!(!is_still_asked(stage).await?);
        Ok(())
    })
    .await
}

async fn leaving_the_screen_ends_the_asking(engine: Engine) -> Outcome {
    play(engine, "web_otp_left", Setup::default(), async |stage| {
        asked(stage, "+4915123456787").await?;
        stage.browser.back().await?;
        stage.browser.phone_screen().await?;
        assert!(!is_still_asked(stage).await?);
        Ok(())
    })
    .await
}
