//! Signing in with a number as people type it, and what stays in the browser afterwards.

use e2e::{Engine, Outcome, Role, Setup, Stage, Trouble, in_every_engine, play};

in_every_engine![
    the_code_screen_tells_how_far_the_message_has_come,
    a_message_that_no_gateway_takes_is_told_and_another_code_can_be_asked_for_at_once,
    people_of_eight_countries_sign_in_with_their_numbers_as_they_type_them,
    a_number_with_a_plus_needs_no_choice_of_country,
    the_session_token_is_the_only_thing_left_in_the_browser_c_17,
    the_message_ends_with_the_line_that_binds_the_code_to_this_host_a_15,
    a_number_that_can_not_be_one_is_told_at_the_button_and_sends_nothing,
];

/// What the OTP service's outbox has is on the phone.
async fn the_code_screen_tells_how_far_the_message_has_come(engine: Engine) -> Outcome {
    play(engine, "delivery", Setup::default(), async |stage| {
        let number = "+4915123456729";
        stage.open("/").await?;
        let (browser, words) = (&stage.browser, stage.browser.words());
        browser.phone_screen().await?.send_code_to(number).await?;
        browser.code_screen().await?;
        browser.wait_for_text(words.delivered).await?;
        browser.reload().await?;
        browser.code_screen().await?;
        browser.wait_for_text(words.delivered).await
    })
    .await
}

async fn a_message_that_no_gateway_takes_is_told_and_another_code_can_be_asked_for_at_once(
    engine: Engine,
) -> Outcome {
    // Nobody is there, and nobody comes: the system gives out no port below 1024.
    let gateway = std::net::SocketAddr::from(([127, 0, 0, 1], 1));
    let setup = Setup {
        gateway: Some(gateway),
        ..Setup::AS_STARTED
    };
    play(engine, "not_delivered", setup, async |stage| {
        stage.open("/").await?;
        let (browser, words) = (&stage.browser, stage.browser.words());
        let screen = browser.phone_screen().await?;
        screen.send_code_to("+4915123456730").await?;
        browser.code_screen().await?;
        browser.wait_for_text(words.not_delivered).await?;
        // It does not count, so nobody waits for the next one, also after a reload.
        browser.wait_for_text(words.resend_now).await?;
        browser.reload().await?;
        browser.wait_for_text(words.resend_now).await?;
        let button = browser.find(Role::Button, words.resend_code).await?;
        assert!(button.is_enabled().await?, "it can be pressed");
        button.press().await?;
        // The next one is told in the same way, and not as one too many.
        browser.wait_for_text(words.not_delivered).await?;
        browser.wait_for_text(words.resend_now).await?;
        assert!(browser.is_silent(Role::Alert).await?);
        Ok(())
    })
    .await
}

/// Country, what a person there types, the number in E.164 form.
const PEOPLE: [(&str, &str, &str); 8] = [
    ("United States", "(212) 555-0142", "+12125550142"),
    ("United Kingdom", "07911 123456", "+447911123456"),
    ("Germany", "0151 23456789", "+4915123456789"),
    ("France", "06 12 34 56 78", "+33612345678"),
    ("India", "098765 43210", "+919876543210"),
    ("Italy", "312 345 6789", "+393123456789"),
    ("Japan", "090-1234-5678", "+819012345678"),
    ("Brazil", "(11) 96123-4567", "+5511961234567"),
];

async fn people_of_eight_countries_sign_in_with_their_numbers_as_they_type_them(
    engine: Engine,
) -> Outcome {
    play(engine, "eight_countries", Setup::default(), async |stage| {
        for (country, typed, number) in PEOPLE {
            sign_in_and_out(stage, country, typed, number)
                .await
                .map_err(|trouble| trouble.during(country))?;
        }
        Ok(())
    })
    .await
}

async fn sign_in_and_out(stage: &Stage, country: &str, typed: &str, number: &str) -> Outcome {
    stage.open("/").await?;
    let screen = stage.browser.phone_screen().await?;
    screen.choose_country(country).await?;
    screen.send_code_to(typed).await?;

    let screen = stage.browser.code_screen().await?;
    let shown: String = stage.browser.text().await?;
    let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
    if !shown.contains("Sent to") || !digits.contains(number.trim_start_matches('+')) {
        return Err(Trouble::new("the screen does not say where the code went"));
    }
    let code = stage.product.outbox().wait_for_code(number, 1).await?;
    screen.enter(&code).await?;

    stage.browser.account_screen().await?;
    stage
        .browser
        .find(Role::Button, "Sign out")
        .await?
        .press()
        .await?;
    stage.browser.phone_screen().await.map(drop)
}

async fn a_number_with_a_plus_needs_no_choice_of_country(engine: Engine) -> Outcome {
    play(engine, "plus", Setup::default(), async |stage| {
        stage.open("/").await?;
        let screen = stage.browser.phone_screen().await?;
        screen.send_code_to("+49 (0) 1512 3456701").await?;
        let screen = stage.browser.code_screen().await?;
        let outbox = stage.product.outbox();
        let code = outbox.wait_for_code("+4915123456701", 1).await?;
        screen.enter(&code).await?;
        stage.browser.account_screen().await
    })
    .await
}

async fn the_session_token_is_the_only_thing_left_in_the_browser_c_17(engine: Engine) -> Outcome {
    play(engine, "session_token", Setup::default(), async |stage| {
        let number = "+4915123456702";
        stage.browser.sign_in(&stage.product, number).await?;

        let token = stage.browser.local_storage("session_token").await?;
        let token = token.ok_or_else(|| Trouble::new("no session_token in localStorage"))?;
        assert_eq!(token.len(), 64, "C-01");
        let address = stage.browser.run("return location.href").await?;
        let left: Vec<String> = stage.browser.storage_values().await?;
        let with_token = left.iter().filter(|value| value.contains(&token));
        assert_eq!(with_token.count(), 1, "the token is kept in one place");
        assert!(!address.to_string().contains(&token));
        let title = stage.browser.title().await?;
        assert!(
            !title.contains(number) && !title.contains(&token),
            "{title}"
        );
        Ok(())
    })
    .await
}

async fn the_message_ends_with_the_line_that_binds_the_code_to_this_host_a_15(
    engine: Engine,
) -> Outcome {
    play(engine, "message", Setup::default(), async |stage| {
        stage.open("/").await?;
        let screen = stage.browser.phone_screen().await?;
        screen.send_code_to("+4915123456703").await?;
        stage.browser.code_screen().await?;
        let outbox = stage.product.outbox();
        let code = outbox.wait_for_code("+4915123456703", 1).await?;
        let messages = outbox.messages("+4915123456703").await?;
        let last = messages.first().and_then(|one| one.text.lines().last());
        assert!(
            last == Some(&format!("@127.0.0.1 #{code}")),
            "another last line"
        );
        Ok(())
    })
    .await
}

async fn a_number_that_can_not_be_one_is_told_at_the_button_and_sends_nothing(
    engine: Engine,
) -> Outcome {
    play(engine, "bad_number", Setup::default(), async |stage| {
        stage.open("/").await?;
        let screen = stage.browser.phone_screen().await?;
        screen.choose_country("United States").await?;
        screen.send_code_to("(212) 555-01").await?;
        let words = stage.browser.words_of(Role::Alert).await?;
        assert!(words.contains("too short for United States"), "{words}");
        let field = screen.number_field().await?;
        assert!(field.is_invalid().await?);
        assert_eq!(field.value().await?, "(212) 555-01");
        assert_eq!(stage.browser.path().await?, "/");
        stage
            .browser
            .wait_for_focus(Role::Textbox, "Phone number")
            .await
    })
    .await
}
