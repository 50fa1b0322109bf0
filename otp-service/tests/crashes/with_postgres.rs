//! Kills with the data on a PostgreSQL server, and of the server itself.

use super::POSTGRES_POINTS;
use super::data::Data;
use super::process::Process;
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
        let begin = async |_: &Process| server.kill().unwrap();
        let end = async |_: &Process, ()| server.bring_up().unwrap();
        let name = "the database's server";
        rounds.round_with_fault(name, 20, begin, end).await;
        if rounds.found.kills() < kills {
            rounds.round(Kill::At(points.next().unwrap())).await;
        }
    }
    rounds.found.print("PostgreSQL");
}
