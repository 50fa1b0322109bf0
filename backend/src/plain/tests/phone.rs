//! The screen for the number.

use super::*;

#[tokio::test]
async fn what_can_be_no_number_is_told_kept_and_not_sent() {
    let backend = Harness::with(&["--countries", "US,DE"]).await;
    for (country, phone, said) in [
        ("US", "", "Enter your phone number."),
        ("US", " \u{200b}", "Enter your phone number."),
        (
            "US",
            "212 555 O142",
            "This doesn’t look like a phone number.",
        ),
        ("US", "+", "This doesn’t look like a phone number."),
        (
            "US",
            "212555014",
            "This number is too short for United States.",
        ),
        (
            "DE",
            "+1 212 555 014",
            "This number is too short for United States.",
        ),
        (
            "US",
            "212 555 0142 3",
            "This number is too long for United States.",
        ),
        ("DE", "01511", "This number is too short for Germany."),
        ("US", "+999 123 45678", "No country has this calling code."),
        (
            "US",
            "900 234 5678",
            "This isn’t a number that can get text messages.",
        ),
        ("US", "+33 6 12 34 56 78", "We can’t send codes to France."),
        ("FR", "06 12 34 56 78", "This isn’t a number"),
        (
            "US",
            "<b>\"x\"&</b>",
            "This doesn’t look like a phone number.",
        ),
    ] {
        let mut browser = Browser::new(&backend);
        let page = browser
            .submit("/plain", &[("country", country), ("phone", phone)])
            .await;
        assert!(
            blamed(&page, "phone").starts_with(said),
            "{phone}: {}",
            blamed(&page, "phone")
        );
        let kept = format!("value=\"{}\" required", screens::html::escape(phone));
        assert!(page.text().contains(&kept), "{phone}");
        if country != "FR" {
            assert!(
                page.text()
                    .contains(&format!("<option value=\"{country}\" selected>"))
            );
        }
        let again = browser.get("/plain").await;
        assert_eq!(
            blamed(&again, "phone"),
            blamed(&page, "phone"),
            "a reload tells the same"
        );
    }
    let mut browser = Browser::new(&backend);
    let page = browser.submit("/plain", &[]).await;
    assert_eq!(blamed(&page, "phone"), "Enter your phone number.");
    let long = "1".repeat(3000);
    let page = browser.submit("/plain", &[("phone", &long)]).await;
    assert!(!blamed(&page, "phone").is_empty());
    assert!(
        page.text()
            .contains(&format!("value=\"{}\"", "1".repeat(150)))
    );
    assert!(backend.stub.asked().is_empty());
}

#[tokio::test]
async fn numbers_are_taken_as_people_write_them() {
    let backend = Harness::start().await;
    for (country, phone, number) in [
        ("US", "+1 (212) 555-0142", "+12125550142"),
        ("DE", "0151 1234 5678", "+4915112345678"),
        ("US", "0049 151 12345678", "+4915112345678"),
        ("DE", "４９ １５１ １２３４５６７８", "+4915112345678"),
        ("EG", "٠١٠٠١٢٣٤٥٦٧", "+201001234567"),
        ("FR", "tel:+33612345678", "+33612345678"),
    ] {
        let mut browser = Browser::new(&backend);
        let page = browser
            .submit("/plain", &[("country", country), ("phone", phone)])
            .await;
        assert_eq!(heading(&page), "Enter the code", "{phone}");
        let asked = backend.stub.asked_at(SEND).pop().unwrap();
        assert_eq!(asked.body["phone_number"], number, "{phone}");
    }
}

#[tokio::test]
async fn the_list_opens_on_the_country_that_fits() {
    for (arguments, language, country) in [
        (&[][..], "de-AT,de;q=0.9", "AT"),
        (&[], "ja", "JP"),
        (&[], "xx", "US"),
        (&["--default-country", "CA"], "de-AT", "CA"),
        (&["--countries", "FR,CH"], "de-AT", "CH"),
        (&["--countries", "FR,CH"], "fr", "FR"),
    ] {
        let backend = Harness::with(arguments).await;
        let mut browser = Browser::new(&backend);
        browser.language = language;
        let page = browser.get("/plain").await;
        let selected = format!("<option value=\"{country}\" selected>");
        assert!(page.text().contains(&selected), "{arguments:?} {language}");
        assert_eq!(page.text().matches(" selected>").count(), 1);
    }
}

#[tokio::test]
async fn a_press_that_comes_twice_is_one_message_i_08() {
    let backend = Harness::start().await;
    let mut browser = Browser::new(&backend);
    let page = browser.get("/plain").await;
    let fields = [
        ("press", press(&page)),
        ("country", "US"),
        ("phone", NUMBER),
    ];
    // Both leave before either is answered: neither has the other's cookie.
    let first = browser.post("/plain", &fields).await;
    browser.cookies.clear();
    let second = browser.post("/plain", &fields).await;
    let keys: Vec<_> = backend
        .stub
        .asked_at(SEND)
        .iter()
        .map(|asked| asked.headers["idempotency-key"].clone())
        .collect();
    assert_eq!(
        (place(&first), place(&second)),
        ("/plain/verify", "/plain/verify")
    );
    assert!(keys.len() == 2 && keys[0] == keys[1]);
    // Sent after the answer, with the cookie, it asks for nothing.
    let third = browser.post("/plain", &fields).await;
    assert_eq!(place(&third), "/plain/verify");
    assert_eq!(backend.stub.asked_at(SEND).len(), 2);
    // With another number it is another message.
    let other = [
        ("press", press(&page)),
        ("country", "US"),
        ("phone", "2125550143"),
    ];
    browser.post("/plain", &other).await;
    let asked = backend.stub.asked_at(SEND);
    assert!(asked.len() == 3 && asked[2].headers["idempotency-key"] != keys[0]);
    assert_ne!(press(&page), press(&browser.get("/plain").await));
    // A form that was not ours has no key.
    let mut stranger = Browser::new(&backend);
    stranger
        .post("/plain", &[("country", "US"), ("phone", NUMBER)])
        .await;
    assert!(
        backend.stub.asked_at(SEND)[3]
            .headers
            .get("idempotency-key")
            .is_none()
    );
}

#[test]
fn every_country_with_numbers_has_a_name_in_every_language() {
    let countries = number_plan::countries();
    for text in ALL {
        let mut named: Vec<_> = screens::html::country_names(text.language)
            .map(|(code, _)| code.to_owned())
            .collect();
        named.sort_unstable();
        assert_eq!(
            named, countries,
            "{}: node screens/country-names.mjs",
            text.language
        );
    }
}
