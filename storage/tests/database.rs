//! What the door promises: nothing half done, nothing lost, commands kept apart.

#![allow(clippy::unwrap_used, reason = "a test that can't go on ends here")]

use std::path::Path;

use storage::{Database, OpenError, Sql, StoreError};

const SCHEMA: &str = "CREATE TABLE words (word TEXT NOT NULL PRIMARY KEY, seen BIGINT NOT NULL)";

fn open(folder: &Path) -> Database {
    Database::open(&folder.join("words.db"), &[SCHEMA]).unwrap()
}

fn insert(sql: &Sql<'_>, word: &str) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO words (word, seen) VALUES ($1, 1)",
        &[word.into()],
    )
    .map(drop)
}

async fn words(database: &Database) -> Vec<String> {
    database
        .read(|sql| {
            sql.query("SELECT word FROM words ORDER BY word", &[], |row| {
                row.text(0)
            })
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn what_was_answered_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path());
    database.write(|sql| insert(sql, "kept")).await.unwrap();
    database.close().await;
    assert_eq!(words(&open(folder.path())).await, ["kept"]);
}

#[tokio::test]
async fn a_command_that_fails_or_panics_leaves_no_trace_and_spares_its_neighbours() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path());
    let fails = database.write(|sql| {
        insert(sql, "half")?;
        Err::<(), _>(StoreError::Broken("on purpose".to_owned()))
    });
    let panics = database.write(|sql| {
        insert(sql, "lost")?;
        if words_in(sql)? > 0 {
            panic!("on purpose");
        }
        Ok(())
    });
    let succeeds = database.write(|sql| insert(sql, "whole"));
    let (fails, panics, succeeds) = tokio::join!(fails, panics, succeeds);
    assert_eq!(fails, Err(StoreError::Broken("on purpose".to_owned())));
    assert_eq!(
        panics,
        Err(StoreError::Broken("the command panicked".to_owned()))
    );
    assert_eq!(succeeds, Ok(()));
    assert_eq!(words(&database).await, ["whole"]);
}

fn words_in(sql: &Sql<'_>) -> Result<i64, StoreError> {
    Ok(sql
        .query_one("SELECT COUNT(*) FROM words", &[], |row| row.int(0))?
        .unwrap_or(0))
}

#[tokio::test]
async fn a_second_row_with_the_same_unique_value_is_a_conflict() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path());
    database.write(|sql| insert(sql, "once")).await.unwrap();
    assert_eq!(
        database.write(|sql| insert(sql, "once")).await,
        Err(StoreError::Conflict)
    );
}

#[tokio::test]
async fn two_hundred_commands_at_once_are_all_carried_out_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path());
    database.write(|sql| insert(sql, "counted")).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let database = database.clone();
        tasks.spawn(async move {
            database
                .write(|sql| {
                    let seen = sql
                        .query_one("SELECT seen FROM words", &[], |row| row.int(0))?
                        .unwrap_or(0);
                    sql.execute("UPDATE words SET seen = $1", &[(seen + 1).into()])
                })
                .await
        });
    }
    while let Some(done) = tasks.join_next().await {
        assert_eq!(done.unwrap(), Ok(1));
    }
    let seen = database
        .read(|sql| sql.query_one("SELECT seen FROM words", &[], |row| row.int(0)))
        .await
        .unwrap();
    assert_eq!(seen, Some(201));
}

#[tokio::test]
async fn a_question_can_not_write() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path());
    assert!(matches!(
        database.read(|sql| insert(sql, "no")).await,
        Err(StoreError::Unavailable(_))
    ));
    assert!(words(&database).await.is_empty());
}

#[tokio::test]
async fn the_settings_of_e_09_are_in_force() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path());
    let settings = database
        .write(|sql| {
            let mut found = Vec::new();
            for pragma in [
                "synchronous",
                "foreign_keys",
                "trusted_schema",
                "secure_delete",
                "busy_timeout",
            ] {
                found.push(sql.query_one(&format!("PRAGMA {pragma}"), &[], |row| row.int(0))?);
            }
            Ok((
                found,
                sql.query_one("PRAGMA journal_mode", &[], |row| row.text(0))?,
            ))
        })
        .await
        .unwrap();
    let full = 2;
    assert_eq!(
        settings,
        (
            [full, 1, 0, 1, 5000].map(Some).to_vec(),
            Some("wal".to_owned())
        )
    );
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone_i_14() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("words.db");
    let text = "this is not a database, but somebody may want it back ".repeat(40);
    std::fs::write(&path, &text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert!(matches!(
        Database::open(&path, &[SCHEMA]),
        Err(OpenError::Damaged(..))
    ));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn migrations_only_go_forward_e_11() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("words.db");
    let database = open(folder.path());
    database.write(|sql| insert(sql, "old")).await.unwrap();
    database.close().await;
    let second = "ALTER TABLE words ADD COLUMN language TEXT NOT NULL DEFAULT 'en'";
    let database = Database::open(&path, &[SCHEMA, second]).unwrap();
    assert_eq!(words(&database).await, ["old"]);
    database.close().await;
    assert!(matches!(
        Database::open(&path, &[SCHEMA]),
        Err(OpenError::NewerSchema { found: 2, known: 1 })
    ));
}

#[tokio::test]
async fn a_copy_of_a_database_in_use_is_whole_private_and_never_over_another_file_e_10() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path());
    database.write(|sql| insert(sql, "kept")).await.unwrap();
    let (from, to) = (
        folder.path().join("words.db"),
        folder.path().join("copy.db"),
    );
    storage::back_up(&from, &to).unwrap();
    assert_eq!(
        std::fs::metadata(&to).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert!(storage::back_up(&from, &to).is_err());
    assert_eq!(storage::check(&to).unwrap(), Vec::<String>::new());
    let copy = Database::open(&to, &[SCHEMA]).unwrap();
    assert_eq!(words(&copy).await, ["kept"]);
}

#[tokio::test]
async fn a_damaged_database_is_told_by_the_check() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path());
    database
        .write(|sql| (0..2000).try_for_each(|number| insert(sql, &format!("word {number}"))))
        .await
        .unwrap();
    database.close().await;
    let path = folder.path().join("words.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 512].fill(0x55);
    std::fs::write(&path, bytes).unwrap();
    assert!(
        !storage::check(&path)
            .unwrap_or_else(|error| vec![error.to_string()])
            .is_empty()
    );
}

#[tokio::test]
async fn whoever_watches_is_told_of_every_commit_and_of_what_waits() {
    use std::sync::{Arc, Mutex};
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path());
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    database.watch(move |commit| {
        let failed = commit.failure.is_some();
        kept.lock().unwrap().push((commit.commands, failed));
    });
    let waiting = database.waiting();
    database.write(|sql| insert(sql, "first")).await.unwrap();
    let (second, third, seen) = tokio::join!(
        database.write(|sql| insert(sql, "second")),
        database.write(|sql| insert(sql, "third")),
        async { waiting() },
    );
    second.and(third).unwrap();
    assert_eq!((seen, waiting()), (2, 0));
    database.close().await;
    let told = told.lock().unwrap();
    assert_eq!(told.iter().map(|(commands, _)| commands).sum::<usize>(), 3);
    assert!(told.iter().all(|(_, failed)| !failed), "{told:?}");
}
