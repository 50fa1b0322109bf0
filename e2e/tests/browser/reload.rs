//! Reloading each screen: nothing is sent, nothing is lost.

use e2e::{Browser, Engine, Outcome, Role, Setup, Trouble, in_every_engine, play, wait_for};

in_every_engine![
    reloading_sends_nothing_and_loses_nothing_on_every_screen,
    the_countdown_goes_on_where_it_was_after_a_reload,
];

async fn reloading_sends_nothing_and_loses_nothing_on_every_screen(engine: Engine) -> Outcome {
    play(engine, "reload", Setup::default(), async |stage| {
        let number = "+4915123456731";
        let outbox = stage.product.outbox();
        stage.open("/").await?;
        stage.browser.phone_screen().await?;
        stage.browser.reload().await?;
        stage
            .browser
            .phone_screen()
            .await?
            .send_code_to(number)
            .await?;

        stage.browser.code_screen().await?;
        let code = outbox.wait_for_code(number, 1).await?;
        for _ in 0..3 {
            stage.browser.reload().await?;
            stage.browser.code_screen().await?;
        }
        assert_eq!(outbox.messages(number).await?.len(), 1);
        stage.browser.code_screen().await?.enter(&code).await?;

        stage.browser.account_screen().await?;
        stage.browser.reload().await?;
        stage.browser.account_screen().await?;
        stage.open("/").await?;
        stage.browser.account_screen().await
    })
    .await
}

async fn the_countdown_goes_on_where_it_was_after_a_reload(engine: Engine) -> Outcome {
    play(engine, "countdown", Setup::default(), async |stage| {
        let number = "+4915123456732";
        stage.open("/").await?;
        stage
            .browser
            .phone_screen()
            .await?
            .send_code_to(number)
            .await?;
        stage.browser.code_screen().await?;
        // The clock must have moved, or a countdown that began anew would look the same.
        let before = wait_for("the countdown to move", async || {
            Ok(Some(seconds_left(&stage.browser).await?).filter(|secs| *secs <= 28))
        })
        .await?;
        stage.browser.reload().await?;
        stage.browser.code_screen().await?;
        let after = wait_for("the countdown", async || {
            seconds_left(&stage.browser).await.map(Some)
        })
        .await?;
        assert!(after <= before, "{before} s left, then {after} s");
        let button = stage.browser.find(Role::Button, "Resend code").await?;
        assert!(!button.is_enabled().await?);
        Ok(())
    })
    .await
}

/// The seconds in “Ask for another in 0:28.”
async fn seconds_left(browser: &Browser) -> Outcome<u32> {
    let text = browser.text().await?;
    let seconds = text.split("another in 0:").nth(1).and_then(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    seconds.ok_or_else(|| Trouble::new("there is no countdown"))
}
