//! Tables for the states of a challenge, and any sequence of sends, tries and waits.

use proptest::prelude::*;
use shared::OtpCode;

use super::*;
use crate::secrets::Secrets;

const START: i64 = 1_800_000_000;

fn address() -> Address {
    Address::Phone(shared::PhoneNumber::parse("+12125550142").unwrap())
}

fn digest(challenge: &str, code: &str) -> CodeDigest {
    Secrets::derive(&edge::keys::Key::parse(&"01".repeat(32)).unwrap(), []).code_digest(
        challenge,
        &address(),
        &OtpCode::parse(code).unwrap(),
    )
}

fn challenge(id: &str) -> Challenge {
    Challenge {
        id: id.to_owned(),
        app_id: "app".to_owned(),
        method_id: "pn".to_owned(),
        address: address(),
        purpose: Purpose::SignIn,
        tries: 0,
        codes: Vec::new(),
        success: None,
        created_at: START,
    }
}

fn send(challenge: &mut Challenge, code: &str, expires_at: i64) {
    let issued = IssuedCode {
        digest: digest(&challenge.id, code),
        expires_at,
        device: DeviceFingerprint::default(),
    };
    challenge.add_code(&Limits::default(), issued);
}

/// One whole verification of a bound caller; a right code ends the challenge.
fn verify(challenge: &mut Challenge, throttle: &mut Throttle, code: &str, now: i64) -> Verdict {
    let limits = Limits::default();
    let mut list = [(challenge.clone(), digest(&challenge.id, code).into())];
    let verdict = standing(&limits, &list, throttle, true, now).unwrap_or_else(|| {
        attempt(
            &limits,
            &mut list,
            throttle,
            &DeviceFingerprint::default(),
            now,
        )
    });
    let [(changed, presented)] = list;
    *challenge = changed;
    if matches!(verdict, Verdict::Right { .. }) {
        challenge.success = Some(Success {
            at: now,
            digest: presented.current(),
            session: None,
            device: None,
        });
    }
    verdict
}

#[test]
fn a_right_code_works_once_and_for_a_minute_gives_the_same_answer_a_04_i_07() {
    let (mut challenge, mut throttle) = (challenge("c"), Throttle::default());
    send(&mut challenge, "111111", START + 300);
    assert!(matches!(
        verify(&mut challenge, &mut throttle, "111111", START),
        Verdict::Right { .. }
    ));
    assert!(matches!(
        verify(&mut challenge, &mut throttle, "111111", START + 59),
        Verdict::Repeat { .. }
    ));
    assert!(matches!(
        verify(&mut challenge, &mut throttle, "222222", START + 1),
        Verdict::NoChallenge
    ));
    assert!(matches!(
        verify(&mut challenge, &mut throttle, "111111", START + 60),
        Verdict::NoChallenge
    ));
}

#[test]
fn five_wrong_codes_kill_the_right_one_a_05() {
    let (mut challenge, mut throttle) = (challenge("c"), Throttle::default());
    send(&mut challenge, "111111", START + 300);
    for left in (1..5).rev() {
        let verdict = verify(&mut challenge, &mut throttle, "222222", START);
        assert!(
            matches!(verdict, Verdict::Wrong { attempts_left } if attempts_left == left),
            "{verdict:?}"
        );
    }
    assert!(matches!(
        verify(&mut challenge, &mut throttle, "222222", START),
        Verdict::Exhausted
    ));
    assert_eq!(throttle.wait(START), 30);
    for now in [START, START + 100, START + 1000] {
        assert!(matches!(
            verify(&mut challenge, &mut throttle, "111111", now),
            Verdict::Exhausted
        ));
    }
    assert_eq!(throttle.failures, 5, "what is not compared is not counted");
}

#[test]
fn every_code_works_until_its_own_end_and_a_resend_refills_nothing_a_07() {
    let (mut challenge, mut throttle) = (challenge("c"), Throttle::default());
    send(&mut challenge, "111111", START + 60);
    verify(&mut challenge, &mut throttle, "999999", START);
    send(&mut challenge, "222222", START + 120);
    let verdict = verify(
        &mut challenge.clone(),
        &mut throttle.clone(),
        "999999",
        START,
    );
    assert!(matches!(verdict, Verdict::Wrong { attempts_left: 3 }));
    assert!(matches!(
        verify(&mut challenge.clone(), &mut throttle, "111111", START + 59),
        Verdict::Right { .. }
    ));
    assert!(matches!(
        verify(&mut challenge.clone(), &mut throttle, "111111", START + 60),
        Verdict::Wrong { .. }
    ));
    assert!(matches!(
        verify(&mut challenge.clone(), &mut throttle, "222222", START + 119),
        Verdict::Right { .. }
    ));
    assert!(matches!(
        verify(&mut challenge, &mut throttle, "222222", START + 120),
        Verdict::Expired
    ));
}

#[test]
fn at_most_three_codes_are_live_and_the_oldest_goes_first_a_07() {
    let (mut challenge, mut throttle) = (challenge("c"), Throttle::default());
    for code in ["111111", "222222", "333333", "444444"] {
        send(&mut challenge, code, START + 300);
    }
    assert!(matches!(
        verify(&mut challenge, &mut throttle, "111111", START),
        Verdict::Wrong { .. }
    ));
    assert!(matches!(
        verify(&mut challenge, &mut throttle, "222222", START),
        Verdict::Right { .. }
    ));
}

#[test]
fn during_a_wait_nothing_is_compared_b_01() {
    let (mut challenge, mut throttle) = (challenge("c"), Throttle::default());
    send(&mut challenge, "111111", START + 300);
    throttle.wait_until = START + 30;
    assert!(matches!(
        verify(&mut challenge, &mut throttle, "111111", START),
        Verdict::Refused(Refusal::Wait(30))
    ));
    assert_eq!(challenge.tries, 0);
    assert!(matches!(
        verify(&mut challenge, &mut throttle, "111111", START + 30),
        Verdict::Right { .. }
    ));
}

#[test]
fn a_caller_without_challenge_id_shares_one_budget_over_all_live_challenges_a_08() {
    let limits = Limits::default();
    let mut throttle = Throttle::default();
    let mut list: Vec<_> = ["a", "b"]
        .map(|id| {
            let mut challenge = challenge(id);
            send(
                &mut challenge,
                if id == "a" { "111111" } else { "222222" },
                START + 300,
            );
            (challenge, Presented::from(digest(id, "333333")))
        })
        .into();
    for left in (1..5).rev() {
        assert!(standing(&limits, &list, &throttle, false, START).is_none());
        let verdict = attempt(
            &limits,
            &mut list,
            &mut throttle,
            &DeviceFingerprint::default(),
            START,
        );
        assert!(matches!(verdict, Verdict::Wrong { attempts_left } if attempts_left == left));
    }
    for (challenge, presented) in &mut list {
        *presented = digest(&challenge.id, "222222").into();
    }
    let right = attempt(
        &limits,
        &mut list,
        &mut throttle,
        &DeviceFingerprint::default(),
        START,
    );
    assert!(matches!(right, Verdict::Right { place: 1 }));
}

#[test]
fn a_field_of_the_device_given_at_verify_must_equal_the_one_given_at_send() {
    let device = |ip: Option<&str>, user_agent: Option<&str>| DeviceFingerprint {
        ip: ip.map(str::to_owned),
        user_agent: user_agent.map(str::to_owned),
    };
    let sent = device(Some("192.0.2.1"), None);
    assert!(asked_for_by(&sent, &device(None, None)));
    assert!(asked_for_by(&sent, &device(Some("192.0.2.1"), None)));
    assert!(!asked_for_by(&sent, &device(Some("192.0.2.2"), None)));
    assert!(!asked_for_by(
        &sent,
        &device(Some("192.0.2.1"), Some("A browser"))
    ));
}

/// What can happen to a number.
#[derive(Debug, Clone)]
enum Step {
    Send,
    Resend,
    Try { challenge: usize, code: usize },
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => Just(Step::Send),
        2 => Just(Step::Resend),
        6 => (0..4_usize, 0..8_usize).prop_map(|(challenge, code)| Step::Try { challenge, code }),
        3 => (0..400_i64).prop_map(Step::Wait),
        1 => (0..90_000_i64).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..120)
}

proptest! {
    #[test]
    fn any_sequence_of_sends_resends_tries_and_waits_keeps_the_invariants(steps in steps()) {
        let limits = Limits::default();
        let mut throttle = Throttle::default();
        let mut now = START;
        let mut challenges: Vec<Challenge> = Vec::new();
        let mut codes: Vec<String> = vec!["999999".to_owned()];
        let (mut successes, mut comparisons) = (Vec::new(), Vec::new());
        let mut sends: Vec<i64> = Vec::new();
        for step in steps {
            match step {
                Step::Wait(seconds) => now += seconds,
                Step::Send | Step::Resend => {
                    let before = throttle.clone();
                    if throttle.may_send(&limits, now).is_err() {
                        prop_assert_eq!(&throttle, &before, "a refused send changes nothing (B-10)");
                        continue;
                    }
                    throttle.record_send(now);
                    sends.push(now);
                    let open = challenges.last().is_some_and(|challenge| challenge.is_open(&limits));
                    if !(matches!(step, Step::Resend) && open) {
                        challenges.push(challenge(&format!("c{}", challenges.len())));
                        successes.push(0);
                        comparisons.push(0);
                    }
                    let code = format!("{:06}", sends.len());
                    let tries = challenges.last().unwrap().tries;
                    send(challenges.last_mut().unwrap(), &code, now + 300);
                    prop_assert_eq!(challenges.last().unwrap().tries, tries, "a resend refills nothing (A-07)");
                    codes.push(code);
                }
                Step::Try { challenge, code } if !challenges.is_empty() => {
                    let place = challenge % challenges.len();
                    let code = codes[code % codes.len()].clone();
                    let failures = throttle.failures;
                    let waiting = throttle.may_try(&limits, now).is_err();
                    match verify(&mut challenges[place], &mut throttle, &code, now) {
                        Verdict::Right { .. } => {
                            prop_assert!(!waiting);
                            successes[place] += 1;
                            comparisons[place] += 1;
                            prop_assert_eq!(throttle.failures, 0);
                        }
                        Verdict::Wrong { attempts_left } => {
                            prop_assert!(!waiting && attempts_left >= 1);
                            comparisons[place] += 1;
                            prop_assert_eq!(throttle.failures, failures + 1);
                        }
                        Verdict::Exhausted if throttle.failures > failures => comparisons[place] += 1,
                        _ => prop_assert_eq!(throttle.failures, failures, "nothing was compared"),
                    }
                }
                Step::Try { .. } => {}
            }
        }
        prop_assert!(successes.iter().all(|&count| count <= 1), "A-04");
        prop_assert!(comparisons.iter().all(|&count| count <= 5), "A-06");
        for &start in &sends {
            let in_span = |span: i64| sends.iter().filter(|&&at| (start..start + span).contains(&at)).count();
            prop_assert!(in_span(30) <= 1 && in_span(3600) <= 5 && in_span(86_400) <= 10, "B-04");
        }
    }
}
