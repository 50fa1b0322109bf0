//! `examples/session-token`

use crate::browser::Browser;
use crate::house::{OTP_KEY, Site};
use crate::program::Program;

#[tokio::test(flavor = "multi_thread")]
async fn an_apps_server_asks_the_otp_service_about_the_pages_token() {
    let house = Site::find().await.build(&[]).await;
    let environment = [
        ("OTP_SERVICE_URL", house.otp_url.as_str()),
        ("OTP_API_KEY", OTP_KEY),
    ];
    let app = Program::node("session-token/server.mjs", &environment);
    let mut browser = Browser::default();
    let signed_in = house.sign_in(&mut browser, "+12125550142").await;
    let bearer = format!("Bearer {}", signed_in["session_token"].as_str().unwrap());

    let mut page = Browser::default();
    let answer = page.get_with(&app.url, &[("authorization", &bearer)]).await;
    assert_eq!(answer.ok()["hello"], signed_in["user_id"]);
    for wrong in [
        "",
        "Bearer ",
        "Bearer x",
        "Bearer a b",
        &format!("{bearer}x"),
        &bearer.to_lowercase(),
    ] {
        let answer = page.get_with(&app.url, &[("authorization", wrong)]).await;
        assert_eq!(answer.status, 401, "{wrong}");
    }

    let url = format!("{}/api/session", house.url);
    browser
        .delete(&url, &[("authorization", &bearer)])
        .await
        .ok();
    let after = page.get_with(&app.url, &[("authorization", &bearer)]).await;
    assert_eq!(after.status, 401, "C-07");
    house.tear_down().await;
    let away = page.get_with(&app.url, &[("authorization", &bearer)]).await;
    assert_eq!(
        away.status, 503,
        "nobody is let in while nobody can be asked"
    );
}
