//! Faults of the disk and of the file, made with what every machine allows: a limit on how long the
//! process's files may grow, and a second program that holds SQLite's lock. Where tests may mount, one
//! disk is really full.

use std::path::Path;
use std::process::Command;

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use storage::{Database, Sql, StoreError};
use tokio::sync::oneshot;

use super::account::Account;
use super::data::Data;
use super::http::{KEY, Unknown};
use super::process::{Process, assert_whole};
use super::rounds::Rounds;
use super::seed::Seed;

/// No file of the process may be written past `bytes`, or all may again.
fn limit_files(process: &Process, bytes: Option<u64>) {
    let limit = Rlimit {
        current: bytes,
        maximum: None,
    };
    prlimit(Pid::from_raw(process.id()), Resource::Fsize, limit).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_failing_disk_refuses_has_not_happened_and_the_rest_goes_on_i_11() {
    let data = Data::new();
    let process = Process::run(&data, Some(KEY));
    let http = &process.http;
    let mut signed_in = Account::new(0);
    signed_in.sign_in(http).await.unwrap();
    let mut waiting = Account::new(1);
    waiting.ask(http).await.unwrap();

    limit_files(&process, Some(0));
    let mut refused = Account::new(2);
    assert_eq!(refused.ask(http).await, Err(Unknown));
    let code = waiting.codes[0].clone();
    for code in [waiting.wrong_code(1), code.clone()] {
        let answer = http.post("/otps/verify", &waiting.verify_body(&code)).await;
        assert_eq!(answer.map(|_| ()), Err(Unknown));
    }
    let end = http
        .delete("/sessions/delete", &signed_in.token_body())
        .await;
    assert_eq!(end.map(|_| ()), Err(Unknown));
    assert_eq!(http.get("/readyz").await.map(|_| ()), Err(Unknown));
    assert_eq!(
        refused.messages(http).await.unwrap(),
        [] as [serde_json::Value; 0]
    );
    signed_in.audit_token(http).await.unwrap();

    limit_files(&process, None);
    refused.sends.unknown = 0;
    refused.ask(http).await.unwrap();
    waiting.try_wrong_code(http, 1).await.unwrap();
    assert_eq!(waiting.wrong.answered, 1, "the refused try was not counted");
    signed_in.audit_token(http).await.unwrap();
    process.kill();
    process.wait_until_killed();
    assert_whole(&data);
    let process = Process::run(&data, Some(KEY));
    for account in [&mut waiting, &mut refused, &mut signed_in] {
        account.audit(&process.http).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_answered_is_lost_by_a_failing_disk_under_load_i_11() {
    let mut rounds = Rounds::new(Data::new(), Seed::new("failing disk"));
    let begin = async |process: &Process| limit_files(process, Some(0));
    let end = async |process: &Process, ()| limit_files(process, None);
    rounds
        .round_with_fault("a disk that fails", 20, begin, end)
        .await;
    rounds.found.print("SQLite, failing disk");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_answered_is_lost_by_a_database_that_somebody_locks_i_11() {
    let mut rounds = Rounds::new(Data::new(), Seed::new("locked database"));
    let file = rounds.data.database_file();
    let begin = async |_: &Process| lock(&file).await;
    let end = async |_: &Process, (release, locked): (oneshot::Sender<()>, _)| {
        drop(release);
        unlocked(locked).await;
    };
    // Each caller is refused once: the writer waits five seconds and then speaks for all of them.
    rounds
        .round_with_fault("a locked database", 8, begin, end)
        .await;
    rounds.found.print("SQLite, locked database");
}

type Locked = tokio::task::JoinHandle<Result<(), StoreError>>;

/// Another program holds the lock for writing.
async fn lock(file: &Path) -> (oneshot::Sender<()>, Locked) {
    let schema = [
        include_str!("../../src/store/schema_1.sql"),
        include_str!("../../src/store/schema_2.sql"),
        include_str!("../../src/store/schema_3.sql"),
    ];
    let other = Database::open(file, &schema).unwrap();
    let (locked, is_locked) = std::sync::mpsc::channel();
    let (release, released) = oneshot::channel::<()>();
    let mut released = Some(released);
    let hold = move |_: &Sql<'_>| {
        locked.send(()).unwrap();
        // Released when the other end is dropped.
        let _ = released.take().unwrap().blocking_recv();
        Ok(())
    };
    let holding = tokio::spawn(async move { other.write(hold).await });
    tokio::task::spawn_blocking(move || is_locked.recv().unwrap())
        .await
        .unwrap();
    (release, holding)
}

async fn unlocked(locked: Locked) {
    locked.await.unwrap().unwrap();
}

/// A small disk of its own; only root may make one.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn mount(folder: &'a Path) -> Option<Self> {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64m,mode=0700", "tmpfs"]);
        let mounted = mount
            .arg(folder)
            .output()
            .is_ok_and(|ran| ran.status.success());
        mounted.then_some(Self(folder))
    }

    fn fill(&self) {
        let filler = std::fs::File::create(self.0.join("filler")).unwrap();
        let full = std::io::copy(&mut std::io::repeat(0x55), &mut &filler).unwrap_err();
        assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        // Lazily, since a test that failed may have left a process on it.
        let unmounted = Command::new("umount").arg("-l").arg(self.0).status();
        assert!(unmounted.is_ok_and(|status| status.success()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_answered_is_lost_by_a_full_disk_i_11() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::mount(folder.path());
    let mut rounds = Rounds::new(Data::on_disk(folder.path()), Seed::new("full disk"));
    let begin = async |process: &Process| match &disk {
        Some(disk) => disk.fill(),
        None => limit_files(process, Some(64 * 1024)),
    };
    let end = async |process: &Process, ()| match &disk {
        Some(disk) => disk.make_room(),
        None => limit_files(process, None),
    };
    rounds.round_with_fault("a full disk", 20, begin, end).await;
    rounds.found.print("SQLite, full disk");
}
