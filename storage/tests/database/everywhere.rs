//! What holds on every database.

use std::sync::{Arc, Mutex};

use storage::{OpenError, Sql, StoreError};

use super::words::{Place, SCHEMA, insert, words};

/// Every test on a file and, where there is a server, on it.
macro_rules! on_every_database {
    ($($name:ident)*) => {
        mod on_sqlite {
            use super::Place;
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name(Place::file()).await;
                }
            )*
        }

        #[cfg(postgres_tests)]
        mod on_postgres {
            use super::Place;
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name(Place::server()).await;
                }
            )*
        }
    };
}

on_every_database! {
    what_was_answered_is_there_after_opening_again
    a_command_that_fails_or_panics_leaves_no_trace_and_spares_its_neighbours
    a_second_row_with_the_same_unique_value_is_a_conflict
    two_hundred_commands_at_once_are_all_carried_out_one_after_the_other
    a_question_can_not_write
    migrations_only_go_forward_e_11
    another_servers_database_is_refused
    whoever_watches_is_told_of_every_commit_and_of_what_waits
}

async fn what_was_answered_is_there_after_opening_again(place: Place) {
    let database = place.open();
    database.write(|sql| insert(sql, "kept")).await.unwrap();
    database.close().await;
    assert_eq!(words(&place.open()).await, ["kept"]);
}

async fn a_command_that_fails_or_panics_leaves_no_trace_and_spares_its_neighbours(place: Place) {
    let database = place.open();
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

async fn a_second_row_with_the_same_unique_value_is_a_conflict(place: Place) {
    let database = place.open();
    database.write(|sql| insert(sql, "once")).await.unwrap();
    assert_eq!(
        database.write(|sql| insert(sql, "once")).await,
        Err(StoreError::Conflict)
    );
}

async fn two_hundred_commands_at_once_are_all_carried_out_one_after_the_other(place: Place) {
    let database = place.open();
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

async fn a_question_can_not_write(place: Place) {
    let database = place.open();
    assert!(matches!(
        database.read(|sql| insert(sql, "no")).await,
        Err(StoreError::Unavailable(_))
    ));
    assert!(words(&database).await.is_empty());
}

async fn migrations_only_go_forward_e_11(place: Place) {
    let database = place.open();
    database.write(|sql| insert(sql, "old")).await.unwrap();
    database.close().await;
    let second = "ALTER TABLE words ADD COLUMN language TEXT NOT NULL DEFAULT 'en'";
    let database = place.migrated(&[SCHEMA, second]).unwrap();
    assert_eq!(words(&database).await, ["old"]);
    database.close().await;
    assert!(matches!(
        place.migrated(&[SCHEMA]),
        Err(OpenError::NewerSchema { found: 2, known: 1 })
    ));
}
async fn another_servers_database_is_refused(place: Place) {
    place.open().close().await;
    let refused = place.migrated(&["CREATE TABLE numbers (number BIGINT NOT NULL)"]);
    let said = refused.unwrap_err().to_string();
    assert!(
        said.contains("no table `numbers`") && said.contains("DATABASE_URL"),
        "{said}"
    );
    place.open().close().await;
}

fn words_in(sql: &Sql<'_>) -> Result<i64, StoreError> {
    Ok(sql
        .query_one("SELECT COUNT(*) FROM words", &[], |row| row.int(0))?
        .unwrap_or(0))
}

async fn whoever_watches_is_told_of_every_commit_and_of_what_waits(place: Place) {
    let database = place.open();
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
