//! Kills with the data in a file.

use super::data::Data;
use super::rounds::{Kill, Rounds};
use super::seed::Seed;
use super::{handing_over, start_up};

/// The moments of the writer.
const POINTS: [&str; 5] = [
    "sqlite-before-begin",
    "sqlite-command-ran",
    "sqlite-before-commit",
    "sqlite-after-commit",
    "sqlite-between-answers",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_answered_is_lost_by_kills_on_sqlite_i_05_i_06_i_13() {
    let kills: u32 = edge::testing::from_environment("PIPIT_TORTURE_KILLS").unwrap_or(20);
    let mut rounds = Rounds::new(Data::new(), Seed::new("SQLite"));
    for point in start_up::POINTS {
        start_up::dies_and_starts_again(&Data::new(), point).await;
        rounds.found.killed(point);
    }
    // Half of the kills at named points, half at random moments.
    let mut points = POINTS.into_iter().cycle();
    while rounds.found.kills() < kills {
        if let Some(point) = points.next() {
            rounds.round(Kill::At(point)).await;
        }
        if rounds.found.kills() < kills {
            rounds.round(Kill::AtRandom).await;
        }
    }
    rounds.found.print("SQLite");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_message_goes_out_twice_whenever_the_process_dies_h_02_i_05() {
    for point in handing_over::POINTS {
        handing_over::dies_and_sends_the_rest(&Data::new(), point).await;
    }
    handing_over::dies_before_and_sends_it_later(&Data::new(), "sqlite-after-commit").await;
}

#[test]
fn every_named_point_is_killed_at() {
    let known: Vec<_> = [
        &POINTS[..],
        &start_up::POINTS,
        &handing_over::POINTS,
        &super::POSTGRES_POINTS,
    ]
    .concat();
    let mut found = 0;
    for folder in ["src", "../storage/src"] {
        for text in sources(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)) {
            for (_, rest) in text
                .match_indices("fault_point(\"")
                .map(|(at, call)| text.split_at(at + call.len()))
            {
                let name = rest.split('"').next().unwrap();
                assert!(known.contains(&name), "no test is killed at {name}");
                found += 1;
            }
        }
    }
    assert_eq!(found, known.len());
}

fn sources(folder: std::path::PathBuf) -> Vec<String> {
    let mut texts = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                texts.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    texts
}
