//! What a database's commits are counted as. It is told plain numbers and knows no database.

use std::time::Duration;

use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::Counted;
use crate::closed_set;

/// Upper bounds in seconds: from a fast disk to one that hangs.
const DURATIONS: [f64; 7] = [0.000_5, 0.001, 0.005, 0.025, 0.1, 1.0, 5.0];
/// Upper bounds: commands that shared a commit.
const COMMANDS: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 64.0, 256.0];

closed_set! {
    /// How a transaction ended.
    pub enum CommitEnd {
        /// It is on disk.
        Committed => "committed",
        /// The database could not work then; nothing of it has happened.
        Unavailable => "unavailable",
        /// Something is wrong with the program or the data; nothing of it has happened.
        Broken => "broken",
    }
}

/// Counts commits.
#[derive(Debug, Clone)]
pub struct Commits {
    ended: Counted<CommitEnd>,
    commands: Histogram,
    took: Histogram,
}

impl Commits {
    /// `waiting` is asked at every reading for the commands that wait.
    pub fn register(
        registry: &mut Registry,
        waiting: impl Fn() -> usize + Send + Sync + 'static,
    ) -> Self {
        let commits = Self {
            ended: Counted::register(
                registry,
                "database_commits",
                "Transactions that are over, by their end",
                "end",
            ),
            commands: Histogram::new(COMMANDS),
            took: Histogram::new(DURATIONS),
        };
        registry.register(
            "database_commit_commands",
            "Commands that shared a transaction",
            commits.commands.clone(),
        );
        registry.register(
            "database_commit_duration_seconds",
            "How long transactions took until they were on disk",
            commits.took.clone(),
        );
        super::reading(
            registry,
            "database_commands_waiting",
            "Commands that were given to the database and not answered yet.",
            waiting,
        );
        commits
    }

    /// A transaction is over.
    pub fn over(&self, commands: usize, took: Duration, end: CommitEnd) {
        self.ended.count(end);
        #[allow(clippy::cast_precision_loss, reason = "a few hundred at most")]
        self.commands.observe(commands as f64);
        self.took.observe(took.as_secs_f64());
    }
}
