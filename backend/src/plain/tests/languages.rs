//! Whose words stand on the screens.

use super::*;

#[tokio::test]
async fn every_screen_is_in_the_persons_language() {
    let backend = Harness::start().await;
    for text in ALL {
        let mut browser = Browser::new(&backend);
        browser.language = text.language;
        let start = format!(
            "<!doctype html>\n<html lang=\"{}\" dir=\"{}\">",
            text.language,
            text.direction()
        );
        let page = browser.get("/plain").await;
        assert!(page.text().starts_with(&start), "{}", text.language);
        println!("{:<8} phone {} B", text.language, page.body.len());
        let page = browser
            .submit("/plain", &[("country", "US"), ("phone", NUMBER)])
            .await;
        assert!(
            page.text().starts_with(&start)
                && heading(&page) == screens::html::escape(text.enter_the_code)
        );
        assert_eq!(
            backend.stub.asked_at(SEND).pop().unwrap().body["locale"],
            text.language
        );
        let page = browser
            .submit("/plain/verify", &[("otp", RIGHT_CODE)])
            .await;
        assert!(
            page.text().starts_with(&start)
                && heading(&page) == screens::html::escape(text.signed_in)
        );
        for script in ["<script", " style=", " onclick"] {
            assert!(!page.text().contains(script), "D-03");
        }
    }
}

#[tokio::test]
async fn a_chosen_language_stays() {
    let backend = Harness::start().await;
    let mut browser = Browser::new(&backend);
    let page = browser.get("/plain?language=ja").await;
    assert!(page.text().contains("<html lang=\"ja\""));
    assert!(page.text().contains("name=\"language\" value=\"ja\""));
    let fields = [("language", "ja"), ("country", "US"), ("phone", NUMBER)];
    let answer = browser.post("/plain", &fields).await;
    assert_eq!(place(&answer), "/plain/verify?language=ja");
    let page = browser.follow(&answer).await;
    assert!(
        page.text().contains("href=\"/plain?language=ja\""),
        "the way back carries it too"
    );
    let answer = browser
        .post(
            "/plain/verify",
            &[("language", "<xx>"), ("otp", RIGHT_CODE)],
        )
        .await;
    assert_eq!(
        place(&answer),
        "/plain/account",
        "only tags of ours are carried"
    );
}

#[tokio::test]
async fn what_the_operator_and_browsers_call_themselves_is_text() {
    let backend = Harness::with(&["--app-name", "<b>Tom & Jerry</b>"]).await;
    let mut browser = Browser::new(&backend);
    let page = browser.get("/plain").await;
    assert!(
        page.text()
            .contains("<span class=\"brand-name\">&lt;b&gt;Tom &amp; Jerry&lt;/b&gt;</span>")
    );
    assert!(!page.text().contains("<b>"));
}
