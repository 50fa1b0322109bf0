//! Kills while a service starts for the first time: the next start finishes what was begun.

use super::account::Account;
use super::data::Data;
use super::process::{Process, With, assert_whole};

/// The moments of a first start.
pub(crate) const POINTS: [&str; 7] = [
    "migration-before-commit",
    "start-database-open",
    "start-own-key-made",
    "start-api-key-in-file",
    "start-api-key-known",
    "signing-key-made",
    "signing-key-stored",
];

/// Dies at the point in its first start; after the next one its callers' key works.
pub(crate) async fn dies_and_starts_again(data: &Data, point: &str) {
    let with = With {
        point: Some(format!("{point}:1")),
        ..With::default()
    };
    let ended = Process::start(data, &with).expect_err(point);
    assert!(ended.by_kill(), "{point}: {ended:?}");
    let process = Process::run(data, None);
    let account = Account::new(0);
    let sent = process
        .http
        .post("/otps/sms/login_or_create", &account.send_body())
        .await
        .unwrap_or_else(|_| panic!("{point}: no answer"));
    sent.assert_ok();
    assert_whole(data);
}
