//! What the door promises: nothing half done, nothing lost, commands kept apart, and the truth when the
//! disk or the server fails. What holds on every database is run on an SQLite file and, when
//! `PIPIT_TEST_POSTGRES` holds the address of a server whose user may make databases, on PostgreSQL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on ends here"
)]

mod database {
    mod everywhere;
    mod file;
    mod file_faults;
    #[cfg(postgres_tests)]
    mod server_faults;
    mod words;
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
