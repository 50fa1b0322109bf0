//! Kill after kill on the same data: load, the kill, `check`, a new start, and the audit.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::account::Account;
use super::data::Data;
use super::http::{Http, KEY};
use super::load::Load;
use super::process::{Process, With, assert_whole};
use super::seed::Seed;

/// So many accounts of earlier rounds are asked for again after every kill.
const ELDERS: usize = 20;

/// So many accounts are asked for at the same time.
const AUDITS: usize = 8;

/// How a process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kill {
    /// By itself, at a named point, after having come there a random number of times.
    At(&'static str),
    /// From outside, after a random number of answers.
    AtRandom,
}

/// What a run did and found; nothing of it has failed.
#[derive(Debug, Default)]
pub(crate) struct Found {
    kills: BTreeMap<&'static str, u32>,
    accounts: usize,
    answers: u64,
    checked: u64,
}

impl Found {
    pub(crate) fn killed(&mut self, where_: &'static str) {
        *self.kills.entry(where_).or_default() += 1;
    }

    pub(crate) fn kills(&self) -> u32 {
        self.kills.values().sum()
    }

    /// The table that a full run shows.
    pub(crate) fn print(&self, database: &str) {
        println!("\n{database}: killed at");
        for (point, times) in &self.kills {
            println!("  {point:<28} {times:>5}");
        }
        println!("  {:<28} {:>5}", "in all", self.kills());
        println!(
            "  numbers {}, answers before the kills {}, answers checked after them {}, promises broken 0\n",
            self.accounts, self.answers, self.checked
        );
    }
}

/// A run on one database.
pub(crate) struct Rounds {
    pub(crate) data: Data,
    pub(crate) seed: Arc<Seed>,
    pub(crate) load: Arc<Load>,
    elders: Vec<Account>,
    pub(crate) found: Found,
}

impl Rounds {
    pub(crate) fn new(data: Data, seed: Seed) -> Self {
        let seed = Arc::new(seed);
        Self {
            data,
            load: Arc::new(Load::new(Arc::clone(&seed))),
            seed,
            elders: Vec::new(),
            found: Found::default(),
        }
    }

    /// One kill under load, and everything that is to be seen after it.
    pub(crate) async fn round(&mut self, kill: Kill) {
        let accounts = match kill {
            Kill::At(point) => self.until_point(point).await,
            Kill::AtRandom => self.until_random_moment().await,
        };
        self.found.killed(match kill {
            Kill::At(point) => point,
            Kill::AtRandom => "random moment",
        });
        assert_whole(&self.data);
        let process = Process::run(&self.data, Some(KEY));
        if self.data.is_shared() {
            // What one service has answered holds at every other one.
            let other = Process::run(&self.data, Some(KEY));
            self.audit_elders(&other.http).await;
        }
        self.audit(&process.http, accounts).await;
        // Also the end of the audit is a kill, of a service that nobody asks anything.
        process.kill();
        process.wait_until_killed();
    }

    async fn until_point(&mut self, point: &'static str) -> Vec<Account> {
        let count = 1 + self.seed.below(60);
        println!("killing at {point}, the {count}. time");
        let with = With {
            point: Some(format!("{point}:{count}")),
            key: Some(KEY),
            ..With::default()
        };
        match Process::start(&self.data, &with) {
            Ok(process) => {
                let accounts = self.load.run(&process.http, || false).await;
                process.wait_until_killed();
                self.count(&process.http);
                accounts
            }
            // The point comes at start already.
            Err(ended) => {
                assert!(ended.by_kill(), "{ended:?}");
                Vec::new()
            }
        }
    }

    async fn until_random_moment(&mut self) -> Vec<Account> {
        let after = 1 + self.seed.below(600);
        println!("killing after {after} answers");
        let process = Process::run(&self.data, Some(KEY));
        let answered = Arc::clone(&process.http.answered);
        let killer = async {
            while answered.load(Ordering::Relaxed) < after {
                assert!(process.is_running(), "it ended by itself");
                tokio::task::yield_now().await;
            }
            process.kill();
        };
        let (accounts, ()) = tokio::join!(self.load.run(&process.http, || false), killer);
        process.wait_until_killed();
        self.count(&process.http);
        accounts
    }

    /// Audits these accounts, and some of earlier rounds.
    pub(crate) async fn audit(&mut self, http: &Http, accounts: Vec<Account>) {
        self.found.accounts += accounts.len();
        let mut audits = JoinSet::new();
        // A service that is asked too much at once says so, and rightly.
        let places = Arc::new(Semaphore::new(AUDITS));
        for mut account in accounts {
            let (http, places) = (http.clone(), Arc::clone(&places));
            audits.spawn(async move {
                let _place = places.acquire().await.unwrap();
                let audited = account.audit(&http).await;
                audited.unwrap_or_else(|_| panic!("no answer for {account:?}"));
                account
            });
        }
        let audited = audits.join_all().await;
        self.audit_elders(http).await;
        self.found.checked += http.answered.load(Ordering::Relaxed);
        let with_session = audited.into_iter().filter(|one| one.session.is_some());
        self.elders.extend(with_session);
        let surplus = self.elders.len().saturating_sub(ELDERS);
        self.elders.drain(..surplus);
    }

    /// Audits the sessions of earlier rounds.
    async fn audit_elders(&mut self, http: &Http) {
        for elder in &mut self.elders {
            let audited = elder.audit_token(http).await;
            audited.unwrap_or_else(|_| panic!("no answer for {elder:?}"));
        }
    }

    pub(crate) fn count(&mut self, http: &Http) {
        self.found.answers += http.answered.load(Ordering::Relaxed);
    }
}
