//! Users by the calls of a server: making, changing, searching, removing; and codes by e-mail.

use edge::testing::{Answer, Call};
use serde_json::{Value, json};
use shared::ErrorType;

use super::harness::{Harness, NUMBER, START};

const EMAIL: &str = "ada@example.com";

async fn create(harness: &Harness, body: &Value) -> Answer {
    harness.post("/users/create", body).await
}

async fn update(harness: &Harness, user_id: &Value, body: &Value) -> Answer {
    let path = format!("/v1/auth/users/{}/update", user_id.as_str().unwrap());
    harness.call(Call::new("PUT", &path).json(body)).await
}

async fn delete(harness: &Harness, path: &str) -> Answer {
    // Ruby sends `{}` with every DELETE; Python sends the content type and no body.
    let call =
        Call::delete(&format!("/v1/auth/users/{path}")).header("content-type", "application/json");
    harness.call(call).await
}

#[tokio::test]
async fn a_code_by_email_signs_in_like_one_by_text_message() {
    let harness = Harness::start().await;
    let body = json!({"email": "Ada@Example.com", "expires_in": 5});
    let sent = harness
        .post("/otps/email/login_or_create", &body)
        .await
        .assert_ok()
        .json();
    assert_eq!(
        (&sent["user_created"], &sent["status"]),
        (&json!(true), &json!("pending"))
    );
    assert!(sent["email_id"].as_str().unwrap().starts_with("email_"));
    let message = harness.messages(EMAIL).await[0].clone();
    let text = message["text"].as_str().unwrap();
    assert!(text.starts_with("Your Pipit code\n\nYour Pipit code is "), "{text}");
    let verify =
        json!({"method_id": sent["email_id"], "otp": message["code"], "session_expires_in": 60});
    let verified = harness.verify(&verify).await.assert_ok().json();
    assert_eq!(verified["method_type"], "email");
    let factor = &verified["session"]["factors"][0];
    assert_eq!(
        (&factor["delivery_channel"], &factor["method"]["email"]),
        (&json!("email"), &json!(EMAIL))
    );
    let user = harness.user(sent["user_id"].as_str().unwrap()).await.json();
    assert_eq!(
        (&user["emails"][0]["verified"], &user["phone_numbers"]),
        (&json!(true), &json!([]))
    );

    harness.clock.advance(60);
    let again = harness
        .post("/otps/email/send", &json!({"email": EMAIL}))
        .await
        .assert_ok()
        .json();
    assert_eq!(again["user_id"], sent["user_id"]);
    harness
        .post("/otps/email/send", &json!({"email": "eve@example.com"}))
        .await
        .assert_error(ErrorType::UserNotFound);
    for email in ["", "ada", "ada@example", "ada@example.com, eve@example.com"] {
        harness
            .post("/otps/email/login_or_create", &json!({"email": email}))
            .await
            .assert_error(ErrorType::InvalidRequest);
    }
}

#[tokio::test]
async fn a_user_is_made_with_what_is_given_and_blank_ids_for_what_is_not() {
    let harness = Harness::start().await;
    let body =
        json!({"email": EMAIL, "first_name": "Ada", "last_name": "Lovelace", "include_user": true});
    let made = create(&harness, &body).await.assert_ok().json();
    assert_eq!(
        (&made["status"], &made["phone_number_id"]),
        (&json!("pending"), &json!(""))
    );
    assert_eq!(
        (&made["user"]["first_name"], &made["user"]["middle_name"]),
        (&json!("Ada"), &json!(""))
    );
    let both =
        json!({"email": "b@example.com", "phone_number": NUMBER, "requires_verification": false});
    let made = create(&harness, &both).await.assert_ok().json();
    assert_eq!(made["status"], "active");
    assert!(
        made.get("user").is_none() && made["phone_number_id"].as_str().unwrap().starts_with("pn_")
    );
    // The number now signs that user in.
    assert_eq!(
        harness.sent_to(NUMBER).await.user_id,
        made["user_id"].as_str().unwrap()
    );
}

#[tokio::test]
async fn an_address_belongs_to_one_user_and_a_refusal_makes_nothing() {
    let harness = Harness::start().await;
    let first = create(&harness, &json!({"email": EMAIL, "phone_number": NUMBER}))
        .await
        .assert_ok()
        .json();
    create(&harness, &json!({"email": "ADA@example.com"}))
        .await
        .assert_error(ErrorType::DuplicateEmail);
    let mixed = json!({"email": "new@example.com", "phone_number": NUMBER});
    create(&harness, &mixed)
        .await
        .assert_error(ErrorType::DuplicatePhoneNumber);
    let second = create(&harness, &json!({"email": "new@example.com"}))
        .await
        .assert_ok()
        .json();
    let taken = json!({"first_name": "Eve", "phone_numbers": [{"phone_number": NUMBER}]});
    update(&harness, &second["user_id"], &taken)
        .await
        .assert_error(ErrorType::DuplicatePhoneNumber);
    let user = harness
        .user(second["user_id"].as_str().unwrap())
        .await
        .json();
    assert_eq!(
        user["first_name"], "",
        "nothing of a refused change happened"
    );
    let own = json!({"phone_numbers": [{"phone_number": NUMBER}, {"phone_number": NUMBER}]});
    let same = update(&harness, &first["user_id"], &own)
        .await
        .assert_ok()
        .json();
    assert_eq!(same["phone_numbers"].as_array().unwrap().len(), 1);
    for body in [
        json!({}),
        json!({"email": "", "phone_number": ""}),
        json!({"first_name": "Ada"}),
    ] {
        create(&harness, &body)
            .await
            .assert_error(ErrorType::InvalidRequest);
    }
}

#[tokio::test]
async fn an_update_changes_what_is_given_and_empty_lists_attach_nothing() {
    let harness = Harness::start().await;
    let made = create(
        &harness,
        &json!({"email": EMAIL, "first_name": "Ada", "last_name": "King"}),
    )
    .await
    .json();
    harness.clock.advance(10);
    let body =
        json!({"last_name": "Lovelace", "emails": [], "phone_numbers": [{"phone_number": NUMBER}]});
    let updated = update(&harness, &made["user_id"], &body)
        .await
        .assert_ok()
        .json();
    let user = &updated["user"];
    assert_eq!(
        (&user["first_name"], &user["last_name"]),
        (&json!("Ada"), &json!("Lovelace"))
    );
    assert_eq!(
        (&user["created_at"], &user["updated_at"]),
        (&json!(START), &json!(START + 10))
    );
    assert_eq!(updated["phone_numbers"][0]["phone_number"], NUMBER);
    assert_eq!(updated["emails"].as_array().unwrap().len(), 1);
    update(
        &harness,
        &json!("user_000000000000000000000000000"),
        &json!({}),
    )
    .await
    .assert_error(ErrorType::UserNotFound);
    let typed = update(&harness, &made["user_id"], &json!({"first_name": 7})).await;
    let message = typed.assert_error(ErrorType::InvalidRequest).json()["error_message"].clone();
    assert!(
        message.as_str().unwrap().contains("first_name"),
        "{message}"
    );
    let long = json!({"first_name": "x".repeat(257)});
    update(&harness, &made["user_id"], &long)
        .await
        .assert_error(ErrorType::InvalidRequest);
}

#[tokio::test]
async fn removing_a_number_ends_its_sessions_and_removing_the_user_everything_c_10_f_09() {
    let harness = Harness::start().await;
    let signed_in = harness.signed_in(NUMBER).await;
    let user_id = signed_in["user_id"].as_str().unwrap();
    let method_id = signed_in["method_id"].as_str().unwrap();
    delete(&harness, &format!("emails/{method_id}/delete"))
        .await
        .assert_error(ErrorType::EmailNotFound);
    let deleted = delete(&harness, &format!("phone_numbers/{method_id}/delete")).await;
    let expected = json!({"message": "Successfully deleted user phone number", "user_id": user_id});
    assert_eq!(deleted.assert_ok().json(), expected);
    delete(&harness, &format!("phone_number/{method_id}/delete"))
        .await
        .assert_error(ErrorType::PhoneNumberNotFound);
    let session = json!({"session_token": signed_in["session_token"]});
    harness
        .verify_session(&session)
        .await
        .assert_error(ErrorType::InvalidSession);

    harness.wait_for_resend();
    let again = harness.signed_in(NUMBER).await;
    assert_ne!(
        again["user_id"], signed_in["user_id"],
        "the number is free for another user"
    );
    let gone = delete(
        &harness,
        &format!("{}/delete", again["user_id"].as_str().unwrap()),
    )
    .await;
    assert_eq!(
        gone.assert_ok().json()["message"],
        "Successfully deleted user"
    );
    harness
        .verify_session(&json!({"session_token": again["session_token"]}))
        .await
        .assert_error(ErrorType::InvalidSession);
    delete(
        &harness,
        &format!("{}/delete", again["user_id"].as_str().unwrap()),
    )
    .await
    .assert_error(ErrorType::UserNotFound);
    let left = |sql: &storage::Sql<'_>| {
        sql.query_one(
            "SELECT (SELECT COUNT(*) FROM challenges) + (SELECT COUNT(*) FROM messages)",
            &[],
            |row| row.int(0),
        )
    };
    assert_eq!(harness.service.database.read(left).await.unwrap(), Some(0));
}

#[tokio::test]
async fn users_are_found_by_every_field_newest_first_a_page_at_a_time() {
    let harness = Harness::start().await;
    for number in 0..25 {
        let body = json!({
            "email": format!("user{number}@example.com"), "phone_number": format!("+121255501{number:02}"),
            "first_name": "Ada", "last_name": format!("Love{number}"), "requires_verification": number % 2 == 0,
        });
        create(&harness, &body).await.assert_ok();
        harness.clock.advance(1);
    }
    let search = async |body: Value| {
        harness
            .post("/users/search", &body)
            .await
            .assert_ok()
            .json()
    };
    let first = search(json!({"limit": 10})).await;
    assert_eq!(
        (&first["total_count"], &first["has_more"]),
        (&json!(25), &json!(true))
    );
    assert_eq!(first["users"][0]["last_name"], "Love24");
    let mut seen = 10;
    let mut page = first;
    while page["has_more"] == true {
        let last = page["users"].as_array().unwrap().last().unwrap()["user_id"].clone();
        page = search(json!({"limit": 10, "starting_after": last})).await;
        seen += page["users"].as_array().unwrap().len();
    }
    assert_eq!(seen, 25);

    let one = |field: &str, value: Value| json!({"filters": {"operator": "AND", "fields": [{"field": field, "operator": "eq", "value": value}]}});
    let user = search(one("email", json!("USER3@example.com"))).await["users"][0].clone();
    for (field, value, count) in [
        ("user_id", user["user_id"].clone(), 1),
        ("email_id", user["emails"][0]["id"].clone(), 1),
        ("phone_number", json!("+12125550103"), 1),
        ("phone_number_id", user["phone_numbers"][0]["id"].clone(), 1),
        ("phone_number_match", json!("550101"), 1),
        ("email_match", json!("user1"), 11),
        ("email_match", json!("user_"), 0),
        ("full_name_match", json!("ada love2"), 6),
        ("status", json!("active"), 12),
        ("phone_number_verified", json!(true), 0),
        ("email_verified", json!(false), 25),
        ("created_at", json!(START + 3), 1),
    ] {
        assert_eq!(
            search(one(field, value)).await["total_count"],
            count,
            "{field}"
        );
    }
    let fields = |operator: &str, fields: Value| json!({"filters": {"operator": operator, "fields": fields}});
    for (body, count) in [
        (
            fields(
                "OR",
                json!([{"field": "email", "value": "user1@example.com"}, {"field": "email", "value": "user2@example.com"}]),
            ),
            2,
        ),
        (
            fields(
                "AND",
                json!([{"field": "email", "value": "user1@example.com"}, {"field": "email", "value": "user2@example.com"}]),
            ),
            0,
        ),
        (
            fields(
                "AND",
                json!([{"field": "phone_number", "operator": "in", "values": ["+12125550101", "+12125550102", "x"]}]),
            ),
            2,
        ),
        (
            fields(
                "AND",
                json!([{"field": "created_at", "operator": "between", "value": START, "second_value": START + 4}]),
            ),
            5,
        ),
        (
            fields(
                "AND",
                json!([{"field": "created_at", "operator": "lt", "value": START + 2}]),
            ),
            2,
        ),
        (
            fields(
                "AND",
                json!([{"field": "updated_at", "operator": "gt", "value": START + 22}]),
            ),
            2,
        ),
        (
            fields("AND", json!([{"field": "phone_number_verified"}])),
            25,
        ),
        (json!({"filters": {"fields": []}}), 25),
    ] {
        assert_eq!(search(body.clone()).await["total_count"], count, "{body}");
    }
}

#[tokio::test]
async fn searches_that_make_no_sense_are_refused() {
    let harness = Harness::start().await;
    let field = |field: Value| json!({"filters": {"operator": "AND", "fields": [field]}});
    for body in [
        json!({"limit": 9}),
        json!({"limit": 101}),
        json!({"starting_after": "x' OR 1=1"}),
        json!({"filters": {"operator": "XOR", "fields": []}}),
        field(json!({"field": "password", "value": "x"})),
        field(json!({"field": "email", "operator": "between", "value": "a", "second_value": "b"})),
        field(json!({"field": "email_match", "operator": "in", "values": ["a"]})),
        field(json!({"field": "email", "value": 7})),
        field(json!({"field": "email_verified", "value": "true"})),
        field(json!({"field": "created_at", "value": "today"})),
    ] {
        harness
            .post("/users/search", &body)
            .await
            .assert_error(ErrorType::InvalidRequest);
    }
}
