//! What may be spent on messages (G-05).

use edge::testing::Answer;
use shared::ErrorType;

use super::fake_gateway::{FakeGateway, Script};
use super::gateways::{arguments, ask, start, states};
use super::harness::{Harness, NUMBER};

async fn with(more: &[&str]) -> (Harness, FakeGateway) {
    let gateway = FakeGateway::start().await;
    let mut arguments = arguments("twilio", &gateway.base, &gateway.base);
    arguments.extend(more.iter().map(ToString::to_string));
    (start(&arguments).await, gateway)
}

fn counted(harness: &Harness, name: &str, budget: &str) -> String {
    let shown = edge::metrics::render(&harness.service.registry).unwrap();
    let row = format!("{name}_total{{budget=\"{budget}\"}} ");
    let line = shown.lines().find_map(|line| line.strip_prefix(&row));
    line.unwrap().to_owned()
}

#[track_caller]
fn assert_spent(answer: &Answer, retry_after: u32) {
    let answer = answer.assert_error(ErrorType::SmsBudgetExhausted);
    assert_eq!(answer.json()["retry_after_secs"], retry_after);
}

fn us(n: usize) -> String {
    format!("+1212{}0142", 555 + n)
}

#[tokio::test]
async fn eighty_percent_warn_and_a_hundred_stop_with_503_and_nothing_is_kept_g_05() {
    let (harness, _gateway) = with(&["--budget-per-hour=5"]).await;
    for n in 0..5 {
        ask(&harness, &us(n)).await.assert_ok();
    }
    assert_eq!(counted(&harness, "otp_budget_warnings", "messages_per_hour"), "2");
    assert_spent(&ask(&harness, &us(5)).await, 3600);
    assert_eq!(counted(&harness, "otp_budget_stops", "messages_per_hour"), "1");
    assert_eq!(states(&harness).await.len(), 5);
    // What was sent is told again, also now.
    ask(&harness, &us(4)).await.assert_ok();
    // Nobody's cool-down has begun by it: an hour later the first message goes.
    harness.clock.advance(3600);
    ask(&harness, &us(5)).await.assert_ok();
}

#[tokio::test]
async fn money_and_countries_have_budgets_of_their_own_g_05() {
    let (harness, _gateway) = with(&[
        "--prices=0.04,US=0.03",
        "--budget-money-per-day=0.1",
        "--budget-per-country-hour=10,DE=1",
    ])
    .await;
    ask(&harness, "+4915112345678").await.assert_ok();
    ask(&harness, "+4915112345679")
        .await
        .assert_error(ErrorType::SmsBudgetExhausted);
    // 0.04 are spent: with two American messages more it is all of it.
    for n in 0..2 {
        ask(&harness, &us(n)).await.assert_ok();
    }
    ask(&harness, &us(2))
        .await
        .assert_error(ErrorType::SmsBudgetExhausted);
    assert_eq!(counted(&harness, "otp_budget_stops", "money_per_day"), "1");
    assert_eq!(counted(&harness, "otp_budget_stops", "messages_per_hour"), "1");
}

#[tokio::test]
async fn what_was_refused_or_repeated_spends_nothing_and_a_restart_forgets_nothing_g_05() {
    let (harness, gateway) = with(&["--budget-per-hour=2"]).await;
    gateway.plays(Script::twilio_error(400, 21211));
    ask(&harness, NUMBER).await.assert_ok();
    harness.dispatch().await;
    ask(&harness, NUMBER).await.assert_ok();
    ask(&harness, NUMBER).await.assert_ok();
    harness.clock.advance(20);
    ask(&harness, NUMBER)
        .await
        .assert_error(ErrorType::TooManyRequests);
    ask(&harness, &us(1)).await.assert_ok();
    assert_spent(&ask(&harness, &us(2)).await, 3580);
    let (folder, clock) = harness.stop().await;
    let mut with = arguments("twilio", &gateway.base, &gateway.base);
    with.push("--budget-per-hour=2".to_owned());
    let harness = Harness::start_sending(folder, clock, &with, super::gateways::secrets).await;
    assert_spent(&ask(&harness, &us(2)).await, 3580);
}

#[tokio::test]
async fn sixty_four_sends_at_once_spend_no_more_than_there_is_g_05() {
    let (harness, _gateway) = with(&["--budget-per-hour=7"]).await;
    let numbers: Vec<_> = (0..64).map(us).collect();
    let mut sent = 0;
    let mut asking = Vec::new();
    for number in &numbers {
        asking.push(ask(&harness, number));
    }
    for answer in together(asking).await {
        match answer.status {
            200 => sent += 1,
            _ => {
                answer.assert_error(ErrorType::SmsBudgetExhausted);
            }
        }
    }
    assert_eq!((sent, states(&harness).await.len()), (7, 7));
}

/// All futures at once, on this task.
pub(super) async fn together<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        let mut all = true;
        for (future, done) in futures.iter_mut().zip(&mut done) {
            if done.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(output) => *done = Some(output),
                    std::task::Poll::Pending => all = false,
                }
            }
        }
        if all {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn the_outbox_costs_nothing_g_05() {
    let harness = Harness::start_with(&["--budget-per-hour=1"]).await;
    for n in 0..3 {
        ask(&harness, &us(n)).await.assert_ok();
    }
}
