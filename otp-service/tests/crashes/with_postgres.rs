//! Kills with the data on a PostgreSQL server, and of the server itself.

use super::POSTGRES_POINTS;
use super::data::Data;
use super::rounds::{Kill, Rounds};
use super::seed::Seed;
use test_postgres::Server;

fn data_on(server: &Server) -> Data {
    Data::on_server(server.address())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_answered_is_lost_by_kills_on_postgresql_i_05_h_13() {
    let kills: u32 = edge::testing::from_environment("PIPIT_TORTURE_POSTGRES_KILLS").unwrap_or(3);
    let server = Server::start().unwrap();
    let seed = Seed::new("PostgreSQL");
    let mut points = POSTGRES_POINTS
        .into_iter()
        .cycle()
        .skip(usize::try_from(seed.below(5)).unwrap());
    let mut rounds = Rounds::new(data_on(&server), seed);
    while rounds.found.kills() < kills {
        rounds.round_without_server(&server).await;
        if rounds.found.kills() < kills {
            rounds.round(Kill::AtRandom).await;
        }
        if rounds.found.kills() < kills {
            rounds.round(Kill::At(points.next().unwrap())).await;
        }
    }
    rounds.found.print("PostgreSQL");
}

impl Rounds {
    /// The server is killed under load and comes back; the service stays and needs no help.
    async fn round_without_server(&mut self, server: &Server) {
        use super::http::KEY;
        use super::process::{Process, assert_whole};
        use std::sync::Arc;
        use std::sync::atomic::Ordering;

        let after = 1 + self.seed.below(200);
        println!("killing the database's server after {after} answers");
        let process = Process::run(&self.data, Some(KEY));
        let (answered, refused) = (
            Arc::clone(&process.http.answered),
            Arc::clone(&process.http.unavailable),
        );
        let again = Arc::new(std::sync::atomic::AtomicU64::new(u64::MAX));
        let (seen, enough) = (Arc::clone(&answered), Arc::clone(&again));
        let load = self.load.run(&process.http, move || {
            seen.load(Ordering::Relaxed) > enough.load(Ordering::Relaxed)
        });
        let fault = async {
            while answered.load(Ordering::Relaxed) < after {
                tokio::task::yield_now().await;
            }
            server.kill().unwrap();
            while refused.load(Ordering::Relaxed) < 20 {
                tokio::task::yield_now().await;
            }
            server.bring_up().unwrap();
            // It comes good by itself: whole sign-ins are answered again.
            again.store(answered.load(Ordering::Relaxed) + 200, Ordering::Relaxed);
        };
        let (accounts, ()) = tokio::join!(load, fault);
        assert!(process.is_running(), "the service needs no new start");
        self.count(&process.http);
        self.found.killed("the database's server");
        assert_whole(&self.data);
        self.audit(&process.http, accounts).await;
    }
}
