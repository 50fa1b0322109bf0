//! The calls of the app's servers about accounts, from linking to deleting, and everything that is refused.

use edge::testing::{Answer, Call};
use serde_json::{Value, json};
use shared::ErrorType;

use crate::testing::{Harness, SERVER_KEY, Script};

const ACCOUNTS: &str = "/api/accounts";
const SEARCH: &str = "/api/accounts/search";

async fn link(backend: &Harness, body: Value) -> Answer {
    backend.as_server(Call::post(ACCOUNTS).json(&body)).await
}

async fn linked(backend: &Harness, number: &str, external_id: &str) -> Value {
    let body = json!({"phone_number": number, "external_id": external_id});
    link(backend, body).await.assert_ok().json()["account"].clone()
}

fn path(account: &Value, rest: &str) -> String {
    format!(
        "{ACCOUNTS}/{}{rest}",
        account["account_id"].as_str().unwrap()
    )
}

#[tokio::test]
async fn an_account_is_there_before_its_first_sign_in_and_is_the_one_that_signs_in() {
    let backend = Harness::start().await;
    let body =
        json!({"phone_number": "+12125550142", "external_id": "42", "metadata": {"role": "admin"}});
    let answer = link(&backend, body.clone()).await;
    let made = answer.assert_ok().json();
    assert_eq!(made["created"], true);
    let account = &made["account"];
    assert_eq!(account["first_sign_in_at"], Value::Null);
    assert_eq!(account["metadata"], json!({"role": "admin"}));
    assert!(
        backend
            .stub
            .asked_at("/otps/sms/login_or_create")
            .is_empty(),
        "nothing is sent"
    );
    assert_eq!(
        link(&backend, body).await.assert_ok().json()["created"],
        false
    );

    backend.clock.advance(60);
    let browser = backend.sign_in("+12125550142").await;
    assert_eq!(browser.account_id, account["account_id"]);
    let now = backend
        .as_server(Call::get(&path(account, "")))
        .await
        .assert_ok()
        .json();
    assert_eq!(now["external_id"], "42");
    assert_eq!(now["first_sign_in_at"], now["last_sign_in_at"]);
    assert!(now["first_sign_in_at"].as_i64() > now["created_at"].as_i64());
}

#[tokio::test]
async fn who_has_signed_in_is_linked_by_the_account_or_by_the_number() {
    let backend = Harness::start().await;
    let (one, two) = (
        backend.sign_in("+12125550142").await,
        backend.sign_in("+12125550143").await,
    );
    let by_id = json!({"account_id": one.account_id, "external_id": "1"});
    assert_eq!(
        link(&backend, by_id).await.assert_ok().json()["created"],
        false
    );
    let account = linked(&backend, "+12125550143", "2").await;
    assert_eq!(account["account_id"], two.account_id);
    for (body, found) in [
        (json!({"external_id": "1"}), &one.account_id),
        (json!({"phone_number": "+12125550142"}), &one.account_id),
        (json!({"user_id": account["user_id"]}), &two.account_id),
    ] {
        let answer = backend.as_server(Call::post(SEARCH).json(&body)).await;
        let accounts = answer.assert_ok().json()["accounts"].clone();
        assert_eq!(accounts.as_array().unwrap().len(), 1, "{body}");
        assert_eq!(accounts[0]["account_id"], *found, "{body}");
    }
    for body in [
        json!({"external_id": "3"}),
        json!({"phone_number": "+12125550149"}),
        json!({"user_id": ""}),
    ] {
        let answer = backend.as_server(Call::post(SEARCH).json(&body)).await;
        assert_eq!(answer.assert_ok().json(), json!({"accounts": []}), "{body}");
    }
}

#[tokio::test]
async fn a_link_that_is_another_accounts_is_refused_and_makes_nothing() {
    let backend = Harness::start().await;
    let first = linked(&backend, "+12125550142", "42").await;
    let asked = backend.stub.asked().len();
    let taken = json!({"phone_number": "+12125550143", "external_id": "42"});
    link(&backend, taken)
        .await
        .assert_error(ErrorType::DuplicateExternalId);
    assert_eq!(
        backend.stub.asked().len(),
        asked,
        "no user is made at the OTP service"
    );
    let second = linked(&backend, "+12125550143", "43").await;
    let taken = json!({"account_id": second["account_id"], "external_id": "42"});
    link(&backend, taken)
        .await
        .assert_error(ErrorType::DuplicateExternalId);
    let other = json!({"account_id": first["account_id"], "external_id": "44"});
    link(&backend, other.clone())
        .await
        .assert_error(ErrorType::AccountLinked);

    let unlinked = backend
        .as_server(Call::delete(&path(&first, "/external_id")))
        .await;
    assert_eq!(unlinked.assert_ok().json()["external_id"], Value::Null);
    link(&backend, other).await.assert_ok();
}

#[tokio::test]
async fn a_deleted_account_is_gone_everywhere_and_its_session_ended_c_10() {
    let backend = Harness::start().await;
    let browser = backend.sign_in("+12125550142").await;
    let account = json!({"account_id": browser.account_id});
    backend.stub.plays(Script::error(503, "overloaded"));
    let refused = backend.as_server(Call::delete(&path(&account, ""))).await;
    refused.assert_error(ErrorType::Overloaded);
    backend.stub.behaves();
    backend
        .as_server(Call::get(&path(&account, "")))
        .await
        .assert_ok();

    backend
        .as_server(Call::delete(&path(&account, "")))
        .await
        .assert_ok();
    let session = backend.call(browser.sign(Call::get("/api/session"))).await;
    session.assert_error(ErrorType::InvalidSession);
    for call in [
        Call::get(&path(&account, "")),
        Call::delete(&path(&account, "")),
    ] {
        backend
            .as_server(call)
            .await
            .assert_error(ErrorType::AccountNotFound);
    }
    let again = backend.sign_in("+12125550142").await;
    assert_ne!(again.account_id, browser.account_id);
}

#[tokio::test]
async fn an_operator_ends_all_sessions_of_one_person_and_nobody_elses_c_08() {
    let backend = Harness::start().await;
    let (here, there) = (
        backend.sign_in("+12125550142").await,
        backend.sign_in("+12125550142").await,
    );
    let other = backend.sign_in("+12125550143").await;
    let account = json!({"account_id": here.account_id});
    let call = || Call::delete(&path(&account, "/sessions"));
    let answer = backend.as_server(call()).await.assert_ok().json();
    assert_eq!(answer["ended"], 2);
    assert_eq!(answer["account_id"], account["account_id"]);
    for browser in [&here, &there] {
        let session = backend.call(browser.sign(Call::get("/api/session"))).await;
        session.assert_error(ErrorType::InvalidSession);
    }
    let session = backend.call(other.sign(Call::get("/api/session"))).await;
    session.assert_ok();
    let again = backend.as_server(call()).await.assert_ok().json();
    assert_eq!(again["ended"], 0);
    let back = backend.sign_in("+12125550142").await;
    assert_eq!(back.account_id, here.account_id);
    let unknown = json!({"account_id": "acct_none"});
    let unknown = backend
        .as_server(Call::delete(&path(&unknown, "/sessions")))
        .await;
    unknown.assert_error(ErrorType::AccountNotFound);
    // With the session's own token, without a server's key.
    backend
        .call(back.sign(call()))
        .await
        .assert_error(ErrorType::Unauthorized);
}

#[tokio::test]
async fn an_account_whose_user_is_gone_already_can_be_deleted() {
    let backend = Harness::start().await;
    let account = linked(&backend, "+12125550142", "42").await;
    backend.stub.plays(Script::error(404, "user_not_found"));
    backend
        .as_server(Call::delete(&path(&account, "")))
        .await
        .assert_ok();
}

#[tokio::test]
async fn all_accounts_come_page_by_page() {
    let backend = Harness::start().await;
    for n in 0..5 {
        linked(&backend, &format!("+1212555014{n}"), &format!("{n}")).await;
    }
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let call = Call::get(&format!("{ACCOUNTS}?limit=2&starting_after={after}"));
        let page = backend.as_server(call).await.assert_ok().json();
        let accounts = page["accounts"].as_array().unwrap().clone();
        seen.extend(
            accounts
                .iter()
                .map(|account| account["external_id"].clone()),
        );
        if page["has_more"] == false {
            break;
        }
        after = accounts.last().unwrap()["account_id"]
            .as_str()
            .unwrap()
            .to_owned();
    }
    seen.sort_by_key(ToString::to_string);
    assert_eq!(json!(seen), json!(["0", "1", "2", "3", "4"]));
    let whole = backend
        .as_server(Call::get(ACCOUNTS))
        .await
        .assert_ok()
        .json();
    assert_eq!(whole["accounts"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn without_a_server_key_nothing_is_told_or_done() {
    let backend = Harness::start().await;
    let browser = backend.sign_in("+12125550142").await;
    let account = json!({"account_id": browser.account_id});
    let asked = backend.stub.asked().len();
    let calls = || {
        [
            Call::get(ACCOUNTS),
            Call::post(ACCOUNTS).json(&json!({"phone_number": "+12125550143"})),
            Call::post(ACCOUNTS).body("no JSON either"),
            Call::post(SEARCH).json(&json!({"phone_number": "+12125550142"})),
            Call::get(&path(&account, "")),
            Call::delete(&path(&account, "")),
            Call::delete(&path(&account, "/external_id")),
        ]
    };
    let other = SERVER_KEY.replace('a', "b");
    for key in [
        None,
        Some("sk_"),
        Some(&other),
        Some(&browser.session_token),
        Some(crate::testing::KEY),
    ] {
        for call in calls() {
            let call = match key {
                Some(key) => call.bearer(key),
                None => call.header("authorization", &format!("Basic {SERVER_KEY}")),
            };
            backend
                .call(call)
                .await
                .assert_error(ErrorType::Unauthorized);
        }
    }
    assert_eq!(backend.stub.asked().len(), asked);
}

#[tokio::test]
async fn every_malformed_call_gets_its_envelope_and_changes_nothing_d_11_d_18() {
    let backend = Harness::start().await;
    let long = "x".repeat(129);
    let much = json!({"a": "x".repeat(501)});
    for (what, at, body, error) in [
        ("neither", ACCOUNTS, json!({}), ErrorType::InvalidRequest),
        (
            "only an id of the app",
            ACCOUNTS,
            json!({"external_id": "1"}),
            ErrorType::InvalidRequest,
        ),
        (
            "both",
            ACCOUNTS,
            json!({"phone_number": "+12125550142", "account_id": "acct_1"}),
            ErrorType::InvalidRequest,
        ),
        (
            "a number of another type",
            ACCOUNTS,
            json!({"phone_number": 1}),
            ErrorType::InvalidRequest,
        ),
        (
            "no number",
            ACCOUNTS,
            json!({"phone_number": "555"}),
            ErrorType::InvalidPhoneNumber,
        ),
        (
            "a number nobody has",
            ACCOUNTS,
            json!({"phone_number": "+10000000000"}),
            ErrorType::InvalidPhoneNumber,
        ),
        (
            "an account of another type",
            ACCOUNTS,
            json!({"account_id": ["acct_1"]}),
            ErrorType::InvalidRequest,
        ),
        (
            "an account nobody has",
            ACCOUNTS,
            json!({"account_id": "acct_1"}),
            ErrorType::AccountNotFound,
        ),
        (
            "a long account",
            ACCOUNTS,
            json!({"account_id": long}),
            ErrorType::AccountNotFound,
        ),
        (
            "an empty id",
            ACCOUNTS,
            json!({"phone_number": "+12125550142", "external_id": ""}),
            ErrorType::InvalidRequest,
        ),
        (
            "an id of another type",
            ACCOUNTS,
            json!({"phone_number": "+12125550142", "external_id": 7}),
            ErrorType::InvalidRequest,
        ),
        (
            "a long id",
            ACCOUNTS,
            json!({"phone_number": "+12125550142", "external_id": long}),
            ErrorType::InvalidRequest,
        ),
        (
            "an id with a line end",
            ACCOUNTS,
            json!({"phone_number": "+12125550142", "external_id": "a\nb"}),
            ErrorType::InvalidRequest,
        ),
        (
            "metadata of another type",
            ACCOUNTS,
            json!({"phone_number": "+12125550142", "metadata": "x"}),
            ErrorType::InvalidRequest,
        ),
        (
            "metadata in depth",
            ACCOUNTS,
            json!({"phone_number": "+12125550142", "metadata": {"a": {}}}),
            ErrorType::InvalidRequest,
        ),
        (
            "long metadata",
            ACCOUNTS,
            json!({"phone_number": "+12125550142", "metadata": much}),
            ErrorType::InvalidRequest,
        ),
        (
            "nothing to look for",
            SEARCH,
            json!({}),
            ErrorType::InvalidRequest,
        ),
        (
            "two to look for",
            SEARCH,
            json!({"user_id": "user_1", "external_id": "1"}),
            ErrorType::InvalidRequest,
        ),
        (
            "a number to look for",
            SEARCH,
            json!({"phone_number": true}),
            ErrorType::InvalidRequest,
        ),
        (
            "a word to look for",
            SEARCH,
            json!({"phone_number": "x"}),
            ErrorType::InvalidPhoneNumber,
        ),
        (
            "a user of another type",
            SEARCH,
            json!({"user_id": {}}),
            ErrorType::InvalidRequest,
        ),
        (
            "a long id to look for",
            SEARCH,
            json!({"external_id": long}),
            ErrorType::InvalidRequest,
        ),
    ] {
        let answer = backend.as_server(Call::post(at).json(&body)).await;
        assert_eq!(
            answer.json()["error_type"],
            error.as_str(),
            "{what}: {}",
            answer.text()
        );
        answer.assert_error(error);
        assert!(!answer.text().contains("5550"), "{what}");
    }
    for query in [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=-1",
        "limit=1&limit=2",
    ] {
        let answer = backend
            .as_server(Call::get(&format!("{ACCOUNTS}?{query}")))
            .await;
        answer.assert_error(ErrorType::InvalidRequest);
    }
    for id in ["acct_1", &long, "%00", "..%2F..", "%27%20OR%201%3D1--"] {
        for call in [
            Call::get(&format!("{ACCOUNTS}/{id}")),
            Call::delete(&format!("{ACCOUNTS}/{id}")),
            Call::delete(&format!("{ACCOUNTS}/{id}/external_id")),
        ] {
            backend
                .as_server(call)
                .await
                .assert_error(ErrorType::AccountNotFound);
        }
    }
    assert!(
        backend
            .store
            .accounts_after("", 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(backend.stub.asked().is_empty());
}

#[tokio::test]
async fn what_the_otp_service_gets_wrong_makes_no_account_h_06() {
    let backend = Harness::start().await;
    let body = || json!({"phone_number": "+12125550142"});
    for (script, error) in [
        (Script::body(200, "{}"), ErrorType::OtpServiceMisbehaved),
        (
            Script::body(
                200,
                r#"{"user_id":"","status":"pending","email_id":"","phone_number_id":""}"#,
            ),
            ErrorType::OtpServiceMisbehaved,
        ),
        (
            Script::body(
                200,
                r#"{"user_id":"../x","status":"pending","email_id":"","phone_number_id":""}"#,
            ),
            ErrorType::OtpServiceMisbehaved,
        ),
        (
            Script::error(401, "unauthorized"),
            ErrorType::OtpServiceMisbehaved,
        ),
        (
            Script::error(409, "duplicate_phone_number"),
            ErrorType::OtpServiceMisbehaved,
        ),
        (
            Script::error(403, "destination_not_allowed"),
            ErrorType::DestinationNotAllowed,
        ),
        (Script::CutOff, ErrorType::OtpServiceUnavailable),
    ] {
        backend.stub.plays(script);
        let answer = link(&backend, body()).await;
        assert_eq!(
            answer.json()["error_type"],
            error.as_str(),
            "{}",
            answer.text()
        );
        assert!(!answer.text().contains("UPSTREAM"));
    }
    assert!(
        backend
            .store
            .accounts_after("", 9)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_database_that_fails_is_a_503_and_nothing_is_told() {
    let backend = Harness::start().await;
    backend.break_accounts().await;
    for call in [
        Call::get(ACCOUNTS),
        Call::post(ACCOUNTS).json(&json!({"phone_number": "+12125550142"})),
        Call::post(SEARCH).json(&json!({"external_id": "1"})),
        Call::get("/api/accounts/acct_1"),
        Call::delete("/api/accounts/acct_1"),
        Call::delete("/api/accounts/acct_1/external_id"),
    ] {
        let answer = backend.as_server(call).await;
        answer.assert_error(ErrorType::Overloaded);
        assert!(!answer.text().contains("accounts"), "{}", answer.text());
    }
}
