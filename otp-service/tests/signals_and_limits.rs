//! The service as a process of its own under what a system does to it: signals (I-09) and few file
//! handles (I-12). Callers speak plain TCP, so that a lost answer or a reset can't hide in a client.

#![allow(clippy::unwrap_used, reason = "a test that can't go on ends here")]

#[path = "signals_and_limits/caller.rs"]
mod caller;
#[path = "signals_and_limits/running.rs"]
mod running;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use caller::{Answer, Caller, Lost};
use running::Running;

/// What callers saw.
#[derive(Debug, Default)]
struct Seen {
    answers: AtomicUsize,
    after_the_signal: AtomicUsize,
    signalled: AtomicBool,
}

impl Seen {
    fn note(&self, answer: &Answer) {
        assert_eq!(answer.status, 200, "{answer:?}");
        self.answers.fetch_add(1, Ordering::SeqCst);
        if self.signalled.load(Ordering::SeqCst) {
            self.after_the_signal.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Calls without a pause until nobody listens any more; every call that was taken has to be answered.
fn keeps_calling(address: &str, keep_alive: bool, seen: &Seen) -> Result<(), Lost> {
    while let Some(mut caller) = Caller::connect(address)? {
        loop {
            let answer = caller.list_sessions(keep_alive)?;
            seen.note(&answer);
            if answer.closes {
                break;
            }
        }
    }
    Ok(())
}

fn wait_for(what: &str, mut happened: impl FnMut() -> bool) {
    for _ in 0..3000 {
        if happened() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("waited in vain for {what}");
}

#[test]
fn a_stop_under_load_loses_no_answer_and_resets_no_connection_i_09() {
    let service = Running::start(None);
    let seen = Arc::new(Seen::default());
    let callers: Vec<_> = (0..8)
        .map(|number| {
            let (address, seen) = (service.address.clone(), Arc::clone(&seen));
            std::thread::spawn(move || keeps_calling(&address, number % 2 == 0, &seen))
        })
        .collect();
    // A request of which only a part has come.
    let mut half = Caller::connect(&service.address).unwrap().unwrap();
    half.begin_send("+12125550142");
    wait_for("calls", || seen.answers.load(Ordering::SeqCst) > 100);

    service.signal("TERM");
    seen.signalled.store(true, Ordering::SeqCst);
    let mut said = 0;
    while let Some(mut caller) = Caller::connect(&service.address).unwrap() {
        let answer = caller.get("/readyz").unwrap();
        if answer.status == 503 {
            assert!(
                answer.closes && answer.text.contains("stopping"),
                "{answer:?}"
            );
            said += 1;
        }
    }
    assert!(
        said > 0,
        "it says that it is not ready while it still listens"
    );
    let answer = half.end_send().unwrap();
    assert!(answer.status == 200 && answer.closes, "{answer:?}");
    for caller in callers {
        caller.join().unwrap().unwrap();
    }
    assert!(seen.after_the_signal.load(Ordering::SeqCst) > 0);
    assert_eq!(service.ends(), Some(0));
}

#[test]
fn a_second_signal_cuts_what_runs_and_leaves_the_data_whole_i_09() {
    let service = Running::start(None);
    let mut half = Caller::connect(&service.address).unwrap().unwrap();
    half.begin_send("+12125550142");
    service.signal("TERM");
    wait_for("the service to leave", || {
        let caller = Caller::connect(&service.address).unwrap();
        caller.is_none_or(|mut caller| caller.get("/readyz").unwrap().status == 503)
    });
    service.signal("TERM");
    assert!(half.answer().is_err(), "nothing is waited for any more");
    assert_eq!(service.check(), "");
}

#[test]
fn ctrl_c_stops_without_the_wait_for_load_balancers_i_09() {
    let service = Running::start(None);
    let mut half = Caller::connect(&service.address).unwrap().unwrap();
    half.begin_send("+12125550142");
    service.signal("INT");
    // Nobody new is taken, and the running request ends.
    wait_for("the listener to close", || {
        Caller::connect(&service.address).unwrap().is_none()
    });
    assert_eq!(half.end_send().unwrap().status, 200);
    assert_eq!(service.ends(), Some(0));
}

#[test]
fn with_few_file_handles_it_refuses_and_comes_good_i_12_d_12() {
    let service = Running::start(Some(64));
    let mut callers: Vec<_> = (0..80)
        .map(|_| Caller::connect(&service.address).unwrap().unwrap())
        .collect();
    // The first 32 have their place; everyone else is told.
    let mut late = callers.split_off(32);
    for caller in &mut late {
        assert_eq!(caller.answer().unwrap().status, 503);
    }
    for caller in &mut callers {
        assert_eq!(caller.list_sessions(true).unwrap().status, 200);
    }
    drop(callers);
    wait_for("a place", || {
        let caller = Caller::connect(&service.address).unwrap();
        caller.is_some_and(|mut caller| {
            caller
                .get("/readyz")
                .is_ok_and(|answer| answer.status == 200)
        })
    });
    service.signal("INT");
    assert_eq!(service.ends(), Some(0));
}
