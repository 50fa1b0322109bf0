//! `move` on SQLite alone: what it refuses, what a move that breaks off leaves, and that it knows
//! every column.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;
use storage::{Sql, StoreError};

use super::chores::chore;
use super::harness::{Harness, NUMBER};
use crate::store::moving::TABLES;

#[tokio::test]
async fn every_table_and_column_is_moved() {
    let harness = Harness::start().await;
    let columns = |sql: &Sql<'_>| -> Result<BTreeSet<(String, String)>, StoreError> {
        let all = sql.query(
            "SELECT tables.name, columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
             WHERE tables.type = 'table' AND tables.name <> 'schema_version'",
            &[],
            |row| Ok((row.text(0)?, row.text(1)?)),
        )?;
        Ok(all.into_iter().collect())
    };
    let there = harness.service.database.read(columns).await.unwrap();
    let moved = TABLES.iter().flat_map(|table| {
        let column = |(name, _): &(&str, _)| (table.name.to_owned(), (*name).to_owned());
        table.columns.iter().map(column)
    });
    assert_eq!(moved.collect::<BTreeSet<_>>(), there);
}

#[tokio::test]
async fn an_address_with_a_password_is_not_taken_from_the_command_line_e_04() {
    let harness = Harness::start().await;
    for to in [
        "postgres://me:sesame@localhost/pipit",
        "postgres://localhost/pipit?user=me&password=sesame",
    ] {
        let refused = chore(&harness.config(), &["move", "--to", to])
            .await
            .unwrap_err();
        assert!(
            refused.contains("--to-file") && !refused.contains("sesame"),
            "{refused}"
        );
    }
    let refused = chore(&harness.config(), &["move"]).await.unwrap_err();
    assert!(refused.contains("where to"), "{refused}");
}

#[tokio::test]
async fn a_move_that_breaks_off_leaves_the_target_empty_and_the_source_as_it_was() {
    let harness = Harness::start().await;
    let signed_in = harness.signed_in(NUMBER).await;
    // A row that the invariants do not allow, found when everything has been moved.
    let spoil = |sql: &Sql<'_>| sql.execute("UPDATE challenges SET tries = 9", &[]);
    harness.service.database.write(spoil).await.unwrap();
    let config = harness.config();
    let target = harness.folder.path().join("target.db");
    let to = format!("sqlite:{}", target.display());
    let (folder, _) = harness.stop().await;
    let refused = chore(&config, &["move", "--to", &to]).await.unwrap_err();
    assert!(refused.contains("more often than five times"), "{refused}");
    assert_eq!(users(&target), 0);
    assert_eq!(users(&config.data_dir.join("otp-service.db")), 1);

    let mend = |sql: &Sql<'_>| sql.execute("UPDATE challenges SET tries = 1", &[]);
    storage::alone(
        storage::Whole::File(&config.data_dir.join("otp-service.db")),
        mend,
    )
    .unwrap();
    chore(&config, &["move", "--to", &to]).await.unwrap();
    let harness = Harness::start_at(&folder, &to).await;
    harness
        .verify_session(&json!({"session_token": signed_in["session_token"]}))
        .await
        .assert_ok();
}

fn users(path: &Path) -> i64 {
    let count = |sql: &Sql<'_>| sql.query_one("SELECT COUNT(*) FROM users", &[], |row| row.int(0));
    storage::alone(storage::Whole::File(path), count)
        .unwrap()
        .unwrap()
}
