//! A PostgreSQL server that ends connections, is killed, or does not come to an end (H-13).

use storage::{Database, StoreError};
use test_postgres::Server;

use super::words::{self, Place, SCHEMA, insert, words};

#[tokio::test]
async fn connections_that_the_server_has_ended_cost_no_command() {
    let place = Place::server();
    let database = place.open();
    for round in 0..3 {
        let word = format!("word {round}");
        database.write(move |sql| insert(sql, &word)).await.unwrap();
        let mut others = tokio::task::JoinSet::new();
        for _ in 0..16 {
            let database = database.clone();
            others.spawn(async move { words(&database).await });
        }
        others.join_all().await;
        database
            .read(|sql| {
                sql.query(
                    "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity
                     WHERE pid <> pg_backend_pid() AND datname = current_database()",
                    &[],
                    |row| row.text(0),
                )
            })
            .await
            .unwrap();
        for _ in 0..16 {
            assert_eq!(words(&database).await.len(), round + 1);
        }
    }
}

#[tokio::test]
async fn a_statement_ends_after_two_seconds_and_its_connection_goes_on() {
    let place = Place::server();
    let database = place.open();
    let slow =
        database.read(|sql| sql.query_one("SELECT pg_sleep(60)::text", &[], |row| row.text(0)));
    assert_eq!(
        slow.await,
        Err(StoreError::Unavailable("PostgreSQL said 57014".to_owned()))
    );
    assert!(words(&database).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_is_told_and_needs_no_new_start_of_anything_else() {
    let server = Server::start().unwrap();
    let database = Database::connect(words::server(&server.address()), &[SCHEMA]).unwrap();
    database.write(|sql| insert(sql, "kept")).await.unwrap();
    server.kill().unwrap();
    let mut refused = tokio::task::JoinSet::new();
    for number in 0..64 {
        let database = database.clone();
        let word = format!("word {number}");
        refused.spawn(async move { database.write(move |sql| insert(sql, &word)).await });
    }
    while let Some(outcome) = refused.join_next().await {
        assert!(matches!(outcome, Ok(Err(StoreError::Unavailable(_)))));
    }
    server.bring_up().unwrap();
    assert_eq!(words(&database).await, ["kept"]);
    database.write(|sql| insert(sql, "later")).await.unwrap();
    assert_eq!(words(&database).await, ["kept", "later"]);
    database.close().await;
}
