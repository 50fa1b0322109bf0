//! The first screen stands there before the program does. What people type meanwhile is theirs, and
//! nothing moves when the program takes over.

use e2e::{Browser, Engine, Options, Outcome, Role, Setup, in_every_engine, play_with, wait_for};

in_every_engine![
    what_is_typed_before_the_program_is_there_is_kept_and_nothing_moves,
    the_first_screen_is_not_seen_before_the_one_that_is_to_come,
];

const SLOW_PROGRAM: Setup<'_> = Setup {
    held_back: Some(".wasm"),
    ..Setup::AS_STARTED
};

/// Places of what can be seen before and after.
async fn places(browser: &Browser) -> Outcome<Vec<(f64, f64, f64, f64)>> {
    let words = browser.words();
    let mut places = Vec::new();
    for (role, name) in [
        (Role::Heading, words.sign_in),
        (Role::Textbox, words.phone_number),
        (Role::Button, words.send_code),
        (Role::Combobox, words.language_name),
    ] {
        places.push(browser.find(role, name).await?.place().await?);
    }
    Ok(places)
}

async fn what_is_typed_before_the_program_is_there_is_kept_and_nothing_moves(
    engine: Engine,
) -> Outcome {
    let hasty = Options {
        patient: false,
        ..Options::default()
    };
    play_with(engine, hasty, "first_paint", SLOW_PROGRAM, async |stage| {
        let browser = &stage.browser;
        let words = browser.words();
        stage.open("/").await?;
        let field = browser.find(Role::Textbox, words.phone_number).await?;
        field.type_text("+49 1512 34").await?;
        assert!(!browser.has(Role::Combobox, words.country).await?);
        let before = places(browser).await?;

        stage.product.let_through();
        let screen = browser.phone_screen().await?;
        assert_eq!(places(browser).await?, before);
        let field = screen.number_field().await?;
        assert_eq!(field.value().await?, "+49 1512 34");
        let focus = browser.wait_for_focus(Role::Textbox, words.phone_number);
        focus.await?;
        field.type_text("56749").await?;
        screen.press_send_code().await?;
        browser.code_screen().await?;
        Ok(())
    })
    .await
}

async fn the_first_screen_is_not_seen_before_the_one_that_is_to_come(engine: Engine) -> Outcome {
    // The screen of the program has a form, the one that stands there before has none. What is looked at is what
    // stands there when the task is nearly over in which the page becomes visible; nothing is painted within one.
    const WATCH: &str = "
        const page = document.documentElement;
        const look = async () => {
            for (let n = 0; n < 100; n += 1) await null;
            window.drawn ??= !!document.querySelector('#app form');
        };
        new MutationObserver(() => {
            if (!page.classList.contains('elsewhere')) look();
        }).observe(page, { attributes: true, attributeFilter: ['class'] });";
    let hasty = Options {
        patient: false,
        ..Options::default()
    };
    play_with(engine, hasty, "elsewhere", SLOW_PROGRAM, async |stage| {
        let browser = &stage.browser;
        stage.open("/account").await?;
        wait_for("the page", async || {
            let there = "return document.documentElement.classList.contains('elsewhere')";
            Ok((browser.run(there).await? == true).then_some(()))
        })
        .await?;
        assert!(!browser.has(Role::Heading, browser.words().sign_in).await?);
        browser.run(WATCH).await?;

        stage.product.let_through();
        browser.phone_screen().await?;
        let drawn = wait_for("the page to be visible", async || {
            let drawn = browser.run("return window.drawn").await?;
            Ok(drawn.as_bool())
        })
        .await?;
        assert!(drawn);
        Ok(())
    })
    .await
}
