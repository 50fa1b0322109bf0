//! Every story on both databases.

mod webhooks;

use std::collections::BTreeMap;

use shared::PhoneNumber;
use shared::app_server::{ExternalId, Metadata, Purpose, ShownText};

use super::*;
use crate::webhooks::message::EndedBy;
use webhooks::*;

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

fn external(text: &str) -> ExternalId {
    ExternalId::parse(text).unwrap()
}

fn signed(user_id: &str, text: &str) -> SignIn {
    SignIn {
        user_id: user_id.to_owned(),
        phone_number: number(text),
        session_id: format!("sess_of_{user_id}"),
        started_at: 100,
        expires_at: 200,
    }
}

fn user(name: &str, text: &str) -> Whose {
    Whose::User {
        user_id: name.to_owned(),
        phone_number: number(text),
    }
}

async fn a_user_has_one_account_for_ever(place: Place) {
    let store = Store::open(&place).unwrap();
    let first = store
        .sign_in(signed("user_1", "+12125550142"), 100)
        .await
        .unwrap();
    assert!(first.account_id.starts_with("acct_") && first.account_id.len() == 29);
    assert_eq!(
        (first.first_sign_in_at, first.last_sign_in_at),
        (Some(100), Some(100))
    );
    let again = store
        .sign_in(signed("user_1", "+12125550143"), 200)
        .await
        .unwrap();
    let expected = Account {
        phone_number: number("+12125550143"),
        last_sign_in_at: Some(200),
        ..first.clone()
    };
    assert_eq!(again, expected, "the number that was proved last");
    let with_the_same_number = store
        .sign_in(signed("user_1", "+12125550143"), 300)
        .await
        .unwrap();
    let expected = Account {
        last_sign_in_at: Some(300),
        ..expected
    };
    assert_eq!(with_the_same_number, expected);
    let other = store
        .sign_in(signed("user_2", "+12125550144"), 200)
        .await
        .unwrap();
    assert_ne!(other.account_id, first.account_id);
    store.close().await;

    let store = Store::open(&place).unwrap();
    let found = store.account(Wanted::User("user_1".to_owned())).await;
    assert_eq!(found.unwrap(), Some(expected));
    let none = store.account(Wanted::User("user_3".to_owned())).await;
    assert_eq!(none.unwrap(), None);
    store.close().await;
}

async fn two_sign_ins_at_once_make_one_account(place: Place) {
    let store = Store::open(&place).unwrap();
    let (one, two) = tokio::join!(
        store.sign_in(signed("user_1", "+12125550142"), 100),
        store.sign_in(signed("user_1", "+12125550142"), 100)
    );
    assert_eq!(one.unwrap(), two.unwrap());
    store.close().await;
}

async fn an_account_is_linked_before_its_first_sign_in(place: Place) {
    let store = Store::open(&place).unwrap();
    let role = Metadata::parse(BTreeMap::from([("role".to_owned(), "admin".to_owned())])).unwrap();
    let made = store
        .link(
            user("user_1", "+12125550142"),
            Some(external("42")),
            Some(role.clone()),
            100,
        )
        .await
        .unwrap()
        .unwrap();
    assert!(made.created);
    assert_eq!(
        (made.account.first_sign_in_at, made.account.last_sign_in_at),
        (None, None)
    );
    let signed_in = store
        .sign_in(signed("user_1", "+12125550142"), 200)
        .await
        .unwrap();
    let expected = Account {
        first_sign_in_at: Some(200),
        last_sign_in_at: Some(200),
        ..made.account.clone()
    };
    assert_eq!(signed_in, expected);
    let again = store
        .link(
            Whose::Account(made.account.account_id.clone()),
            Some(external("42")),
            None,
            300,
        )
        .await
        .unwrap()
        .unwrap();
    assert_eq!((again.created, again.account), (false, expected.clone()));
    assert_eq!(expected.metadata, role);
    store.close().await;
}

async fn an_id_of_the_app_belongs_to_one_account(place: Place) {
    let store = Store::open(&place).unwrap();
    let link = async |whose, id| {
        store
            .link(whose, Some(external(id)), None, 100)
            .await
            .unwrap()
    };
    let first = link(user("user_1", "+12125550142"), "42")
        .await
        .unwrap()
        .account;
    assert_eq!(
        link(user("user_2", "+12125550143"), "42").await,
        Err(LinkFault::Taken)
    );
    let nobody = store
        .account(Wanted::User("user_2".to_owned()))
        .await
        .unwrap();
    assert_eq!(nobody, None, "a refused link makes no account");
    let own = || Whose::Account(first.account_id.clone());
    assert_eq!(link(own(), "43").await, Err(LinkFault::LinkedElsewhere));
    let unknown = Whose::Account("acct_none".to_owned());
    assert_eq!(link(unknown, "44").await, Err(LinkFault::Unknown));
    let unlinked = store.unlink(&first.account_id).await.unwrap().unwrap();
    assert_eq!(unlinked.external_id, None);
    assert!(link(own(), "43").await.is_ok());
    assert!(link(user("user_2", "+12125550143"), "42").await.is_ok());
    assert_eq!(store.unlink("acct_none").await.unwrap(), None);
    store.close().await;
}

async fn of_many_links_to_one_id_at_once_one_wins(place: Place) {
    let store = Store::open(&place).unwrap();
    let mut running = tokio::task::JoinSet::new();
    for n in 0..12 {
        let store = store.clone();
        running.spawn(async move {
            let whose = user(&format!("user_{n}"), "+12125550142");
            store
                .link(whose, Some(external("42")), None, 100)
                .await
                .unwrap()
        });
    }
    let outcomes = running.join_all().await;
    let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(won, 1);
    assert!(
        outcomes
            .iter()
            .all(|outcome| matches!(outcome, Ok(_) | Err(LinkFault::Taken)))
    );
    store.close().await;
}

async fn accounts_are_found_and_listed_page_by_page(place: Place) {
    let store = Store::open(&place).unwrap();
    for n in 0..5 {
        store
            .sign_in(signed(&format!("user_{n}"), "+12125550142"), n + 1)
            .await
            .unwrap();
    }
    let found = store
        .accounts(Wanted::Number(number("+12125550142")))
        .await
        .unwrap();
    let users: Vec<_> = found
        .iter()
        .map(|account| account.user_id.as_str())
        .collect();
    assert_eq!(users, ["user_4", "user_3", "user_2", "user_1", "user_0"]);
    let mut listed = Vec::new();
    let mut after = String::new();
    loop {
        let page = store.accounts_after(&after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after.clone_from(&last.account_id);
        listed.extend(page);
    }
    assert_eq!(listed.len(), 5);
    for account in found {
        assert!(listed.contains(&account));
        store.delete_account(account, Vec::new(), 9).await.unwrap();
    }
    assert!(store.accounts_after("", 9).await.unwrap().is_empty());
    store.close().await;
}

fn wanted(account_id: Option<&str>) -> WantedProof {
    WantedProof {
        phone_number: number("+12125550142"),
        account_id: account_id.map(str::to_owned),
        purpose: Purpose::parse("transfer").unwrap(),
        shown: Some(ShownText::parse("100 € to Ada").unwrap()),
        return_to: "https://app.example.com/back".to_owned(),
    }
}

fn sent() -> SentCode {
    SentCode {
        method_id: "pn_1".to_owned(),
        otp_challenge_id: None,
        resend_at: 130,
        used_up: false,
    }
}

async fn a_challenge_is_proved_and_redeemed_once_and_in_time(place: Place) {
    let store = Store::open(&place).unwrap();
    let id = store
        .open_challenge(wanted(None), sent(), 700)
        .await
        .unwrap();
    assert!(id.starts_with("chlg_") && id.len() == 29);
    let known = store.challenge(&id).await.unwrap().unwrap();
    assert_eq!(
        (&known.wanted, &known.sent, known.proved_at),
        (&wanted(None), &sent(), None)
    );
    assert!(!known.is_over(699) && known.is_over(700));
    assert_eq!(
        store.redeem(&id, 150).await.unwrap(),
        None,
        "nothing is proved"
    );
    store.prove(&id, 200).await.unwrap();
    store.prove(&id, 300).await.unwrap();
    store.close().await;

    let store = Store::open(&place).unwrap();
    let known = store.challenge(&id).await.unwrap().unwrap();
    assert_eq!(known.proved_at, Some(200), "the first time counts");
    assert!(known.is_over(201));
    assert_eq!(store.redeem(&id, 321).await.unwrap(), None, "too late");
    assert_eq!(store.redeem("chlg_none", 250).await.unwrap(), None);
    assert_eq!(store.redeem(&id, 320).await.unwrap(), Some(known));
    assert_eq!(store.redeem(&id, 320).await.unwrap(), None, "once");
    store.close().await;
}

async fn of_twenty_redemptions_at_once_one_succeeds(place: Place) {
    let store = Store::open(&place).unwrap();
    for _ in 0..5 {
        let id = store
            .open_challenge(wanted(None), sent(), 700)
            .await
            .unwrap();
        store.prove(&id, 200).await.unwrap();
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (store, id) = (store.clone(), id.clone());
            running.spawn(async move { store.redeem(&id, 201).await.unwrap().is_some() });
        }
        let outcomes = running.join_all().await;
        assert_eq!(outcomes.iter().filter(|won| **won).count(), 1);
    }
    store.close().await;
}

async fn challenges_go_with_their_account_or_a_day_after_their_end(place: Place) {
    let store = Store::open(&place).unwrap();
    let account = store
        .sign_in(signed("user_1", "+12125550142"), 100)
        .await
        .unwrap();
    let own = wanted(Some(&account.account_id));
    let own = store.open_challenge(own, sent(), 700).await.unwrap();
    let others = store
        .open_challenge(wanted(None), sent(), 700)
        .await
        .unwrap();
    let again = SentCode {
        used_up: true,
        otp_challenge_id: Some("chal_2".to_owned()),
        resend_at: 160,
        ..sent()
    };
    store.note_sent(&others, again.clone()).await.unwrap();
    store
        .delete_account(account, Vec::new(), 100)
        .await
        .unwrap();
    assert_eq!(store.challenge(&own).await.unwrap(), None);
    assert_eq!(store.challenge(&others).await.unwrap().unwrap().sent, again);
    for (now, forgotten) in [(700 + 86_400, 0), (701 + 86_400, 1)] {
        assert!(store.challenge(&others).await.unwrap().is_some());
        assert_eq!(store.forget_challenges(now, 100).await.unwrap(), forgotten);
    }
    assert_eq!(store.challenge(&others).await.unwrap(), None);
    store.close().await;
}

async fn an_ended_session_is_known_to_be_its_users_for_a_day_or_until_the_account_goes(
    place: Place,
) {
    let store = Store::open(&place).unwrap();
    let account = store
        .sign_in(signed("user_1", "+12125550142"), 100)
        .await
        .unwrap();
    for (session, user) in [
        ("sess_1", "user_1"),
        ("sess_1", "user_1"),
        ("sess_2", "user_2"),
    ] {
        let noted = store.note_session_ended(session, user, EndedBy::SignOut, 200);
        noted.await.unwrap();
    }
    let ended = async |session, user| store.has_ended(session, user).await.unwrap();
    assert!(ended("sess_1", "user_1").await && ended("sess_2", "user_2").await);
    assert!(!ended("sess_1", "user_2").await && !ended("sess_3", "user_1").await);
    store
        .delete_account(account, Vec::new(), 300)
        .await
        .unwrap();
    assert!(!ended("sess_1", "user_1").await);
    for (now, forgotten) in [(199 + 86_400, 0), (200 + 86_400, 1), (200 + 86_400, 0)] {
        let went = store.forget_ended_sessions(now, 9).await.unwrap();
        assert_eq!(went, forgotten);
    }
    assert!(!ended("sess_2", "user_2").await);
    store.close().await;
}

async fn sends_to_a_number_are_counted_over_a_restart_and_forgotten_after_a_day(place: Place) {
    let store = Store::open(&place).unwrap();
    let count = async |store: &Store, number: &str, now| {
        store.count_send(number.to_owned(), now).await.unwrap()
    };
    let first = count(&store, "one", 100_000).await.unwrap();
    assert_eq!(first.next_in, 30);
    let (again, other) = tokio::join!(
        count(&store, "one", 100_000),
        count(&store, "other", 100_000)
    );
    assert_eq!(again, Err(30));
    let other = other.unwrap();
    store.take_back_send(&other.send_id).await.unwrap();
    assert!(count(&store, "other", 100_000).await.is_ok());
    store.close().await;

    let store = Store::open(&place).unwrap();
    assert_eq!(count(&store, "one", 100_029).await, Err(1));
    assert_eq!(count(&store, "one", 100_030).await.unwrap().next_in, 60);
    assert_eq!(store.forget_sends(186_400, 1).await.unwrap(), 1);
    assert_eq!(store.forget_sends(186_400, 9).await.unwrap(), 1);
    assert_eq!(store.forget_sends(186_400, 9).await.unwrap(), 0);
    store.close().await;
}

async fn of_many_sends_to_a_number_at_once_one_counts(place: Place) {
    let store = Store::open(&place).unwrap();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let store = store.clone();
        running.spawn(async move { store.count_send("one".to_owned(), 100).await.unwrap() });
    }
    let outcomes = running.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    store.close().await;
}

macro_rules! on_both {
    ($($story:ident),* $(,)?) => {
        mod on_sqlite {
            use super::*;
            $(#[tokio::test]
            async fn $story() {
                let folder = tempfile::tempdir().unwrap();
                super::$story(Place::File(folder.path().join("accounts.db"))).await;
            })*
        }

        #[cfg(postgres_tests)]
        mod on_postgres {
            use super::*;
            use edge::settings::Secret;
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() {
                let scratch = test_postgres::Scratch::on_given_server().unwrap();
                let url = Secret::new(scratch.url());
                super::$story(Place::Server { url, ca_file: None }).await;
            })*
        }
    };
}

on_both! {
    a_user_has_one_account_for_ever,
    two_sign_ins_at_once_make_one_account,
    an_account_is_linked_before_its_first_sign_in,
    an_id_of_the_app_belongs_to_one_account,
    of_many_links_to_one_id_at_once_one_wins,
    accounts_are_found_and_listed_page_by_page,
    a_challenge_is_proved_and_redeemed_once_and_in_time,
    of_twenty_redemptions_at_once_one_succeeds,
    challenges_go_with_their_account_or_a_day_after_their_end,
    an_ended_session_is_known_to_be_its_users_for_a_day_or_until_the_account_goes,
    sends_to_a_number_are_counted_over_a_restart_and_forgotten_after_a_day,
    of_many_sends_to_a_number_at_once_one_counts,
    what_happened_is_noted_with_it_and_once,
    where_nobody_is_told_nothing_is_noted,
    backends_on_one_database_take_each_message_once,
    messages_wait_end_and_are_forgotten,
    the_sql_of_the_guide_runs,
}

/// The guide's words for an app's own table.
async fn the_sql_of_the_guide_runs(place: Place) {
    const GUIDE: &str = include_str!("../../../docs/accounts.md");
    let database =
        place.open(&["CREATE TABLE users (id BIGINT PRIMARY KEY); INSERT INTO users VALUES (42)"]);
    let database = database.unwrap();
    let sentences = || {
        GUIDE
            .split("```sql\n")
            .skip(1)
            .map(|rest| rest.split("```").next().unwrap())
    };
    assert!(sentences().count() >= 3);
    let rows = database.write(move |sql| {
        for sentence in sentences() {
            sql.batch(sentence)?;
        }
        let rows = "SELECT account_id FROM users ORDER BY id";
        sql.query(rows, &[], |row| row.text(0))
    });
    let rows = rows.await.unwrap();
    assert!(
        rows.len() == 2
            && rows
                .iter()
                .all(|id| id.starts_with("acct_") && id.len() == 29),
        "{rows:?}"
    );
    database.close().await;
}

#[tokio::test]
async fn accounts_of_the_first_schema_are_kept_e_11() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::File(folder.path().join("accounts.db"));
    let old = place.open(&MIGRATIONS[..1]).unwrap();
    old.write(|sql| {
        sql.batch("INSERT INTO accounts VALUES ('acct_1', 'user_1', '+12125550142', 100, 200)")
    })
    .await
    .unwrap();
    old.close().await;
    let store = Store::open(&place).unwrap();
    let account = store
        .account(Wanted::User("user_1".to_owned()))
        .await
        .unwrap()
        .unwrap();
    let times = (
        account.created_at,
        account.first_sign_in_at,
        account.last_sign_in_at,
    );
    assert_eq!(times, (100, Some(100), Some(200)));
    assert_eq!(
        (account.external_id, account.metadata),
        (None, Metadata::default())
    );
}

#[tokio::test]
async fn a_broken_database_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&Place::File(folder.path().join("accounts.db"))).unwrap();
    assert!(store.ping().await.is_ok());
    store.break_it().await;
    assert!(store.ping().await.is_err());
}
