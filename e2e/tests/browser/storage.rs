//! Browsers that keep nothing: their storage is full, or switched off. Signing in works for as long as
//! the tab is open, and the screen says so (D-20).

use e2e::{Engine, Options, Outcome, Setup, in_every_engine, play, play_with};

in_every_engine![
    a_full_storage_signs_in_for_this_tab_and_says_so_d_20;
    not in webkit, "its storage can't be switched off":
    a_blocked_storage_signs_in_for_this_tab_and_says_so_d_20,
];

/// Until not a single character more has room.
const FILL: &str = "
    for (let size = 1 << 22, nth = 0; size >= 1;) {
        try {
            localStorage.setItem(`filler${nth}`, 'x'.repeat(size));
            nth += 1;
        } catch {
            size = Math.floor(size / 2);
        }
    }";

async fn a_full_storage_signs_in_for_this_tab_and_says_so_d_20(engine: Engine) -> Outcome {
    play(engine, "full_storage", Setup::default(), async |stage| {
        stage.open("/").await?;
        let browser = &stage.browser;
        browser.phone_screen().await?;
        browser.run(FILL).await?;
        browser.sign_in(&stage.product, "+4915123456771").await?;
        browser
            .wait_for_text(browser.words().ends_with_the_tab)
            .await?;
        assert_eq!(browser.local_storage("session_token").await?, None);
        browser.reload().await?;
        browser.phone_screen().await.map(drop)
    })
    .await
}

async fn a_blocked_storage_signs_in_for_this_tab_and_says_so_d_20(engine: Engine) -> Outcome {
    let options = Options {
        storage: false,
        ..Options::default()
    };
    // Chromium's setting takes the cookie away as well, by which the token is bound to the browser.
    let setup = Setup {
        backend: &["--binding-cookie=false"],
        ..Setup::AS_STARTED
    };
    play_with(engine, options, "no_storage", setup, async |stage| {
        let browser = &stage.browser;
        browser.sign_in(&stage.product, "+4915123456772").await?;
        browser
            .wait_for_text(browser.words().ends_with_the_tab)
            .await
    })
    .await
}
