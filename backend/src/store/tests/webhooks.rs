//! The stories of messages: noted with what they tell of, taken once, ended, forgotten.

use super::*;
use crate::webhooks::message::EndedBy;

/// The messages that are due, taken and over.
async fn told(store: &Store, now: i64) -> Vec<Taken> {
    let mut all = Vec::new();
    while store.has_messages(now).await.unwrap() {
        for taken in store.take_messages(now, 3).await.unwrap() {
            let told = Told::Over;
            store.note_told(&taken.message_id, told, now).await.unwrap();
            all.push(taken);
        }
    }
    all
}

fn events(taken: &[Taken]) -> Vec<&str> {
    let mut events: Vec<_> = taken.iter().map(|taken| taken.event.as_str()).collect();
    events.sort_unstable();
    events
}

pub(super) async fn what_happened_is_noted_with_it_and_once(place: Place) {
    let store = Store::open(&place).unwrap().announcing(true);
    let first = signed("user_1", "+12125550142");
    let account = store.sign_in(first.clone(), 100).await.unwrap();
    store.sign_in(first.clone(), 101).await.unwrap();
    let noted = told(&store, 101).await;
    assert_eq!(events(&noted), ["account.created", "session.created"]);
    // A repeat of an old answer (I-07) is no news, even when the message is over.
    store.sign_in(first, 102).await.unwrap();
    assert!(told(&store, 102).await.is_empty());
    let again = SignIn {
        session_id: "sess_2".to_owned(),
        ..signed("user_1", "+12125550142")
    };
    store.sign_in(again, 103).await.unwrap();
    assert_eq!(events(&told(&store, 103).await), ["session.created"]);

    let made = store
        .link(user("user_2", "+12125550143"), None, None, 104)
        .await;
    assert!(made.unwrap().unwrap().created);
    store
        .link(user("user_2", "+12125550143"), None, None, 105)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(events(&told(&store, 105).await), ["account.created"]);

    let own = wanted(Some(&account.account_id));
    let id = store.open_challenge(own, sent(), 700).await.unwrap();
    store.prove(&id, 107).await.unwrap();
    store.prove(&id, 108).await.unwrap();
    assert_eq!(events(&told(&store, 108).await), ["challenge.completed"]);

    store
        .note_session_ended("sess_2", "user_1", EndedBy::SignOut, 109)
        .await
        .unwrap();
    store
        .note_session_ended("sess_2", "user_1", EndedBy::SignOut, 110)
        .await
        .unwrap();
    store
        .note_session_ended("sess_9", "user_9", EndedBy::SignOut, 110)
        .await
        .unwrap();
    let sessions = vec!["sess_2".to_owned(), "sess_of_user_1".to_owned()];
    store.delete_account(account, sessions, 111).await.unwrap();
    assert_eq!(events(&told(&store, 111).await), ["session.ended"; 2]);
    store.close().await;
}

pub(super) async fn where_nobody_is_told_nothing_is_noted(place: Place) {
    let store = Store::open(&place).unwrap();
    let account = store
        .sign_in(signed("user_1", "+12125550142"), 100)
        .await
        .unwrap();
    let own = wanted(Some(&account.account_id));
    let id = store.open_challenge(own, sent(), 700).await.unwrap();
    store.prove(&id, 100).await.unwrap();
    store
        .delete_account(account, vec!["sess_1".to_owned()], 100)
        .await
        .unwrap();
    assert_eq!(store.messages_left().await.unwrap(), 0);
    store.close().await;
}

pub(super) async fn backends_on_one_database_take_each_message_once(place: Place) {
    let store = Store::open(&place).unwrap().announcing(true);
    let other = Store::open(&place).unwrap();
    for n in 0..20 {
        let sign_in = signed(&format!("user_{n}"), "+12125550142");
        store.sign_in(sign_in, 100).await.unwrap();
    }
    assert_eq!(store.messages_left().await.unwrap(), 40);
    let mut running = tokio::task::JoinSet::new();
    for n in 0..10 {
        let store = if n % 2 == 0 { &store } else { &other }.clone();
        running.spawn(async move { store.take_messages(100, 5).await.unwrap() });
    }
    let taken: Vec<_> = running.join_all().await.into_iter().flatten().collect();
    let ids: std::collections::HashSet<_> = taken.iter().map(|one| &one.message_id).collect();
    assert_eq!(ids.len(), taken.len(), "none twice");
    // What nobody has said anything of for a minute is taken again, under the same id.
    let rest = told(&store, 100).await;
    assert_eq!(rest.len() + taken.len(), 40);
    assert!(!other.has_messages(159).await.unwrap());
    let again = other.take_messages(160, 100).await.unwrap();
    assert_eq!(again.len(), taken.len());
    assert!(
        again
            .iter()
            .all(|one| one.attempts == 2 && ids.contains(&one.message_id))
    );
    store.close().await;
    other.close().await;
}

pub(super) async fn messages_wait_end_and_are_forgotten(place: Place) {
    let store = Store::open(&place).unwrap().announcing(true);
    store
        .sign_in(signed("user_1", "+12125550142"), 100)
        .await
        .unwrap();
    let taken = store.take_messages(100, 9).await.unwrap();
    let (one, other) = (&taken[0].message_id, &taken[1].message_id);
    store.note_told(one, Told::AgainAt(105), 101).await.unwrap();
    store.note_told(other, Told::Over, 101).await.unwrap();
    assert!(!store.has_messages(104).await.unwrap());
    let again = store.take_messages(105, 9).await.unwrap();
    assert_eq!((again.len(), again[0].attempts), (1, 2));
    assert_eq!(again[0].body, taken[0].body);
    let (week, hundred_hours) = (7 * 86_400, 100 * 3600);
    assert_eq!(store.forget_messages(101 + week - 1, 9).await.unwrap(), 0);
    assert_eq!(store.forget_messages(101 + week, 9).await.unwrap(), 1);
    assert_eq!(
        store.give_up_messages(99 + hundred_hours, 9).await.unwrap(),
        0
    );
    assert_eq!(
        store
            .give_up_messages(100 + hundred_hours, 9)
            .await
            .unwrap(),
        1
    );
    assert_eq!(store.messages_left().await.unwrap(), 0);
    store.close().await;
}
