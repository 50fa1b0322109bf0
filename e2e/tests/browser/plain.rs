//! Without JavaScript: the same two screens as plain forms, with the session in a cookie. Every
//! engine goes the whole way over them; those that can be told to run no scripts are led there.

use e2e::{
    Browser, Engine, Options, Outcome, Role, Setup, Stage, another_code, in_every_engine, play,
    play_with,
};

in_every_engine![
    the_whole_way_in_and_out_goes_over_plain_forms,
    a_wrong_number_and_a_wrong_code_are_told_and_can_be_mended;
    not in webkit, "its driver can't live without scripts":
    without_scripts_the_page_leads_to_forms_that_sign_in,
];

async fn fill_in(browser: &Browser, name: &str, text: &str) -> Outcome {
    let field = browser.find(Role::Textbox, name).await?;
    field.clear().await?;
    field.type_text(text).await
}

async fn press(browser: &Browser, name: &str) -> Outcome {
    browser.find(Role::Button, name).await?.press().await
}

/// From the phone screen to the account screen.
async fn sign_in(stage: &Stage, number: &str) -> Outcome {
    let (browser, words) = (&stage.browser, stage.browser.words());
    browser.find(Role::Heading, words.sign_in).await?;
    fill_in(browser, words.phone_number, number).await?;
    press(browser, words.send_code).await?;
    browser.find(Role::Heading, words.enter_the_code).await?;
    let code = stage.product.outbox().wait_for_code(number, 1).await?;
    // Nothing sends the code before the button is pressed.
    fill_in(browser, words.verification_code, &code).await?;
    press(browser, words.verify).await?;
    browser.find(Role::Heading, words.signed_in).await?;
    browser.wait_for_path("/plain/account").await
}

async fn the_whole_way_in_and_out_goes_over_plain_forms(engine: Engine) -> Outcome {
    play(engine, "plain", Setup::default(), async |stage| {
        stage.open("/plain").await?;
        sign_in(stage, "+4915123456775").await?;
        let (browser, words) = (&stage.browser, stage.browser.words());
        let kept = browser.storage_values().await?;
        assert!(kept.is_empty(), "a plain page keeps nothing in the storage");
        browser.reload().await?;
        browser.find(Role::Heading, words.signed_in).await?;
        stage.open("/plain").await?;
        browser.wait_for_path("/plain/account").await?;
        press(browser, words.sign_out).await?;
        browser.find(Role::Heading, words.sign_in).await?;
        browser.wait_for_text(words.signed_out).await?;
        stage.open("/plain/account").await?;
        browser.find(Role::Heading, words.sign_in).await.map(drop)
    })
    .await
}

async fn a_wrong_number_and_a_wrong_code_are_told_and_can_be_mended(engine: Engine) -> Outcome {
    play(engine, "plain_wrong", Setup::default(), async |stage| {
        let number = "+4915123456776";
        stage.open("/plain").await?;
        let (browser, words) = (&stage.browser, stage.browser.words());
        fill_in(browser, words.phone_number, "+49 151").await?;
        press(browser, words.send_code).await?;
        browser.words_of(Role::Alert).await?;
        let field = browser.find(Role::Textbox, words.phone_number).await?;
        assert!(field.is_invalid().await?);
        assert_eq!(field.value().await?, "+49 151");

        fill_in(browser, words.phone_number, number).await?;
        press(browser, words.send_code).await?;
        browser.find(Role::Heading, words.enter_the_code).await?;
        let code = stage.product.outbox().wait_for_code(number, 1).await?;
        fill_in(browser, words.verification_code, &another_code(&code, 1)).await?;
        press(browser, words.verify).await?;
        browser.words_of(Role::Alert).await?;
        browser
            .wait_for_focus(Role::Textbox, words.verification_code)
            .await?;
        fill_in(browser, words.verification_code, &code).await?;
        press(browser, words.verify).await?;
        browser.find(Role::Heading, words.signed_in).await.map(drop)
    })
    .await
}

async fn without_scripts_the_page_leads_to_forms_that_sign_in(engine: Engine) -> Outcome {
    let options = Options {
        scripts: false,
        ..Options::default()
    };
    let name = "no_scripts";
    play_with(engine, options, name, Setup::default(), async |stage| {
        stage.open("/").await?;
        stage.browser.wait_for_path("/plain").await?;
        sign_in(stage, "+4915123456777").await
    })
    .await
}
