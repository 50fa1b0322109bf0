//! Forward-only migrations, each in its own transaction (E-11).

use crate::{OpenError, Sql, fault_point};

/// Brings the schema to the newest version. A migration's version is its place in the list, from 1.
/// `begin` starts a transaction that writes. A database that has a schema, but not the first table of the first
/// migration, is another server's.
pub(crate) fn migrate(sql: &Sql<'_>, begin: &str, migrations: &[&str]) -> Result<(), OpenError> {
    sql.batch("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)")?;
    let found = sql
        .query_one(
            "SELECT COALESCE(MAX(version), 0) FROM schema_version",
            &[],
            |row| row.int(0),
        )?
        .unwrap_or(0);
    if let (1.., Some(table)) = (found, first_table(migrations))
        && !sql.has_table(table)?
    {
        return Err(OpenError::OtherServer {
            missing: table.to_owned(),
        });
    }
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(OpenError::NewerSchema { found, known });
    }
    for (version, migration) in (1..)
        .zip(migrations)
        .skip_while(|(version, _)| *version <= found)
    {
        sql.batch(begin)?;
        let applied = sql
            .batch(migration)
            .and_then(|()| {
                sql.execute(
                    "INSERT INTO schema_version (version) VALUES ($1)",
                    &[i64::into(version)],
                )
            })
            .and_then(|_| {
                fault_point("migration-before-commit");
                sql.batch("COMMIT")
            });
        if let Err(error) = applied {
            sql.batch("ROLLBACK")?;
            return Err(error.into());
        }
    }
    Ok(())
}

fn first_table<'a>(migrations: &[&'a str]) -> Option<&'a str> {
    let (_, rest) = migrations.first()?.split_once("CREATE TABLE ")?;
    rest.split_whitespace().next()
}
