//! What holds of the database as a file: its settings, copies, damage.

use storage::{Database, OpenError};

use super::words::{SCHEMA, insert, open, words};

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
