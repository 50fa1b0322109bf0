//! The calls of docs/accounts.md, against the real OTP service.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::house::{House, OTP_KEY, SERVER_KEY, Site};

const NUMBER: &str = "+12125550142";

async fn users_at_otp_service(house: &House) -> Value {
    let url = format!("{}/v1/auth/users/search", house.otp_url);
    let body = json!({"filters": {"fields": [{"field": "phone_number", "operator": "eq", "value": NUMBER}]}});
    let bearer = format!("Bearer {OTP_KEY}");
    let found = Browser::default()
        .post(&url, &body, &[("authorization", &bearer)])
        .await;
    found.ok()["users"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_lives_from_before_its_first_sign_in_until_it_is_deleted_everywhere() {
    live(Site::find().await.build(&[]).await).await;
}

#[cfg(postgres_tests)]
#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_it_is_the_same() {
    let scratch = test_postgres::Scratch::on_given_server().unwrap();
    let site = Site::find().await;
    live(site.build_on(Some(&scratch.url()), &[]).await).await;
}

async fn live(house: House) {
    let body = json!({"phone_number": NUMBER, "external_id": "42"});
    let made = house.as_server("/api/accounts", &body).await.ok();
    assert_eq!(
        (
            &made["created"],
            &users_at_otp_service(&house).await[0]["status"]
        ),
        (&json!(true), &json!("pending"))
    );
    let mut browser = Browser::default();
    let signed_in = house.sign_in(&mut browser, NUMBER).await;
    assert_eq!(signed_in["account_id"], made["account"]["account_id"]);
    assert_eq!(signed_in["user_id"], made["account"]["user_id"]);
    let found = house
        .as_server(
            "/api/accounts/search",
            &json!({"user_id": signed_in["user_id"]}),
        )
        .await
        .ok();
    assert_eq!(found["accounts"][0]["external_id"], "42");
    assert_eq!(users_at_otp_service(&house).await[0]["status"], "active");

    // Whoever has a user already is linked all the same.
    house.sign_in(&mut Browser::default(), "+12125550143").await;
    let body = json!({"phone_number": "+12125550143", "external_id": "43"});
    assert_eq!(
        house.as_server("/api/accounts", &body).await.ok()["created"],
        false
    );

    let (key, session) = (
        format!("Bearer {SERVER_KEY}"),
        format!("Bearer {}", signed_in["session_token"].as_str().unwrap()),
    );
    let url = format!(
        "{}/api/accounts/{}",
        house.url,
        signed_in["account_id"].as_str().unwrap()
    );
    Browser::default()
        .delete(&url, &[("authorization", &key)])
        .await
        .ok();
    assert_eq!(users_at_otp_service(&house).await, json!([]));
    let own = browser
        .get_with(
            &format!("{}/api/session", house.url),
            &[("authorization", &session)],
        )
        .await;
    assert_eq!(own.status, 401, "C-10");
    let again = Browser::default()
        .delete(&url, &[("authorization", &key)])
        .await;
    assert_eq!(again.status, 404);
    house.tear_down().await;
}
