//! Nobody is kept out: axe-core finds nothing on any screen in any of its states, in light and dark, in
//! both directions, and in the system's own few colours; and everything has room there. What this and
//! other tests show of each criterion of WCAG: docs/accessibility.md.

use e2e::{
    Appearance, Browser, Engine, Key, Options, Outcome, Role, Scheme, Setup, Stage, Trouble,
    another_code, in_every_engine, play, play_with, wait_for,
};

in_every_engine![
    a_barrier_is_found_where_there_is_one,
    what_has_no_room_is_found,
    no_barrier_in_light,
    no_barrier_in_dark_on_a_narrow_screen;
    not in webkit, "WebKitGTK has no forced colours":
    no_barrier_in_forced_colours,
];

/// One of each direction: all others are the same page with other words.
const LANGUAGES: [&str; 2] = ["en-US", "ar"];

/// Two codes for one number are wanted at once.
const NO_COOL_DOWN: Setup<'_> = Setup {
    otp_service: Some(&["--first-cool-down-secs=0", "--cool-down-secs=0"]),
    ..Setup::AS_STARTED
};

/// Or the others would prove nothing.
async fn a_barrier_is_found_where_there_is_one(engine: Engine) -> Outcome {
    play(
        engine,
        "accessibility_barrier",
        Setup::default(),
        async |stage| {
            stage.open("/").await?;
            stage.browser.phone_screen().await?;
            let take_the_name = "document.querySelector('input[type=tel]').labels[0].remove()";
            stage.browser.run(take_the_name).await?;
            let barriers = stage.browser.barriers().await?;
            assert!(
                barriers.iter().any(|one| one.starts_with("label")),
                "{barriers:?}"
            );
            Ok(())
        },
    )
    .await
}

/// Or the others would prove nothing of that either.
async fn what_has_no_room_is_found(engine: Engine) -> Outcome {
    play(
        engine,
        "accessibility_room",
        Setup::default(),
        async |stage| {
            stage.open("/").await?;
            stage.browser.phone_screen().await?;
            assert_eq!(stage.browser.cramped().await?, Vec::<String>::new());
            for (spoil, finding) in [
                (
                    // As wide as its words are now, and no wider.
                    "const style = document.querySelector('h1').style;
                    style.inlineSize = 'max-content';
                    const width = document.querySelector('h1').getBoundingClientRect().width;
                    style.cssText = `white-space: nowrap; overflow: hidden; inline-size: ${width}px`",
                    "cut off with wider spacing",
                ),
                (
                    "document.querySelector('h1').style.cssText = 'inline-size: 200vw'",
                    "scrolls sideways as it is",
                ),
                (
                    "for (const one of document.querySelectorAll('button')) {
                        one.style.cssText = 'position: fixed; inset: 0 auto auto 0; inline-size: 9px; block-size: 9px;'
                            + 'min-block-size: 0; padding: 0'
                    }",
                    "a small target beside another",
                ),
            ] {
                stage.browser.run(spoil).await?;
                let found = stage.browser.cramped().await?;
                assert!(
                    found.iter().any(|one| one.starts_with(finding)),
                    "{finding}: {found:?}"
                );
            }
            Ok(())
        },
    )
    .await
}

async fn no_barrier_in_light(engine: Engine) -> Outcome {
    in_every_language(engine, "light", Appearance::default()).await
}

async fn no_barrier_in_dark_on_a_narrow_screen(engine: Engine) -> Outcome {
    let appearance = Appearance {
        scheme: Scheme::Dark,
        reduced_motion: true,
        width: engine.narrowest(),
        ..Appearance::default()
    };
    in_every_language(engine, "dark", appearance).await
}

async fn no_barrier_in_forced_colours(engine: Engine) -> Outcome {
    let appearance = Appearance {
        forced_colors: true,
        ..Appearance::default()
    };
    in_every_language(engine, "forced", appearance).await
}

async fn in_every_language(engine: Engine, name: &str, appearance: Appearance) -> Outcome {
    for language in LANGUAGES {
        let options = Options {
            language,
            appearance,
            ..Options::default()
        };
        let name = format!("accessibility_{name}_{language}");
        play_with(engine, options, &name, NO_COOL_DOWN, async |stage| {
            every_state(stage).await
        })
        .await?;
    }
    Ok(())
}

/// What is found in all states, so that one run tells everything.
#[derive(Default)]
struct Findings {
    found: Vec<String>,
}

impl Findings {
    async fn look_at(&mut self, browser: &Browser, state: &str) -> Outcome {
        let mut barriers = browser.barriers().await?;
        barriers.extend(browser.cramped().await?);
        let barriers = barriers.iter().map(|barrier| format!("{state}: {barrier}"));
        self.found.extend(barriers);
        Ok(())
    }
}

async fn every_state(stage: &mut Stage) -> Outcome {
    let mut findings = Findings::default();
    stage.browser.expect_failed_requests_to("/api/otp/send");
    stage.browser.expect_failed_requests_to("/api/otp/verify");
    stage.open("/").await?;
    phone_screen(stage, &mut findings).await?;
    code_screen(stage, &mut findings).await?;
    account_screen(stage, &mut findings).await?;
    plain_screens(stage, &mut findings).await?;
    if findings.found.is_empty() {
        return Ok(());
    }
    Err(Trouble::new(findings.found.join("\n")))
}

/// Ends on the code screen.
async fn phone_screen(stage: &mut Stage, findings: &mut Findings) -> Outcome {
    let screen = stage.browser.phone_screen().await?;
    findings.look_at(&stage.browser, "phone screen").await?;

    screen.send_code_to("+49 151").await?;
    stage.browser.words_of(Role::Alert).await?;
    findings
        .look_at(&stage.browser, "a number too short")
        .await?;

    screen.country_field().await?.press().await?;
    stage.browser.find_starting(Role::Option, "").await?;
    findings
        .look_at(&stage.browser, "list of countries")
        .await?;
    stage.browser.key(Key::Escape).await?;

    stage.product.stop_backend().await?;
    let screen = stage.browser.phone_screen().await?;
    screen.send_code_to("+49 1512 3456781").await?;
    stage
        .browser
        .wait_for_text(stage.browser.words().unreachable)
        .await?;
    findings.look_at(&stage.browser, "backend away").await?;
    stage.product.start_backend_again().await?;
    let screen = stage.browser.phone_screen().await?;
    screen.press_send_code().await
}

async fn code_screen(stage: &mut Stage, findings: &mut Findings) -> Outcome {
    let browser = &stage.browser;
    let screen = browser.code_screen().await?;
    findings.look_at(browser, "code screen").await?;

    let outbox = stage.product.outbox();
    let code = outbox.wait_for_code("+4915123456781", 1).await?;
    screen.enter(&another_code(&code, 1)).await?;
    let mut said = screen.complaint().await?;
    findings.look_at(browser, "wrong code").await?;
    for nth in 2..=5 {
        screen.enter(&another_code(&code, nth)).await?;
        // With every code there is one try less.
        said = wait_for("the next answer", async || {
            Ok(Some(screen.complaint().await?).filter(|now| *now != said))
        })
        .await?;
    }
    findings.look_at(browser, "too many wrong codes").await
}

/// With another number, because the first one must wait now.
async fn account_screen(stage: &mut Stage, findings: &mut Findings) -> Outcome {
    let browser = &stage.browser;
    let number = "+4915123456782";
    browser.sign_in(&stage.product, number).await?;
    browser.forget().await?;
    browser.sign_in(&stage.product, number).await?;
    browser
        .find(Role::Heading, browser.words().your_devices)
        .await?;
    browser.wait_for_text(browser.words().this_device).await?;
    findings.look_at(browser, "account screen").await
}

/// The whole way once more without the program, with a third number.
async fn plain_screens(stage: &Stage, findings: &mut Findings) -> Outcome {
    let browser = &stage.browser;
    let words = browser.words();
    let number = "+4915123456783";
    let fill = async |field, text: &str, button| {
        let field = browser.find(Role::Textbox, field).await?;
        field.clear().await?;
        field.type_text(text).await?;
        browser.find(Role::Button, button).await?.press().await
    };
    browser.forget().await?;
    stage.open("/plain").await?;
    findings.look_at(browser, "plain phone screen").await?;
    fill(words.phone_number, "+49 151", words.send_code).await?;
    browser.words_of(Role::Alert).await?;
    findings.look_at(browser, "plain, too short").await?;

    fill(words.phone_number, number, words.send_code).await?;
    browser.find(Role::Textbox, words.verification_code).await?;
    findings.look_at(browser, "plain code screen").await?;
    let code = stage.product.outbox().wait_for_code(number, 1).await?;
    let wrong = another_code(&code, 1);
    fill(words.verification_code, &wrong, words.verify).await?;
    browser.words_of(Role::Alert).await?;
    findings.look_at(browser, "plain, wrong code").await?;

    fill(words.verification_code, &code, words.verify).await?;
    browser.find(Role::Heading, words.signed_in).await?;
    findings.look_at(browser, "plain account screen").await
}
