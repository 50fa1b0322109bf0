//! The chores as the command line gives them, on a backend's real data.

use clap::Parser;
use edge::settings::{MoveTarget, Secret};
use std::collections::BTreeSet;
use std::path::Path;

use super::{Chore, ChoreError};
use shared::PhoneNumber;

use crate::config::Config;
use crate::store::{Place, SignIn, Store, TABLES, Wanted};

fn config(folder: &Path) -> Config {
    let mut config = Config::parse_from(["backend"]);
    config.data_dir = folder.to_owned();
    config
}

async fn done(chore: Chore, config: &Config) -> Result<String, ChoreError> {
    let mut out = Vec::new();
    chore.run(config, &mut out).await?;
    Ok(String::from_utf8(out).unwrap())
}

async fn signed_in(config: &Config) -> String {
    let store = Store::open(&Place::of(config).unwrap()).unwrap();
    let sign_in = SignIn {
        user_id: "user_1".to_owned(),
        phone_number: PhoneNumber::parse("+12125550142").unwrap(),
        session_id: "sess_1".to_owned(),
        started_at: 7,
        expires_at: 8,
    };
    let account = store.sign_in(sign_in, 7).await.unwrap();
    store.close().await;
    account.account_id
}

async fn account_id(config: &Config) -> Option<String> {
    let store = Store::open(&Place::of(config).unwrap()).unwrap();
    let found = store
        .account(Wanted::User("user_1".to_owned()))
        .await
        .unwrap();
    store.close().await;
    found.map(|account| account.account_id)
}

#[tokio::test]
async fn accounts_and_keys_come_back_from_a_copy_e_10() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (
        config(&folder.path().join("a")),
        config(&folder.path().join("b")),
    );
    let account = signed_in(&before).await;
    let key = edge::keys::Key::load(None, &before.data_dir.join("backend.key")).unwrap();
    let copy = folder.path().join("copy");
    done(
        Chore::Backup {
            folder: copy.clone(),
        },
        &before,
    )
    .await
    .unwrap();
    let again = done(
        Chore::Backup {
            folder: copy.clone(),
        },
        &before,
    )
    .await;
    assert!(
        matches!(again, Err(ChoreError::File(..))),
        "a copy is never written over"
    );
    done(
        Chore::Restore {
            folder: copy.clone(),
        },
        &after,
    )
    .await
    .unwrap();
    assert_eq!(account_id(&after).await, Some(account));
    let restored = edge::keys::Key::load(None, &after.data_dir.join("backend.key")).unwrap();
    assert_eq!(restored.to_text(), key.to_text());
    let refused = done(Chore::Restore { folder: copy }, &after)
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("empty DATA_DIR"), "{refused}");
}

async fn moves(to: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(folder.path());
    let account = signed_in(&config).await;
    let target = || {
        let (to, to_file) = (Some(to.to_owned()), None);
        Chore::Move(MoveTarget { to, to_file })
    };
    let said = done(target(), &config).await.unwrap();
    assert!(said.contains("accounts: 1 rows"), "{said}");
    let refused = done(target(), &config).await.unwrap_err();
    assert!(refused.to_string().contains("not empty"), "{refused}");
    config.database_url = Some(Secret::from(to));
    assert_eq!(account_id(&config).await, Some(account));
}

#[tokio::test]
async fn accounts_move_to_another_file() {
    let folder = tempfile::tempdir().unwrap();
    moves(&format!(
        "sqlite:{}",
        folder.path().join("there.db").display()
    ))
    .await;
}

#[cfg(postgres_tests)]
#[tokio::test(flavor = "multi_thread")]
async fn accounts_move_to_postgresql() {
    let scratch = test_postgres::Scratch::on_given_server().unwrap();
    moves(&scratch.url()).await;
}

#[tokio::test]
async fn every_table_and_column_is_moved() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&Place::of(&config(folder.path())).unwrap()).unwrap();
    let moved = TABLES.iter().flat_map(|table| {
        let column = |(name, _): &(&str, _)| (table.name.to_owned(), (*name).to_owned());
        table.columns.iter().map(column)
    });
    assert_eq!(moved.collect::<BTreeSet<_>>(), store.columns().await);
}

#[tokio::test]
async fn the_otp_services_database_is_not_taken_for_the_backends() {
    let folder = tempfile::tempdir().unwrap();
    let mut service = otp_service::Config::parse_from(["otp-service"]);
    service.data_dir = folder.path().to_owned();
    otp_service::Chore::Migrate
        .run(&service, &mut std::io::sink())
        .await
        .unwrap();
    let mut config = config(folder.path());
    let file = folder.path().join("otp-service.db");
    config.database_url = Some(Secret::from(format!("sqlite:{}", file.display()).as_str()));
    let refused = Store::open(&Place::of(&config).unwrap())
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("another server's") && refused.contains("DATABASE_URL"),
        "{refused}"
    );
    signed_in(&self::config(folder.path())).await;
    service.database_url = Some(Secret::from(
        format!("sqlite:{}", folder.path().join("accounts.db").display()).as_str(),
    ));
    let refused = otp_service::Chore::Migrate
        .run(&service, &mut std::io::sink())
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("no table `apps`"), "{refused}");
}
