//! What this machine can do: commits with `synchronous=FULL`, one by one and grouped, and the
//! signature that every new session JWT needs. The service's figures are to be read beside these.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use rusqlite::Connection;

use crate::Failure;

const LASTS: Duration = Duration::from_secs(3);
/// Rows of a group.
const GROUP: u32 = 64;
/// About what a command of the service writes.
const ROW: &str = concat!(
    "this text is as long as what a command of the service writes into its rows, ",
    "give or take: a user, a method, a challenge with its keyed digest, a message ",
    "that is sealed, and the history of a number, of which each has indexes of its ",
    "own, so that what reaches the disk is some pages of four kibibytes each."
);

/// Per second.
#[derive(Debug)]
pub(crate) struct Rates {
    one_by_one: f64,
    grouped_rows: f64,
    signature_ms: f64,
}

impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            one_by_one,
            grouped_rows,
            signature_ms,
        } = self;
        writeln!(f, "| what this machine does | |")?;
        writeln!(f, "| --- | ---: |")?;
        writeln!(
            f,
            "| SQLite commits with FULL, one by one | {one_by_one:.0} rows/s |"
        )?;
        writeln!(
            f,
            "| {GROUP} rows in each commit | {grouped_rows:.0} rows/s |"
        )?;
        write!(f, "| an RSA-2048 signature | {signature_ms:.2} ms |")
    }
}

/// Writes for some seconds.
pub(crate) fn measure(folder: &Path) -> Result<Rates, Failure> {
    let folder = tempfile::tempdir_in(folder)?;
    let connection = Connection::open(folder.path().join("commits.db"))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE entries (id INTEGER PRIMARY KEY, text TEXT NOT NULL);",
    )?;
    Ok(Rates {
        one_by_one: rate(&connection, 1)?,
        grouped_rows: rate(&connection, GROUP)?,
        signature_ms: signature()?,
    })
}

fn rate(connection: &Connection, rows: u32) -> Result<f64, Failure> {
    let began = Instant::now();
    let mut written = 0_u32;
    while began.elapsed() < LASTS {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for _ in 0..rows {
            connection
                .prepare_cached("INSERT INTO entries (text) VALUES (?1)")?
                .execute([ROW])?;
        }
        connection.execute_batch("COMMIT")?;
        written += rows;
    }
    Ok(f64::from(written) / began.elapsed().as_secs_f64())
}

/// Milliseconds that a signature takes.
fn signature() -> Result<f64, Failure> {
    let broken = |_| "no RSA key";
    let key = KeyPair::generate(KeySize::Rsa2048).map_err(broken)?;
    let random = SystemRandom::new();
    let mut signature = vec![0; key.public_modulus_len()];
    let began = Instant::now();
    let mut signed = 0_u32;
    while began.elapsed() < LASTS / 3 {
        key.sign(&RSA_PKCS1_SHA256, &random, ROW.as_bytes(), &mut signature)
            .map_err(broken)?;
        signed += 1;
    }
    Ok(began.elapsed().as_secs_f64() * 1000.0 / f64::from(signed))
}
