//! A file that can't grow, a lock that somebody else holds, callers that have gone (I-11).

use std::sync::mpsc;

use storage::{Database, StoreError};

use super::words::{SCHEMA, insert, open, words};

/// The file may have so many pages, as on a disk with no more room.
async fn limit_pages(database: &Database, pages: i64) {
    let pragma = format!("PRAGMA max_page_count = {pages}");
    let limited = database.write(move |sql| sql.query_one(&pragma, &[], |row| row.int(0)));
    assert!(limited.await.unwrap().is_some());
}

fn fill(sql: &storage::Sql<'_>) -> Result<(), StoreError> {
    (0..5000).try_for_each(|number| insert(sql, &format!("a long word, number {number}")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_to_everybody_in_the_group_and_comes_good_by_itself_i_11() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path());
    database.write(|sql| insert(sql, "kept")).await.unwrap();
    limit_pages(&database, 1).await;
    // SQLite never goes below what there is; so this is as far as the file may grow.
    // The three wait behind a fourth until all of them are there, or they would be no group.
    let (held, release) = hold(&database);
    held.recv().unwrap();
    let group = tokio::join!(
        database.write(|sql| insert(sql, "before")),
        database.write(fill),
        database.write(|sql| insert(sql, "after")),
        async { drop(release) },
    );
    for outcome in [group.0, group.1, group.2] {
        assert!(
            matches!(outcome, Err(StoreError::Unavailable(_))),
            "{outcome:?}"
        );
    }
    assert_eq!(words(&database).await, ["kept"]);
    limit_pages(&database, 1_000_000).await;
    database.write(fill).await.unwrap();
    assert_eq!(words(&database).await.len(), 5001);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_takes_nothing_of_its_group_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path());
    let (held, release) = hold(&database);
    held.recv().unwrap();
    let broken = || StoreError::Broken("on purpose".to_owned());
    let (before, fails, panics, after, ()) = tokio::join!(
        database.write(|sql| insert(sql, "before")),
        database.write(move |sql| insert(sql, "lost").and(Err::<(), _>(broken()))),
        database.write(|sql| insert(sql, "lost").map(|()| assert!(sql.batch("nonsense").is_ok()))),
        database.write(|sql| insert(sql, "after")),
        async { drop(release) },
    );
    assert_eq!((before, after), (Ok(()), Ok(())));
    assert_eq!(fails, Err(broken()));
    assert!(matches!(panics, Err(StoreError::Broken(_))));
    assert_eq!(words(&database).await, ["after", "before"]);
}

#[tokio::test]
async fn who_swallows_a_fault_of_the_disk_writes_nothing_alone() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path());
    limit_pages(&database, 1).await;
    let swallowed = database.write(|sql| {
        assert!(fill(sql).is_err());
        Ok(())
    });
    assert!(matches!(swallowed.await, Err(StoreError::Unavailable(_))));
    assert!(words(&database).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_of_somebody_else_is_told_to_all_who_waited_for_it_i_11() {
    let folder = tempfile::tempdir().unwrap();
    let (database, other) = (open(folder.path()), open(folder.path()));
    let (held, release) = hold(&other);
    held.recv().unwrap();
    let mut waiting = tokio::task::JoinSet::new();
    for number in 0..300 {
        // More than share a commit.
        let database = database.clone();
        let word = format!("word {number}");
        waiting.spawn(async move { database.write(move |sql| insert(sql, &word)).await });
    }
    while let Some(outcome) = waiting.join_next().await {
        assert!(matches!(outcome, Ok(Err(StoreError::Unavailable(_)))));
    }
    assert!(words(&database).await.is_empty());
    drop(release);
    database.write(|sql| insert(sql, "later")).await.unwrap();
    assert_eq!(words(&database).await, ["later"]);
}

/// Keeps the database's writer busy: what tells that it is, and what lets it go on when dropped.
fn hold(database: &Database) -> (mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (busy, is_busy) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let database = database.clone();
    tokio::spawn(async move {
        database
            .write(move |_| {
                busy.send(()).unwrap();
                // Ends when the other side is dropped.
                assert!(released.recv().is_err());
                Ok(())
            })
            .await
    });
    (is_busy, release)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_whose_caller_has_gone_before_its_turn_is_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&folder.path().join("words.db"), &[SCHEMA]).unwrap();
    let (held, release) = hold(&database);
    held.recv().unwrap();
    {
        // Polled once, so that it waits for the writer; then its caller goes away.
        let mut gone = std::pin::pin!(database.write(|sql| insert(sql, "too late")));
        let polled = std::future::poll_fn(|context| {
            std::task::Poll::Ready(gone.as_mut().poll(context).is_ready())
        });
        assert!(!polled.await);
    }
    drop(release);
    database.write(|sql| insert(sql, "in time")).await.unwrap();
    assert_eq!(words(&database).await, ["in time"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_looked_up_where_it_is_asked_for_also_while_the_writer_is_busy() {
    let folder = tempfile::tempdir().unwrap();
    let database = open(folder.path());
    database.write(|sql| insert(sql, "kept")).await.unwrap();
    let (held, release) = hold(&database);
    held.recv().unwrap();
    let looked_up = async || {
        let here = std::thread::current().id();
        let there = database.look_up(|sql| {
            let word = "SELECT word FROM words WHERE word = $1";
            let found = sql.query_one(word, &["kept".into()], |row| row.text(0))?;
            Ok((std::thread::current().id(), found))
        });
        let (there, found) = there.await.unwrap();
        assert_eq!(found.as_deref(), Some("kept"));
        here == there
    };
    // The first one opens a connection, which may have to wait.
    assert!(!looked_up().await);
    assert!(looked_up().await);
    drop(release);
}
